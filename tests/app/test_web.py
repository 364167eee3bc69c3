"""The HTTP server: requests that Bolt cannot read are refused with the right status."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, cast

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.testclient import TestClient

import handlers.errors
from bot.runtime.clock import SystemClock
from bot.runtime.health_pages import Health, Pages
from bot.runtime.http import BODY_MAX_BYTES, PATH, Verifying, web
from bot.runtime.refusals import Refusals
from playground.slack.request_sender import signature
from tests.handlers.people import People

SECRET = "secret"


@dataclass
class State:
    """The health page's content, which a test may change, and whether the app is up."""

    health: Health
    started: bool = False


@pytest.fixture
def state() -> State:
    """Return a state without problems."""
    return State(Health(posting=True, watching=True, issues=3, problems=1))


@pytest.fixture
def client(state: State) -> Iterator[TestClient]:
    """Return a client of a running app with no listeners."""

    async def authorize(**_: object) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1")

    bolt = AsyncApp(request_verification_enabled=False, raise_error_for_unhandled_request=True, authorize=authorize)
    handlers.errors.register(bolt, People([]).services)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        state.started = True
        yield
        state.started = False

    verifying = Verifying(SECRET, SystemClock())
    pages = Pages(lambda: state.health, lambda: state.started)
    with TestClient(web(bolt, verifying=verifying, lifespan=lifespan, pages=pages, refusals=Refusals())) as running:
        yield running


def signed(body: bytes, timestamp: str = "") -> dict[str, str]:
    """Return the headers of a request signed as Slack does, now unless a `timestamp` is given."""
    timestamp = timestamp or str(int(SystemClock().now().timestamp()))
    return {"x-slack-request-timestamp": timestamp, "x-slack-signature": signature(SECRET, timestamp, body)}


def test_an_unsigned_request_is_refused(client: TestClient) -> None:
    """Without a signature it gets no answer."""
    assert client.post(PATH, content=b"x=1").status_code == 401


@pytest.mark.parametrize("timestamp", ["soon", "-5", "1e9", "9" * 40, "١٢٣"])
def test_a_timestamp_that_is_not_a_number_is_refused(client: TestClient, timestamp: str) -> None:
    """Bolt alone answers 500 here."""
    headers = {b"x-slack-request-timestamp": timestamp.encode(), b"x-slack-signature": b"v0=0"}
    assert client.post(PATH, content=b"x=1", headers=headers).status_code == 401


def test_a_body_that_is_not_text_is_refused(client: TestClient) -> None:
    """Bytes that are not UTF-8 get 400."""
    assert client.post(PATH, content=b"\xff\xfe", headers=signed(b"\xff\xfe")).status_code == 400


def test_a_body_too_large_is_refused_unread(client: TestClient) -> None:
    """Nobody can fill the memory."""
    assert client.post(PATH, content=b"x" * (BODY_MAX_BYTES + 1), headers=signed(b"")).status_code == 413


def test_a_body_in_chunks_is_read_no_further_than_it_may_be_long(client: TestClient) -> None:
    """It does not say how long it is, and could be endless."""
    chunks = (b"x" * (BODY_MAX_BYTES // 10) for _ in range(11))
    assert client.post(PATH, content=chunks, headers=signed(b"x")).status_code == 413


@pytest.mark.parametrize(("body", "status"), [(b"ssl_check=1", 200), (b"ssl_check=2", 401)])
def test_a_body_in_chunks_is_verified_like_any_other(client: TestClient, body: bytes, status: int) -> None:
    """Slack says how long its bodies are, but a proxy before the bot may send them on in chunks."""
    headers = signed(b"ssl_check=1") | {"content-type": "application/x-www-form-urlencoded"}
    assert client.post(PATH, content=iter([body[:4], body[4:]]), headers=headers).status_code == status


@pytest.mark.parametrize("length", ["known", "unknown"])
@pytest.mark.parametrize("claim", ["none", "ill-formed", "old"])
def test_a_request_that_proves_nothing_is_refused_whatever_its_size(
    client: TestClient, claim: str, length: str
) -> None:
    """Only who could be Slack is told how long a body may be."""
    body = b"x" * (BODY_MAX_BYTES + 1)
    claims = {
        "none": {},
        "ill-formed": signed(body) | {"x-slack-signature": "v0=0"},
        "old": signed(body, "1000000000"),
    }
    answer = client.post(PATH, content=body if length == "known" else iter([body]), headers=claims[claim])
    assert (answer.status_code, answer.content) == (401, b"")


def test_an_old_request_is_refused(client: TestClient) -> None:
    """Slack: authentication/verifying-requests-from-slack (300 s)."""
    body = b"command=%2Fweekly"
    assert client.post(PATH, content=body, headers=signed(body, "1000000000")).status_code == 401


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "block_actions", "user": 1, "channel": True, "actions": [{}]},
        {"type": "event_callback", "event": "x", "team_id": []},
        {"type": "view_submission", "view": {}},
        [1, 2],
        {"type": {}},
    ],
)
def test_a_signed_payload_of_a_wrong_shape_gets_an_answer(client: TestClient, payload: object) -> None:
    """Whatever Bolt makes of it, the server keeps running and nobody sees a stack trace."""
    body = json.dumps(payload).encode()
    headers = {**signed(body), "content-type": "application/json"}
    answer = client.post(PATH, content=body, headers=headers)
    assert answer.status_code in {200, 400, 404}
    assert answer.headers["x-slack-no-retry"] == "1"
    assert "Traceback" not in answer.text
    assert client.get("/health").status_code == 200


def test_only_post_reaches_the_events(client: TestClient) -> None:
    """A browser gets 405, not a traceback."""
    assert client.get(PATH).status_code == 405


def test_the_health_page_says_whether_all_is_well(client: TestClient, state: State) -> None:
    """A load balancer reads the status, a person the fields; each field has one type in every state."""
    assert state.started
    answer = client.get("/health")
    well = {
        "ok": True,
        "version": version("backissue"),
        "checks": [],
        "posting": True,
        "watching": True,
        "issues": 3,
        "problems": 1,
    }
    faults = {"posting_fault": "", "watching_fault": "", "archive_fault": ""}
    assert (answer.status_code, answer.json()) == (200, well | faults | {"source_fault": ""})
    for fault in faults:
        state.health = Health(posting=True, watching=True, issues=3, problems=1, **cast("Any", {fault: "it broke"}))
        answer = client.get("/health")
        assert (answer.status_code, answer.json()) == (
            503,
            well | faults | {"source_fault": "", "ok": False, fault: "it broke"},
        )
    state.health = Health(posting=True, watching=True, issues=3, problems=1, source_fault="it broke")
    answer = client.get("/health")
    assert (answer.status_code, answer.json()) == (200, well | faults | {"source_fault": "it broke"})

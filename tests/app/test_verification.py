"""Verification: a request that Slack did not sign reaches no listener and causes no call.

Everything passes through the whole app as it is served, without a socket: ten thousand requests in seconds.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from bot.runtime.http import BODY_MAX_BYTES
from tests.fakes.requests import (
    FORM,
    JSON,
    MARK,
    Seen,
    Sent,
    ask,
    encoded,
    nothing_happens,
    payloads,
    signed,
    with_header,
)
from tests.fakes.whole import Whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

MUTATED = 10_000


def changed(text: bytes, chance: random.Random) -> bytes:
    """Change, insert, remove or repeat some bytes."""
    at, odd = chance.randrange(len(text) + 1), bytes(chance.randrange(256) for _ in range(chance.randrange(1, 4)))
    return chance.choice((
        text[:at] + odd + text[at + len(odd) :], text[:at] + odd + text[at:], text[:at], text[at + 1 :], text * 2,
        text.upper(), text.replace(b"=", b" "), text + "é".encode(), odd, b"", text + b"\xe9", b" " + text,
    ))  # fmt: skip


def forged(sent: Sent, chance: random.Random) -> Sent:
    """Change what is signed, or the signature, so that Slack did not sign it."""
    what = chance.choice(["body", "x-slack-signature", "x-slack-request-timestamp", "both"])
    body = changed(sent.body, chance) if what in {"body", "both"} else sent.body
    found = Sent([(key, value) for key, value in sent.headers], body)
    for key, value in sent.headers:
        if key.decode() == what or (what == "both" and key == b"x-slack-signature"):
            values = [changed(value, chance) for _ in range(chance.choice([1, 1, 1, 2, 0]))]
            found = with_header(found, key, *values)
    if chance.random() < 0.5:
        found = with_header(found, b"content-length", str(len(body)).encode())
    return found


def same(sent: Sent, other: Sent) -> bool:
    """Return whether everything that counts is as it was signed."""
    held = {b"x-slack-signature", b"x-slack-request-timestamp"}
    both = [sorted((k, v.lower()) for k, v in one.headers if k in held) for one in (sent, other)]
    return sent.body == other.body and both[0] == both[1]


FORGED: Mapping[str, tuple[bytes, Sequence[bytes]]] = {
    "a character outside ASCII": (b"x-slack-signature", [b"v0=\xe9"]),
    "64 of them": (b"x-slack-signature", [b"v0=" + b"\xe9" * 64]),
    "digits of another script": (b"x-slack-signature", [b"v0=" + "١".encode() * 64]),
    "another version": (b"x-slack-signature", [b"v1=" + b"0" * 64]),
    "too short": (b"x-slack-signature", [b"v0=" + b"0" * 63]),
    "too long": (b"x-slack-signature", [b"v0=" + b"0" * 65]),
    "a line after it": (b"x-slack-signature", [b"v0=" + b"0" * 64 + b"\n"]),
    "of nothing": (b"x-slack-signature", [b""]),
    "none": (b"x-slack-signature", []),
    "two": (b"x-slack-signature", [b"v0=" + b"0" * 64, b"v0=" + b"1" * 64]),
    "of something else": (b"x-slack-signature", [b"v0=" + b"0" * 64]),
    "no timestamp": (b"x-slack-request-timestamp", []),
    "a word for a timestamp": (b"x-slack-request-timestamp", [b"soon"]),
    "a timestamp of another script": (b"x-slack-request-timestamp", ["١٢٣".encode()]),
    "an endless timestamp": (b"x-slack-request-timestamp", [b"9" * 5_000]),
}


@pytest.mark.parametrize("what", FORGED)
async def test_a_forged_request_is_refused(it: Whole, seen: Seen, what: str) -> None:
    """It gets 401: no listener runs, nothing is called, and a log line says so without the body."""
    app, (name, values) = it.app.asgi(), FORGED[what]
    async with nothing_happens(seen):
        for kind, payload in payloads(it.workspace.team):
            sent = with_header(signed(encoded(kind, payload), kind), name, *values)
            assert await ask(app, sent) == (401, b"")
        await it.settled()
    assert len(seen.refusals) == len(payloads(it.workspace.team))


@pytest.mark.parametrize(("off", "status"), [(-290, 200), (290, 200), (-310, 401), (310, 401)])
async def test_a_request_is_valid_for_five_minutes(it: Whole, seen: Seen, off: float, status: int) -> None:
    """The machine's clock counts, however far the demo's own was put forward."""
    it.clock.forward(timedelta(days=1))
    body = encoded(JSON, {"type": "url_verification", "challenge": MARK})
    answer = await ask(it.app.asgi(), signed(body, JSON, off=off))
    assert answer[0] == status
    assert (MARK.encode() in answer[1]) == (status == 200)
    assert seen.called == []


async def test_a_large_refused_body_is_not_logged(it: Whole, seen: Seen) -> None:
    """Nine hundred unsigned kilobytes are one short line."""
    async with nothing_happens(seen):
        body = MARK.encode() * 50_000
        assert len(body) < BODY_MAX_BYTES
        assert await ask(it.app.asgi(), signed(body, FORM, secret="another")) == (401, b"")
    assert len(seen.refusals) == 1


@pytest.mark.long
async def test_ten_thousand_forged_requests(it: Whole, seen: Seen) -> None:
    """None of them passes verification, whatever part of what Slack signed was changed."""
    app, chance = it.app.asgi(), random.Random(11)
    known = [signed(encoded(kind, payload), kind) for kind, payload in payloads(it.workspace.team)]
    answers = set()
    async with nothing_happens(seen):
        done = 0
        while done < MUTATED:
            first = chance.choice(known)
            sent = forged(first, chance)
            if same(first, sent):
                continue
            answers.add(await ask(app, sent))
            done += 1
        await it.settled()
    assert answers == {(401, b"")}

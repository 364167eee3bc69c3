"""Metrics: what they count, and that the alerts of the docs name what there is."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp
import pytest

from playground.slack.faults import Fault, How
from playground.slack.front import front
from tests.fakes.requests import JSON, ask, signed
from tests.fakes.whole import tales, whole

pytest.importorskip("prometheus_client", reason="install what requirements-dev.txt pins")
PAGE = (Path(__file__).parents[2] / "docs/operations.md").read_text("utf-8")
NAMED = set(re.findall(r"backissue_[a-z_]+", PAGE))
ALERTS = re.findall(r"^\| BackIssue\w+ \| `(.+?)`", PAGE, flags=re.MULTILINE)


async def test_a_digest_a_command_and_a_limit_are_counted(tmp_path: Path) -> None:
    """By outcome and kind; every name that the docs have is there."""
    async with whole(tmp_path, f"sqlite:///{tmp_path}/bot.db") as it:
        pages = it.app.pages()
        you = it.person()
        channel = it.channel(you)
        await it.digest(you, channel, *tales("new", "harbours"))
        await you.types("/weekly harbours", channel)
        await you.types("/weekly zzyzx", channel)
        await you.types("/weekly saved", channel)
        await you.types("/tools harbours", channel)
        await you.tells(f"<@{it.workspace.bot.id}> what about harbours?", channel)
        await it.settled()
        it.fixture.server.site.faults.add(Fault(How.LIMITED, method="auth.test"))
        answers = it.app.vitals._answers
        assert answers is not None
        answers.failed("nobody knows")
        await it.app.vitals.ask()
        await ask(it.app.asgi(), signed(b"{", JSON), hangs_up=True)
        await ask(it.app.asgi(), signed(b"{}", JSON, secret="another"))
        async with front(pages) as url, aiohttp.ClientSession() as session, session.get(f"{url}/metrics") as answer:
            text = await answer.text()
    for line in (
        'backissue_messages{state="sent"} 2.0',
        'backissue_request_seconds_count{kind="command"}',
        'backissue_slack_call_seconds_count{method="chat.postMessage",outcome="ok"}',
        "backissue_slack_limited_total 1.0",
        'backissue_command_seconds_count{kind="topic"} 2.0',
        'backissue_command_seconds_count{kind="saved"} 1.0',
        'backissue_command_seconds_count{kind="tools"} 1.0',
        'backissue_searches_total{grade="strong"} 2.0',
        'backissue_searches_total{grade="nearest"} 0.0',
        'backissue_searches_total{grade="none"} 2.0',
        'backissue_requests_refused_total{outcome="left"} 1.0',
        'backissue_requests_refused_total{outcome="401"} 1.0',
        "backissue_archive_issues 2.0",
        "backissue_digest_late_seconds ",
        "backissue_queue_length ",
        'backissue_check_ok{check="slack"} 1.0',
    ):
        assert line in text, f"{line} in:\n{text}"
    there = set(re.findall(r"^(backissue_[a-z_]+)", text, flags=re.MULTILINE)) | set(
        re.findall(r"^# TYPE (\w+)", text, flags=re.MULTILINE)
    )
    assert len(ALERTS) == 5
    assert NAMED - there == set()

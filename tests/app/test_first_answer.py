"""The first answer does not wait until Slack has said who the bot is."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playground.slack.faults import Fault, How
from tests.fakes.whole import Whole, whole


async def test_a_first_command_is_answered_while_slack_hangs(tmp_path: Path) -> None:
    """It comes from memory: auth.test, which Slack does not answer, goes on beside it."""
    async with whole(tmp_path, f"sqlite:///{tmp_path}/bot.db") as it:
        forget(it)
        it.fixture.server.site.faults.add(Fault(How.HANG, method="auth.test", times=None))
        you = it.person()
        channel = it.channel(you)
        async with asyncio.timeout(2):
            heard = await you.types("/weekly beginnings", channel)
        assert "beginnings" in heard.text
        assert not it.app.ports.slack.outcomes.identity  # type: ignore[attr-defined]  # the port in use


async def test_a_refused_token_still_finds(tmp_path: Path) -> None:
    """The archive is in memory; people read its links, never a library's apology."""
    async with whole(tmp_path, f"sqlite:///{tmp_path}/bot.db") as it:
        forget(it)
        it.fixture.server.site.faults.add(Fault(How.REFUSED, error="token_revoked", method="auth.test", times=None))
        you = it.person()
        heard = await you.types("/weekly beginnings", it.channel(you))
        assert "beginnings" in heard.text


def forget(it: Whole) -> None:
    """Make the bot not know who it is, as at its start."""
    it.app.ports.slack.outcomes.identity = {}  # type: ignore[attr-defined]  # the port in use

"""Whose day it is: asked of Slack only where a message needs it, for a moment at most, and remembered."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.ask_thread import AskThread
from bot.domain.workspace import WorkspaceId, workspace_id
from bot.lookup.asking import askers
from bot.lookup.asking.askers import Askers
from bot.slack.api.errors import WorkspaceRefusedError
from bot.slack.api.ports import SlackUser

THREAD = AskThread(workspace_id(None, "T1"), "C1", "1.000001", "U1")


class Clock:
    """Half past eleven in the evening, UTC."""

    def __init__(self) -> None:
        """Stand still."""
        self.at = datetime(2024, 3, 26, 23, 30, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the time."""
        return self.at


class Source:
    """Knows one person, or fails."""

    def __init__(self, zone: str = "Asia/Tokyo", *, slow: bool = False, refuses: bool = False) -> None:
        """Live in `zone`."""
        self.zone, self.slow, self.refuses, self.asked = zone, slow, refuses, 0

    async def person(self, workspace: WorkspaceId, user: str) -> SlackUser:
        """Return the person."""
        self.asked += 1
        if self.slow:
            await asyncio.Event().wait()
        if self.refuses:
            raise WorkspaceRefusedError("users.info", "missing_scope", workspace=workspace)
        return SlackUser(user, self.zone, is_guest=True)


async def test_a_relative_day_is_the_person_s_own() -> None:
    """In Tokyo it is tomorrow already; no other message asks Slack, and the answer is remembered for an hour."""
    source, clock = Source(), Clock()
    people = Askers(source, clock, lambda: UTC)
    assert await people.today(THREAD, "kafka since 2021") == date(2024, 3, 26)
    assert source.asked == 0
    for _ in range(3):
        assert await people.today(THREAD, "what was new last week?") == date(2024, 3, 27)
    assert source.asked == 1
    clock.at += timedelta(hours=2)
    await people.today(THREAD, "yesterday")
    assert source.asked == 2
    assert await people.is_guest(THREAD)


@pytest.mark.parametrize("source", [Source(slow=True), Source(refuses=True), Source("Not/AZone"), Source("")])
async def test_without_a_zone_it_is_the_newsletter_s_day(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Slack is slow, the scope was declined, or the zone is none."""
    monkeypatch.setattr(askers, "WAIT_SECONDS", 0.01)
    people = Askers(source, Clock(), lambda: UTC)
    for _ in range(3):
        assert await people.today(THREAD, "two weeks ago") == date(2024, 3, 26)
    assert source.asked == 1


async def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of too many people is asked about again."""
    monkeypatch.setattr(askers, "MAX_PEOPLE", 2)
    source = Source()
    people = Askers(source, Clock(), lambda: UTC)
    for user in ("U1", "U2", "U3", "U3", "U1"):
        await people.today(AskThread(THREAD.workspace, "C1", "1.000001", user), "today")
    assert source.asked == 4

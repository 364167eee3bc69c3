"""Who asks: the day where they are, and whether they are a guest."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable
from datetime import date, datetime, tzinfo
from typing import Protocol

from bot.domain.ask_thread import AskThread
from bot.domain.clock import Clock
from bot.domain.errors import BotError
from bot.domain.schedule import ScheduleError, zone_of
from bot.domain.workspace import WorkspaceId
from bot.slack.api.ports import SlackUser

MAX_PEOPLE = 2_000
"""So many people are remembered: more than ask in an hour."""
KEPT_SECONDS = 3_600.0
"""A person who moves to another zone is asked about again after an hour."""
WAIT_SECONDS = 0.5
"""An answer waits no longer for its person's zone."""
_RELATIVE = re.compile(
    r"\b(?:today|yesterday|tonight|(?:this|last|past|previous|next|current) \w+|ago|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?)\b",
    re.IGNORECASE,
)
"""Words whose meaning depends on the day where the person is."""


class PeopleSource(Protocol):
    """Where people are looked up: Slack."""

    async def person(self, workspace: WorkspaceId, user: str) -> SlackUser:
        """Return what Slack tells about a person."""
        ...


class Askers:
    """Looks up people when a message needs it, and remembers them for an hour."""

    def __init__(self, people: PeopleSource, clock: Clock, zone: Callable[[], tzinfo]) -> None:
        """Look in `people`; somebody who can't be looked up is in the newsletter's `zone`."""
        self._people = people
        self._clock = clock
        self._zone = zone
        self._known: OrderedDict[tuple[str, str], tuple[datetime, SlackUser | None]] = OrderedDict()

    async def today(self, thread: AskThread, text: str) -> date:
        """Return the day on which the person of a thread asks `text`; only relative days need the person's zone."""
        person = await self._person(thread) if _RELATIVE.search(text) else None
        zone = self._zone()
        if person is not None and person.zone:
            try:
                zone = zone_of(person.zone)
            except ScheduleError:
                zone = self._zone()
        return self._clock.now().astimezone(zone).date()

    async def is_guest(self, thread: AskThread) -> bool:
        """Return whether the person of a thread is a guest, False where Slack does not say."""
        person = await self._person(thread)
        return person is not None and person.is_guest

    async def _person(self, thread: AskThread) -> SlackUser | None:
        key, now = (str(thread.workspace), thread.user), self._clock.now()
        at, found = self._known.get(key, (None, None))
        if at is not None and (now - at).total_seconds() < KEPT_SECONDS:
            return found
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                found = await self._people.person(thread.workspace, thread.user)
        except (BotError, TimeoutError):
            found = None
        self._known[key] = now, found
        self._known.move_to_end(key)
        if len(self._known) > MAX_PEOPLE:
            self._known.popitem(last=False)
        return found

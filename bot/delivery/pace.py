"""How fast messages go out: a second between two in a channel, a cap on each workspace, and Slack's word obeyed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.delivery.rules import Rules
from bot.slack.workspace import WorkspaceId

_JITTER = 0.1
"""Seconds by which a message may follow the answer to the one before early: the answer itself took time to come."""
LEAD = 0.1
"""Seconds before its moment at which a message gets its turn: it has to be written down first, and that takes some."""
_BLINK = 0.001
"""Seconds that no timer is finer than."""
_MANY = 20_000


@dataclass(slots=True)
class _Place:
    """A workspace or channel: nothing goes out before `free` (in the event loop's seconds).

    The message that has its turn goes out at `moment`.
    """

    free: float = 0.0
    moment: float = 0.0
    limited: float = 0.0


class Pace:
    """One process's pace in every channel and workspace. All times are those of the running event loop."""

    def __init__(self, rules: Rules) -> None:
        """Go by `rules`."""
        self._rules = rules
        self._channels: dict[tuple[WorkspaceId, str], _Place] = {}
        self._workspaces: dict[WorkspaceId, _Place] = {}

    async def turn(self, workspace: WorkspaceId, channel: str) -> None:
        """Wait until it is all but time for a message to the channel, and take the turn; `moment` waits for the rest.

        The next one's time is counted from when this one should go, so that what comes between does not add up.
        """
        loop = asyncio.get_running_loop()
        place, whole = self._place(workspace, channel), self._whole(workspace)
        if place.free - LEAD > loop.time():
            await _until(place.free - LEAD)
        # The channel may go; now it queues for its turn in the workspace, first come first served.
        while True:
            now = loop.time()
            at = max(now, whole.free)
            if whole.limited > at + _BLINK:
                await _until(whole.limited)
                continue
            whole.free = at + 1.0 / self._rules.per_workspace
            if at > now:
                await _until(at)
            break
        place.moment = max(loop.time(), place.free)
        place.free = place.moment + self._rules.per_channel

    async def moment(self, workspace: WorkspaceId, channel: str) -> None:
        """Wait until the message that has its turn may go, and count the next one's time from then."""
        place = self._place(workspace, channel)
        now = asyncio.get_running_loop().time()
        if place.moment > now:
            await _until(place.moment)
            now = asyncio.get_running_loop().time()
        place.free = max(place.free, now + self._rules.per_channel)

    def done(self, workspace: WorkspaceId, channel: str) -> None:
        """Say that the message of the last turn was answered just now."""
        answered = asyncio.get_running_loop().time()
        place = self._place(workspace, channel)
        place.free = max(place.free, answered + self._rules.per_channel * (1 - _JITTER))

    def limited(self, workspace: WorkspaceId, channel: str, seconds: float) -> None:
        """Obey a 429: nothing to this channel for `seconds`.

        Slack does not say whether the channel or the whole workspace was too fast. It is taken for the workspace as
        soon as a second channel of it is told to wait at the same time.
        """
        now = asyncio.get_running_loop().time()
        place = self._place(workspace, channel)
        place.free = max(place.free, now + seconds)
        whole = self._whole(workspace)
        place.limited = now + seconds
        others = (key for key, other in self._channels.items() if other.limited > now and key[0] == workspace)
        if any(key[1] != channel for key in others):
            whole.limited = max(whole.limited, now + seconds)

    def _place(self, workspace: WorkspaceId, channel: str) -> _Place:
        if len(self._channels) > _MANY:
            now = asyncio.get_running_loop().time()
            self._channels = {key: place for key, place in self._channels.items() if place.free > now}
        place = self._channels.get((workspace, channel))
        if place is None:
            place = self._channels[workspace, channel] = _Place()
        return place

    def _whole(self, workspace: WorkspaceId) -> _Place:
        place = self._workspaces.get(workspace)
        if place is None:
            place = self._workspaces[workspace] = _Place()
        return place


async def _until(moment: float) -> None:
    wait = moment - asyncio.get_running_loop().time()
    if wait > 0:
        await asyncio.sleep(wait)

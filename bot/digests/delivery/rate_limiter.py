"""How fast messages go out: a second between two in a channel, a cap on each workspace, and Slack's word obeyed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.delivery_policy import DeliveryPolicy
from bot.domain.subscription import Limit
from bot.domain.workspace import WorkspaceId

_JITTER_SECONDS = 0.1
"""Seconds by which a message may follow the answer to the one before early: the answer itself took time to come."""
LEAD_SECONDS = 0.1
"""Seconds before its moment at which a message gets its turn: it has to be written down first, and that takes some."""
_TIMER_RESOLUTION_SECONDS = 0.001
"""Seconds that no timer is finer than."""
_MAX_CHANNELS = 20_000


@dataclass(slots=True)
class _Bucket:
    """A workspace, a channel, or the looks into one kind of place: nothing before `free` (in the event loop's seconds).

    The message that has its turn goes out at `moment`. Slack will have nothing before `limited`, as it said to this
    process by the wall clock at `told`.
    """

    free: float = 0.0
    moment: float = 0.0
    limited: float = 0.0
    told: datetime | None = None


class RateLimiter:
    """One process's pace in every channel and workspace. All times are those of the running event loop."""

    def __init__(self, policy: DeliveryPolicy) -> None:
        """Go by `policy`."""
        self._policy = policy
        self._channels: dict[tuple[WorkspaceId, str], _Bucket] = {}
        self._workspaces: dict[WorkspaceId, _Bucket] = {}
        self._looks: dict[tuple[WorkspaceId, bool], _Bucket] = {}

    async def turn(self, workspace: WorkspaceId, channel: str) -> float:
        """Wait until it is all but time for a message to the channel, and take the turn; `moment` waits for the rest.

        The next one's time is counted from when this one should go, so that what comes between does not add up. Gives 0
        with the turn; or no turn but the seconds for which Slack will have nothing, if they are more than the patience.
        """
        loop = asyncio.get_running_loop()
        place, whole = self._place(workspace, channel), self._whole(workspace)
        while True:
            rest = self.rest(workspace, channel)
            if rest > self._policy.max_wait_seconds:
                return rest
            if rest:
                await asyncio.sleep(rest)
                continue
            if place.free - LEAD_SECONDS > loop.time() + _TIMER_RESOLUTION_SECONDS:
                await _until(place.free - LEAD_SECONDS)
                continue
            # The channel may go; now it queues for its turn in the workspace, first come first served.
            now = loop.time()
            at = max(now, whole.free)
            whole.free = at + 1.0 / self._policy.messages_per_second
            if at > now:
                await _until(at)
                if self.rest(workspace, channel):  # told while it queued
                    continue
            break
        place.moment = max(loop.time(), place.free)
        place.free = place.moment + self._policy.seconds_per_message
        return 0.0

    def rest(self, workspace: WorkspaceId, channel: str) -> float:
        """Give the seconds for which Slack will have nothing posted in the channel; 0 for none."""
        limited = max(self._place(workspace, channel).limited, self._whole(workspace).limited)
        rest = limited - asyncio.get_running_loop().time()
        return rest if rest > _TIMER_RESOLUTION_SECONDS else 0.0

    async def moment(self, workspace: WorkspaceId, channel: str) -> float:
        """Wait until the message that has its turn may go, and count the next one's time from then.

        Gives 0; or, where Slack asked to wait meanwhile, for how many seconds it will have nothing.
        """
        place = self._place(workspace, channel)
        now = asyncio.get_running_loop().time()
        if place.moment > now:
            await _until(place.moment)
            now = asyncio.get_running_loop().time()
        place.free = max(place.free, now + self._policy.seconds_per_message)
        return self.rest(workspace, channel)

    def done(self, workspace: WorkspaceId, channel: str) -> None:
        """Say that the message of the last turn was answered just now."""
        answered = asyncio.get_running_loop().time()
        place = self._place(workspace, channel)
        place.free = max(place.free, answered + self._policy.seconds_per_message * (1 - _JITTER_SECONDS))

    def limited(self, workspace: WorkspaceId, channel: str, seconds: float, told: datetime) -> None:
        """Obey a 429 that came at `told` by the wall clock: nothing to this channel for `seconds`.

        Slack does not say whether the channel or the whole workspace was too fast. It is taken for the workspace as
        soon as a second channel of it is told to wait at the same time.
        """
        now = asyncio.get_running_loop().time()
        place = self._place(workspace, channel)
        place.free = max(place.free, now + seconds)
        whole = self._whole(workspace)
        place.limited, place.told = now + seconds, told
        others = (key for key, other in self._channels.items() if other.limited > now and key[0] == workspace)
        if any(key[1] != channel for key in others):
            whole.limited = max(whole.limited, now + seconds)

    def recall(self, limits: Iterable[Limit], now: datetime) -> None:
        """Obey what other processes were told, or this one before it was started; `now` by the wall clock.

        What this one was told itself it knows better: it counts in seconds that no clock's step changes.
        """
        began, together = asyncio.get_running_loop().time(), defaultdict[WorkspaceId, list[Limit]](list)
        for limit in limits:
            place = self._place(limit.workspace, limit.channel)
            if place.told == limit.told:
                continue
            together[limit.workspace].append(limit)
            if rest := limit.rest(now):
                place.limited, place.told = max(place.limited, began + rest), limit.told
                place.free = max(place.free, place.limited)
        for workspace, each in together.items():
            whole = self._whole(workspace)
            whole.limited = max(whole.limited, began + _together(each, now))

    async def look(self, workspace: WorkspaceId, *, thread: bool) -> float:
        """Wait for a turn to look into a `thread`, or a channel, of the workspace: one a second.

        Slack takes fifty of them a minute, or one (conversations.history: apis/web-api/rate-limits). Gives 0 with the
        turn; or no turn but the seconds until there may be one, where Slack will have none or the queue is too long.
        """
        loop, place = asyncio.get_running_loop(), self._look_bucket(workspace, thread=thread)
        if place.limited > loop.time():
            return place.limited - loop.time()
        at = max(loop.time(), place.free)
        if at - loop.time() > self._policy.max_wait_seconds:
            return at - loop.time()
        place.free = at + self._policy.seconds_per_look
        await _until(at)
        return max(0.0, place.limited - loop.time())  # the one before may have been told to wait

    def look_limited(self, workspace: WorkspaceId, seconds: float, *, thread: bool) -> None:
        """Obey a 429 of a look: none into a `thread`, or a channel, of the workspace for `seconds`.

        They are methods of their own, and Slack counts each in each workspace (apis/web-api/rate-limits).
        """
        place = self._look_bucket(workspace, thread=thread)
        place.limited = max(place.limited, asyncio.get_running_loop().time() + seconds)

    def _look_bucket(self, workspace: WorkspaceId, *, thread: bool) -> _Bucket:
        return self._looks.setdefault((workspace, thread), _Bucket())

    def _place(self, workspace: WorkspaceId, channel: str) -> _Bucket:
        if len(self._channels) > _MAX_CHANNELS:
            now = asyncio.get_running_loop().time()
            self._channels = {key: place for key, place in self._channels.items() if place.free > now}
        place = self._channels.get((workspace, channel))
        if place is None:
            place = self._channels[workspace, channel] = _Bucket()
        return place

    def _whole(self, workspace: WorkspaceId) -> _Bucket:
        place = self._workspaces.get(workspace)
        if place is None:
            place = self._workspaces[workspace] = _Bucket()
        return place


def _together(limits: list[Limit], now: datetime) -> float:
    """Give the seconds for which a whole workspace is limited: as those say that came while another still held."""
    rest, held = 0.0, None
    for limit in sorted(limits, key=lambda limit: limit.told):
        if held is not None and limit.told < held:
            rest = max(rest, limit.rest(now))
        held = limit.until if held is None else max(held, limit.until)
    return rest


async def _until(moment: float) -> None:
    wait = moment - asyncio.get_running_loop().time()
    if wait > 0:
        await asyncio.sleep(wait)

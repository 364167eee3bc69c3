"""The rate limiter: a minimum interval between messages in a channel, a cap for each workspace, and Slack's 429s."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.digests.delivery.turns import Rank, TurnQueue
from bot.domain.delivery_policy import DeliveryPolicy
from bot.domain.subscription import Limit
from bot.domain.workspace import WorkspaceId

_JITTER_SHARE = 0.1
"""Share of the interval by which a message may be early after the previous answer, which took time to arrive."""
LEAD_SECONDS = 0.1
"""Seconds by which a message gets its turn early: the attempt has to be recorded first, which takes time."""
_TIMER_RESOLUTION_SECONDS = 0.001
"""Seconds below which a wait is not worth a timer."""
_MAX_CHANNELS = 20_000


@dataclass(slots=True)
class _Bucket:
    """The limits of a channel, a workspace, or one kind of search. Times are the event loop's, except `told`.

    A channel's next turn is at `free`, and its message that has its turn goes out at `moment`. Slack takes nothing
    before `limited`; its 429 came at `told`, by the wall clock.
    """

    free: float = 0.0
    moment: float = 0.0
    limited: float = 0.0
    told: datetime | None = None


class RateLimiter:
    """Says when this process may post to a channel or search a workspace. Times are the running event loop's."""

    def __init__(self, policy: DeliveryPolicy) -> None:
        """Apply the intervals and limits of `policy`."""
        self._policy = policy
        self._channels: dict[tuple[WorkspaceId, str], _Bucket] = {}
        self._workspaces: dict[WorkspaceId, _Bucket] = {}
        self._queues: dict[WorkspaceId, TurnQueue] = {}
        self._looks: dict[tuple[WorkspaceId, bool], _Bucket] = {}
        self._spare: dict[tuple[WorkspaceId, bool], float] = {}

    async def turn(self, workspace: WorkspaceId, channel: str, rank: Rank = Rank.CONTENTS) -> float:
        """Wait until just before a message may go to the channel, and take the turn; `moment` waits for the rest.

        Among the channels that are free, `rank` decides which has the workspace's next turn. A channel's own next turn
        counts from when this message should go, so that delays do not add up. Returns 0 with the turn. If Slack's limit
        lasts longer than the policy's `max_wait_seconds`, returns its seconds, without a turn.
        """
        loop = asyncio.get_running_loop()
        place, queue = self._place(workspace, channel), self._queue(workspace)
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
            await queue.turn(rank)
            if not self.rest(workspace, channel):  # else a 429 came meanwhile
                break
        place.moment = max(loop.time(), place.free)
        place.free = place.moment + self._policy.seconds_per_message
        return 0.0

    def rest(self, workspace: WorkspaceId, channel: str) -> float:
        """Return the seconds until Slack's limit on the channel ends; 0 if there is none."""
        limited = max(self._place(workspace, channel).limited, self._whole(workspace).limited)
        rest = limited - asyncio.get_running_loop().time()
        return rest if rest > _TIMER_RESOLUTION_SECONDS else 0.0

    async def moment(self, workspace: WorkspaceId, channel: str) -> float:
        """Wait until the message that has its turn may go, and count the next turn from then.

        Returns 0; or, if Slack answered 429 meanwhile, the seconds until that limit ends.
        """
        place = self._place(workspace, channel)
        now = asyncio.get_running_loop().time()
        if place.moment > now:
            await _until(place.moment)
            now = asyncio.get_running_loop().time()
        place.free = max(place.free, now + self._policy.seconds_per_message)
        return self.rest(workspace, channel)

    def done(self, workspace: WorkspaceId, channel: str) -> None:
        """Record that Slack has just answered the message of the last turn."""
        answered = asyncio.get_running_loop().time()
        place = self._place(workspace, channel)
        place.free = max(place.free, answered + self._policy.seconds_per_message * (1 - _JITTER_SHARE))

    def limited(self, workspace: WorkspaceId, channel: str, seconds: float, told: datetime) -> None:
        """Obey a 429 that came at `told` by the wall clock: nothing goes to this channel for `seconds`.

        Slack does not say whether the channel or the whole workspace was too fast. It counts for the workspace as soon
        as two of its channels are limited at the same time.
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
        """Obey the recorded 429s of other processes, or of this one before a restart; `now` is the wall clock's.

        Those that this process received itself are skipped: it counts them by the event loop, which never steps.
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
        """Wait for a turn to search a `thread`, or a channel, of the workspace: one every `policy.seconds_per_look`.

        Slack takes fifty of them a minute, or one (conversations.history: apis/web-api/rate-limits). Returns 0 with the
        turn. If Slack's limit holds or the queue is too long, returns the seconds to wait, without a turn.
        """
        loop, place = asyncio.get_running_loop(), self._look_bucket(workspace, thread=thread)
        if place.limited > loop.time():
            return place.limited - loop.time()
        at = max(loop.time(), place.free)
        if at - loop.time() > self._policy.max_wait_seconds:
            return at - loop.time()
        place.free = at + self._policy.seconds_per_look
        await _until(at)
        return max(0.0, place.limited - loop.time())  # the one before may have got a 429

    def spare_look(self, workspace: WorkspaceId, *, before: bool) -> bool:
        """Return whether a channel of the workspace may be searched now although it is not needed; take the turn then.

        Such a search never waits. Those `before` a digest and those after its channel message are counted apart.
        """
        now, place = asyncio.get_running_loop().time(), self._look_bucket(workspace, thread=False)
        if max(place.limited, self._spare.get((workspace, before), 0.0)) > now:
            return False
        self._spare[workspace, before] = now + self._policy.seconds_per_spare_look
        place.free = max(place.free, now + self._policy.seconds_per_look)
        return True

    def look_limited(self, workspace: WorkspaceId, seconds: float, *, thread: bool) -> None:
        """Obey a 429 of a search: no `thread`, or no channel, of the workspace is searched for `seconds`.

        They are two methods, and Slack counts each of them for each workspace (apis/web-api/rate-limits).
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

    def _queue(self, workspace: WorkspaceId) -> TurnQueue:
        queue = self._queues.get(workspace)
        if queue is None:
            queue = self._queues[workspace] = TurnQueue(1.0 / self._policy.messages_per_second)
        return queue

    def _whole(self, workspace: WorkspaceId) -> _Bucket:
        place = self._workspaces.get(workspace)
        if place is None:
            place = self._workspaces[workspace] = _Bucket()
        return place


def _together(limits: list[Limit], now: datetime) -> float:
    """Return the seconds for which a whole workspace is limited, by the 429s that came while another still held."""
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

"""How often methods may be called (Slack: apis/web-api/rate-limits).

chat.postMessage takes about one message a second in each channel and tolerates short bursts; what Slack tolerates is
not published, so the stand-in allows `BURST` of jitter and no more: over any time the rate is one a second.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

BURST = 0.1
"""Seconds by which a post may be early."""

# Calls a minute by method, for an app in one workspace: tiers 3 and 4 begin at 50 and 100.
TIERS: dict[str, int] = {
    "chat.update": 50,
    "chat.delete": 50,
    "chat.getPermalink": 100,
    "chat.postEphemeral": 100,
    "conversations.history": 50,
    "conversations.info": 50,
    "conversations.open": 50,
    "conversations.replies": 50,
    "files.completeUploadExternal": 100,
    "files.getUploadURLExternal": 100,
    "reactions.get": 50,
    "users.info": 100,
    "views.open": 100,
    "views.publish": 100,
    "views.push": 100,
    "views.update": 100,
}


@dataclass(slots=True)
class Pace:
    """One workspace's limits. Times are seconds on any clock that only the caller knows.

    `posts_a_minute` caps chat.postMessage over the whole workspace (several hundred in reality); None leaves it out.
    `tiers` holds every other method to its tier.
    """

    posts_a_minute: int | None = None
    tiers: bool = False
    _free: dict[str, float] = field(default_factory=dict)
    _calls: defaultdict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def post_in(self, channel: str, now: float) -> int:
        """Return 0 and count a post in `channel`, or return the whole seconds to wait and count nothing."""
        free = self._free.get(channel, 0.0)
        if free - now > BURST:
            return max(1, math.ceil(free - now))
        if self.posts_a_minute is not None and (wait := self._within("chat.postMessage", self.posts_a_minute, now)):
            return wait
        self._free[channel] = max(free, now) + 1.0
        return 0

    def call(self, method: str, now: float) -> int:
        """Return 0 and count a call of `method`, or return the whole seconds to wait."""
        most = TIERS.get(method) if self.tiers else None
        return self._within(method, most, now) if most else 0

    def _within(self, method: str, most: int, now: float) -> int:
        calls = self._calls[method]
        while calls and calls[0] <= now - 60.0:
            calls.popleft()
        if len(calls) >= most:
            return max(1, math.ceil(calls[0] + 60.0 - now))
        calls.append(now)
        return 0

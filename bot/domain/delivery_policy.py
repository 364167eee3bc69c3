"""The figures that delivery goes by, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.newness import WINDOW
from bot.domain.subscription import BETWEEN


@dataclass(frozen=True, slots=True)
class Rules:
    """What is promised, and how hard Slack and the database are worked for it.

    Promised: at most `at_slot` issues at a slot; a digest up to `late` after its slot is still posted and says so from
    `punctual` on; an issue is new if it is dated no more than `window` before the last good look at the archive; a
    digest follows its issue's corrections for `revisable`.

    Pace: `per_channel` seconds between two messages in a channel (Slack: apis/web-api/rate-limits, 1 a second),
    at most `per_workspace` messages a second in a workspace (Slack: "several hundred" a minute; 5 a second are 300).
    `per_look` seconds lie between two looks into a workspace's channels, and between two into its threads.
    A wait of more than `patience` seconds is not waited out: the channel is given back until then.

    Doubt: a message whose outcome is unknown is looked for no sooner than `grace` seconds after that was noticed, twice
    what a call may take, so that a late one has landed. After `looks` looks that came to nothing, or `limited` that
    Slack put off (429), it stays unknown; after `attempts` refusals with a word nobody knows it counts as refused.
    `backoff` are the seconds between attempts.

    Sharing: a worker's leases last `lease`, renewed three times as often; it looks for work every `tick` seconds, and
    has at most `together` channels in hand, `each` of a workspace.
    """

    at_slot: int = 3
    late: timedelta = timedelta(hours=12)
    punctual: timedelta = timedelta(minutes=15)
    window: timedelta = WINDOW
    revisable: timedelta = timedelta(days=30)
    per_channel: float = BETWEEN.total_seconds()
    per_workspace: float = 5.0
    per_look: float = 1.0
    patience: float = 20.0
    grace: float = 30.0
    looks: int = 8
    limited: int = 60
    attempts: int = 8
    backoff: tuple[float, ...] = (2, 10, 60, 300, 600)
    lease: timedelta = timedelta(seconds=60)
    tick: float = 1.0
    together: int = 2_000
    each: int = 200

    def wait(self, attempt: int) -> float:
        """Give the seconds to wait after attempt number `attempt` (from 1)."""
        return self.backoff[min(max(attempt, 1), len(self.backoff)) - 1]


RULES = Rules()

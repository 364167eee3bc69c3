"""The figures of delivery, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.newness import WINDOW
from bot.domain.subscription import MESSAGE_INTERVAL


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """What is promised, and how often Slack and the database may be asked for it.

    Promised: at most `issues_per_slot` issues at a slot; a digest up to `latest` after its slot is still posted and
    says so from `late_after` on; an issue is new if it is dated no more than `window` before the last good look at the
    archive; a digest follows its issue's corrections for `revisable_for`.

    Pace: `seconds_per_message` seconds between two messages in a channel (Slack: apis/web-api/rate-limits, 1 a second),
    at most `messages_per_second` messages a second in a workspace (Slack: "several hundred" a minute; 5 a second are
    300). `seconds_per_look` seconds lie between two looks into a workspace's channels, and between two into its
    threads. `seconds_per_spare_look` lie between two looks for a second bot that are not needed, of each of two kinds:
    together 40 of the 50 a minute that Slack takes. A wait of more than `max_wait_seconds` seconds is not waited out:
    the channel is given back until then.

    Doubt: a message whose outcome is unknown is looked for no sooner than `grace_seconds` seconds after that was
    noticed, twice what a call may take, so that a late one has landed. After `max_looks` looks that came to nothing, or
    `max_limited_looks` that Slack put off (429), it stays unknown; after `max_attempts` refusals with a word nobody
    knows it counts as refused. `backoff_seconds` are the seconds between attempts.

    Record: changes of subscriptions older than `changes_kept` are deleted; None: none ever is.

    Sharing: a worker's leases last `lease`, renewed three times as often; it looks for work every `tick_seconds`
    seconds, and has at most `max_channels` channels claimed, `max_channels_per_workspace` of a workspace.
    """

    issues_per_slot: int = 3
    latest: timedelta = timedelta(hours=12)
    late_after: timedelta = timedelta(minutes=15)
    window: timedelta = WINDOW
    revisable_for: timedelta = timedelta(days=30)
    seconds_per_message: float = MESSAGE_INTERVAL.total_seconds()
    messages_per_second: float = 5.0
    seconds_per_look: float = 1.0
    seconds_per_spare_look: float = 3.0
    max_wait_seconds: float = 20.0
    grace_seconds: float = 30.0
    max_looks: int = 8
    max_limited_looks: int = 60
    max_attempts: int = 8
    backoff_seconds: tuple[float, ...] = (2, 10, 60, 300, 600)
    changes_kept: timedelta | None = None
    lease: timedelta = timedelta(seconds=30)
    tick_seconds: float = 1.0
    max_channels: int = 5_000
    max_channels_per_workspace: int = 2_000

    def wait(self, attempt: int) -> float:
        """Return the seconds to wait after attempt number `attempt` (from 1)."""
        return self.backoff_seconds[min(max(attempt, 1), len(self.backoff_seconds)) - 1]


DEFAULT_POLICY = DeliveryPolicy()

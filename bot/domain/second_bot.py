"""A second bot: another copy of this one, with a database of its own, that posts the same digests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.workspace import WorkspaceId

SUSPECTED_FOR = timedelta(days=15)
"""How long a workspace counts as one with a second bot after it was last seen: two weeks of a weekly newsletter."""
STANDS_ALREADY = "another copy of the bot, with a database of its own, had posted it here"
"""Why a digest is not posted, or was taken away again, as its reason begins."""
NOT_REMOVED = f"{STANDS_ALREADY}; its channel message could not be taken away again"
"""Why a digest ended whose channel message stands beside the one of the second bot."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was last seen of a second bot in a workspace.

    `seen` is when, `channel` (id) where, and `ts` its message, which shows the issue with that identity.
    """

    workspace: WorkspaceId
    channel: str
    issue: str
    ts: str
    seen: datetime


def is_later(ours: str, theirs: str) -> bool:
    """Return whether our message (ts) came after theirs. Slack's ts differ within a channel, so both bots agree."""
    return _moment(ours) > _moment(theirs)


def _moment(ts: str) -> tuple[int, str]:
    """Return what orders a ts: its seconds, then their fraction, which has always six figures."""
    seconds, _, fraction = ts.partition(".")
    return int(seconds) if seconds.isdecimal() else 0, fraction

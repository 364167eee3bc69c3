"""A delivery: the posting of one issue to one channel, part by part."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache

from bot.domain.preferences import Preferences
from bot.domain.workspace import WorkspaceId


class Progress(StrEnum):
    """The progress of a delivery."""

    WAITING = "waiting"
    """Decided; the parent is not confirmed yet."""
    POSTING = "posting"
    """The parent is posted; replies are still to be sent."""
    DONE = "done"
    """Everything is posted, except parts that say why not."""
    UNKNOWN = "unknown"
    """It cannot be found out whether the parent was posted: a person decides."""
    REFUSED = "refused"
    """Slack refuses the parent."""
    DROPPED = "dropped"
    """A person decided that it should not be posted."""
    PASSED = "passed"
    """It is not posted by itself: newer issues went out in its place, or an operator marked it as seen."""
    RETRACTING = "retracting"
    """Somebody takes it back: its messages are being deleted."""
    RETRACTED = "retracted"
    """It was taken back, or is not posted because it was taken back elsewhere."""


class State(StrEnum):
    """The state of a part."""

    PENDING = "pending"
    """Not posted; to be sent."""
    SENDING = "sending"
    """An attempt is recorded; its outcome is not known yet."""
    SENT = "sent"
    """Posted, at `ts`."""
    STRAY = "stray"
    """A reply that Slack posted into the channel, at `ts`, because its thread is gone; to be deleted."""
    UNKNOWN = "unknown"
    """Unconfirmed; sent again only if a person says so."""
    REFUSED = "refused"
    """Slack refuses it."""
    SKIPPED = "skipped"
    """Not to be sent: the issue no longer has it, or a person said to leave it."""


GONE = "the issue no longer has it"
"""Why a part is skipped whose entry was taken out of the issue; it comes back with it."""
THREAD_GONE = "its channel message was deleted, and its thread with it"
"""Why a reply is skipped, as its reason begins: one that strayed, or one that would."""
STRAY_LEFT = f"{THREAD_GONE}; it stands in the channel by itself"
"""Why a reply is skipped, as its reason begins, that strayed and was not deleted."""
THREAD_CLOSED = "its thread takes no replies"
"""Why a reply is skipped that Slack refused, as its reason begins."""
ASKED = "somebody asked for it to be posted"
"""A delivery's reason after a person asked for an unconfirmed message to be posted."""

ISSUE_GONE = "its issue is not in the archive; it goes on when the issue is back"
"""An unfinished delivery's reason while the file of its issue is gone."""
PASSED_OVER = "newer issues went out in its place"
"""Why an issue was passed over at a slot."""
MARKED_SEEN = "an operator marked it as seen"
"""Why an issue is not posted that was new."""
NOT_THERE = "looked for it: it is not there"
"""An unconfirmed part's reason after a look that proved that it did not arrive."""
REQUESTED = "its subscriber asked for it"
"""A delivery's reason after a person asked for an issue that is not posted by itself."""
POSTED_AGAIN = "it was taken back, and somebody asked for it to be posted again"
"""A delivery's reason after a person asked for an issue that had been taken back."""
POSTED_SINCE = "it was posted again since"
"""The reason of a delivery that was taken back after the issue got another one."""
SEEN_TAKEN_BACK = "a line in the channel says so, and this database did not know"
"""The reason of a delivery that was taken back while another, newer database was in use."""

NOT_THEN = "the release that posted the digest did not have it"
"""Why a part is skipped that only a newer version of the reader knows; it stays so, since an upgrade posts nothing."""

SAID_THERE = "somebody said that it is there"
"""The reason after a person said that an unconfirmed message has arrived."""
TAKEN_BACK = "somebody took it back"
"""Why a part is skipped, and a delivery ended, that a person took back."""
OPERATOR = "operator"
"""Who took a digest back with a command of the command line, which knows no user id."""
RETRACTION_LINE = "taken back"
"""The key of the line in the channel that says that its digest was taken back. It is a part after all others."""
RETRACTABLE = frozenset(Progress) - {Progress.RETRACTING, Progress.RETRACTED}
"""The progress of a delivery that can be taken back: all but of one that was, or is being."""

STANDING = frozenset({State.SENT, State.UNKNOWN})
"""States of a part whose message stands in the channel, or may."""
SETTLED = frozenset({State.SENT, State.UNKNOWN, State.REFUSED, State.SKIPPED})
"""States that no worker changes by itself."""


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One entry that a posted message shows: its position in the issue, first address ("" if none) and headline.

    `number` is its number in the issue (`bot.domain.entry_numbers`) when the message was posted, 0 if it has none. A
    release that numbered the entries of each message from 1 recorded none.
    """

    position: int
    url: str
    headline: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class PartRow:
    """One message of a delivery as the database knows it.

    `at` orders the parts (0 the parent); `hash` is of the payload last sent, or of what another version of the
    code makes of the same text; `source` is of what the issue says there; `attempt` numbers the attempts so that a
    late answer to an old one is told apart; `looks` counts the looks for it that came to nothing, `refusals` those with
    a word that nobody knows.
    """

    id: int
    delivery: int
    key: str
    at: int
    state: State
    ts: str = ""
    hash: str = ""
    attempt: int = 0
    attempted: datetime | None = None
    looks: int = 0
    reason: str = ""
    refusals: int = 0
    source: str = ""


def moment_of_ts(ts: str) -> datetime:
    """Return the moment, by Slack's clock, at which the message with this ts was posted."""
    return datetime.fromtimestamp(float(ts), UTC)


def closing(part: PartRow) -> str:
    """Return why the delivery's thread takes no more replies, as this part shows; "" if it does not show that."""
    reasons = (THREAD_GONE, THREAD_CLOSED) if part.state is State.SKIPPED else ()
    return next((reason for reason in reasons if part.reason.startswith(reason)), "")


def reply_name(part: PartRow, headline: str = "") -> str:
    """Return what people call a reply: `reply 3 (Headline)`, counted from the first in the thread."""
    return f"reply {part.at} ({headline})" if headline else f"reply {part.at}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """The posting of one issue to one channel; unique for (workspace, channel, issue).

    `issue` is the issue's identity, which outlives a renamed file. `due` is the slot it belongs to. `note` and `late`
    stand in its channel message: which issues wait beside it, and that it comes late. `content` is the hash of the
    issue's text as last shown and `version` that of the code which made its messages' hashes; both are "" where a
    release posted it that kept neither. `reason` says in one line what happened, or what it waits for. `after` is a ts
    of Slack's before which its channel message cannot be, "" where none is known. `requested`: a person asked for
    this issue, which is not posted by itself; it takes no place in a slot and is never late. `retracted_by` is who took
    it back (a user id, OPERATOR, or "" if nobody knows), `retracted_at` when.
    """

    id: int
    workspace: WorkspaceId
    channel: str
    subscription: int
    issue: str
    due: datetime
    decided: datetime
    progress: Progress
    preferences: Preferences = field(default_factory=Preferences)
    note: str = ""
    late: str = ""
    content: str = ""
    reason: str = ""
    after: str = ""
    version: str = ""
    parts: tuple[PartRow, ...] = ()
    requested: bool = False
    retracted_by: str = ""
    retracted_at: datetime | None = None

    @property
    def may_be_posted_again(self) -> bool:
        """Return whether it was taken back so that none of its messages can still stand in the channel."""
        over = self.progress is Progress.RETRACTED and self.reason != POSTED_SINCE
        return over and all(part.state not in STANDING for part in self.messages)

    @property
    def messages(self) -> tuple[PartRow, ...]:
        """Return the parts that show the issue: all but the line that it was taken back."""
        return tuple(part for part in self.parts if part.key != RETRACTION_LINE)

    @property
    def parent(self) -> PartRow | None:
        """Return the parent's row, None before anything was rendered."""
        return next((part for part in self.parts if part.at == 0), None)

    @property
    def closed(self) -> str:
        """Return why its thread takes no more replies, "" if nothing says so."""
        return next(filter(None, map(closing, self.parts)), "")

    @property
    def said_reason(self) -> str:
        """Return the reason as people read it: earlier releases stored a reply's key where its number should be."""
        text = self.reason
        for part in sorted(self.parts, key=lambda part: -len(part.key)) if self.reason else ():
            text = text.replace(part.key, reply_name(part)) if part.at else text
        return text


@dataclass(frozen=True, slots=True)
class PostedPart:
    """What a message in a channel is, as recorded when it was posted: the issue's identity and the entries shown."""

    issue: str
    part: str
    entries: tuple[ShownEntry, ...]


@lru_cache(maxsize=4096)
def shown_json(shown: tuple[ShownEntry, ...]) -> str:
    """Return the entries as JSON."""
    return json.dumps([[each.position, each.url, each.headline, *filter(None, [each.number])] for each in shown])


def shown_of(text: str | None) -> tuple[ShownEntry, ...]:
    """Return the entries that `shown_json` wrote."""
    return tuple(
        ShownEntry(int(row[0]), str(row[1]), str(row[2]), int(row[3]) if len(row) > 3 else 0)
        for row in json.loads(text or "[]")
    )


def numbered_as(before: tuple[ShownEntry, ...], shown: tuple[ShownEntry, ...]) -> tuple[ShownEntry, ...]:
    """Return `shown` with the numbers that a message, not edited since, shows: those recorded `before`.

    None where none were recorded.
    """
    if not any(each.number for each in before):
        return tuple(replace(each, number=0) for each in shown)
    if len(before) != len(shown):
        return shown
    return tuple(replace(now, number=was.number) for was, now in zip(before, shown, strict=True))

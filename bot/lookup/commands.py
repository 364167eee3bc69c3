"""The commands: a value for each thing that somebody may type, and the table of the texts that are whole ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, final

from bot.domain.bookmark_file.record import Format
from bot.domain.period import Period
from bot.domain.subscription_settings import Access


@final
@dataclass(frozen=True, slots=True)
class Topic:
    """Search for `query`, in the search's own query language.

    `near` is the sub-command that it starts like, "" for none; `tools` searches the tools only.
    """

    query: str
    near: str = ""
    tools: bool = False


@final
@dataclass(frozen=True, slots=True)
class Latest:
    """Show the newest issue, of all newsletters or of the one with this slug."""

    newsletter: str = ""


@final
@dataclass(frozen=True, slots=True)
class ShowIssue:
    """Show the issue `asked` for by number or slug; of the `newsletter` with this slug, if one was named."""

    asked: str
    newsletter: str = ""


@final
@dataclass(frozen=True, slots=True)
class Random:
    """Show a link picked at random, from all newsletters or from the one with this slug."""

    newsletter: str = ""


@final
@dataclass(frozen=True, slots=True)
class Topics:
    """Show what the archive talks about."""


@final
@dataclass(frozen=True, slots=True)
class Help:
    """Explain the commands."""


@final
@dataclass(frozen=True, slots=True)
class ToolsHelp:
    """Explain the command that searches the tools only, or the `reason` why it did not search."""

    reason: str = ""


@final
@dataclass(frozen=True, slots=True)
class Saved:
    """List the person's bookmarks, or those that answer `query`."""

    query: str = ""


@final
@dataclass(frozen=True, slots=True)
class Top:
    """Show what the team saves most, in a period; only links of the newsletter with this slug, if one is named."""

    period: Period = Period.ALL
    newsletter: str = ""


@final
@dataclass(frozen=True, slots=True)
class CountTogether:
    """Start (`on`) or stop counting what the team saves most."""

    on: bool


@final
@dataclass(frozen=True, slots=True)
class Export:
    """Send the person their bookmarks as a file; only those of the newsletter with this slug, if one is named."""

    kind: Format = Format.HTML
    newsletter: str = ""


@final
@dataclass(frozen=True, slots=True)
class Import:
    """Import a browser's bookmarks."""


@final
@dataclass(frozen=True, slots=True)
class ForgetMe:
    """Delete everything about the person, once they confirmed it."""


@dataclass(frozen=True, slots=True)
class OfSubscription:
    """What is about a subscription: to the `newsletter` with this slug, "" to all, None where none was named."""

    newsletter: str | None = None


@final
@dataclass(frozen=True, slots=True)
class Subscribe:
    """Subscribe the channel at the times `typed`; `newsletter` as in `OfSubscription`, here and below."""

    typed: str
    newsletter: str | None = None


@final
@dataclass(frozen=True, slots=True)
class SubscribeTopics:
    """Subscribe the channel to topics, in the person's own words: `typed`, separated by commas.

    `ask`: it could be something else, days for example, so the person is asked first.
    """

    typed: str
    ask: bool = True
    newsletter: str | None = None


@final
@dataclass(frozen=True, slots=True)
class SubscribeForm(OfSubscription):
    """Open the form that subscribes a channel."""


@final
@dataclass(frozen=True, slots=True)
class Unsubscribe(OfSubscription):
    """End the channel's subscription."""


@final
@dataclass(frozen=True, slots=True)
class Owner:
    """Show who owns the channel's subscription, and offer to hand it over; `person` is whom to, as typed, or ""."""

    person: str = ""
    newsletter: str | None = None


@final
@dataclass(frozen=True, slots=True)
class Allow:
    """Set who may change the channel's subscription."""

    access: Access
    newsletter: str | None = None


@final
@dataclass(frozen=True, slots=True)
class Pause(OfSubscription):
    """Pause the channel's digests."""


@final
@dataclass(frozen=True, slots=True)
class Resume(OfSubscription):
    """Resume the channel's digests."""


@final
@dataclass(frozen=True, slots=True)
class Status(OfSubscription):
    """Show the channel's next post, its last, and what waits."""


@final
@dataclass(frozen=True, slots=True)
class Why:
    """Say what happened to the issue `asked` for (number or slug) in this channel."""

    asked: str


@final
@dataclass(frozen=True, slots=True)
class Preview:
    """Show a digest in private; `asked` is a number or slug, "" the newest issue."""

    asked: str


@final
@dataclass(frozen=True, slots=True)
class Usage:
    """Explain what was missing or wrong: `reason`, "" when nothing was typed.

    `example` is the sub-command that lacks an issue's number.
    """

    reason: str
    example: str = ""


FromMemory: TypeAlias = Topic | Latest | ShowIssue | Random | Topics | Help | ToolsHelp | Usage
"""Commands that are answered within the acknowledgement: they need neither the database nor Slack."""
Command: TypeAlias = (
    FromMemory | Saved | Top | CountTogether | Export | Import | ForgetMe
    | Subscribe | SubscribeTopics | SubscribeForm | Unsubscribe | Owner | Allow
    | Pause | Resume | Status | Why | Preview
)  # fmt: skip

ALONE: dict[str, Command] = {
    "latest": Latest(),
    "random": Random(),
    "topics": Topics(),
    "help": Help(),
    "?": Help(),
    "saved": Saved(),
    "top": Top(),
    "top month": Top(Period.MONTH),
    "top year": Top(Period.YEAR),
    "top on": CountTogether(on=True),
    "top off": CountTogether(on=False),
    "export": Export(),
    "export md": Export(Format.MARKDOWN),
    "export json": Export(Format.JSONL),
    **{f"export {kind.value}": Export(kind) for kind in Format},
    "import": Import(),
    "forget me": ForgetMe(),
    "subscribe": SubscribeForm(),
    "unsubscribe": Unsubscribe(),
    "owner": Owner(),
    **{f"allow {access.value}": Allow(access) for access in Access},
    "pause": Pause(),
    "resume": Resume(),
    "status": Status(),
    "preview": Preview(""),
    "issue": Usage("Which issue? Type its number", "issue"),
    "why": Usage("Which issue is meant? Type its number", "why"),
}
"""The texts that are whole sub-commands, with what each is read as."""
FIRST_WORDS = {word.partition(" ")[0] for word in ALONE}
"""The words that sub-commands begin with."""


def starts(query: str) -> bool:
    """Return whether the first word of a topic is that of a sub-command, spelt right."""
    return query.partition(" ")[0].casefold() in FIRST_WORDS

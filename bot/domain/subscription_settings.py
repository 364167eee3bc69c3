"""What people can change about a channel's subscription, who may do so, and a change in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from archive.kind import Kind
from bot.domain.errors import BotError
from bot.domain.preferences import Layout, Preferences, Sponsors
from bot.domain.schedule import Schedule, ScheduleError, Unreadable, parse_schedule
from bot.domain.subscription import Paused, PausedBy, Subscription
from bot.domain.workspace import WorkspaceId


class Access(StrEnum):
    """Who may change a channel's subscription. The operator's admins always may."""

    EVERYBODY = "everybody"
    OWNER = "owner"
    """The owner and the admins."""
    ADMINS = "admins"
    """Only the admins; where there are none, the owner."""


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """What people can change about a subscription. `owner` is a user id, "" if it has none."""

    schedule: Schedule
    preferences: Preferences = field(default_factory=Preferences)
    owner: str = ""
    access: Access = Access.EVERYBODY
    paused: Paused | None = None

    @classmethod
    def of(cls, subscription: Subscription) -> Self:
        """Return the settings of a subscription."""
        access = access_of(subscription.access)
        return cls(subscription.schedule, subscription.preferences, subscription.user, access, subscription.paused)

    def as_json(self) -> dict[str, Any]:
        """Return everything but the owner as JSON values; `from_json` reads them back.

        The owner is left out: a person who asks to be forgotten must not stand in a text of which there are copies.
        """
        paused = [self.paused.by.value, self.paused.reason] if self.paused else None
        return {
            "schedule": str(self.schedule),
            "taste": self.preferences.as_json(),
            "access": self.access.value,
            "paused": paused,
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any], owner: str) -> Self:
        """Read what `as_json` wrote; parts that another version wrote and that can't be read here are the defaults.

        A schedule that can't be read is kept as text (`Unreadable`).
        """
        text, paused = str(given.get("schedule", "")), given.get("paused")
        try:
            preferences = Preferences.from_json(given.get("taste") or {})
        except (ValueError, TypeError, AttributeError):
            preferences = Preferences()
        return cls(_schedule(text), preferences, owner, access_of(given.get("access")), _paused(paused))


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """A recorded change of a channel's settings: what they were `before` and `after` (None: not subscribed).

    `user` made it, "" if that person has asked to be forgotten. `undoes` is the id of the change that this one undid.
    `newsletter` is the slug of the one that the subscription is for, "" for all.
    """

    id: int
    workspace: WorkspaceId
    channel: str
    at: datetime
    user: str
    before: ChannelSettings | None
    after: ChannelSettings | None
    undoes: int | None = None
    newsletter: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """How foreign text and people are written: `text` makes a text harmless, `person` mentions a user id."""

    text: Callable[[str], str] = str
    person: Callable[[str], str] = str


PLAIN = Wording()
_MAX_ADMINS = 5
"""Admins who are named; a longer list would be a line that nobody reads."""
_SOMEBODY = "somebody"
_SAID = {
    Access.EVERYBODY: "everybody here",
    Access.OWNER: "only its owner and the admins",
    Access.ADMINS: "only the admins",
}


def access_of(text: object) -> Access:
    """Return a stored setting; one that another version wrote reads as the narrower `OWNER`."""
    return Access(str(text)) if text in tuple(Access) else Access.OWNER


def may_change(settings: ChannelSettings, user: str, admins: frozenset[str], *, vacant: bool) -> bool:
    """Return whether `user` may change a subscription.

    `vacant`: it has no owner, or the owner has left. Then an admin decides; where there are none, anybody.
    """
    if user in admins or settings.access is Access.EVERYBODY:
        return True
    if settings.access is Access.ADMINS and admins:
        return False
    return may_hand_over(settings, user, admins, vacant=vacant)


def may_hand_over(settings: ChannelSettings, user: str, admins: frozenset[str], *, vacant: bool) -> bool:
    """Return whether `user` may choose the owner and who may change the subscription: its owner, or an admin."""
    if user in admins:
        return True
    return not admins if vacant else user == settings.owner


def who_may(settings: ChannelSettings, admins: frozenset[str], wording: Wording = PLAIN, *, own: bool = False) -> str:
    """Return in words who may change a subscription; with `own`, who may choose its owner and who may change it."""
    if settings.access is Access.EVERYBODY and not own:
        return _SAID[Access.EVERYBODY]
    named = f"the admins{_bracketed(_list([wording.person(each) for each in sorted(admins)[:_MAX_ADMINS]]))}"
    if admins and settings.access is Access.ADMINS and not own:
        return f"only {named}"
    owner = f"only its owner{_bracketed(wording.person(settings.owner) if settings.owner else 'it has none now')}"
    return f"{owner} and {named}" if admins else owner


class NotAllowedError(BotError):
    """Somebody may not change a subscription. The message says who may, with people by their ids."""

    def __init__(self, settings: ChannelSettings, admins: frozenset[str], *, own: bool = False) -> None:
        """Keep what `who_may` takes: the subscription's `settings`, the `admins`, and whether its ownership was."""
        super().__init__(f"may be changed by {who_may(settings, admins, own=own)}")
        self._settings, self._admins, self._own = settings, admins, own

    def said(self, wording: Wording) -> str:
        """Return who may do what was refused, as a clause."""
        what = "say who owns this subscription and who may change it" if self._own else "change this subscription"
        return f"{who_may(self._settings, self._admins, wording, own=self._own)} can {what}"


def in_words(change: SettingsChange, wording: Wording = PLAIN, *, place: str = "this channel") -> str:
    """Return a change as one sentence without its full stop: who did what, from what to what."""
    who = wording.person(change.user) if change.user else _SOMEBODY
    undid = "undid a change: " if change.undoes else ""
    of = f" ({wording.text(change.newsletter)})" if change.newsletter else ""
    return f"{who} {undid}{_list(list(_clauses(change, wording, place)))}{of}"


def _clauses(change: SettingsChange, wording: Wording, place: str) -> Iterator[str]:
    before, after = change.before, change.after
    if after is None:
        yield f"unsubscribed {place}" + (f" (it was {_shown(before, wording)})" if before else "")
    elif before is None:
        yield f"subscribed {place}: {_shown(after, wording)}"
    else:
        yield from _differences(before, after, wording)
        yield from _ownership(before, after, change.user, wording)


def _differences(before: ChannelSettings, after: ChannelSettings, wording: Wording) -> Iterator[str]:
    if str(before.schedule) != str(after.schedule):
        yield f"moved the digest from {wording.text(str(before.schedule))} to {wording.text(str(after.schedule))}"
    yield from _tastes(before.preferences, after.preferences, wording)
    if after.paused and not before.paused:
        yield "paused the digest"
    elif before.paused and not after.paused:
        yield "resumed the digest"


def _tastes(before: Preferences, after: Preferences, wording: Wording) -> Iterator[str]:
    if before.layout is not after.layout:
        yield "put everything in one message" if after.layout is Layout.FULL else "put the links in a thread"
    if before.sponsors is not after.sponsors:
        folded = after.sponsors is Sponsors.FOLDED
        yield "folded the sponsors into one line" if folded else "showed the sponsors in full again"
    for what, old, new in (
        ("sections", _sections(before), _sections(after)),
        ("topics", _named(before.topics, "all"), _named(after.topics, "all")),
        ("age up to which an issue is new", _span(before), _span(after)),
        ("topics left out", _named(before.without_topics, "none"), _named(after.without_topics, "none")),
    ):
        if old != new:
            yield f"changed the {what} from {wording.text(old)} to {wording.text(new)}"


def _span(preferences: Preferences) -> str:
    return f"{preferences.new_days} days" if preferences.new_days else "as the operator set"


def _ownership(before: ChannelSettings, after: ChannelSettings, user: str, wording: Wording) -> Iterator[str]:
    if before.owner != after.owner:
        earlier = f" from {wording.person(before.owner)}" if before.owner else ""
        taken = after.owner == user
        yield f"took it over{earlier}" if taken else f"handed it over{earlier} to {_mention(after.owner, wording)}"
    if before.access is not after.access:
        yield f"let {_SAID[after.access]} change it"


def _bracketed(text: str) -> str:
    return f" ({text})" if text else ""


def _mention(user: str, wording: Wording) -> str:
    return wording.person(user) if user else "nobody"


def _shown(settings: ChannelSettings, wording: Wording) -> str:
    """Return a schedule with its topics, and whether it is paused."""
    topics = f", only about {', '.join(settings.preferences.topics)}" if settings.preferences.topics else ""
    return wording.text(f"{settings.schedule}{topics}") + (", paused" if settings.paused else "")


def _sections(preferences: Preferences) -> str:
    kept = f"only {_kinds(preferences.only)}" if preferences.only else "all"
    return f"{kept} but {_kinds(preferences.without)}" if preferences.without else kept


def _kinds(kinds: Iterable[Kind]) -> str:
    return ", ".join(sorted(kind.value for kind in kinds))


def _named(topics: tuple[str, ...], none: str) -> str:
    return ", ".join(topics) if topics else none


def _list(clauses: list[str]) -> str:
    if len(clauses) < 2:
        return "".join(clauses)
    return f"{', '.join(clauses[:-1])} and {clauses[-1]}"


def _schedule(text: str) -> Schedule:
    try:
        return parse_schedule(text)
    except ScheduleError:
        return Unreadable(text)


def _paused(given: object) -> Paused | None:
    if not (isinstance(given, list) and len(given) == 2 and given[0] in tuple(PausedBy)):
        return None
    return Paused(PausedBy(given[0]), str(given[1]))

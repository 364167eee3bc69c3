"""What a message asks for, as values."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any


class MessageKind(StrEnum):
    """What sort of thing a message asks for."""

    LOOKUP = "lookup"
    QUESTION = "question"
    ISSUE = "issue"
    MINE = "mine"
    BOT = "bot"
    CHANGE = "change"
    CHATTER = "chatter"
    AMBIGUOUS = "ambiguous"


class Manner(StrEnum):
    """How a message is answered.

    In full, with a short word, not at all, with a question and buttons, or with what would change and a button.
    """

    FULL = "full"
    SHORT = "short"
    NONE = "none"
    CLARIFY = "clarify"
    CONFIRM = "confirm"


class Form(StrEnum):
    """What a question wants to know: sentences, what a thing is or whether it is so, or a figure of the archive.

    `COUNTS` counts entries and `ISSUES` issues. `VERDICT` asks whether a thing is so: "is puppet dead?".
    """

    SENTENCES = "sentences"
    DEFINITION = "definition"
    VERDICT = "verdict"
    FIRST = "first"
    LAST = "last"
    COUNTS = "counts"
    ISSUES = "issues"


COUNTED = frozenset({Form.FIRST, Form.LAST, Form.COUNTS, Form.ISSUES})
"""What is answered by a figure."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What narrows or orders an answer, "" or () for no such limit.

    `after` is the first day that counts and `before` the first that does not any more, both as ISO dates; `year` is
    the year that was named, if one was. `section` is a kind of section; `order` is "newest", "oldest" or "" for best
    first. `limit` is how many are wanted, 0 for as many as usual. `newsletter` is the slug of the
    one that was named, where there are several.
    """

    section: str = ""
    without_sections: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    after: str = ""
    before: str = ""
    year: int = 0
    order: str = ""
    limit: int = 0
    site: str = ""
    phrase: str = ""
    newsletter: str = ""

    def set(self) -> tuple[str, ...]:
        """Return the names of the limits that are set, in order."""
        return tuple(each.name for each in fields(self) if getattr(self, each.name))

    def over(self, earlier: Limits) -> Limits:
        """Return these limits, with those of `earlier` where these have none."""
        own = frozenset(self.set()) | (frozenset() if self._joins(earlier) else self._days())
        kept = {name: getattr(earlier, name) for name in earlier.set() if name not in own}
        joined = {
            "without": tuple(dict.fromkeys((*earlier.without, *self.without))),
            "without_sections": tuple(dict.fromkeys((*earlier.without_sections, *self.without_sections))),
        }
        return replace(self, **(kept | joined))

    def _days(self) -> frozenset[str]:
        """Return the names of all that says days if any of it is set: a year replaces what was said of days before."""
        days = frozenset({"after", "before", "year"})
        return days if days & frozenset(self.set()) else frozenset()

    def _joins(self, earlier: Limits) -> bool:
        """Return whether one end of a time goes with the other end said `earlier`: "since 2015", "until 2019"."""
        ends = (self.after or earlier.after, self.before or earlier.before)
        one_each = bool(self.after) != bool(self.before) and bool(earlier.after) != bool(earlier.before)
        return one_each and not (self.year or earlier.year) and "" not in ends and ends[0] < ends[1]


@dataclass(frozen=True, slots=True)
class Request:
    """What one message asks for.

    `topic` is what is looked for, in the person's own words without what only frames them. `issues` are numbers or
    slugs of issues that may be meant, the likeliest first; `last` asks for so many of the newest issues. `about` is
    what somebody wants to know of the bot, `action` what they want changed (the likeliest first), `schedule` the times
    as they were written. `rank` is the place in a list that was shown, `channel` and `person` Slack ids, `url` an
    address that was pasted. `team` and `period` are for what the team saves, `export` is a file's kind.
    `of_newsletter` says that it is about the newsletter itself; then a `form` that counts is about all of the archive.
    """

    kind: MessageKind
    manner: Manner = Manner.FULL
    topic: str = ""
    limits: Limits = field(default_factory=Limits)
    form: Form = Form.SENTENCES
    issues: tuple[int | str, ...] = ()
    last: int = 0
    random: bool = False
    about: str = ""
    action: tuple[str, ...] = ()
    schedule: str = ""
    rank: int = 0
    channel: str = ""
    person: str = ""
    url: str = ""
    team: bool = False
    period: str = ""
    export: str = ""
    of_newsletter: bool = False

    def slots(self) -> dict[str, Any]:
        """Return what was understood, by name, without what is not set."""
        named = {
            "topic": self.topic,
            "issue": list(self.issues),
            "last": self.last,
            "random": self.random,
            "about": self.about,
            "action": list(self.action),
            "schedule": self.schedule,
            "rank": self.rank,
            "channel": self.channel,
            "for": self.person,
            "url": self.url,
            "team": self.team,
            "period": self.period,
            "export": self.export,
            **slots_of(self.limits),
        }
        return {name: value for name, value in named.items() if value}


def slots_of(limits: Limits) -> dict[str, Any]:
    """Return limits by the names that predictions give them, without those that are not set."""
    named = {
        "section": limits.section,
        "not_section": list(limits.without_sections),
        "not": list(limits.without),
        "after": limits.after,
        "before": limits.before,
        "year": limits.year,
        "order": limits.order,
        "limit": limits.limit,
        "site": limits.site,
        "phrase": limits.phrase,
        "newsletter": limits.newsletter,
    }
    return {name: value for name, value in named.items() if value}

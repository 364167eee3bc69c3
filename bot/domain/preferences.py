"""A channel's preferences: how it wants its digests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Self

from archive.issue import Entry, Section
from archive.kind import Kind

MAX_NEW_DAYS = 366
_WORD = re.compile(r"[^\W_]+(?:[+#]+)?")
# The intro is the issue's own voice, and a sponsor who paid is folded at most: neither is ever left out.
_ALWAYS = frozenset({Kind.INTRO, Kind.SPONSOR})


class Layout(StrEnum):
    """How a digest is laid out in a channel."""

    THREAD = "thread"
    """One message with the contents, one reply for each entry: a reaction means one link."""
    FULL = "full"
    """Everything in one message, or as few as Slack's limits allow."""


class Sponsors(StrEnum):
    """How sponsored entries are shown."""

    SHOWN = "shown"
    FOLDED = "folded"
    """One line of links at the end of the first message."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a channel wants its digests.

    `only` and `without` are kinds of section to keep (empty: all) and to leave out; `topics` and `without_topics` the
    same for words an entry's headline, text or addresses hold ("machine learning" asks for both words). Leaving out
    wins. The intro and sponsors are not subject to either; `sponsors` may fold the latter.
    """

    layout: Layout = Layout.THREAD
    sponsors: Sponsors = Sponsors.SHOWN
    only: frozenset[Kind] = frozenset()
    without: frozenset[Kind] = frozenset()
    topics: tuple[str, ...] = ()
    without_topics: tuple[str, ...] = ()
    new_days: int = 0
    """An issue may be dated so many days before the last good look and still be new here; 0: as the operator set."""

    @property
    def window(self) -> timedelta | None:
        """The channel's own window of newness, None for the operator's."""
        return timedelta(days=self.new_days) if self.new_days else None

    def wants(self, section: Section, entry: Entry) -> bool:
        """Return whether the channel wants this entry."""
        kind = section.kind
        if kind in _ALWAYS:
            return True
        if kind in self.without or (self.only and kind not in self.only):
            return False
        if not (self.topics or self.without_topics):
            return True
        held = _words(f"{entry.headline} {entry.text} {' '.join(link.url for link in entry.links)}")
        if any(_about(topic, held) for topic in self.without_topics):
            return False
        return not self.topics or any(_about(topic, held) for topic in self.topics)

    def as_json(self) -> dict[str, Any]:
        """Return the preferences as JSON values for the database; `from_json` reads them back."""
        return {
            "layout": self.layout.value,
            "sponsors": self.sponsors.value,
            "only": sorted(kind.value for kind in self.only),
            "without": sorted(kind.value for kind in self.without),
            "topics": list(self.topics),
            "without_topics": list(self.without_topics),
            **({"new_days": self.new_days} if self.new_days else {}),
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """Read what `as_json` gave; what is missing takes its default.

        Raises ValueError where a value is none of its kind's.
        """
        return cls(
            layout=Layout(given.get("layout", Layout.THREAD)),
            sponsors=Sponsors(given.get("sponsors", Sponsors.SHOWN)),
            only=frozenset(Kind(kind) for kind in given.get("only", ())),
            without=frozenset(Kind(kind) for kind in given.get("without", ())),
            topics=tuple(str(topic) for topic in given.get("topics", ())),
            without_topics=tuple(str(topic) for topic in given.get("without_topics", ())),
            new_days=_days(given.get("new_days", 0)),
        )


def _days(given: object) -> int:
    """Return a number of days. Raises ValueError for none from 0 to a year."""
    if not isinstance(given, int) or isinstance(given, bool) or not 0 <= given <= MAX_NEW_DAYS:
        raise ValueError(f"new_days is {given!r}, not a number from 0 to {MAX_NEW_DAYS}")
    return given


def _words(text: str) -> frozenset[str]:
    return frozenset(_singular(word) for word in _WORD.findall(text.casefold()))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


@lru_cache(maxsize=1024)
def _asked(topic: str) -> frozenset[str]:
    return _words(topic)


def _about(topic: str, held: frozenset[str]) -> bool:
    asked = _asked(topic)
    return bool(asked) and asked <= held

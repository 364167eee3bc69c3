"""What reading a message needs to know of the archive."""

from __future__ import annotations

from datetime import date
from typing import Protocol


class Archive(Protocol):
    """The issues and names of an archive at one moment; `bot.lookup.asking.facts` has them."""

    def site(self, name: str) -> str:
        """Return the host that a name stands for, "" for none."""
        ...

    def issue_on(self, day: date, days: int = 1) -> tuple[int | str, ...]:
        """Return the issues of `days` days from `day` on, else the last one before, by number or slug."""
        ...

    def oldest(self) -> int | str | None:
        """Return the first issue of all, None if there is none."""
        ...

    def newest(self, back: int = 0) -> int | str | None:
        """Return the issue `back` before the newest, None if there is none."""
        ...

    def is_name(self, word: str) -> bool:
        """Return whether the archive writes the word as a name, with a capital letter within a sentence."""
        ...

    def is_own_name(self, word: str) -> bool:
        """Return whether the word is part of the newsletter's own name."""
        ...

    def is_topic(self, name: str, host: str) -> bool:
        """Return whether twice as many entries speak of a name without a link to its host as link there."""
        ...

    def knows(self, word: str) -> bool:
        """Return whether any entry has the word."""
        ...

    def beside(self, issue: int | str, step: int) -> int | str | None:
        """Return the issue `step` after (before, if negative) the one of this number or slug, None at an end."""
        ...

    def newsletter_in(self, text: str) -> tuple[str, str]:
        """Return a text without the newsletter that it names, and that one's slug; the text and "" if it names none."""
        ...

    def only(self, newsletter: str) -> Archive:
        """Return the issues of the newsletter with this slug, and the same names."""
        ...

    def has(self, number: int) -> bool:
        """Return whether an issue has this number."""
        ...

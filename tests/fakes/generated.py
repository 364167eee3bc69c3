"""Write the archive of an invented newsletter: many issues, in the shapes and with the traps of real ones."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

FIRST = datetime(2019, 1, 6, 9, tzinfo=UTC)
TOPICS = ("kubernetes", "docker", "postgres", "terraform", "incidents", "metrics", "queues", "deploys", "caches", "DNS")
OPENINGS = ("A long read on", "What we learned from", "Three notes about", "An honest account of", "The case against")
ENDINGS = (
    "at a company of four people.",
    "with numbers, and what they leave out.",
    "in production – and what broke first.",
    "(part 2 of 3), with its code & tests.",
    "for people who have <none> of it yet.",
)
FIRMS = ("Pagers Ltd", "Example Hosting", "The Foo Foundation")


class Writer:
    """Writes random issues, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        """Start with no address used: each entry has its own, except those that are repeated on purpose."""
        self._chance = random.Random(seed)
        self._addresses = 0

    def issue(self, number: int, published: datetime) -> str:
        """Return one issue's file: front matter, an intro, sometimes a sponsor, news, tools, and sometimes more."""
        title = f"Made Up Weekly \\#{number} - {published.day}{_ordinal(published.day)} {published:%B %Y}"
        front = [f"title: {title}", *([f"date: {published.isoformat()}"] if number % 3 else [])]
        sections = [
            f"Hello, and welcome to number {number}. It is about {self._topic()} more than it meant to be.",
            *([self._sponsor()] if number % 2 else []),
            self._section("News", 3, 9),
            self._section("Tools", 2, 6),
            *([self._section("Jobs", 1, 2)] if number % 5 == 0 else []),
            *([self._section("Talks from a conference", 1, 4)] if number % 7 == 0 else []),
        ]
        return "---\n" + "\n".join(front) + "\n---\n\n" + "\n\n\n".join(sections) + "\n"

    def _section(self, heading: str, least: int, most: int) -> str:
        entries = [self._entry() for _ in range(self._chance.randint(least, most))]
        lines = self._chance.choice((f"{heading}\n{'=' * len(heading)}", f"## {heading}"))
        return "\n\n\n".join((lines, *entries))

    def _sponsor(self) -> str:
        heading = f"From our sponsor, {self._chance.choice(FIRMS)}"
        address = self._address()
        return f">{heading}\n{'=' * len(heading)}\n\nSign up today.\n<br>[{address}]({address})"

    def _entry(self) -> str:
        return self._chance.choice((self._mail, self._mail, self._bare, self._sentence, self._several, self._list))()

    def _mail(self) -> str:
        address = self._address()
        return f"{self._text()}\n<br>[{address}]({address})"

    def _bare(self) -> str:
        return f"{self._text()}\n\n{self._address()}"

    def _sentence(self) -> str:
        return f"{self._text()} See [the notes]({self._address()}), too."

    def _several(self) -> str:
        first, second = self._address(), self._address()
        return f"{self._text()}\n{self._text()}\n<br>[{first}]({first})\n<br>[{second}]({second})"

    def _list(self) -> str:
        return "\n".join(f"* [{self._topic()} {n}]({self._address()}) is worth it" for n in range(1, 4))

    def _text(self) -> str:
        return " ".join((self._chance.choice(OPENINGS), self._topic(), self._chance.choice(ENDINGS)))

    def _topic(self) -> str:
        return self._chance.choice(TOPICS)

    def _address(self) -> str:
        if self._addresses and self._chance.random() < 0.02:
            return f"https://example.org/{self._chance.randint(1, self._addresses)}"
        self._addresses += 1
        shape: Callable[[str], str] = self._chance.choice(
            (str, str, "{}?utm_source=weekly&b=2".format, "{}_(disambiguation)".format, "{}#part-2".format)
        )
        return shape(f"https://example.org/{self._addresses}")


def write(folder: Path, *, issues: int = 60, seed: int = 7) -> None:
    """Write `issues` weekly issues into `folder`, named as newsletter tools name them: date, then number."""
    writer = Writer(seed)
    for number in range(1, issues + 1):
        published = FIRST + timedelta(weeks=number - 1)
        name = f"{published:%Y-%m-%d}-{number}.md"
        (folder / name).write_text(writer.issue(number, published), "utf-8")


def _ordinal(day: int) -> str:
    return "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")

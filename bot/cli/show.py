"""`backissue show ISSUE`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from archive.issue import Entry, Issue, Section
from archive.kind import Kind
from bot.cli.reading import find, read
from bot.cli.terminal import out, safe
from bot.domain.entry_numbers import entry_numbers

STYLE = {Kind.SPONSOR: "yellow", Kind.JOBS: "green", Kind.EVENTS: "magenta", Kind.TOOLS: "blue"}
"""The colour of a section's heading by its kind; cyan for the rest."""


def show(folder: Path | None, asked: str) -> None:
    """Print the issue `asked` for (number, slug or `latest`).

    Raises UnknownIssueError if there is no such issue.
    """
    out.print(issue_page(find(read(folder), asked)))


def issue_page(issue: Issue) -> RenderableType:
    """Lay an issue out for the terminal: title, date, then its sections and entries in reading order."""
    number = f"#{issue.number}  " if issue.number is not None else ""
    head = Text.assemble(
        (safe(issue.title), "bold"), "\n", (f"{number}{issue.published:%d %B %Y}  {issue.slug}", "dim")
    )
    numbers = entry_numbers(issue)
    return Group(Text(), head, *(part for section in issue.sections for part in _section(section, numbers)))


def _section(section: Section, numbers: Mapping[int, int]) -> Iterator[RenderableType]:
    colour = STYLE.get(section.kind, "cyan")
    if section.heading:
        note = f" · {section.kind}" if section.kind.value != section.heading.lower() else ""
        yield Padding(
            Rule(Text(safe(section.heading) + note, style=f"bold {colour}"), align="left", style=colour), (1, 0, 0, 0)
        )
    for entry in section.entries:
        number = numbers.get(entry.position)
        mark = Text(f"{number}. " if number else "", style="dim")
        yield Padding(Text.assemble(mark, _entry(entry)), (1, 0, 0, 2))


def _entry(entry: Entry) -> Text:
    words, headline = entry.text.strip(), entry.headline
    # A headline made of the text's beginning would only repeat it.
    text = Text() if words.startswith(headline.rstrip("…")) else Text(safe(headline) + "\n" * bool(words), style="bold")
    text.append(safe(words), style="not bold")
    for link in entry.links:
        url = safe(link.url)
        text.append("\n")
        text.append(url, style=f"not bold cyan link {url}" if " " not in url else "not bold cyan")
    return text

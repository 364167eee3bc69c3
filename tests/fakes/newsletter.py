"""Issues for tests of delivery, and a renderer that needs no Block Kit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from archive.issue import Entry, Issue, Link, Section
from archive.kind import Kind
from bot.domain.preferences import Preferences
from bot.slack.blocks.message import Digest, Message, Part


def issue(number: int, published: datetime, *, entries: int = 3, slug: str | None = None) -> Issue:
    """Return issue `number` with that many entries, each with a link of its own."""
    made = tuple(
        Entry(
            at, f"Text {at} of {number}.", f"Headline {number}-{at}", (Link(f"https://site{at}.org/{number}"),), at + 1
        )
        for at in range(entries)
    )
    section = Section("News", Kind.NEWS, made, 1)
    return Issue(slug or f"issue-{number}", f"Weekly {number}", number, published, (section,))


def of(newsletter: str, known: Issue) -> Issue:
    """Return an issue as the archive of several newsletters has it: its slug begins with the newsletter's."""
    return replace(known, slug=f"{newsletter}/{known.slug}", newsletter=newsletter)


def with_text(known: Issue, position: int, text: str) -> Issue:
    """Return the issue with one entry's text corrected."""
    return _with(known, position, text=text)


def with_link(known: Issue, position: int, url: str) -> Issue:
    """Return the issue with one entry's link corrected."""
    return _with(known, position, links=(Link(url),))


def with_more(known: Issue, *urls: str) -> Issue:
    """Return the issue with entries added at its end."""
    section = known.sections[0]
    count = len(section.entries)
    more = tuple(Entry(count + at, f"More {url}", f"More {url}", (Link(url),), 90 + at) for at, url in enumerate(urls))
    return replace(known, sections=(replace(section, entries=(*section.entries, *more)),))


def _with(known: Issue, position: int, **changes: object) -> Issue:
    section = known.sections[0]
    entries = tuple(replace(e, **changes) if e.position == position else e for e in section.entries)  # type: ignore[arg-type]
    return replace(known, sections=(replace(section, entries=entries),))


def render(known: Issue, preferences: Preferences, note: str) -> Digest:
    """Render a parent, and a reply for each entry, keyed by its first link."""
    del preferences
    replies = tuple(
        Part(f"entry-{url}", Message(f"{entry.headline}: {entry.text} {url}"), (entry.position,))
        for _, entry in known.entries()
        for url in (entry.links[0].url,)
    )
    return Digest(known.slug, Part("parent", Message(f"{known.title} {note}".strip())), replies)

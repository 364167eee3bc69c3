"""An issue from a web page: its own text, without the site's around it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from archive import date
from bot.source.importing.cleaning import cleaned_tokens
from bot.source.importing.item import ImportFault, Item, ItemOrFault, guarded, hashed
from bot.source.importing.markdown import TEXT_MAX_CHARS, from_cleaned
from bot.source.importing.tokens import Tokens, tokens_of

_AROUND = frozenset({"nav", "footer", "aside"})
"""Elements that belong to the site, not to the issue."""
_DATE_NAMES = (
    "article:published_time",
    "datepublished",
    "date",
    "dc.date",
    "dc.date.issued",
    "dcterms.date",
    "pubdate",
)
_CHARSET = re.compile(rb"<meta\b[^>]*\bcharset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a page beside what it says itself; "" and None for nothing. It counts more than the page."""

    title: str = ""
    published: datetime | None = None
    source: str = ""


def read_page(data: bytes, origin: str, facts: Facts | None = None) -> ItemOrFault:
    """Return the issue that a page or a part of one is, or what is wrong with it.

    `origin`: its path, which names it in messages and may hold its date.
    """
    return guarded(origin, lambda: _read(data, origin, facts or Facts()))


def _read(data: bytes, origin: str, known: Facts) -> ItemOrFault:
    html = _decoded(data)
    if len(html) > TEXT_MAX_CHARS:
        return ImportFault(origin, f"it has {len(html) / 1e6:.0f} million characters; leave it out")
    tokens = tokens_of(html)
    said = _Said(tokens)
    body = from_cleaned(cleaned_tokens(_own(tokens), known.source or said.address, _AROUND))
    if not body.markdown:
        return ImportFault(origin, "it has no text")
    title = known.title or said.title or body.title
    address = known.source or said.address
    return Item(
        identity=f"page:{address or origin}",
        origin=origin,
        title=title,
        published=known.published or said.published or date.written(f"{title} {origin}"),
        source=address,
        body=body.markdown,
        seal=hashed(data, title, str(known.published)),
        left_out=body.left_out,
    )


class _Said:
    """What a page says of itself in its head."""

    def __init__(self, tokens: Tokens) -> None:
        self._meta = dict(reversed(list(_metas(tokens))))
        self._tokens = tokens

    @property
    def title(self) -> str:
        """Return its title for others, else its only first-level heading, "" without one."""
        heads = [place for place, token in enumerate(self._tokens) if token.kind == "start" and token.name == "h1"]
        alone = self._words(heads[0]) if len(heads) == 1 else ""
        return " ".join(self._meta.get("og:title", "").split()) or alone

    @property
    def address(self) -> str:
        """Return its own address, "" without one."""
        address = self._meta.get("canonical", "") or self._meta.get("og:url", "")
        return address if address.startswith(("http://", "https://")) else ""

    @property
    def published(self) -> datetime | None:
        """Return the date that it says in its head, in data for search engines, or in its first `<time>`."""
        for text in (*(self._meta.get(name, "") for name in _DATE_NAMES), _in_data(self._tokens), _time(self._tokens)):
            if text and (moment := date.moment(text)):
                return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return None

    def _words(self, place: int) -> str:
        end = self._tokens[place].end
        return " ".join("".join(each.name for each in self._tokens[place:end] if each.kind == "text").split())


def _metas(tokens: Tokens) -> Iterator[tuple[str, str]]:
    """Yield names and values of a page's `<meta>`, and `canonical` with its own address."""
    for token in tokens:
        given = token.attributes
        if token.kind == "start" and token.name == "meta":
            name = given.get("property") or given.get("name") or given.get("itemprop") or ""
            yield name.lower(), given.get("content", "")
        elif token.kind == "start" and token.name == "link" and given.get("rel", "").lower() == "canonical":
            yield "canonical", given.get("href", "")


def _in_data(tokens: Tokens) -> str:
    """Return `datePublished` of a page's JSON-LD (schema.org), "" without one."""
    for place, token in enumerate(tokens[:-1]):
        if token.name == "script" and token.attributes.get("type", "").lower() == "application/ld+json":
            try:
                data = json.loads(tokens[place + 1].name)
            except (ValueError, RecursionError):
                continue
            rows = data if isinstance(data, list) else [data]
            found = [row.get("datePublished") for row in rows if isinstance(row, Mapping)]
            return next((text for text in found if isinstance(text, str)), "")
    return ""


def _time(tokens: Tokens) -> str:
    times = (token.attributes.get("datetime", "") for token in tokens if token.kind == "start" and token.name == "time")
    return next(filter(None, times), "")


def _own(tokens: Tokens) -> Tokens:
    """Return the part of a page that is its own: its only `<article>` or `<main>`, else all of it."""
    for name in ("article", "main"):
        places = [place for place, token in enumerate(tokens) if token.kind == "start" and token.name == name]
        if len(places) == 1 and (end := tokens[places[0]].end) > 0:
            start = places[0]
            part = tokens[start : end + 1]
            for token in part:
                token.end -= start if token.end >= 0 else 0
            return part
    return tokens


def _decoded(data: bytes) -> str:
    """Return a page's text: in the charset that it names, else UTF-8, else Windows-1252."""
    named = _CHARSET.search(data[:2_000])
    for charset in (named[1].decode("ascii") if named else "utf-8", "utf-8-sig"):
        try:
            return data.decode(charset)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return data.decode("cp1252", "replace")

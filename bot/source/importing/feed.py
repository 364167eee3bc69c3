"""Issues from a feed: RSS, Atom (RFC 4287) or JSON Feed 1.1."""

from __future__ import annotations

import calendar
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from html import unescape
from typing import Any
from urllib.parse import urljoin

from bot.source.importing.item import ImportFault, Item, ItemOrFault, MissingExtraError, SourceError, guarded, hashed
from bot.source.importing.markdown import TEXT_MAX_CHARS, Converted, from_html, from_text
from bot.source.importing.tokens import tokens_of

MAX_ITEMS = 10_000
"""Items of a feed that are read, as they stand in it; a newsletter of two centuries has as many."""
_SUMMARY_MAX_CHARS = 1_000
"""Characters of a description that may be a summary, if it has one link at most."""


def read_feed(data: bytes, source: str, content_type: str = "") -> Iterator[ItemOrFault]:
    """Yield the issues of a feed, whose address or name is `source`. Raises SourceError if it is no feed."""
    if is_json(data):
        yield from _JsonFeed(data, source).found()
    elif is_page(data):
        raise SourceError(source, _about(data, source))
    else:
        yield from _XmlFeed(data, source, content_type).found()


def is_json(data: bytes) -> bool:
    """Return whether the bytes begin as an object of JSON."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def is_xml(data: bytes) -> bool:
    """Return whether the bytes begin as a feed in XML."""
    return bool(_FEED.search(data[:2_000])) and not is_page(data)


def is_page(data: bytes) -> bool:
    """Return whether the bytes are those of a web page."""
    return bool(_PAGE.search(data[:2_000])) and not _FEED.search(data[:2_000])


_FEED = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf|channel)\b", re.IGNORECASE)
_PAGE = re.compile(rb"<!doctype\s+html|<html\b|<head\b|<body\b", re.IGNORECASE)
_PASSWORD = re.compile(rb"<input\b[^>]*\btype\s*=\s*[\"']?password", re.IGNORECASE)


def _about(data: bytes, source: str) -> str:
    """Return what is wrong with a feed that is a web page, and where the feed may be."""
    if _PASSWORD.search(data):
        return "it is a login page, no feed; name an address that needs none, or put user:password@ into it"
    for token in tokens_of(data[:500_000].decode("utf-8", "replace")):
        kind = token.attributes.get("type", "").lower() if token.kind == "start" and token.name == "link" else ""
        if kind in {"application/rss+xml", "application/atom+xml", "application/feed+json"}:
            feed = urljoin(source, token.attributes.get("href", ""))
            return f"it is a web page, no feed; it says that its feed is {feed[:200]}"
    return "it is a web page, no feed; look on it for the word RSS"


class _XmlFeed:
    """A feed in XML, as `feedparser` reads it."""

    def __init__(self, data: bytes, source: str, content_type: str) -> None:
        try:
            import feedparser  # noqa: PLC0415 - only importing needs it
        except ImportError as error:
            raise MissingExtraError(source, "feedparser") from error
        headers = {"content-location": source}
        if content_type:
            headers["content-type"] = content_type
        # Given bytes it would take them for an address or a file's name.
        self._parsed = feedparser.parse(io.BytesIO(data), response_headers=headers, sanitize_html=False)
        self._source = source

    def found(self) -> Iterator[ItemOrFault]:
        """Yield the items."""
        entries = self._parsed.entries
        broken = self._parsed.get("bozo_exception") if self._parsed.bozo else None
        if not entries and not self._parsed.get("version"):
            raise SourceError(self._source, f"it is no feed, or a broken one ({_words(str(broken or 'empty'))[:100]})")
        if broken is not None and type(broken).__name__ not in _HARMLESS:
            yield ImportFault(
                self._source, f"it is broken ({_words(str(broken))[:100]}); what can be read of it is", skipped=True
            )
        yield from _limited(entries, self._source)
        home = str(self._parsed.feed.get("id") or self._parsed.feed.get("link") or self._source)
        for place, entry in enumerate(entries[:MAX_ITEMS], 1):
            yield guarded(f"item {place}", partial(_item, self._fields(entry), home, f"item {place}"))

    def _fields(self, entry: Any) -> dict[str, Any]:
        contents: list[dict[str, Any]] = list(entry.get("content", ()))
        content = max(contents, key=lambda each: len(each.get("value", "")), default={})
        summary = entry.get("summary_detail") or {}
        body = content or summary
        return {
            "id": str(entry.get("id") or ""),
            "title": str(entry.get("title") or ""),
            "link": str(entry.get("link") or ""),
            # As a plain dictionary: the library's own way to `updated` warns where it is missing.
            "date": str(dict.get(entry, "published") or dict.get(entry, "updated") or ""),
            "parsed": dict.get(entry, "published_parsed") or dict.get(entry, "updated_parsed"),
            "body": str(body.get("value") or ""),
            "html": body.get("type") != "text/plain",
            "whole": bool(content),
        }


_HARMLESS = frozenset({"NonXMLContentType", "CharacterEncodingOverride"})
"""What `feedparser` calls broken, and reads all the same: a server's header, another encoding than it says."""


class _JsonFeed:
    """A feed in JSON (jsonfeed.org/version/1.1)."""

    def __init__(self, data: bytes, source: str) -> None:
        try:
            feed = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise SourceError(source, f"its JSON cannot be read ({_words(str(error))[:100]})") from error
        if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
            raise SourceError(source, "it is JSON, but no JSON Feed: it has no list of items")
        self._feed = feed
        self._source = source

    def found(self) -> Iterator[ItemOrFault]:
        """Yield the items."""
        items = self._feed["items"]
        yield from _limited(items, self._source)
        home = str(self._feed.get("home_page_url") or self._feed.get("feed_url") or self._source)
        for place, item in enumerate(items[:MAX_ITEMS], 1):
            if isinstance(item, dict):
                yield guarded(f"item {place}", partial(_item, _json_fields(item), home, f"item {place}"))
            else:
                yield ImportFault(f"item {place}", "it is no item of a JSON Feed; it is left out")


def _json_fields(item: dict[str, Any]) -> dict[str, Any]:
    given = {name: str(value) for name, value in item.items() if isinstance(value, str | int | float)}
    html, text = given.get("content_html", ""), given.get("content_text", "")
    return {
        "id": given.get("id", ""),
        "title": given.get("title", ""),
        "link": given.get("url") or given.get("external_url", ""),
        "date": given.get("date_published") or given.get("date_modified", ""),
        "parsed": None,
        "body": html or text or given.get("summary", ""),
        "html": bool(html),
        "whole": bool(html or text),
    }


def _limited(items: list[Any], source: str) -> Iterator[ImportFault]:
    if len(items) > MAX_ITEMS:
        yield ImportFault(source, f"it has {len(items):,} items; the first {MAX_ITEMS:,} are read")


def _item(fields: dict[str, Any], home: str, place: str) -> ItemOrFault:
    """Return an item of a feed as an issue."""
    title, link = _words(_plain(fields["title"])), fields["link"].strip()
    origin = f"{place} (“{title[:60]}”)" if title else place
    if len(fields["body"]) > TEXT_MAX_CHARS:
        return ImportFault(origin, f"it has {len(fields['body']) / 1e6:.0f} million characters; leave it out")
    body = from_html(fields["body"], link) if fields["html"] else from_text(fields["body"])
    summary = not fields["whole"] and _is_summary(body)
    if not body.markdown and not link:
        return ImportFault(origin, "it has neither text nor link")
    published = _moment(fields["date"], fields["parsed"])
    address = link if link.startswith(("http://", "https://")) else ""
    known = fields["id"].strip()[:500] or link
    identity = known if ":" in known else f"{home}#{known or hashed(title, fields['date'])}"
    return Item(
        identity=f"feed:{identity}",
        origin=origin,
        title=title,
        published=published,
        source=address,
        body=_with_link(body.markdown, title, address) if summary or not body.markdown else body.markdown,
        seal=hashed(title, fields["date"], link, fields["body"]),
        left_out=body.left_out,
        is_summary=summary or not body.markdown,
    )


def _is_summary(body: Converted) -> bool:
    """Return whether a description is no more than an issue's beginning: it is short, and no list of links."""
    return len(body.markdown) <= _SUMMARY_MAX_CHARS and body.markdown.count("](") + body.markdown.count("<http") < 2


def _with_link(markdown: str, title: str, address: str) -> str:
    """Return a summary with a link to the issue itself above it."""
    if not address or address in markdown:
        return markdown
    label = re.sub(r"([\\\[\]*_`<>])", r"\\\1", title) or address
    return f"[{label}](<{address}>)\n{markdown}" if markdown else f"[{label}](<{address}>)"


def _moment(text: str, parsed: Any) -> datetime | None:
    """Return a date as it is written, with its zone; one that only the library understands is in UTC.

    The library guesses: of `99` it makes the year 9801. Its reading counts only where the year stands in the text.
    """
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text.strip())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed and str(parsed[0]) in text else None
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def _plain(title: str) -> str:
    """Return a title without tags: many feeds have some in it."""
    if "<" not in title:
        return unescape(title)
    return "".join(token.name for token in tokens_of(title) if token.kind == "text")


def _words(text: str) -> str:
    return " ".join(text.split())

"""Addresses without what counts clicks: a redirect's own target, and no `utm_source`."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

MAX_REDIRECTS = 5
"""Redirects in one address, each the target of the one before, that are taken off."""

_COUNTERS = re.compile(
    r"utm_\w+|mc_[ce]id|fbclid|gclid|dclid|msclkid|yclid|igshid|mkt_tok|_hsenc|_hsmi|ck_subscriber_id|vero_\w+"
    r"|oly_(?:enc|anon)_id|_bhlid|_kx|mtm_\w+|pk_(?:campaign|kwd)|s_cid|trk_\w+",
    re.IGNORECASE,
)
"""Parameters that only count: named in the documents of Google Analytics, Mailchimp, HubSpot, Matomo and others."""

_PAGES_ABOUT = re.compile(
    r"shar|submit|intent|tweet|post|pin\b|translat|validat|cache|archive|embed|preview|compose|send|save|bookmark"
    r"|lookup|search|screenshot|check|test|scan|analy[sz]e|badge|proxy|rss|feed",
    re.IGNORECASE,
)
"""In a path: a page that does something with the address it is given, and does not lead there."""
_WORDS = frozenset({"title", "text", "body", "subject", "quote", "via", "summary", "t", "description", "hashtags"})
"""Parameters with words for a person to read, as the pages that share a link take; a redirect has none."""
_URL = re.compile(r"https?://[^\s/?#\x00-\x1f\"<>]+\.?[^\s\x00-\x1f\"<>]*", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9_+/=-]{16,}")


def untracked(url: str) -> str:
    """Return the address that `url` leads to if it is a redirect that holds it, without parameters that only count.

    A redirect holds its target as the whole of a parameter or of a part of its path, percent-encoded or in base64
    (also inside JSON). A page to share, submit or translate an address is no redirect.

    >>> untracked("https://click.example/go?id=7&url=https%3A%2F%2Fa.example%2Fx%3Futm_source%3Dnews")
    'https://a.example/x'
    """
    for _ in range(MAX_REDIRECTS):
        target = _target(url)
        if target is None:
            break
        url = target
    return _uncounted(url)


def _target(url: str) -> str | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or _PAGES_ABOUT.search(parts.path):
        return None
    names = parse_qsl(parts.query, keep_blank_values=True)
    if any(name.lower() in _WORDS for name, _ in names):
        return None
    return next(filter(None, (_address(text) for text in _pieces(parts.path, names))), None)


def _pieces(path: str, names: list[tuple[str, str]]) -> Iterator[str]:
    """Yield what may be a target: values of parameters, then parts of the path that are encoded."""
    for _, value in names:
        yield value
    for part in path.split("/"):
        if "%2f" in part.lower() or _BASE64.fullmatch(part):
            yield unquote(part)


def _address(text: str) -> str | None:
    """Return the address that the whole of `text` is, as it stands, percent-encoded, or in base64."""
    for spelling in (text, unquote(text)):
        if _URL.fullmatch(spelling):
            return spelling
    if not _BASE64.fullmatch(text):
        return None
    try:
        decoded = base64.urlsafe_b64decode(text.rstrip("=").replace("+", "-").replace("/", "_") + "==").decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return decoded if _URL.fullmatch(decoded) else _in_json(decoded)


def _in_json(text: str) -> str | None:
    """Return the one address among the values of an object of JSON."""
    try:
        values = json.loads(text) if text.startswith("{") else None
    except (ValueError, RecursionError):
        return None
    found = [v for v in values.values() if isinstance(v, str) and _URL.fullmatch(v)] if isinstance(values, dict) else []
    return found[0] if len(found) == 1 else None


def _uncounted(url: str) -> str:
    """Return `url` without parameters that only count; the others keep their spelling and order."""
    if "?" not in url:
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    kept = [piece for piece in parts.query.split("&") if not _COUNTERS.fullmatch(piece.partition("=")[0])]
    query = "&".join(kept)
    return url if query == parts.query else urlunsplit(parts._replace(query=query))

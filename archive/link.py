"""Web addresses: finding them in a line, comparing them, and naming their site."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

_SCHEME = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_HTTP = re.compile(r"https?://[^\s/?#]+", re.IGNORECASE)
_WEB = re.compile(r"(?:https?|ftp)://[^\s/?#]", re.IGNORECASE)
_WWW = re.compile(r"www\.\w", re.IGNORECASE)
_HOST = r"(?:[a-z0-9](?:[a-z0-9-]{0,62})\.)+[a-z]{2,24}"
_SCHEMELESS = re.compile(rf"{_HOST}(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE)
_ALONE = re.compile(rf"{_HOST}(?::\d+)?/\S*|(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|co|uk|eu)", re.IGNORECASE)
_PLAIN = re.compile(r"https?://(?:www\.)?(?!www\.)([a-z0-9.-]+(?:/[^\s?#]*+)?)")
_IPV6 = r"\[[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]{1,40}\](?!\()"
_IPV6_HOST = re.compile(_IPV6)
_ODD_HOST = re.compile(r"[?#:@]")
_QUERY = re.compile(r"[?#]")
_PORT = re.compile(r":(?:80|443)?$")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")

_TRACKING = frozenset(
    # Parameters that newsletters' and advertisers' tools add to a URL to know who sent the reader.
    """fbclid gclid dclid gbraid wbraid msclkid yclid twclid igshid mc_cid mc_eid mkt_tok _hsenc _hsmi _hsfp __hssc
    __hstc oly_anon_id oly_enc_id vero_id trk trkcampaign ref_src ref_url ncid cmpid wt.mc_id""".split()  # noqa: SIM905 - reads better
)


def is_http(url: str) -> bool:
    """Return whether `url` is an absolute http or https URL with a host."""
    return _HTTP.match(url) is not None


def domain(url: str) -> str:
    """Return the site of `url`: its host in lower case, without user, port and `www.`; "" if it has none.

    >>> domain("https://www.Example.org:8080/a")
    'example.org'
    """
    _, marker, rest = url.partition("://")
    host = (rest if marker else url.removeprefix("//")).partition("/")[0]
    if _ODD_HOST.search(host):
        host = _QUERY.split(host, maxsplit=1)[0].rpartition("@")[2]
        figures = _IPV6_HOST.match(host)
        host = figures[0] if figures else host.partition(":")[0]
    return host.lower().removeprefix("www.").rstrip(".")


def canonical(url: str) -> str:
    """Return the form of `url` by which two links are the same.

    Scheme (http, https or none), `www.`, the default port, tracking parameters (utm_* and the like), a trailing slash
    and the fragment make no difference; a fragment that names a page (`#!` or `#/`) does. Idempotent; never raises.

    >>> canonical("HTTP://www.Example.org/a/?utm_source=x#top")
    'example.org/a'
    """
    if plain := _PLAIN.fullmatch(url):
        return plain[1].rstrip("/")
    while (shorter := _canonical_once(url)) != url:
        url = shorter
    return url


def is_profile(url: str) -> bool:
    """Return whether `url` is a person's page on one of the sites where people have one."""
    return _PROFILE.fullmatch(url) is not None


_PROFILE = re.compile(
    r"https?://(?:www\.)?(?:(?:github|gitlab|twitter|x|instagram|medium)\.com/@?[\w-]+"
    r"|linkedin\.com/in/[^/]+|bsky\.app/profile/[^/]+|t\.me/\w+|[\w.-]+/u(?:sers?)?/[\w.-]+|[\w.-]+/@[\w.@-]+)/?",
    re.IGNORECASE,
)


def key(url: str) -> str:
    """Return 32 hexadecimal digits for the canonical form of `url`: short, and the same for the same link."""
    return hashlib.sha256(canonical(url).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _canonical_once(url: str) -> str:
    url = _SCHEME.sub("", url.strip(), count=1) if _SCHEME.match(url.strip()) else url.strip()
    url, _, fragment = url.partition("#")
    url, _, query = url.partition("?")
    host, slash, path = url.partition("/")
    host = _PORT.sub("", host.lower().removeprefix("www."))
    if query:
        query = "&".join(pair for pair in query.split("&") if pair and not _is_tracking(pair))
    kept = fragment if fragment.startswith(("!", "/")) else ""
    return f"{host}{slash}{path}".rstrip("/") + (f"?{query}" if query else "") + (f"#{kept}" if kept else "")


def _is_tracking(pair: str) -> bool:
    name = pair.partition("=")[0].lower()
    return name.startswith("utm_") or name in _TRACKING


def opened(url: str) -> str:
    """Return `url` with `http://` before it if it is written without a scheme, so that it can be opened."""
    return url if "://" in url else f"http://{url.removeprefix('//')}"


def trimmed(url: str) -> str:
    """Return `url` without the punctuation at its end that belongs to the sentence around it.

    A closing bracket stays if its opening one is in the address.

    >>> trimmed("http://example.org/a_(b)).")
    'http://example.org/a_(b)'
    """
    if url[-1:].isalnum() or url.endswith("/"):
        return url
    spare = {closing: url.count(closing) - url.count(opening) for closing, opening in _PAIRS.items()}
    end = len(url)
    while end and (url[end - 1] in _PUNCTUATION or spare.get(url[end - 1], 0) > 0):
        entity = _LAST_ENTITY.search(url, max(0, end - 34), end) if url[end - 1] == ";" else None
        end = entity.start() if entity else end - 1
        if url[end] in spare:
            spare[url[end]] -= 1
    return url[:end]


_LAST_ENTITY = re.compile(r"&#?\w{1,31};\Z")
_PUNCTUATION = frozenset(".,;:!?'\"*`…’”>|\\")
_PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class LinkSpan:
    """A stretch of a line that holds links: characters `start` up to `end`.

    `urls`: the addresses it leads to, ready to open (none when its target is not on the web: the target then stays in
    `label`). `label`: what the reader sees; `address` says that this is an address rather than words. `tail`:
    punctuation of the sentence that was swallowed by the address.
    """

    start: int
    end: int
    urls: tuple[str, ...]
    label: str
    address: bool = False
    tail: str = ""


_TOKEN = re.compile(
    rf"""\\[!-/:-@\[-`{{-~]                        # an escaped mark means itself
    | \[ | \]
    | <?(?:https?|ftp)://(?=[^\s/?\#<>\]\[()]|{_IPV6})   # an address, bare or in angle brackets
    | (?<![\w./@-])www\.(?=\w)
    | <(?:a|img)\s                              # the two HTML tags that hold an address
    """,
    re.VERBOSE | re.IGNORECASE,
)
_WIDE_PAIRS = "（）「」『』《》〈〉【】〔〕«»“”"
_WIDE = f"。，、；：！？｜{_WIDE_PAIRS}"
_PARTING = frozenset(f"|,;{_WIDE}")
_NEVER = r"\s<>\"`\[\]&\x00"
_MARKS = rf"(?<=//){_IPV6}|\[[\w-]*\](?!\()|&(?!(?:lt|gt|quot|nbsp|#\w{{1,8}});)"
_ANGLED = re.compile(rf"(?:[^{_NEVER}]|{_MARKS})*+(?=>)")
_BARE = re.compile(
    # What separates an address from the next words ends it: a table's bar, a comma or semicolon before another
    # address, and the punctuation of languages without blanks, except within a pair of their brackets.
    rf"(?:[^{_NEVER}|,;{_WIDE}]|[,;](?!(?:https?|ftp)://)|(?<=\\)\||&amp;|{_MARKS}|"
    + "|".join(rf"{pair[0]}[^{_NEVER}|,;{_WIDE}]*+{pair[1]}" for pair in re.findall("..", _WIDE_PAIRS))
    + ")*",
    re.IGNORECASE,
)
_TARGET = re.compile(
    r"""\(\s*(?: <(?P<angled>[^<>\n]*)>
        | (?P<plain>(?:[^\s()\\<] | \\. | \( (?:[^\s()\\]|\\.)*+ \) )*+) )
        (?:\s+(?:"(?P<title>[^"\n]*)"|'(?P<other>[^'\n]*)'))? \s* \)""",
    re.VERBOSE,
)
QUOTED = r"""=\s*+(?:"(?:[^"<\x00]|<br\s*/?>)*+"|'(?:[^'<\x00]|<br\s*/?>)*+')"""
"""A quoted value, as a regular expression: it may hold what would otherwise end the tag, or the line."""
_TAG = re.compile(rf"<(?:a|img)\s(?:{QUOTED}|[^<>])*+>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(href|src|alt|title)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)


def find(line: str) -> list[LinkSpan]:
    """Return the links of one line, in order: Markdown's, addresses in angle brackets, bare ones and HTML's.

    Stretches do not overlap. Time grows linearly with the length of the line.
    """
    if alone := _alone(line):
        return [alone]
    found: list[LinkSpan] = []
    opening: list[int] = []
    at = 0
    while token := _TOKEN.search(line, at):
        kind = line[token.start()]
        at = token.end()
        if kind == "[":
            opening.append(token.start())
        elif kind == "]":
            if opening and (link := _bracketed(line, opening.pop(), token.start(), found)):
                found.append(link)
                at = link.end
        elif kind != "\\":
            link = _tagged(line, token.start()) if line[at - 1].isspace() else _bare(line, token.start(), at)
            if link:
                found.append(link)
                at = link.end
    return found


def _alone(line: str) -> LinkSpan | None:
    """Return a line that is only an address without a scheme (`example.org/page`)."""
    bare = line.strip()
    if " " in bare or "." not in bare or len(bare) > _URL_MAX_CHARS or not _ALONE.fullmatch(trimmed(bare)):
        return None
    if (run := _BARE.match(bare)) and bare[run.end() : run.end() + 1] in _PARTING:
        return None
    start = line.index(bare)
    return LinkSpan(start, start + len(bare), (opened(trimmed(bare)),), trimmed(bare), True, bare[len(trimmed(bare)) :])


_URL_MAX_CHARS = 4000
"""Longer addresses are not looked for where that is expensive; none in use is as long."""


def _bare(line: str, start: int, at: int) -> LinkSpan | None:
    """Return an address that begins at `start`, its host at `at`; in angle brackets it is all that they contain."""
    angled = line[start] == "<"
    if angled and (run := _ANGLED.match(line, at)) and (url := trimmed(line[start + 1 : run.end()]))[at - start - 1 :]:
        tail = line[start + 1 + len(url) : run.end()]
        return LinkSpan(start, run.end() + 1, (_unescaped(url),), _unescaped(url), True, tail)
    start += angled
    url = trimmed(line[start : run.end() if (run := _BARE.match(line, at)) else at])
    if url[-1:] in "*_~":
        for mark in _EMPHASIS.findall(line, max(0, start - 3), start):
            url = trimmed(url.removesuffix(mark))
    if len(url) <= at - start:
        return None
    return LinkSpan(start, start + len(url), (opened(_unescaped(url)),), _unescaped(url), True)


_EMPHASIS = re.compile(r"[*_~](?=[*_~]*\Z)")


def _tagged(line: str, start: int) -> LinkSpan | None:
    tag = _TAG.match(line, start)
    if not tag:
        return None
    named = {m[1].lower(): m[2] or m[3] or m[4] or "" for m in _ATTRIBUTE.finditer(tag[0])}
    target = (named.get("href") or named.get("src", "")).strip()
    words = "".join(f"{named[note]} " for note in ("alt", "title") if named.get(note))
    if not target:
        return None
    if not is_web(target):
        return LinkSpan(start, tag.end(), (), f"{words}({target}) ")
    return LinkSpan(start, tag.end(), (opened(_unescaped(target)),), words)


def is_web(target: str) -> bool:
    """Return whether a link's target is a web page, even one without a scheme (`example.org/page`)."""
    if _WEB.match(target) or _WWW.match(target):
        return True
    match = _SCHEMELESS.fullmatch(target.removeprefix("//"))
    if not match:
        return False
    host = re.split(r"[:/?#]", match[0], maxsplit=1)[0]
    return host.rpartition(".")[2].lower() not in _SUFFIXES


_SUFFIXES = frozenset(
    """html htm md markdown txt pdf php asp aspx png jpg jpeg gif svg js css json xml yaml yml""".split()  # noqa: SIM905 - reads better
)


def _unescaped(url: str) -> str:
    url = _ESCAPED.sub(r"\1", url) if "\\" in url else url
    url = url.replace("&amp;", "&") if "&amp;" in url else url
    return url.replace(" ", "%20") if " " in url else url


def _bracketed(line: str, start: int, close: int, found: list[LinkSpan]) -> LinkSpan | None:
    """Return `[label](target)` with its brackets at `start` and `close`, joined with the links within the label."""
    label = line[start + 1 : close]
    if twin := _twin(line, start, close, label):
        _drop(found, start)
        return twin
    match = _TARGET.match(line, close + 1)
    if not match:
        return None
    inner = _drop(found, start)
    image = start > 0 and line[start - 1] == "!" and line[start - 2 : start - 1] != "\\"
    raw = match["angled"] if match["angled"] is not None else match["plain"]
    notes = match["title"] or match["other"] or ""
    words = _spoken(label, inner, start + 1) + (f" ({notes})" if notes else "")
    return _joined(start - image, match.end(), words, raw, inner)


def _twin(line: str, start: int, close: int, label: str) -> LinkSpan | None:
    """Return `[address](address)`, whatever brackets the address contains."""
    if not label or " " in label or not line.startswith(f"({label})", close + 1) or not is_web(label):
        return None
    url = trimmed(label)
    return LinkSpan(start, close + len(label) + 3, (opened(_unescaped(url)),), _unescaped(url), True, label[len(url) :])


def _drop(found: list[LinkSpan], start: int) -> list[LinkSpan]:
    cut = len(found)
    while cut and found[cut - 1].start >= start:
        cut -= 1
    inner = found[cut:]
    del found[cut:]
    return inner


def _spoken(label: str, inner: list[LinkSpan], base: int) -> str:
    """Return the label with the links within it replaced by their visible text."""
    parts, at = [], 0
    for link in inner:
        parts += [label[at : link.start - base], link.label, link.tail]
        at = link.end - base
    return "".join([*parts, label[at:]])


def _joined(start: int, end: int, words: str, raw: str, inner: list[LinkSpan]) -> LinkSpan:
    """Return what `[words](raw)` links to if its label holds links of its own."""
    shown = [url for link in inner for url in link.urls]
    bare = len(inner) == 1 and inner[0].address and words.strip() == inner[0].label + inner[0].tail
    if not is_web(raw):
        note = f" ({raw})" if raw and raw not in words else ""
        return LinkSpan(start, end, tuple(shown), words + note, bare and not note)
    url = opened(_unescaped(trimmed(raw)))
    if not bare:
        if is_web(words) and canonical(trimmed(words)) == canonical(url):
            return LinkSpan(start, end, (url,), trimmed(words), True, words[len(trimmed(words)) :])
        return LinkSpan(start, end, (url, *[other for other in shown if other != url]), words)
    label, tail = inner[0].label, inner[0].tail
    if canonical(shown[0]) == canonical(url):
        return LinkSpan(start, end, (url,), label, True, tail)
    if shown[0].startswith(url):
        # A converter cut the target at an unexpected character; the reader sees the whole address.
        return LinkSpan(start, end, (shown[0],), label, True, tail)
    return LinkSpan(start, end, (url,), label, True, tail)

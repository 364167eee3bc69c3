"""HTML as its reader sees it, in few tags: without hidden pieces, pixels, and tables that only lay it out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import urljoin

from bot.source.importing.addresses import untracked
from bot.source.importing.tokens import Token, Tokens, tokens_of

HIDDEN, PIXELS, PICTURES, TRACKED = (
    "hidden pieces",
    "tracking pixels",
    "pictures without words",
    "tracking taken off links",
)
"""What may be left out, in the words of the report."""

_UNSEEN = frozenset(
    """head script style noscript template svg math object iframe canvas audio video map form select textarea button
    dialog""".split()  # noqa: SIM905 - reads better
)
_TABLE = frozenset({"table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "colgroup"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = (
    _TABLE
    | _HEADINGS
    | frozenset(
        """p div ul ol li dl dt dd blockquote pre section article main header footer aside nav figure figcaption address
    center details summary fieldset""".split()  # noqa: SIM905 - reads better
    )
)
_INLINE = frozenset({"a", "b", "strong", "i", "em", "code", "del", "s", "sub", "sup", "br", "hr", "img"})
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|max-height\s*:\s*0(?:px)?\s*(?:;|$)"
    r"|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)",
    re.IGNORECASE,
)
_TINY = re.compile(r"\s*[0-2](?:px)?\s*")
_TINY_STYLE = re.compile(r"(?:^|[;\s])(?:width|height)\s*:\s*[0-2](?:px)?\s*(?:;|!|$)", re.IGNORECASE)
_COUNTING = re.compile(r"/(?:open|o|pixel|track|beacon|wf/open)\b|\bpixel\.|[?&]open=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What was left of a page: its `html`, the words of its `<title>`, and how much was left out of each kind."""

    html: str
    title: str
    left_out: Counter[str]


def cleaned(html: str, base: str = "") -> Cleaned:
    """Return `html` in the few tags that Markdown can say; words that a reader would see are all in it.

    `base`: the page's own address, to which its relative links belong; "" for none.
    """
    return cleaned_tokens(tokens_of(html), base)


def cleaned_tokens(tokens: Tokens, base: str = "", unseen: frozenset[str] = frozenset()) -> Cleaned:
    """Return a page as `cleaned` does, without the elements called `unseen`."""
    left_out: Counter[str] = Counter()
    writer = _Writer(tokens, left_out, base)
    return Cleaned("".join(_written(tokens, writer, _UNSEEN | unseen, left_out)), _title(tokens), left_out)


def _title(tokens: Tokens) -> str:
    """Return the words of the first `<title>`, "" without one."""
    for place, token in enumerate(tokens):
        if token.kind == "start" and token.name == "title":
            return " ".join("".join(each.name for each in tokens[place : token.end] if each.kind == "text").split())
    return ""


def _written(tokens: Tokens, writer: _Writer, unseen: frozenset[str], left_out: Counter[str]) -> Iterator[str]:
    """Yield the pieces of the cleaned page."""
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.kind == "start" and (end := _unseen_until(token, unseen, left_out)):
            place = end + 1
            continue
        yield from writer.written(token, place)
        place += 1


def _unseen_until(token: Token, unseen: frozenset[str], left_out: Counter[str]) -> int:
    """Return the place of the end tag of an element that no reader sees; 0 for one that is seen, or is never closed."""
    if token.end < 0:
        return 0
    if token.name in unseen:
        return token.end
    if token.attributes and ("hidden" in token.attributes or _HIDING.search(token.attributes.get("style", ""))):
        left_out[HIDDEN] += 1
        return token.end
    return 0


def _data_tables(tokens: Tokens) -> frozenset[int]:
    """Return the places of the tags of tables that hold data: with a cell that heads others, and no blocks in cells."""
    found: set[int] = set()
    if all(token.name != "th" for token in tokens):
        return frozenset()
    for place, token in enumerate(tokens):
        if token.kind == "start" and token.name == "table" and token.end > 0:
            inner = tokens[place + 1 : token.end] if token.end - place < _TABLE_MAX_TOKENS else []
            names = {each.name for each in inner if each.kind == "start"}
            if "th" in names and not names & (_BLOCKS - _TABLE | {"table"}):
                found.update(range(place, token.end + 1))
    return frozenset(found)


_TABLE_MAX_TOKENS = 5_000
"""Tokens of the largest table that may be one of data; tables in tables in tables would take long otherwise."""


@dataclass(frozen=True, slots=True)
class _Cards:
    """Links around a whole card, as newsletters have them: a heading, and text below it.

    The heading is the link then. `around`: places of the tags of such links. `links`: the address for each place of a
    heading's start tag. `ends`: places of those headings' end tags.
    """

    around: frozenset[int]
    links: Mapping[int, str]
    ends: frozenset[int]

    @classmethod
    def of(cls, tokens: Tokens) -> _Cards:
        """Return the cards of a page."""
        around: set[int] = set()
        links: dict[int, str] = {}
        ends: set[int] = set()
        for place, token in enumerate(tokens):
            if token.name == "a" and token.kind == "start" and 0 < token.end - place <= _CARD_MAX_TOKENS:
                inside = range(place, token.end)
                heads = (i for i in inside if tokens[i].kind == "start" and tokens[i].name in _HEADINGS)
                head = next((i for i in heads if i < tokens[i].end < token.end), None)
                if head is not None:
                    around |= {place, token.end}
                    links[head] = token.attributes.get("href", "")
                    ends.add(tokens[head].end)
        return cls(frozenset(around), links, frozenset(ends))


_CARD_MAX_TOKENS = 200
"""Tokens of the largest card; a link that is never closed may have a whole page in it."""


class _Writer:
    """Writes tokens as tags, knowing which link they are in."""

    def __init__(self, tokens: Tokens, left_out: Counter[str], base: str) -> None:
        self._left_out = left_out
        self._base = base
        self._data = _data_tables(tokens)
        self._cards = _Cards.of(tokens)
        self._link = ""
        self._label = ""

    def written(self, token: Token, place: int) -> Iterator[str]:
        """Yield what the token at `place` becomes."""
        if token.kind == "text":
            self._label += token.name
            yield _labelled(token.name) if self._link else "".join(_linked(token.name, self._left_out))
        elif place in self._cards.around:
            yield " "
        elif place in self._cards.links:
            yield self._tag(token, place)
            yield from self._opened(self._cards.links[place])
        elif place in self._cards.ends:
            yield from self._closed()
            yield self._tag(token, place)
        elif token.name == "a":
            yield from self._closed()
            yield from self._opened(token.attributes.get("href", "")) if token.kind == "start" else ()
        elif token.name == "img":
            yield self._picture(token)
        elif self._link and (token.name in _BLOCKS or token.name == "br"):
            yield " "  # a link's label is one line of Markdown
        else:
            yield self._tag(token, place)

    def _tag(self, token: Token, place: int) -> str:
        name = token.name
        if name in _TABLE and place not in self._data:
            name = "div"
        if name not in _BLOCKS and name not in _INLINE:
            return ""
        return f"<{'/' if token.kind == 'end' else ''}{name}>"

    def _opened(self, url: str) -> Iterator[str]:
        """Begin a link, if the address opens a page."""
        if address := _opened(url.strip(), self._base):
            self._link, self._label = _followed(address, self._left_out), ""
            yield f'<a href="{escape(self._link)}">'

    def _closed(self) -> Iterator[str]:
        """End the link, if there is one; without words its address stands in for them."""
        if self._link:
            if not self._label.strip():
                yield _worded(self._link)
            self._link = ""
            yield "</a>"

    def _picture(self, token: Token) -> str:
        words, address = " ".join(token.attributes.get("alt", "").split()), token.attributes.get("src", "")
        if _is_pixel(token.attributes):
            self._left_out[PIXELS] += 1
            return ""
        if self._link:
            self._label += words
            return f" {_worded(words)} "
        if not words or not address.startswith(("http://", "https://")):
            self._left_out[PICTURES] += 1
            return _worded(words)
        return f'<img src="{escape(address)}" alt="{escape(words)}">'


_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]']")
_MARKS = re.compile(r"&(?=#?\w{1,31};)|<(?=[A-Za-z/!?])|\](?=[(\[])")
"""What the words of a page hold that would be a reference, a tag or a link in Markdown."""


def _worded(text: str) -> str:
    """Return a text as HTML that becomes the same words in Markdown."""
    return escape(_MARKS.sub(lambda match: f"&#{ord(match[0])};", text), quote=False)


def _labelled(text: str) -> str:
    """Return a text of a link's label: a bracket without its other half would end the label."""
    words = _worded(text)
    return words if words.count("[") == words.count("]") else words.replace("[", "&amp;#91;").replace("]", "&amp;#93;")


def _opened(url: str, base: str) -> str:
    """Return the address that a link opens, "" for a place on the page itself, a script, or data."""
    if url.startswith("#") or _NO_ADDRESS.match(url):
        return ""
    try:
        return urljoin(base, url) if base else url
    except ValueError:
        return url


_NO_ADDRESS = re.compile(r"[\s\x00-\x1f]*(?:j\s*a\s*v\s*a|v\s*b|live)\s*script\s*:|data:|blob:|about:", re.IGNORECASE)


def _linked(text: str, left_out: Counter[str]) -> Iterator[str]:
    """Yield a text as HTML with links to the addresses in it: in Markdown their marks might be read as others."""
    end = 0
    for match in _ADDRESS.finditer(text):
        target = _followed(match[0], left_out)
        yield f'{_worded(text[end : match.start()])}<a href="{escape(target)}">{escape(target, quote=False)}</a>'
        end = match.end()
    yield _worded(text[end:])


def _followed(url: str, left_out: Counter[str]) -> str:
    target = untracked(url)
    left_out[TRACKED] += target != url
    return target


def _is_pixel(attributes: dict[str, str]) -> bool:
    sizes = [attributes[name] for name in ("width", "height") if name in attributes]
    if any(_TINY.fullmatch(size) for size in sizes) or _TINY_STYLE.search(attributes.get("style", "")):
        return True
    return not attributes.get("alt", "").strip() and bool(_COUNTING.search(attributes.get("src", "")))

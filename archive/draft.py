"""An entry being read: its text, its links, and its headline."""

from __future__ import annotations

import re

from archive.headline import explained, headline
from archive.lines import Line, Mention
from archive.link import is_profile

_MARKER = re.compile(r"\s*(?:\d{1,3}、|[（(]\d{1,3}[）)]\s*|[①-⑳]\s*|\d{1,3}[．.)](?=[^\s\d])(?=[^\x00-\x7f]))")
"""What begins an entry where Markdown's grammar sees no list: `1、`, `（1）`, `①`."""
_SIGN = re.compile(r"\s*[■□◆◇●○◎▼▽▲△★☆▪▫◾◽]+\s*(?=\w|[「『（(《\[])")
_BULLET = re.compile(r"\s*[•‣◦·・]\s*")
_SENTENCE_ENDS = frozenset(".!?:;…。")
_COUNTED = re.compile(r"\s*\d{1,3}[.、)]\s+")


def marker(line: Line) -> int:
    """Return the length of the number that a line begins with, 0 for none."""
    found = _MARKER.match(line.raw)
    return found.end() if found else 0


def bullet(line: Line) -> int:
    """Return the length of the bullet that a line begins with where Markdown's grammar sees none, 0 for none."""
    found = _BULLET.match(line.raw)
    return found.end() if found else 0


def signed(line: Line) -> int:
    """Return the length of the sign that a line begins with as titles in Japanese mails do (`■`), 0 for none."""
    found = _SIGN.match(line.raw)
    return found.end() if found else 0


def is_title_link(line: Line) -> bool:
    """Return whether a line is nothing but a link in bold, as a title is; a number may precede it."""
    if not line.lead or line.lead != line.words or len(line.mentions) != 1 or line.depth or line.level:
        return False
    mention = line.mentions[0]
    return not mention.address and _COUNTED.sub("", line.words, count=1) == mention.label


def named(mention: Mention) -> bool:
    """Return whether a link's label names a thing, unlike `here`, `Discussion` or an address."""
    return not mention.address and mention.label.lower().strip(" .:»→()[]") not in _GENERIC


class Draft:
    """An entry being read.

    `width`: characters of its last line, 0 if the next begins a new line anyway. `ended`: its last line was an
    address on a line of its own. `doubtful`: it began right after such a line, so that without a link of its own
    it is the end of the entry before. `led`: it began with an address, which its text follows. `listed`: the list
    it is an item of, `depth`: in how many lists that stands. `explicit`: a heading or a number begins it, and the
    next one ends it. `titled`: a link in bold is its title. `title`: its heading's words.
    """

    # Most drafts keep these: values of the class cost nothing to set.
    first: Line | None = None
    linked: Line | None = None
    title = ""
    width = listed = depth = 0
    ended = doubtful = led = explicit = titled = False

    def __init__(self, number: int) -> None:
        """Begin at the line `number`."""
        self.line = number
        self.pieces: list[str] = []
        self.urls: dict[str, None] = {}
        self.mentions: list[Mention] = []
        self.bullets: list[Line] = []

    def add(self, line: Line, *, apart: bool, bullet: bool = False) -> None:
        """Add the words and links of one line, on a line of their own if `apart`."""
        if not self.pieces and not bullet:
            if found := _BULLET.match(line.raw):
                line.cut(found.end())
            if (line.depth or line.lead) and (counted := _COUNTED.match(line.raw)):
                line.cut(counted.end())
                line.lead = _COUNTED.sub("", f"{line.lead} ", count=1).strip()
        if bullet:
            self.bullets.append(line)
        if line.words:
            if self.pieces:
                self.pieces.append("\n" if apart or self.ended else " ")
            self.pieces.append(f"• {line.words}" if bullet else line.words)
            self.ended = False
        if self.first is None:
            self.first = line
        if self.linked is None and line.mentions:
            self.linked = line
        self.mentions += line.mentions
        self.urls.update(dict.fromkeys(mention.url for mention in line.mentions))
        self.width = 0 if line.mentions else len(line.words)

    def address(self, url: str) -> None:
        """Add a line that is only an address."""
        self.led = self.led or not (self.pieces or self.urls)
        self.urls[url] = None
        self.ended = True

    def join(self, other: Draft | Ready) -> None:
        """Join the entry below: this one was its title or its picture, or that one the end of this."""
        if not self.pieces:
            self.first = other.first
        if other.pieces:
            self.pieces += ["\n", *other.pieces] if self.pieces else [*other.pieces]
        if not self.urls:
            self.linked = other.linked
        self.mentions += other.mentions
        self.bullets += other.bullets
        self.urls.update(dict.fromkeys(other.urls))
        self.ended = other.ended

    @property
    def open(self) -> bool:
        """Whether its text ends within a sentence, which the next line goes on with."""
        return bool(self.pieces) and not self.ended and self.pieces[-1][-1:] not in _SENTENCE_ENDS

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self.pieces)

    def is_title(self, longest: int) -> bool:
        """Return whether it is only one short line without a full stop."""
        if len(self.pieces) != 1 or len(self.pieces[0]) > longest or self.urls:
            return False
        return self.pieces[0][-1:].isalnum() or bool(self.first and self.first.lead == self.pieces[0])

    def shown(self) -> tuple[tuple[str, ...], str]:
        """Return its links, the main one first, and its headline.

        Of "title - address" only the title stays in the text: the address is the link.
        """
        if len(self.pieces) == 1 and (title := _before_address(self)):
            self.pieces = [title]
        return links_and_headline(self)


class Ready:
    """An entry of plain words with its addresses on lines of their own, which needs no further reading."""

    __slots__ = ("line", "text", "urls")
    doubtful = explicit = False
    ended = True
    listed = depth = 0
    linked = first = None
    mentions: tuple[Mention, ...] = ()
    bullets: tuple[Line, ...] = ()

    def __init__(self, line: int, text: str, urls: tuple[str, ...]) -> None:
        """Make the entry that begins in the line `line`."""
        self.line = line
        self.text = text
        self.urls = urls

    @property
    def pieces(self) -> tuple[str]:
        """Its text, in one piece."""
        return (self.text,)

    def shown(self) -> tuple[tuple[str, ...], str]:
        """Return its links and its headline."""
        return self.urls, headline(self.urls[0], self.text)


def links_and_headline(draft: Draft) -> tuple[tuple[str, ...], str]:
    """Return the links of an entry, those to things before those to their authors, and its headline."""
    urls = _ordered(draft)
    if not urls:
        return urls, headline(None, draft.text, draft.title or _lead(draft))
    label = (
        draft.title or _lead(draft) or _only_item(draft) or _label(draft) or _of_row(draft) or _before_address(draft)
    )
    inline = any(not (mention.address or mention.picture) for mention in draft.mentions)
    return urls, headline(urls[0], draft.text, explained(label, draft.text), inline=inline)


def _ordered(draft: Draft) -> tuple[str, ...]:
    """Return the links in reading order, but those to people after the others."""
    urls = list(draft.urls)
    if len(urls) < 2 or draft.title:
        return tuple(urls)
    first = _only_item_mention(draft)
    persons = {mention.url for mention in draft.mentions if is_person(mention)}
    if opening := _opening_person(draft):
        persons.add(opening)
    if persons >= set(urls):
        return tuple(urls)
    urls.sort(key=lambda url: (first is None or url != first.url, url in persons))
    return tuple(urls)


def _opening_person(draft: Draft) -> str:
    """Return the URL of the person whose name begins the sentence, as in `[A. Pilot](…) proposed [a rule](…)`."""
    line = draft.first
    if line is None or not line.opens or len(line.mentions) < 2 or line.mentions[0].address:
        return ""
    mention = line.mentions[0]
    return mention.url if _NAME.fullmatch(mention.label) and _ACT.match(line.raw, mention.end) else ""


_NAME = re.compile(r"@?[\w.-]+|(?:[^\W\d_][\w.'’-]*\s+){1,3}[^\W\d_][\w.'’-]*")
_ACT = re.compile(
    # What people do, right after their name.
    r"""[’']?s?[)\]]*,?\s+(?:and\s+\S+\s+)?(?:has\s+|have\s+|just\s+|also\s+|recently\s+|then\s+)*
    (?:announce|propose|publish|share|introduce|explain|merge|inform|post|update|open|create|ask|pitch|suggest|argue
    |show|describe|discusse?|start|submit|present|implement|fixe?|add|join|review|demonstrate|compare|report|record
    |work|improve|continue|release|contribute|move|remove|enhance|advance|finalize|promote|revise)(?:d|ed|s|ted)?\b
    |[’']?s?,?\s+(?:has\s+)?(?:wrote|writes|written|made|built|gave|began|says|told|talks?|looks?|walks?|takes?|did|put|got|led)\b""",
    re.VERBOSE,
)


_DID = re.compile(rf"{_ACT.pattern}|\s+(?:has\s+|have\s+)?[a-z]{{2,}}ed\s+(?!by\b)[\w\[(‘“\"'`]", re.VERBOSE)
"""What somebody did: the sentence is the headline, and not the name that it begins with."""


def is_person(mention: Mention) -> bool:
    """Return whether a link leads to a person's page."""
    return is_profile(mention.url) or re.fullmatch(r"@[\w.-]+", mention.label) is not None


def _lead(draft: Draft) -> str:
    """Return the bold words that the entry begins with, if they are a title."""
    first = draft.first
    if first is None or not first.lead:
        return ""
    after = first.words[len(first.lead) :].lstrip() if first.words.startswith(first.lead) else ""
    lead = _MARKER.sub("", first.lead, count=1) or first.lead
    return lead.rstrip(":： ") if not after or after[0] in ":：.–—-(（,，!?" or first.lead[-1] in ":：" else ""


def _only_item_mention(draft: Draft) -> Mention | None:
    """Return the link of the only item below a line that is no title itself, as below a meeting's date and place."""
    if (
        len(draft.bullets) == 1
        and draft.bullets[0].opens
        and len(draft.bullets[0].mentions) == 1
        and draft.first
        and not draft.first.opens
    ):
        return draft.bullets[0].mentions[0]
    return None


def _only_item(draft: Draft) -> str:
    mention = _only_item_mention(draft)
    return mention.label if mention else ""


_GENERIC = frozenset(
    """here this link links via source more read details blog post article website site github docs video slides talk
    paper thread repo code demo pr issue comments comment discussion discuss 原文 链接 这里 英文 中文 来源""".split()  # noqa: SIM905 - reads better
)
_BARE_LABEL = re.compile(r"[#\d\W]+|\w+\.(?:com|org|net|io|dev|co)|[A-Z]{2,8}[- #]?\d+")
"""A label that is a number or an address, and says nothing without the words after it."""
_COMMON = re.compile(r"(?:An?|Another|Some|This|The) [a-z ]+")
_OF_IT = re.compile(r" (?:that|of|about|on|for|to|from|in|how|why|which) \w")
"""After a label without a name, the words that say what it is of: `[A good reminder](…) that …`."""
_VERSION = re.compile(r"\s*v?\d+(?:\.\d+)+(?:[-.]?(?:alpha|beta|rc)[.\d]*)?")


def _label(draft: Draft) -> str:
    """Return the words of the link that the entry begins with, if they name the thing."""
    line = draft.first
    if line is None or not line.mentions or not (line.opens or line.row):
        return ""
    mention = line.mentions[0]
    if mention.address or (mention.picture and (len(line.mentions) > 1 or len(draft.pieces) > 0)):
        return ""
    label = mention.label.strip()
    more = line.raw[mention.end :]
    if len(draft.text) > len(label) + 3 and _BARE_LABEL.fullmatch(label):
        return ""
    if more.strip() and _names_little(mention, label, more):
        return ""
    version = _VERSION.match(more)
    return label + version[0] if version and label and label[-1].isalnum() else label


def _names_little(mention: Mention, label: str, more: str) -> bool:
    """Return whether a link's label, which `more` words follow, is no name of the thing: `here`, or who did it."""
    return (
        label.lower() in _GENERIC
        or is_person(mention)
        or (_NAME.fullmatch(label) is not None and _DID.match(more) is not None)
        or (_COMMON.fullmatch(label) is not None and _OF_IT.match(more) is not None)
    )


def _of_row(draft: Draft) -> str:
    """Return the first cell of a table's row, or the name that a line begins with: `Foldr — Folds maps — [link](…)`."""
    line = draft.first
    if line is None or len(draft.pieces) != 1 or not line.mentions:
        return ""
    if line.row:
        first = line.raw.partition(" · ")[0].strip()
        return first if len(_LETTER.findall(first)) > 1 and "://" not in first else ""
    row = _ROW.match(line.raw) if draft.listed and not named(line.mentions[0]) else None
    return row[1] if row and row.end() <= line.mentions[0].start else ""


_LETTER = re.compile(r"[^\W\d_]")
_ROW = re.compile(r"\s*(\S.{1,60}?)\s+[—–|]\s+")


def _before_address(draft: Draft) -> str:
    """Return the title of "title - address"."""
    line = draft.linked or draft.first
    if line is None or line.row or len(draft.mentions) != 1 or not draft.mentions[0].address or line is not draft.first:
        return ""
    before = _COUNTED.sub("", line.raw[: draft.mentions[0].start])
    title = before.rstrip(" -–—:：|(（<")
    dashed = before.rstrip(" (（<")[-1:] in ("-", "–", "—", "|", "：", ":")
    return title.strip() if dashed and not line.raw[draft.mentions[0].end :].strip(" )）>.") else ""

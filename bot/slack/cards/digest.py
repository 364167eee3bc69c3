"""The card of an issue: the messages that a channel gets."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

from archive.issue import Entry, Issue, Section
from archive.kind import Kind
from bot.domain import adverts
from bot.domain.entry_numbers import entry_numbers
from bot.domain.preferences import Layout, Preferences, Sponsors
from bot.domain.text import one_line
from bot.domain.title import title, whose_beside_title
from bot.slack.blocks import blocks
from bot.slack.blocks.dates import long_date
from bot.slack.blocks.message import Block, Digest, Message, Part
from bot.slack.blocks.mrkdwn import bold, clip, escape, host, link, linkable, relinked, shown, split
from bot.slack.cards import folding
from bot.slack.cards.entry import opening, other_links
from bot.slack.cards.folding import joined
from bot.slack.cards.save_button import save_button, token

MAX_REPLIES = 100
"""Replies that a thread may have. At one message a second (Slack: rate limits) a longer one would take minutes; each
section is then one message."""
_INTRO_MAX_LINKS = 10
_INTRO_MAX_CHARS = 1_500
_PIECE_MAX_CHARS = 2_800
_MAX_PIECES = 3
# Leaves room for a page's own line and its buttons.
_ROOM = blocks.TEXT_MAX_CHARS - 500
_JSON_ROOM = blocks.JSON_MAX_CHARS - 1_000


@dataclass(frozen=True, slots=True)
class _Item:
    """An entry that the channel gets: its section, its number in the issue (0 for none), and its part's key."""

    section: Section
    entry: Entry
    number: int
    key: str

    @property
    def sponsored(self) -> bool:
        return self.section.kind is Kind.SPONSOR

    @property
    def mark(self) -> str:
        """Return what stands before the entry in a list: its number, or a bullet."""
        return f"{self.number}. " if self.number else "• "


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the entries of an issue are shown: `intro` at the top, `items` one by one, `folded` sponsors in one line.

    `left` counts those that are left out, by kind of section.
    """

    issue: Issue
    intro: tuple[Entry, ...]
    items: tuple[_Item, ...]
    folded: tuple[Entry, ...]
    left: Counter[Kind]
    note: str
    saved: frozenset[int]


def digest(
    issue: Issue,
    preferences: Preferences = Preferences(),  # noqa: B008 - Preferences are immutable
    note: str = "",
    saved: frozenset[int] = frozenset(),
) -> Digest:
    """Return an issue as the messages that a channel gets.

    Layout thread: the parent has title, date, intro and a numbered list of linked headlines by section, and each entry
    gets its own reply; with more than `MAX_REPLIES` entries the parent lists the sections, and each section gets one
    reply. Layout full: everything is in the parent, and what does not fit there in replies "page-2", "page-3", ….
    Numbers are those of the issue (`entry_numbers`), whatever is left out and however many messages there are.
    Every message keeps Slack's limits for any issue. `note` is one line shown below the date: plain text, except for
    links as `mrkdwn.link` writes them. Each entry shown in full has a Save button; for the positions in `saved` it says
    that the link is saved.
    """
    plan = _plan(issue, preferences, note, saved)
    if preferences.layout is Layout.FULL:
        return _full(plan)
    if len(plan.items) <= MAX_REPLIES:
        return _thread(plan)
    folded = folding.folded(
        (_heading(items[0].section), [(item.mark, item.entry) for item in items]) for items in _sections(plan.items)
    )
    return _by_section(plan, folded) if len(folded) <= MAX_REPLIES else _full(plan)


def _plan(issue: Issue, preferences: Preferences, note: str, saved: frozenset[int]) -> _Plan:
    intro: list[Entry] = []
    folded: list[Entry] = []
    items: list[_Item] = []
    left: Counter[Kind] = Counter()
    seen: Counter[str] = Counter()
    numbers = entry_numbers(issue)
    for section, entry in adverts.each_once(issue.entries()):
        if section.kind is Kind.SPONSOR and preferences.sponsors is Sponsors.FOLDED:
            folded.append(entry)
            continue
        if not preferences.wants(section, entry):
            left[section.kind] += 1
            continue
        if section.kind is Kind.INTRO:
            intro.append(entry)
            # The parent shows the intro with its links. Only an entry that doesn't fit there needs a reply.
            if preferences.layout is Layout.FULL or _fits_intro(intro):
                continue
        items.append(_Item(section, entry, numbers.get(entry.position, 0), _key(entry, seen)))
    return _Plan(issue, tuple(intro), tuple(items), tuple(folded), left, note, saved)


def _fits_intro(intro: Sequence[Entry]) -> bool:
    links = sum(len(entry.links) for entry in intro)
    return len(escape(_intro_text(intro))) <= _INTRO_MAX_CHARS and links <= _INTRO_MAX_LINKS


def _intro_text(intro: Iterable[Entry]) -> str:
    return "\n\n".join(entry.text.strip() for entry in intro if entry.text.strip())


def _key(entry: Entry, seen: Counter[str]) -> str:
    """Return a part's key, made from its entry's first link or its text, so that a correction finds the same reply."""
    about = entry.links[0].url if entry.links else entry.text
    name = hashlib.sha256(about.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    seen[name] += 1
    return f"entry-{name}" if seen[name] == 1 else f"entry-{name}-{seen[name]}"


def _intro_links(plan: _Plan) -> tuple[Entry, ...]:
    """Return the intro's entries with links that have no message of their own."""
    own = {item.entry.position for item in plan.items}
    return tuple(entry for entry in plan.intro if entry.links and entry.position not in own)


def _intro_end(plan: _Plan) -> list[Block]:
    """Return the block of the intro's links, with a Save button where they are one entry's; [] without links."""
    entries = _intro_links(plan)
    urls = list(dict.fromkeys(each.url for entry in entries for each in entry.links))
    lines = [f"• {link(url, shown(url), 80)}" if linkable(url) else f"• {clip(shown(url), 200)}" for url in urls]
    if not lines:
        return []
    made = [blocks.section(joined(lines, _PIECE_MAX_CHARS))]
    return _with_save(plan, entries[0], made) if len(entries) == 1 else made


def _head(plan: _Plan) -> list[Block]:
    """Return what a channel message begins with: title, date, note and intro."""
    top = list(_top(plan))
    if intro := clip(_intro_text(plan.intro), _INTRO_MAX_CHARS):
        top.append(blocks.section(intro))
    return [*top, *_intro_end(plan)]


def _sections(items: Sequence[_Item]) -> list[list[_Item]]:
    """Return the entries of each section; what continues below an advertisement is a section of its own."""
    return [list(found) for _, found in groupby(items, key=lambda item: _heading(item.section))]


def _foot(plan: _Plan) -> list[Block]:
    return [blocks.context(line) for line in (_folded(plan.folded), _left(plan.left)) if line]


def _thread(plan: _Plan) -> Digest:
    top = _head(plan)
    contents = _contents(plan.items, blocks.MAX_BLOCKS - len(top) - 5, _ROOM - sum(map(blocks.weight, top)) - 1_500)
    # A number emoji under the parent means the entry of that number, even if the contents had no room for it.
    numbered = tuple(item.entry.position for item in plan.items)
    parent = _parent(plan, [*top, *contents, *_foot(plan)], numbered)
    return Digest(plan.issue.slug, parent, tuple(_reply(plan, item) for item in plan.items))


def _parent(plan: _Plan, made: Iterable[Block], numbered: tuple[int, ...]) -> Part:
    """Return the channel message; the intro's links, which have no number, follow the `numbered` entries."""
    entries = (*numbered, *(entry.position for entry in _intro_links(plan)))
    return Part("parent", Message(_fallback(plan), tuple(made)), entries, numbered=True)


def _by_section(plan: _Plan, replies: tuple[Part, ...]) -> Digest:
    """Return a digest of many entries: the parent lists the sections, and each has one reply."""
    lines = [
        f"{_heading(items[0].section)} · {len(items)} {'entry' if len(items) == 1 else 'entries'}"
        for items in _sections(plan.items)
    ]
    contents = [blocks.section(joined(lines, _PIECE_MAX_CHARS))]
    return Digest(plan.issue.slug, _parent(plan, [*_head(plan), *contents, *_foot(plan)], ()), replies)


def _top(plan: _Plan) -> Iterator[Block]:
    yield blocks.header(title(plan.issue))
    yield blocks.context(" · ".join([*map(escape, _whose(plan.issue)), *_dated(plan.issue), _counted(plan)]))
    if plan.note:
        yield blocks.context(f"_{relinked(plan.note, 600)}_")


def _whose(issue: Issue) -> list[str]:
    """Return the name of the issue's newsletter where there are several and its title does not say it."""
    return [name] if (name := whose_beside_title(issue)) else []


def _dated(issue: Issue) -> list[str]:
    """Return the issue's date, nothing for a guess: a digest is read as if it were of that day."""
    return [] if issue.date_guessed else [long_date(issue.published)]


def _counted(plan: _Plan) -> str:
    """Return how many links the channel gets, each once, and how many advertisements."""
    own = (item.entry for item in plan.items if not item.sponsored)
    links = len({each.url for entry in chain(own, _intro_links(plan)) for each in entry.links})
    sponsors = sum(item.sponsored for item in plan.items)
    said = f"{links} link{'s' * (links != 1)}" if links else "no links"
    return f"{said} · {sponsors} from sponsors" if sponsors else said


def _fallback(plan: _Plan) -> str:
    """Return the digest in one line, for notifications and screen readers."""
    first = [one_line(item.entry.headline) for item in plan.items if not item.sponsored][:3]
    said = " · ".join([title(plan.issue), *_whose(plan.issue), *_dated(plan.issue), _counted(plan)])
    return clip(f"{said}: {'; '.join(first)}" if first else said, 600)


def _contents(items: Sequence[_Item], most_blocks: int, room: int) -> list[Block]:
    """Return the headlines by section, in at most `most_blocks` blocks and `room` characters; the rest is counted."""
    made: list[str] = []
    heading = ""
    for index, item in enumerate(items):
        line = f"{item.mark}{_headline(item.entry, 110)}"
        above, before = _heading(item.section), heading
        heading = above
        if above != before:
            line = f"{above}\n{line}"
        starts = above != before and len(made) < most_blocks - 1
        if sum(map(len, made)) + len(line) > room or (starts and len(made) >= most_blocks - 1):
            made.append(f"… and {len(items) - index} more in the thread")
            break
        if starts or not made or len(made[-1]) + len(line) + 1 > blocks.SECTION_MAX_CHARS:
            made.append(line)
        else:
            made[-1] = f"{made[-1]}\n{line}"
    return [blocks.section(text) for text in made]


def _heading(section: Section) -> str:
    if section.kind is Kind.SPONSOR:
        return "*Sponsored*"
    return bold(clip(one_line(section.heading) or ("Intro" if section.kind is Kind.INTRO else "More"), 100))


def _headline(entry: Entry, limit: int) -> str:
    """Return an entry's headline, linked to its first link."""
    words = one_line(entry.headline) or one_line(entry.text)
    if not entry.links:
        return clip(words, limit) or "·"
    return link(entry.links[0].url, words or shown(entry.links[0].url), limit) or "·"


def _folded(entries: Sequence[Entry]) -> str:
    """Return one line that names each folded sponsor once."""
    named = list(dict.fromkeys(_headline(entry, 60) for entry in entries))
    line = ""
    for index, name in enumerate(named):
        longer = f"{line}, {name}" if line else f"Sponsored by {name}"
        if len(longer) > 1_000:
            return f"{line or 'Sponsored'} and {len(named) - index} more"
        line = longer
    return line


def _left(left: Counter[Kind]) -> str:
    """Return the line about what the channel's preferences leave out."""
    if not left:
        return ""
    return "Left out here: " + ", ".join(f"{count} in {kind.value}" for kind, count in sorted(left.items()))


def _reply(plan: _Plan, item: _Item) -> Part:
    body = _with_save(plan, item.entry, _entry_blocks(item))
    place = "Sponsored" if item.sponsored else _plain_heading(item.section)
    site = clip(host(item.entry.links[0].url), 80) if item.entry.links else ""
    # Without its number: where an entry is added to a posted issue, those of the replies after it would be wrong.
    body.append(blocks.context(" · ".join(part for part in (place, site) if part)))
    return Part(item.key, Message(_entry_fallback(item), tuple(body)), (item.entry.position,))


def _with_save(plan: _Plan, entry: Entry, body: list[Block]) -> list[Block]:
    """Return an entry's blocks with the Save button beside the first, where it needs no block of its own."""
    save = save_button(token(plan.issue.slug, entry), entry.headline, saved=entry.position in plan.saved)
    return [{**body[0], "accessory": save}, *body[1:]] if save else body


def _plain_heading(section: Section) -> str:
    return clip(one_line(section.heading) or ("Intro" if section.kind is Kind.INTRO else "More"), 100)


def _entry_fallback(item: _Item) -> str:
    sponsored = "Sponsored: " if item.sponsored else ""
    headline, text = one_line(item.entry.headline), one_line(item.entry.text)
    words = text if text.startswith(headline.rstrip("… ")) else f"{headline} - {text}".strip(" -")
    return clip(f"{sponsored}{words}", 500) or "·"


def _entry_blocks(item: _Item, above: str = "", mark: str = "") -> list[Block]:
    """Return an entry's blocks: its headline as a link, its text, its other links.

    `mark` is put before the headline, and the markup `above` before everything.
    """
    first, rest = opening(item.entry)
    pieces = split(rest, _PIECE_MAX_CHARS - len(first) - len(above))
    if len(pieces) > _MAX_PIECES:
        pieces = (*pieces[: _MAX_PIECES - 1], f"{pieces[_MAX_PIECES - 1]}…")
    # A headline that the text continues stays on the text's line.
    joint = "\n" if rest.startswith("\n") or rest == item.entry.text else " " * rest.startswith(" ")
    said = joint.join(part for part in (first, pieces[0] if pieces else "") if part)
    said = f"{mark}{said}"
    texts = ["\n".join(part for part in (above, said) if part), *pieces[1:]]
    more = other_links(item.entry)
    if more and len(texts[-1]) + len(more) < blocks.SECTION_MAX_CHARS:
        texts[-1] = f"{texts[-1]}\n{more}".lstrip()
    elif more:
        texts.append(more)
    return [blocks.section(text) for text in texts]


def _full(plan: _Plan) -> Digest:
    pages = [_Page([], [])]
    _lay(pages, list(_top(plan)), ())
    for piece in split(_intro_text(plan.intro), _PIECE_MAX_CHARS):
        _lay_anywhere(pages, [blocks.section(piece)])
    if end := _intro_end(plan):
        _lay_anywhere(pages, end)
    heading = ""
    for item in plan.items:
        name = _heading(item.section)
        above, heading = ("" if name == heading else name), name
        made = _numbered(plan, item, above)
        if not _lay(pages, made, (item.entry.position,)):
            pages.append(_Page([], []))
            _lay(pages, made, (item.entry.position,))
    for line in (_folded(plan.folded), _left(plan.left)):
        if line:
            _lay_anywhere(pages, [blocks.context(line)])
    parts = [_page(plan, page, number) for number, page in enumerate(pages, 1)]
    return Digest(plan.issue.slug, parts[0], tuple(parts[1:]))


@dataclass(slots=True)
class _Page:
    blocks: list[Block]
    entries: list[int]

    weight: int = 0
    size: int = 0


def _numbered(plan: _Plan, item: _Item, above: str) -> list[Block]:
    """Return an entry's blocks with its number, which number emoji refer to; a divider before a heading."""
    rule = [blocks.divider()] if above else []
    return [*rule, *_with_save(plan, item.entry, _entry_blocks(item, above, item.mark if item.number else ""))]


def _lay(pages: list[_Page], made: list[Block], entries: tuple[int, ...]) -> bool:
    """Put blocks on the last page if they fit or it is empty; return whether they were put there."""
    page = pages[-1]
    weight, size = sum(map(blocks.weight, made)), len(json.dumps(made, ensure_ascii=False))
    too_many = len(page.blocks) + len(made) > blocks.MAX_BLOCKS - 2
    too_large = page.weight + weight > _ROOM or page.size + size > _JSON_ROOM
    if page.blocks and (too_many or too_large):
        return False
    page.blocks.extend(made)
    page.entries.extend(entries)
    page.weight += weight
    page.size += size
    return True


def _lay_anywhere(pages: list[_Page], made: list[Block]) -> None:
    """Put blocks on the last page, or on a new one where they don't fit."""
    if not _lay(pages, made, ()):
        pages.append(_Page([], []))
        _lay(pages, made, ())


def _page(plan: _Plan, page: _Page, number: int) -> Part:
    if number == 1:
        return _parent(plan, page.blocks, tuple(page.entries))
    name = f"{title(plan.issue)} · page {number}"
    shown_blocks = (blocks.context(clip(name, 200)), *page.blocks)
    return Part(f"page-{number}", Message(clip(name, 200), shown_blocks), tuple(page.entries), numbered=True)

"""An issue, shown to one person."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from archive.issue import Entry, Issue, Section
from archive.kind import Kind
from archive.search.result import Result
from bot.domain.preferences import Layout, Preferences
from bot.domain.text import one_line
from bot.domain.title import title, whose_beside_title
from bot.lookup.issue_name import numbered
from bot.lookup.views.answer import QUERY_MAX_CHARS
from bot.lookup.views.sharing import Shareable, share_button
from bot.slack.blocks import blocks
from bot.slack.blocks.dates import age
from bot.slack.blocks.message import Block, Message
from bot.slack.blocks.mrkdwn import clip, escape, link
from bot.slack.cards.digest import digest
from bot.slack.cards.entry import opening
from bot.slack.cards.issue_date import long_issue_date
from bot.slack.cards.issue_page import page_value
from bot.slack.cards.save_button import SLUG_MAX_CHARS, save_button, token

_MAX_ELSEWHERE = 3
"""Links of other issues below an issue whose number they say."""
_ELSEWHERE_MAX_CHARS = 100


def issue_page(issue: Issue, page: int = 1, saved: frozenset[int] = frozenset()) -> Message:
    """Show one page (from 1) of an issue in full, with buttons to the others and to share the issue.

    A page past the end is the last.

    `saved` are the positions of entries whose link the person saved.
    """
    rendered = digest(issue, Preferences(layout=Layout.FULL), saved=saved)
    pages = (rendered.parent, *rendered.replies)
    page = min(max(page, 1), len(pages))
    message = pages[page - 1].message
    row: list[Block] = []
    if len(issue.slug) <= SLUG_MAX_CHARS:
        if page > 1:
            row.append(blocks.button("‹ Back", "issue:back", page_value(issue.slug, page - 1)))
        if page < len(pages):
            row.append(blocks.button("More ›", "issue:next", page_value(issue.slug, page + 1)))
        row.append(share_button(Shareable(slug=issue.slug), "issue"))
    return Message(message.text, (*message.blocks, blocks.actions(row))) if row else message


def page_of(issue: Issue, position: int) -> int:
    """Return the page (from 1) of `issue_page` with the entry at `position`, 1 if there is none."""
    rendered = digest(issue, Preferences(layout=Layout.FULL))
    pages = (rendered.parent, *rendered.replies)
    return next((number for number, part in enumerate(pages, 1) if position in part.entries), 1)


def with_topic(shown: Message, topic: str, found: Sequence[Result], value: str) -> Message:
    """Return an issue's page with the links `found` on its number as a `topic` below, those for which it has room.

    `value` is the search for them as a button has it.
    """
    lines = [f"• {_headed(each)} · {escape(numbered(each.issue))}" for each in found[:_MAX_ELSEWHERE]]
    more = blocks.button(f"Everything on {topic}", "search:topic:0", value)
    while lines:
        said = blocks.section("\n".join((f"*Elsewhere on {topic}*", *lines)), more)
        made = (*shown.blocks, said)
        if blocks.have_room(made):
            return Message(shown.text, made)
        lines.pop()
    return shown


def _headed(result: Result) -> str:
    entry = result.entry
    words = one_line(entry.headline) or one_line(entry.text)
    return link(entry.links[0].url, words, _ELSEWHERE_MAX_CHARS) if entry.links else clip(words, _ELSEWHERE_MAX_CHARS)


PICKED = "random"
"""How a Save button names the answer it is in: one link picked at random."""


def picked_view(newsletter: str) -> str:
    """Return how a Save button names that answer where the link was picked from a newsletter, or from all ("")."""
    return f"{PICKED}:{newsletter}" if newsletter else PICKED


def picked_from(view: str) -> str | None:
    """Return the newsletter of a view that `picked_view` made, "" for all; None for any other view."""
    name, _, newsletter = view.partition(":")
    return newsletter if name == PICKED else None


def picked(
    issue: Issue, section: Section, entry: Entry, today: date, *, newsletter: str = "", saved: bool = False
) -> Message:
    """Show one entry picked at random, with buttons for another one and for its whole issue.

    `newsletter` is the slug of the one that it was picked from, "" if from all: another one is picked from there too.
    """
    head = one_line(entry.headline) or one_line(entry.text)
    first, rest = opening(entry)
    said = (
        clip(whose_beside_title(issue), 80),
        clip(title(issue), 150),
        long_issue_date(issue),
        age(issue.published, today),
    )
    save = save_button(token(issue.slug, entry, picked_view(newsletter)), head, saved=saved)
    row = [*([save] if save else []), blocks.button("Another one", "random", newsletter)]
    if len(issue.slug) <= SLUG_MAX_CHARS:
        row.append(blocks.button("The whole issue", "issue:open", page_value(issue.slug, 1)))
        row.append(share_button(Shareable(slug=issue.slug, position=entry.position), "link"))
    kind = "Sponsored" if section.kind is Kind.SPONSOR else ""
    joint = "\n" if rest == entry.text else " " * rest[:1].isspace()
    body = blocks.section(f"{first}{joint}{clip(rest.strip(), 2_000)}".strip() or "·")
    where = blocks.context(" · ".join(filter(None, (kind, *said))))
    return Message(clip(head, 300) or "A link at random", (body, where, blocks.actions(row)))


def topics(names: tuple[str, ...]) -> Message:
    """Offer the archive's topics as buttons, at most 25."""
    row = [blocks.button(name, f"search:topic:{number}", json.dumps({"q": name[:QUERY_MAX_CHARS]}, ensure_ascii=False))
           for number, name in enumerate(names[:25]) if one_line(name)]  # fmt: skip
    if not row:
        return blocks.says("The archive has no topics yet.")
    text = clip(f"The archive talks about {', '.join(names[:25])}", 900)
    return Message(text, (blocks.section("*What the archive talks about*"), blocks.actions(row)))

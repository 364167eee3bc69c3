"""A search's answer, and the buttons that lead on from it."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from archive.kind import Kind
from archive.search.dates import spoken
from archive.search.query import narrowing, parse, widened
from archive.search.result import Answer, Grade, Result
from bot.domain.text import one_line
from bot.domain.title import title
from bot.lookup.issue_name import named
from bot.slack.blocks import blocks
from bot.slack.blocks.dates import age
from bot.slack.blocks.message import Block, Message
from bot.slack.blocks.mrkdwn import clip, clip_plain, host
from bot.slack.blocks.web_archive import web_archive_link
from bot.slack.cards.entry import opening
from bot.slack.cards.issue_date import long_issue_date, short_issue_date
from bot.slack.cards.issue_page import page_value
from bot.slack.cards.save_button import SLUG_MAX_CHARS, SaveToken, save_button, token

PAGE_RESULTS = 5
"""Results on a page: as many as fit a screen."""
QUERY_MAX_CHARS = 300
"""A longer text is not a topic but a pasted page."""
MAX_RESULTS = 200
"""Results that can be reached by paging."""

_DESCRIPTION_MAX_CHARS = 260
_encode = json.JSONEncoder(ensure_ascii=False).encode
_json = json.JSONEncoder().encode
_MARK = "\x00"
"""Stands for a button's view until it is known: no text that is shown has it. In a value it stands on its own line, so
that in JSON no backslash before it can be a text's."""
_VIEW = _json(f"\n{_MARK}")[1:-1]
_MAX_LACKS = 4
"""Words named that a result lacks; a longer list would be a line of its own."""
_MAX_ASSUMED = 4
"""Corrections named."""
_PART = "Search for a part of it"
_MAX_CACHED_CARDS = 8_192
"""Results whose blocks are cached, about two kilobytes each."""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What was searched for: the `query`, the page's `offset`, and whether it was for `tools` only.

    `as_value` and `read` carry it through a button; `read` checks what comes back.
    """

    query: str
    offset: int = 0
    tools: bool = False

    @property
    def kinds(self) -> frozenset[Kind] | None:
        """Return the kinds of section to search; None for the usual ones."""
        return frozenset({Kind.TOOLS}) if self.tools else None

    def at(self, offset: int) -> SearchRequest:
        """Return the same search on another page."""
        return SearchRequest(self.query, offset, self.tools)

    def as_value(self) -> str:
        """Return it as a button's value."""
        fields: dict[str, Any] = {"q": self.query}
        if self.offset:
            fields["o"] = self.offset
        if self.tools:
            fields["t"] = 1
        return _encode(fields)

    @classmethod
    def read(cls, value: object) -> SearchRequest | None:
        """Read a button's value; None for anything `as_value` would not have made."""
        try:
            fields = (
                json.loads(value) if isinstance(value, str) and len(value) <= blocks.BUTTON_VALUE_MAX_CHARS else None
            )
        except (ValueError, RecursionError):
            return None
        if not isinstance(fields, dict):
            return None
        query, offset = fields.get("q"), fields.get("o", 0)
        if not isinstance(query, str) or not 0 < len(one_line(query)) <= QUERY_MAX_CHARS or type(offset) is not int:
            return None
        if not 0 <= offset <= MAX_RESULTS or fields.get("t", 0) not in {0, 1}:
            return None
        return cls(one_line(query), offset, bool(fields.get("t", 0)))


def answer(
    found: Answer,
    request: SearchRequest,
    today: date,
    *,
    hint: str = "",
    shareable: bool = True,
    kept: Collection[str] = (),
) -> Message:
    """Render an answer for the person who asked, with buttons to save each link, to share it and to turn pages.

    `today` makes ages ("3 years ago"); `hint` is markup (one line) put below everything. Without `shareable` it was
    shared already. `kept` are the keys of links that the person saved.
    """
    if not found.results and found.issue is None:
        return nothing(found, request, today, hint=hint)
    shown_blocks = [*_issue(found), blocks.context(_summary(found, request))]
    shown_blocks += results_shown(found.results, today, request.as_value(), kept)
    shown_blocks += _below(found, request, today, hint, shareable=shareable)
    return Message(_spoken(found, request), tuple(shown_blocks))


def written(found: Answer, request: SearchRequest, today: date, *, hint: str = "") -> tuple[str, str]:
    """Return the text of `answer` for somebody without bookmarks, and its blocks as JSON.

    Each result's JSON is cached for the day, so that an answer takes a fifth of the time.
    """
    if not found.results and found.issue is None:
        message = nothing(found, request, today, hint=hint)
        return message.text, _json(message.blocks)
    view = _json(f"\n{request.as_value()}")[1:-1]
    made = [_listed([*_issue(found), blocks.context(_summary(found, request))])]
    made += [_fragment(_Card(result), today).replace(_VIEW, view) for result in found.results]
    made.append(_listed(_below(found, request, today, hint, shareable=True)))
    return _spoken(found, request), f"[{', '.join(made)}]"


def _listed(some: Sequence[Block]) -> str:
    """Return blocks as JSON, as they stand in a list."""
    return _json(some)[1:-1]


def _issue(found: Answer) -> list[Block]:
    """Render the issue that the query names by its number, with a button that opens it."""
    if found.issue is None:
        return []
    issue = found.issue
    opens = blocks.button("The whole issue", "issue:open", page_value(issue.slug, 1))
    said = f"*{clip(title(issue), 150)}* · {long_issue_date(issue)}"
    return [blocks.section(said, opens if len(issue.slug) <= SLUG_MAX_CHARS else None)]


def _below(found: Answer, request: SearchRequest, today: date, hint: str, *, shareable: bool) -> list[Block]:
    """Render what stands below the results."""
    made = _notes(found, request, today)
    if found.grade is Grade.NEAREST and found.did_you_mean:
        made += _ways("Did you mean", found.did_you_mean, request, "meant")
    made += _ways(_PART, found.parts, request, "part")
    made.append(blocks.actions(_buttons(found, request, shareable=shareable)))
    return [*made, blocks.context(hint)] if hint else made


def nothing(found: Answer, request: SearchRequest, today: date, *, hint: str = "") -> Message:
    """Say that there is nothing, and offer corrected queries, near topics and help."""
    where = "No tool" if request.tools else "Nothing"
    said = f"{where} in the archive about *{quoted(request.query)}*."
    made = [blocks.section(said), *_notes(found, request, today)]
    dropped = _dropped(found, request, today)
    if meant := [query for query in found.did_you_mean if not dropped or query != dropped[1]]:
        made += _ways("Did you mean", meant, request, "meant")
    made += _ways(_PART, found.parts, request, "part")
    if near := [topic for topic in found.near_topics if topic not in found.parts]:
        made += _ways("What it does talk about", near, request, "near")
    offers = [again(), blocks.button("Help", "help")]
    if request.tools:
        offers.insert(0, blocks.button("Search everything", "search:all", SearchRequest(request.query).as_value()))
    made.append(blocks.actions(offers))
    if hint:
        made.append(blocks.context(hint))
    ways = ", ".join((*found.did_you_mean, *found.parts, *found.near_topics)[:3])
    return Message(clip(f"{where} about {request.query}. Try: {ways}" if ways else f"{where} found.", 600), tuple(made))


def _notes(found: Answer, request: SearchRequest, today: date) -> list[Block]:
    """Render the notes on an answer, with a button that searches without the filters which they tell of."""
    made = blocks.notes((*found.problems, *found.notes))
    if dropped := _dropped(found, request, today):
        label, query = dropped
        value = SearchRequest(query, tools=request.tools).as_value()
        made.append(blocks.actions([blocks.button(f"Drop {label}", "search:wider", value)]))
    return made


def _dropped(found: Answer, request: SearchRequest, today: date) -> tuple[str, str] | None:
    """Return the filters and days of a query as typed, and the query without them.

    None where no note tells of them, and where nothing is left without them.
    """
    if not found.notes:
        return None
    filters, days = narrowing(request.query), parse(request.query, today).spoken_days
    plain = widened(request.query)
    if days:
        plain = spoken(plain, today)[0]
    label, plain = one_line(f"{filters} {days}"), one_line(plain)[:QUERY_MAX_CHARS]
    return (label, plain) if label and plain else None


def _ways(title: str, queries: Sequence[str], request: SearchRequest, name: str) -> list[Block]:
    made = [
        blocks.button(
            query,
            f"search:{name}:{number}",
            SearchRequest(one_line(query)[:QUERY_MAX_CHARS], tools=request.tools).as_value(),
        )
        for number, query in enumerate(queries[:5])
        if one_line(query)
    ]
    return [blocks.context(title), blocks.actions(made)] if made else []


def quoted(query: str) -> str:
    """Return a query that can be set in bold, which a star would end."""
    return clip(query.replace("*", "∗"), 150)


def _summary(found: Answer, request: SearchRequest) -> str:
    first, last = request.offset + 1, request.offset + len(found.results)
    what = "tool" if request.tools else "link"
    count = f"{found.total:,} {what}{'s' * (found.total != 1)}"
    where = f", {first}–{last}" if found.total > len(found.results) else ""
    if found.grade is not Grade.NEAREST:
        return " · ".join(filter(None, (f"*{quoted(request.query)}*", _assumed(found), f"{count}{where}")))
    if [each.typed for each in found.assumed] == [request.query.casefold()]:
        said = _assumed(found)
        return f"{said[0].upper()}{said[1:]}. Nearest:"
    return f"{' · '.join(filter(None, (f'Nothing squarely on *{quoted(request.query)}*', _assumed(found))))}. Nearest:"


def _assumed(found: Answer) -> str:
    """Say which words are shown in place of those that the archive lacks, "" if all are as typed."""
    if not found.assumed:
        return ""
    shown, typed = (
        ", ".join(f"*{quoted(word)}*" for word in words[:_MAX_ASSUMED])
        for words in zip(*((each.assumed, each.typed) for each in found.assumed), strict=True)
    )
    return f"showing {shown}; nothing on {typed}"


def _spoken(found: Answer, request: SearchRequest) -> str:
    """Say the answer on one line, for notifications and screen readers."""
    heads = "; ".join(one_line(result.entry.headline) for result in found.results)
    return clip(f"{request.query}: {found.total} found. {heads}", 900)


def results_shown(results: Sequence[Result], today: date, view: str = "", kept: Collection[str] = ()) -> list[Block]:
    """Render results, two blocks each; `view` tells a Save button which answer it is in."""
    made: list[Block] = []
    for result in results:
        about, where, link = _rendered(_Card(result), today)
        if link is not None:
            saved = any(key.startswith(link.key) for key in kept)
            about = {**about, "accessory": save_button(replace(link, view=view), result.entry.headline, saved=saved)}
        made += (about, where)
    return made


class _Card:
    """A result as the cache of its blocks knows it: by identity, since equality would compare whole issues."""

    __slots__ = ("key", "result")

    def __init__(self, result: Result) -> None:
        self.result = result
        # `result` keeps the entry and the issue alive, so that no other object can get their ids.
        self.key = (id(result.entry), id(result.issue), tuple(issue.slug for issue in result.also_in), result.lacks)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Card) and self.key == other.key


@lru_cache(maxsize=_MAX_CACHED_CARDS)
def _rendered(card: _Card, today: date) -> tuple[Block, Block, SaveToken | None]:
    """Render one result: headline and description, then its source and date; and return its link's token."""
    entry, issue = card.result.entry, card.result.issue
    url = entry.links[0].url if entry.links else ""
    first, rest = opening(entry)
    text = clip(one_line(rest), _DESCRIPTION_MAX_CHARS)
    # Text that continues the headline stays on its line.
    body = f"{first}{_joint(rest, entry.text)}{text}" if first and text else first or text
    where = [named(issue), short_issue_date(issue), age(issue.published, today)]
    if url:
        where.insert(0, host(url))
    if card.result.section.kind is Kind.SPONSOR:
        where.insert(0, "Sponsored")
    said = [*(clip(part, 80) for part in where if part), web_archive_link(url, issue.published, today)]
    return (
        blocks.section(body or "·"),
        blocks.context(" · ".join(filter(None, said)) + _also(card.result) + _lacks(card.result)),
        token(issue.slug, entry),
    )


@lru_cache(maxsize=_MAX_CACHED_CARDS)
def _fragment(card: _Card, today: date) -> str:
    """Return the JSON of a result's two blocks, with `_VIEW` in the place of its button's view."""
    about, where, link = _rendered(card, today)
    if link is None:
        return _listed([about, where])
    button = save_button(replace(link, view=_MARK), card.result.entry.headline)
    return _listed([{**about, "accessory": button}, where])


def _joint(rest: str, text: str) -> str:
    """Return what separates a headline from the rest: a line break, a space, or nothing before punctuation."""
    if rest == text or rest.startswith("\n"):
        return "\n"
    return " " * rest.startswith(" ")


def _also(result: Result) -> str:
    if not result.also_in:
        return ""
    each = ", ".join(clip(named(issue), 40) for issue in result.also_in[:3])
    more = f" and {len(result.also_in) - 3} more" if len(result.also_in) > 3 else ""
    return f" · also in {each}{more}"


def _lacks(result: Result) -> str:
    """Return the words of the query that a result has in no form, "" if it has all."""
    if not result.lacks:
        return ""
    named = ", ".join(f"*{clip(word.replace('*', '∗'), 40)}*" for word in result.lacks[:_MAX_LACKS])
    more = f" and {len(result.lacks) - _MAX_LACKS} more" if len(result.lacks) > _MAX_LACKS else ""
    return f" · lacks {named}{more}"


def _buttons(found: Answer, request: SearchRequest, *, shareable: bool) -> list[Block]:
    made = []
    if request.offset:
        made.append(blocks.button("‹ Back", "page:back", request.at(max(0, request.offset - PAGE_RESULTS)).as_value()))
    after = request.offset + len(found.results)
    if after < min(found.total, MAX_RESULTS):
        more = min(PAGE_RESULTS, found.total - after)
        made.append(
            blocks.button(f"Next {more} ›" if more > 1 else "Last one ›", "page:next", request.at(after).as_value())
        )
    if shareable:
        made.append(blocks.button("Share with channel", "share", request.as_value()))
        made.append(blocks.button("Share …", "sharing:page", request.as_value()))
    return [*made, again()]


def again() -> Block:
    """Return the menu that searches again, with suggestions while typing."""
    return {
        "type": "external_select",
        "action_id": "again",
        "min_query_length": 2,
        "placeholder": blocks.plain("Search again …", 150),
    }


def plain_query(query: str) -> str:
    """Return a query as an option's text: one line, at most 75 characters (Slack: option text)."""
    return clip_plain(query, 75)

"""Answers to what was asked in words: quotes, links, figures, and what would change at the press of a button."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from archive.issue import Issue
from archive.search.quotes import Quote
from archive.search.result import Answer, Result
from archive.snapshot import Snapshot
from bot.domain.preferences import Layout, Preferences
from bot.domain.text import one_line
from bot.domain.title import title
from bot.lookup.asking import preamble
from bot.lookup.asking.answering import PAGE_LINKS, Reply, is_ambiguous, query_of
from bot.lookup.asking.figures import Fact, bars, in_words, size_in_words
from bot.lookup.asking.request import Form, MessageKind, Request
from bot.lookup.issue_name import numbered
from bot.lookup.views import newsletters
from bot.lookup.views.answer import QUERY_MAX_CHARS, SearchRequest
from bot.lookup.views.feedback import ASK, FEEDBACK
from bot.lookup.views.sharing import SHARE_TO, Shareable, ShareTarget, share_button
from bot.slack.blocks import blocks
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.dates import age
from bot.slack.blocks.message import Block, Message
from bot.slack.blocks.mrkdwn import clip, clip_plain, escape, host, link
from bot.slack.cards.digest import digest
from bot.slack.cards.issue_date import long_issue_date, short_issue_date
from bot.slack.cards.save_button import save_button, token

_QUOTE_MAX_CHARS = 600
_ISSUE_LINKS = 15
MAX_OTHER_ISSUES = 4
"""Buttons for further issues, where several were named or came out on the days that were."""
_BAR_WIDTH = 20
_MAX_BARS = 30


def answer(found: Reply, page: int, today: date, names: CommandNames, *, first: bool = True) -> Message:
    """Render the answer to a lookup, a question or a request for an issue; the `first` of a thread says the command."""
    if issue := found.of_issue():
        return _issue(found, issue, today)
    if found.request.kind is MessageKind.ISSUE:
        return blocks.line_message("there is no such issue in the archive")
    shown = [*_head(found, page), *_fact(found.fact)]
    shown += list(_quoted(found.quotes, today))
    if not found.quotes:
        shown += [block for result in found.results for block in _link(result, today)]
    if not found.quotes and not found.results and not found.fact:
        return _nothing(found, names) if page == 1 else blocks.says(f"That was all on *{_topic(found)}*.")
    shown += _related(found)
    shown.append(blocks.actions(_ways_on(found)))
    if first:
        shown.append(blocks.context(f"`{escape(names.command)} {_code(query_of(found.request))}` asks the same"))
    shown.append(blocks.feedback(FEEDBACK, query_of(found.request)))
    return Message(_spoken(found), tuple(shown))


def one(result: Result, do: str, today: date, channel: str) -> Message:
    """Render one link that was pointed at; `do` says what was wanted with it: open, save or share."""
    shown = _link(result, today)
    if do == "save":
        shown.append(blocks.context("Nothing is saved yet: press *Save* beside it."))
    if do == "share" and channel.startswith(("C", "G")):
        value = ShareTarget(result.issue.slug, result.entry.position, channel).as_value()
        shown.append(blocks.context(f"Nothing is shared yet. The button posts it in <#{channel}>, with your name."))
        shown.append(blocks.actions([blocks.button("Share it", SHARE_TO, value, style="primary")]))
    elif do == "share":
        shown.append(blocks.context("Nothing is shared yet. Say where: _share the first one with #channel_."))
    return Message(clip(one_line(result.entry.headline), 300), tuple(shown))


def confirm(request: Request, command: str, names: CommandNames) -> Message:
    """Say what would happen, with a button: nothing is changed by words alone."""
    if not command:
        return blocks.says(f"`{escape(names.command)} help` says how. Nothing was changed.")
    said = f"That is `{escape(names.command)} {_code(command)}`. Nothing has changed yet."
    if command == "pause":
        said += f" A pause has no end of its own: `{escape(names.command)} resume` ends it."
    if request.channel:
        said += " Type it in the channel that you mean."
    label = command.capitalize()
    if "unsave" in request.action:
        label, said = "Show them", f"{said} There, each of your bookmarks has *Remove* in its menu."
    if "taste" in request.action:
        label, said = "Open the form", f"{said} Its form says which sections a digest holds."
    row = blocks.actions([blocks.button(label, ASK, command, style="primary")])
    return Message(said, (blocks.section(said), row))


def unclear(request: Request, names: CommandNames) -> Message:
    """Ask back, in one short question, with buttons for what may be meant."""
    topic, year = request.topic, request.limits.year
    ways = []
    if "subscribe" in request.action and topic:
        said = f"Search for *{clip(topic, 100)}*, or subscribe this channel?"
        ways = [(f"Search for {topic}", topic), ("Subscribe", "subscribe")]
    elif year:
        said = f"What of {year}?"
        ways = [(f"Everything of {year}", f"year:{year}"), (f"Search for {year}", f'"{year}"')]
    elif topic:
        said = f"There is no issue {clip(topic, 100)}. Search for it?"
        ways = [(f"Search for {topic}", topic)]
    else:
        said = f"What is meant? Ask for a topic, such as _service mesh_, or `{escape(names.command)} help`."
    row = [blocks.button(one_line(text), f"{ASK}:{number}", value) for number, (text, value) in enumerate(ways)]
    return Message(said, (blocks.section(said), *([blocks.actions(row)] if row else [])))


def like(found: Answer, today: date, what: str = "that message") -> Message:
    """Render the entries that are like a message, or like `what` was pointed at."""
    if not found.results:
        return blocks.says(f"Nothing in the archive is like {what}.")
    shown = [block for result in found.results for block in _link(result, today)]
    said = "From the archive, on the same links or words:"
    return Message(said, (blocks.context(said), *shown))


def size(snapshot: Snapshot) -> Message:
    """Say how much the archive holds."""
    return blocks.says(size_in_words(snapshot))


def members_only() -> Message:
    """Say what people of another workspace, and guests, may not do."""
    return blocks.says("Only members of this workspace can do that. You can ask me about the archive.")


def which(shown: int) -> Message:
    """Ask which of the links that were shown is meant."""
    return blocks.says(
        f"Which one? Say its place, from 1 to {shown}."
        if shown
        else "No links were shown just before: ask for some first."
    )


def small_talk(courtesy: bool) -> Message:  # noqa: FBT001 - one of two short words
    """Answer thanks, or what has nothing to do with the archive, in a few words."""
    said = "You’re welcome." if courtesy else "I know this newsletter’s archive: ask me about a topic."
    return blocks.says(said)


def _topic(found: Reply) -> str:
    return clip(one_line(found.request.topic), 100) or "that"


def _head(found: Reply, page: int) -> list[Block]:
    said = [*preamble.preamble(found, _marked)]
    if found.found:
        said += [clip(note, 200) for note in found.found.notes]
    if page > 1 or (not found.quotes and found.total > PAGE_LINKS):
        said.append(f"{found.total} links, page {page}")
    return [blocks.context(" · ".join(said))] if said else []


def _marked(text: str) -> str:
    return f"*{clip(one_line(text), 100)}*"


def _fact(fact: Fact | None) -> list[Block]:
    """Render what was counted: a line, and by year a chart that a person can read."""
    if fact is None:
        return []
    rows = () if fact.form in {Form.FIRST, Form.LAST} else bars(fact, _BAR_WIDTH)[-_MAX_BARS:]
    chart = "\n".join(f"{year} {bar} {count}" for year, bar, count in rows)
    said = in_words(fact, _marked)
    return [blocks.section(f"{said}\n```{chart}```" if chart else said)]


def _quoted(quotes: Sequence[Quote], today: date) -> Iterator[Block]:
    """Render quotes, best first; those of one entry stand together, above its source."""
    entries: dict[tuple[str, int], list[Quote]] = {}
    for quote in quotes:
        entries.setdefault((quote.result.issue.slug, quote.result.entry.position), []).append(quote)
    for of_entry in entries.values():
        result = of_entry[0].result
        said = "\n".join(clip(quote.text, _QUOTE_MAX_CHARS) for quote in of_entry).replace("\n", "\n> ")
        save = save_button(token(result.issue.slug, result.entry), result.entry.headline)
        yield blocks.section(f"> {said}\n{_source(result, today)}", save)


def _related(found: Reply) -> list[Block]:
    """Render a line of what is like the sentence that was quoted first."""
    links = [link(each.entry.links[0].url, one_line(each.entry.headline), 80) for each in found.related]
    return [blocks.context(f"Related: {' · '.join(links)}")] if links else []


def _link(result: Result, today: date) -> list[Block]:
    save = save_button(token(result.issue.slug, result.entry), result.entry.headline)
    text = clip(one_line(result.entry.text), 250)
    return [blocks.section(f"{_source(result, today)}\n{text}".strip(), save)]


def _source(result: Result, today: date) -> str:
    """Return where an entry stands: its link, site, issue, date and age, and the other issues with its link."""
    issue, entry = result.issue, result.entry
    url = entry.links[0].url if entry.links else ""
    named = link(url, one_line(entry.headline)) if url else clip(one_line(entry.headline), 150)
    also = f" · also in {', '.join(clip(numbered(each), 40) for each in result.also_in[:3])}" if result.also_in else ""
    site = f" · {clip(host(url), 60)}" if url else ""
    day = f"{short_issue_date(issue)} · {age(issue.published, today)}"
    return f"{named}{site} · {clip(numbered(issue), 60)} · {day}{also}"


def _ways_on(found: Reply) -> Iterator[Block]:
    query = one_line(query_of(found.request))[:QUERY_MAX_CHARS]
    yield blocks.button("All links", ASK, query)
    yield share_button(Shareable(SearchRequest(query)), "asked")
    if found.found:
        for number, other in enumerate(found.found.did_you_mean[:2]):
            yield blocks.button(one_line(other), f"{ASK}:{number}", one_line(other)[:QUERY_MAX_CHARS])


def _nothing(found: Reply, names: CommandNames) -> Message:
    """Say that there is no answer, with a button for one without the filters, else for topics that have answers."""
    said = preamble.nothing(found, _marked)
    near = found.found.near_topics[:4] if found.found else ()
    ways = [(one_line(each), one_line(each)) for each in near]
    if query := preamble.dropped(found):
        ways = [(f"{clip_plain(one_line(query), 50)} in the whole archive", one_line(query))]
    elif near:
        said += " It does talk about:"
    row = [blocks.button(text, f"{ASK}:{number}", value) for number, (text, value) in enumerate(ways)]
    shown = [blocks.section(said), *([blocks.actions(row)] if row else [])]
    return Message(said, (*shown, blocks.context(f"`{escape(names.command)} help` says what else I can do")))


def _issue(found: Reply, issue: Issue, today: date) -> Message:
    """Render an issue: its contents without what is left out, or one section of it; and buttons for others named."""
    if found.newsletters and issue.number is not None and is_ambiguous(found.issues):
        same = [each for each in found.issues if each.number == issue.number]
        return newsletters.which(issue.number, same, ASK)
    others = [
        blocks.button(clip_plain(numbered(each), 70), f"{ASK}:{number}", f"issue {each.slug}")
        for number, each in enumerate(found.issues[1 : MAX_OTHER_ISSUES + 1])
    ]
    if not found.section:
        message = digest(issue, Preferences(layout=Layout.THREAD)).parent.message
        row = [blocks.button("Read it here", ASK, f"issue {issue.slug}"), *others]
        contents = Message(message.text, (*message.blocks, blocks.actions(row)))
        names = found.newsletters
        return newsletters.beside(contents, issue.newsletter, names, "latest", f"{ASK}:of") if names else contents
    entries = [Result(issue, section, entry, 1.0) for section, entry in issue.entries() if entry.links]
    head = f"*{clip(title(issue), 150)}* · {long_issue_date(issue)} · only {found.section}"
    if not entries:
        return blocks.says(f"{head}: it has none.")
    shown = [block for result in entries[:_ISSUE_LINKS] for block in _link(result, today)]
    return Message(head, (blocks.section(head), *shown, *([blocks.actions(others)] if others else [])))


def _spoken(found: Reply) -> str:
    if found.quotes:
        return clip(found.quotes[0].text, 300)
    return clip(f"{found.total} links on {SearchRequest(found.request.topic or 'that').query}", 300)


def _code(text: str) -> str:
    return clip(one_line(text).replace("`", "'"), 150)

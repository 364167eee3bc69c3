"""`backissue ask`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

# First: it tells numpy, before that is imported, to start no threads.
from bot.cli.search import answer_all  # isort: skip

from rich.table import Table
from rich.text import Text

from archive.issue import Entry, Issue
from archive.search.index import Index
from archive.search.quotes import Quote
from archive.search.result import Grade
from archive.snapshot import Snapshot
from bot.cli.queries import read_queries
from bot.cli.reading import index, read
from bot.cli.terminal import out, safe, write
from bot.domain.errors import SettingsError
from bot.lookup.asking.answering import Reply, is_ambiguous, reply
from bot.lookup.asking.conversation import shown_by
from bot.lookup.asking.facts import ArchiveFacts, named
from bot.lookup.asking.figures import Fact, bars, in_words, size_in_words
from bot.lookup.asking.heard import hear
from bot.lookup.asking.preamble import nothing, preamble
from bot.lookup.asking.reader import Context, telling
from bot.lookup.asking.reader import read as read_message
from bot.lookup.asking.request import Form, Manner, MessageKind, Request
from bot.lookup.asking.thread import follow
from bot.lookup.asking.turn import Shown, Thread, Turn, remembered
from bot.lookup.issue_name import named as issue_name
from bot.lookup.issue_name import numbered
from bot.runtime.clock import SystemClock

BOT = "U0BOT"
"""The user id that stands for the bot in a file of messages."""
_GRADES = {Grade.STRONG: "strong", Grade.NEAREST: "nearest", Grade.NONE: "nothing"}
_CHART_WIDTH = 40
_MESSAGE = '{"id": "m1", "text": "what is a service mesh?"}'
_EXAMPLES = {
    "answers": _MESSAGE,
    "intents": _MESSAGE,
    "dialogues": '{"id": "d1", "turns": [{"text": "service mesh"}, {"text": "more"}]}',
}


@dataclass(frozen=True, slots=True)
class AskedArchive:
    """What a batch is answered from: the archive, and the day that it counts from."""

    index: Index
    snapshot: Snapshot
    today: date

    def context(self, *, private: bool = False) -> Context:
        """Return what a message is read with."""
        return Context(self.today, ArchiveFacts(self.index, self.snapshot), private)


def ask(folder: Path | None, text: str, *, now: str) -> None:
    """Print the answer to a message, as it would be given in a direct message."""
    asked = _archive(folder, now)
    request = _read(asked, text, "")
    if request.kind is MessageKind.BOT and request.of_newsletter:
        out.print(Text(size_in_words(asked.snapshot)))
    else:
        _draw(_answer(asked, request))


def ask_file(folder: Path | None, file: Path, what: str, *, now: str) -> None:
    """Write a line of JSON for each line of a file of `what`: answers, intents or dialogues.

    Raises QueriesError, before anything is answered, if the file is malformed; BatchError at the end when a line
    failed.
    """
    key, is_right = ("turns", _has_turns) if what == "dialogues" else ("text", _has_text)
    lines = [({"id": line["id"]}, line) for line in read_queries(file, [key], _EXAMPLES[what], is_right)]
    asked = _archive(folder, now)
    says: Callable[[AskedArchive, Mapping[str, Any]], Iterator[dict[str, Any]]] = {
        "answers": _answers,
        "intents": _intents,
        "dialogues": _dialogues,
    }[what]

    def answer(name: Mapping[str, Any], line: Mapping[str, Any]) -> None:
        for row in says(asked, line):
            write(json.dumps({**name, **row}, ensure_ascii=False))

    answer_all(lines, answer, write)


def _has_text(line: object) -> bool:
    """Return whether a message or a turn says something, if only ""."""
    return isinstance(line, Mapping) and isinstance(line.get("text"), str)


def _has_turns(line: Mapping[str, Any]) -> bool:
    return isinstance(line["turns"], list) and all(map(_has_text, line["turns"]))


def _archive(folder: Path | None, now: str) -> AskedArchive:
    moment = _moment(now) if now else SystemClock().now().astimezone()
    snapshot = read(folder)
    return AskedArchive(index(snapshot, None), snapshot, moment.date())


def _moment(now: str) -> datetime:
    try:
        return datetime.fromisoformat(now)
    except ValueError:
        raise SettingsError("--now", f"is no moment: {now[:40]!r}; write it as 2024-03-27T12:00:00+00:00") from None


def _read(asked: AskedArchive, text: str, bot: str) -> Request:
    return read_message(hear(text, bot), asked.context(private=not bot))


def _answer(asked: AskedArchive, request: Request) -> Reply | Request:
    if request.kind in {MessageKind.LOOKUP, MessageKind.QUESTION, MessageKind.ISSUE} and not request.random:
        return reply(request, asked.index, asked.snapshot, asked.today)
    return request


def _answers(asked: AskedArchive, line: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    text = str(line["text"])
    request = _read(asked, text, "")
    if request.kind not in {MessageKind.LOOKUP, MessageKind.QUESTION}:
        request = Request(MessageKind.QUESTION, topic=telling(text) or text)
    found = reply(replace(request, kind=MessageKind.QUESTION), asked.index, asked.snapshot, asked.today)
    row: dict[str, Any] = {
        "match": _GRADES[found.grade],
        "quotes": [_quoted(quote) for quote in found.quotes],
        "unmet": list(found.unmet),
    }
    yield row | ({"fact": _fact(found.fact)} if found.fact else {})


def _quoted(quote: Quote) -> dict[str, str]:
    links = quote.result.entry.links
    return {"text": quote.text, "issue": quote.result.issue.slug, "url": links[0].url if links else ""}


def _fact(fact: Fact) -> dict[str, Any]:
    match fact.form:
        case Form.FIRST:
            return {"first": named(fact.first[0])}
        case Form.LAST:
            return {"last": named(fact.last[0])}
        case _:
            return {"counts": {str(year): count for year, count in fact.counts.items()}}


def _intents(asked: AskedArchive, line: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    where = str(line.get("where", "mention"))
    if "edited" in where:
        request = Request(MessageKind.CHATTER, Manner.NONE)  # what was answered is not answered again
    else:
        request = _read(asked, str(line["text"]), "" if where.startswith("dm") else BOT)
    yield {"kind": str(request.kind), "slots": request.slots(), "answer": str(request.manner), "changed": False}


def _dialogues(asked: AskedArchive, line: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    thread: Thread | None = None
    for number, turn in enumerate(line["turns"], 1):
        text = str(turn["text"])
        heard = hear(text, BOT if f"<@{BOT}" in text else "")
        done = follow(heard, asked.context(), thread)
        thread = remembered(done, thread, _shown(asked, done))
        yield {
            "turn": number,
            "do": done.do,
            "query": done.query(),
            "rank": done.rank,
            "page": done.page,
            "channel": done.request.channel,
            "for": done.request.person,
            "changed": False,
            "answer": str(done.request.manner),
        }


def _shown(asked: AskedArchive, turn: Turn) -> tuple[Shown, ...]:
    """Return the links that a turn shows."""
    if turn.do not in {"search", "question", "more", "issue"}:
        return ()
    request = turn.request
    if request.kind not in {MessageKind.LOOKUP, MessageKind.QUESTION, MessageKind.ISSUE}:
        return ()
    return shown_by(reply(request, asked.index, asked.snapshot, asked.today, turn.page))


def _draw(found: Reply | Request) -> None:
    if isinstance(found, Request):
        said = ", ".join(f"{name}: {value}" for name, value in found.slots().items())
        out.print(Text(f"{found.kind} ({found.manner}){': ' if said else ''}{safe(said)}", style="dim"))
        return
    if found.fact:
        _draw_fact(found.fact)
    if above := preamble(found, _marked):
        out.print(Text(" · ".join(above), style="yellow"))
    if found.grade is Grade.NONE:
        out.print(Text(nothing(found, _marked)))
    if found.newsletters and is_ambiguous(found.issues):
        out.print(Text("Several newsletters have an issue of that number. Name one of them:"))
        for each in found.issues:
            out.print(Text(f"  {safe(issue_name(each))}  {each.published:%d %b %Y}"))
        return
    if issue := found.of_issue():
        out.print(Text.assemble((safe(issue.title), "bold"), f"  {issue.published:%d %b %Y}"))
        _draw_rows((safe(entry.headline), issue, entry) for _, entry in issue.entries())
    if found.quotes:
        _draw_rows((f"“{safe(quote.text)}”", quote.result.issue, quote.result.entry) for quote in found.quotes)
    else:
        _draw_rows((safe(each.entry.headline), each.issue, each.entry) for each in found.results)


def _marked(text: str) -> str:
    return f"“{safe(text)}”"


def _draw_rows(rows: Iterator[tuple[str, Issue, Entry]]) -> None:
    table = Table(box=None, show_header=False, padding=(0, 1, 1, 0))
    table.add_column(justify="right", style="dim")
    table.add_column(overflow="fold")
    for place, (said, issue, entry) in enumerate(rows, 1):
        text = Text(said)
        text.append(f"\n{numbered(issue)}  {issue.published:%d %b %Y}", style="dim")
        if entry.links:
            text.append(f"\n{safe(entry.links[0].url)}", style="cyan")
        table.add_row(str(place), text)
    out.print(table)


def _draw_fact(fact: Fact) -> None:
    out.print(Text(in_words(fact, _marked), style="bold"))
    for year, bar, count in bars(fact, _CHART_WIDTH):
        out.print(Text(f"{year}  {bar} {count}", style="green"))

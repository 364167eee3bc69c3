"""`backissue search`."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

# Before numpy is imported: its linear algebra, of which nothing is used here, otherwise starts a thread a processor
# (40 ms on two of them).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # noqa: TID251 - told to numpy, not read

from rich.table import Table
from rich.text import Text

from archive.link import domain
from archive.search.index import Index
from archive.search.result import Answer, Grade, Result
from bot.cli.batch import BatchError, complete_or_marked, reason_of
from bot.cli.queries import read_queries
from bot.cli.reading import index, read
from bot.cli.terminal import err, out, safe, write
from bot.lookup.issue_name import numbered
from bot.runtime.clock import SystemClock

QueryT = TypeVar("QueryT")
MAX_NEAREST = 3
"""Entries shown of a nearest answer; JSON has all."""


def search(
    folder: Path | None,
    query: str,
    *,
    synonyms: Path | None,
    queries: Path | None,
    as_json: bool,
    limit: int,
    explain: bool,
) -> None:
    """Answer `query`, or every query of the file `queries`, with at most `limit` entries each.

    Raises QueriesError, before anything is answered, if the file is malformed; BatchError at the end when a
    query of the file failed.
    """
    asked = list(_asked(queries)) if queries else [({"query": query}, query)]
    with _kept_to_the_end():
        answers_from = index(read(folder), synonyms)
    today = SystemClock().now().astimezone().date()

    def answer(name: Mapping[str, Any], text: str) -> None:
        found = answers_from.search(text, limit=limit, reasons=explain, today=today)
        if as_json:
            write(json.dumps(row(name, found, explain=explain), ensure_ascii=False))
        else:
            _draw(answers_from, found, explain=explain)

    if queries:
        answer_all(asked, answer, write if as_json else _draw_error)
    else:
        answer(*asked[0])


def answer_all(
    asked: Sequence[tuple[dict[str, Any], QueryT]],
    answer: Callable[[Mapping[str, Any], QueryT], object],
    write_error: Callable[[str], object],
) -> None:
    """Answer every query; one that fails is a line {"id": …, "error": …} in the place of its answer.

    Raises BatchError at the end when any failed, and where the batch itself breaks off.
    """
    failed = 0
    with complete_or_marked(write_error):
        for name, text in asked:
            try:
                answer(name, text)
            except OSError:
                raise  # the output is broken, not this query
            except Exception as error:  # noqa: BLE001 - the others still have their answers
                failed += 1
                write_error(json.dumps({**name, "error": reason_of(error)}, ensure_ascii=False))
    if failed:
        raise BatchError(f"{failed} of {len(asked)} queries failed; their lines say why")


def _draw_error(line: str) -> None:
    out.print(Text(safe(line), style="red"))


@contextmanager
def _kept_to_the_end() -> Iterator[None]:
    """Keep the garbage collector off: a process that answers and ends needs everything that is made here.

    Scanning the growing archive and index, and again at the end, takes a tenth of the process's time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _asked(file: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Return each query with its id as it is in the file, a number or a string."""
    for line in read_queries(file, ["query"], '{"id": "q1", "query": "service mesh"}'):
        yield {"id": line["id"]}, str(line["query"])


def row(name: Mapping[str, Any], answer: Answer, *, explain: bool = False) -> dict[str, Any]:
    """Return an answer as an object: its `name` (the id, or the query where there is none), grade and results.

    "match" is "strong", "nearest" or "none"; the results come best first.
    """
    return {
        **name,
        "match": str(answer.grade),
        "results": [_result(result, explain=explain) for result in answer.results],
    }


def _result(result: Result, *, explain: bool) -> dict[str, Any]:
    links = result.entry.links
    found: dict[str, Any] = {
        "issue": result.issue.slug,
        "position": result.entry.position,
        "url": links[0].url if links else "",
        "score": round(result.score, 6),
    }
    if explain:
        found["reasons"] = [{"word": r.word, "term": r.term, "rule": r.rule} for r in result.reasons]
    return found


def _draw(answers_from: Index, answer: Answer, *, explain: bool) -> None:
    for problem in answer.problems:
        err.print(Text(safe(problem), style="yellow"))
    for note in _said(answer):
        out.print(Text(safe(note), style="dim"))
    if answer.grade is Grade.NEAREST:
        out.print(Text.assemble("Nothing squarely on ", (safe(answer.query.strip()), "bold"), ". Nearest:"))
    if not answer.results:
        _draw_nothing(answers_from, answer)
        return
    table = Table(box=None, show_header=False, padding=(0, 1, 1, 0), expand=False)
    table.add_column(justify="right", style="dim")
    table.add_column(overflow="fold")
    shown = answer.results[:MAX_NEAREST] if answer.grade is Grade.NEAREST else answer.results
    for place, result in enumerate(shown, 1):
        table.add_row(str(place), _drawn(result, explain=explain))
    out.print(table)
    if answer.grade is Grade.NEAREST:
        _draw_ways_on(answers_from, answer)
        return
    more = answer.total - len(answer.results)
    out.print(Text(f"{answer.total} found" + (f", {more} more with --limit" if more > 0 else ""), style="dim"))


def _said(answer: Answer) -> Iterator[str]:
    """Return what is said above the results: the issue that was named, what was assumed, what the filters did."""
    if answer.issue is not None:
        name = answer.issue.slug if answer.issue.number is None else answer.issue.number
        yield f"{answer.issue.title}, {answer.issue.published:%d %b %Y}: backissue show {name}"
    for each in answer.assumed:
        yield f"showing {each.assumed}; nothing on {each.typed}"
    yield from answer.notes


def _drawn(result: Result, *, explain: bool) -> Text:
    entry, issue = result.entry, result.issue
    text = Text(safe(entry.headline), style="bold")
    also = f"  also in {safe(', '.join(map(numbered, result.also_in)))}" if result.also_in else ""
    text.append(
        f"\n{safe(numbered(issue))}  {issue.published:%d %b %Y}  {result.section.kind}{also}", style="not bold dim"
    )
    if entry.text.strip():
        text.append("\n" + safe(entry.text.strip()), style="not bold")
    for link in entry.links:
        text.append(
            "\n" + safe(link.url), style=f"not bold cyan link {safe(link.url)}" if domain(link.url) else "not bold cyan"
        )
    if result.lacks:
        text.append(f"\nlacks {safe(', '.join(result.lacks))}", style="not bold yellow")
    if explain:
        why = "; ".join(f"{r.word} → {r.term} ({r.rule})" for r in result.reasons)
        text.append(f"\n{result.score:.2f}  {safe(why)}", style="not bold green")
    return text


def _draw_nothing(answers_from: Index, answer: Answer) -> None:
    out.print(Text.assemble("Nothing in the archive on ", (safe(answer.query.strip()) or "that", "bold"), "."))
    _draw_ways_on(answers_from, answer)


def _draw_ways_on(answers_from: Index, answer: Answer) -> None:
    if answer.did_you_mean:
        out.print(Text(f"Did you mean: {', '.join(answer.did_you_mean)}?"))
    if answer.parts:
        out.print(Text(f"A part of it: {', '.join(answer.parts)}"))
    near = answer.near_topics or answers_from.topics(8)
    if near:
        out.print(Text(f"Topics it has: {', '.join(near)}", style="dim"))

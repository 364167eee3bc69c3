"""The answer to a request, from the archive in memory: sentences quoted word for word, figures counted, issues."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from archive.issue import Issue
from archive.kind import Kind as SectionKind
from archive.search.index import MAX_RESULTS, Index
from archive.search.mentions import Mention
from archive.search.query import QUERY_MAX_CHARS
from archive.search.quotes import DEFINING_RESULTS, QUOTED_RESULTS, Quote, quotes, quotes_in_order, says_what
from archive.search.result import Answer, Grade, Reason, Result
from archive.search.words import words
from archive.snapshot import Snapshot
from bot.lookup.asking.figures import Fact, fact_of
from bot.lookup.asking.request import COUNTED, Form, Limits, MessageKind, Request
from bot.lookup.related import related

PAGE_LINKS = 5
"""Links of a page of an answer in a thread, where there is less room than in a list of one's own."""
MAX_RELATED = 3
"""Links beneath an answer that are like it."""
_DOTTED = re.compile(r"(?<![\w./@-])[a-z][a-z0-9]*(?:\.[a-z][a-z0-9]+)+(?![\w/@-])", re.IGNORECASE)
CLOSE_SHARE = 0.65
"""Where the oldest come first, an entry is as good as this part of the best (as `archive.search.grading` has it)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a request of the archive.

    `quotes` answer a question, best first, and `fact` one that is counted; `results` are one page of links for a lookup
    of `total`; `issues` are what was asked for by number or date, with `section` the kind of section that is shown, ""
    for all, without those of `left_out`. `unmet` are words of the request that the best entry lacks, and `unknown`
    those of them that no entry of the archive has, whatever the filters. `found` is the search's own answer: that may
    be strong where a word was corrected, where the best entry lacks a word of a question, or where no sentence says
    what the thing is that was asked for (`undefined`); `grade` is not. `related` is like what is quoted first.
    `newsletters` are all of several by their slugs, where others may be meant than that of the issue.
    """

    request: Request
    grade: Grade
    quotes: tuple[Quote, ...] = ()
    fact: Fact | None = None
    results: tuple[Result, ...] = ()
    total: int = 0
    issues: tuple[Issue, ...] = ()
    section: str = ""
    left_out: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    found: Answer | None = None
    related: tuple[Result, ...] = ()
    undefined: bool = False
    newsletters: Mapping[str, str] = field(default_factory=dict)

    def of_issue(self) -> Issue | None:
        """Return the first of `issues` with those of its sections that were asked for, None if there is none."""
        if not self.issues:
            return None
        issue = self.issues[0]
        kept = tuple(
            section
            for section in issue.sections
            if section.kind not in self.left_out and self.section in {"", section.kind}
        )
        return issue if kept == issue.sections else replace(issue, sections=kept)


def reply(request: Request, index: Index, snapshot: Snapshot, today: date, page: int = 1) -> Reply:
    """Return the answer to a lookup, a question or a request for an issue. Never raises, whatever was asked."""
    if request.kind is MessageKind.ISSUE:
        return _issues(request, snapshot, index.newsletters.names)
    if request.form in COUNTED and (counted := _counted(request, index, snapshot, today)):
        return counted
    found = _search(request, index, snapshot, today, page)
    if not found.results and request.limits.site and "." in request.limits.site and request.topic:
        found, request = _without_site(request, index, snapshot, today, page)
    if request.form is Form.VERDICT and found.results:
        found = _with_subject(request, found, index, snapshot, today, page)
    split = _split(request.topic, found.results[0]) if found.results else ()
    parts = {part.casefold() for name in split for part in name.split(".")}
    lacks = found.results[0].lacks if found.results else ()
    unmet = (*(word for word in lacks if word.casefold() not in parts), *split)
    unsure = found.assumed or split or request.of_newsletter or (unmet and request.kind is MessageKind.QUESTION)
    grade = Grade.NEAREST if unsure and found.grade is Grade.STRONG else found.grade
    unknown = tuple(word for word in unmet if not _is_said(word, index, today))
    answer = Reply(request, grade, (), None, found.results, found.total, unmet=unmet, unknown=unknown, found=found)
    return _quoting(answer, index, today) if request.kind is MessageKind.QUESTION and page == 1 else answer


def _split(topic: str, best: Result) -> tuple[str, ...]:
    """Return the names with a dot within that the best entry has in parts only: "fly.io" is not "on the fly"."""
    said = " ".join((best.entry.headline, best.entry.text, *(link.url for link in best.entry.links)))
    names = dict.fromkeys(_DOTTED.findall(topic))
    return tuple(
        name
        for name in names
        if not re.search(rf"\b{'[ .-]?'.join(map(re.escape, name.split('.')))}\b", said, re.IGNORECASE)
    )


def _is_said(text: str, index: Index, today: date) -> bool:
    """Return whether the archive says a word of a text, in this form or another."""
    unknown = index.weight("")
    return any(index.weight(word) < unknown for word in words(text)) or bool(index.mentions(text, "", today))


def _quoting(answer: Reply, index: Index, today: date) -> Reply:
    """Return the answer to a question with the sentences that answer it, and what is related to the first of them."""
    limits = answer.request.limits
    thing = answer.request.topic if answer.request.form is Form.DEFINITION and not limits.order else ""
    quoted = (
        quotes_in_order(answer.results, index.weight) if limits.order else quotes(answer.results, index.weight, thing)
    )
    undefined = bool(thing) and answer.grade is Grade.STRONG and not says_what(quoted, thing)
    grade = Grade.NEAREST if undefined else answer.grade
    return replace(answer, grade=grade, quotes=quoted, undefined=undefined, related=_related(quoted, index, today))


def _related(quoted: Sequence[Quote], index: Index, today: date) -> tuple[Result, ...]:
    """Return what has rare words in common with the entry that is quoted first, without what is quoted."""
    if not quoted:
        return ()
    entry = quoted[0].result.entry
    shown = {(quote.result.issue.slug, quote.result.entry.position) for quote in quoted}
    like = related(index, f"{entry.headline}\n{entry.text}", (), today, entry, MAX_RELATED + len(quoted))
    others = (each for each in like.results if (each.issue.slug, each.entry.position) not in shown)
    return tuple(each for each in others if each.entry.links)[:MAX_RELATED]


def _with_subject(request: Request, found: Answer, index: Index, snapshot: Snapshot, today: date, page: int) -> Answer:
    """Return what says the thing that was asked about, where the best entry lacks it: "dead" is no answer on puppet.

    The thing is what the question names first. The word that is lacking then is the verdict.
    """
    subject, *verdict = request.topic.split()
    if not verdict or subject.casefold() not in map(str.casefold, found.results[0].lacks):
        return found
    about = _search(replace(request, topic=subject), index, snapshot, today, page)
    if not about.results or about.results[0].lacks or about.assumed:
        return found
    lacking = tuple(replace(each, lacks=tuple(verdict)) for each in about.results)
    return replace(about, results=lacking)


def _without_site(request: Request, index: Index, snapshot: Snapshot, today: date, page: int) -> tuple[Answer, Request]:
    """Return the answer without a site that left nothing, its name among the words: it may be meant as one."""
    name = request.limits.site.removeprefix("www.").partition(".")[0]
    wider = replace(request, topic=f"{request.topic} {name}", limits=replace(request.limits, site=""))
    found = _search(wider, index, snapshot, today, page)
    said = (f"nothing on {request.limits.site}: shown is what says {name}",)
    return replace(found, notes=(*found.notes, *said)), wider


def query_of(request: Request, *, newest_first: bool = True) -> str:
    """Return a request in the search's own query language, as `/weekly` takes it."""
    limits = request.limits
    said = [request.topic or _all(limits)]
    said += [f"in:{limits.section}"] if limits.section else []
    said += [f"from:{limits.newsletter}"] if limits.newsletter else []
    said += [f"site:{limits.site}"] if limits.site else []
    said += [f"since:{limits.after}"] if limits.after else []
    said += [f"before:{limits.before}"] if limits.before else []
    said += [f'-"{word}"' if " " in word else f"-{word}" for word in limits.without]
    said += [f"issue:{issue}" for issue in request.issues]
    said += ["sort:new"] if limits.order == "newest" and newest_first else []
    return " ".join(filter(None, said))


def _all(limits: Limits) -> str:
    """Return what is looked for where only limits are given: everything that they let through."""
    return f'"{limits.phrase}"' if limits.phrase else ""


def _search(request: Request, index: Index, snapshot: Snapshot, today: date, page: int) -> Answer:
    limits = request.limits
    if request.last:
        newest = sorted(snapshot.issues, key=lambda issue: (issue.published, issue.slug))[-request.last :]
        request = replace(request, issues=tuple(issue.slug for issue in newest))
    kinds = _kinds(limits)
    read = QUOTED_RESULTS if request.form is not Form.DEFINITION else DEFINING_RESULTS
    size = limits.limit or (read if request.kind is MessageKind.QUESTION else PAGE_LINKS)
    query = query_of(request)[:QUERY_MAX_CHARS]
    quoted = request.kind is MessageKind.QUESTION  # a sentence is chosen by the words that its entry was found for
    if limits.order != "oldest":
        offset = (page - 1) * size
        return index.search(query, kinds=kinds, limit=size, offset=offset, reasons=quoted, today=today)
    found = index.search(query, kinds=kinds, limit=MAX_RESULTS, reasons=quoted, today=today)
    best = max((result.score for result in found.results), default=0.0)
    close = [result for result in found.results if result.score >= best * CLOSE_SHARE]
    close.sort(key=lambda result: (result.issue.published, result.entry.position))
    return replace(found, results=tuple(close[(page - 1) * size : page * size]), total=len(close))


def _kinds(limits: Limits) -> frozenset[SectionKind] | None:
    """Return the kinds of section to look in, None for the usual ones."""
    left_out = {SectionKind(name) for name in limits.without_sections}
    if not left_out:
        return None
    return frozenset(SectionKind) - left_out - {SectionKind.SPONSOR, SectionKind.JOBS}


def _all_of(limits: Limits, snapshot: Snapshot) -> tuple[Mention, ...]:
    """Return every entry of the days and the section that limits name, oldest first."""
    return tuple(
        (issue, section, entry)
        for issue in snapshot.issues
        if limits.after <= issue.published.date().isoformat() < (limits.before or "9999")
        for section, entry in issue.entries()
        if entry.links and limits.section in {"", section.kind} and section.kind not in limits.without_sections
    )


def _counted(request: Request, index: Index, snapshot: Snapshot, today: date) -> Reply | None:
    """Return the answer to when first, when last and how often; None where nothing says the topic."""
    filters = query_of(replace(request, topic=""), newest_first=False)
    said = index.mentions(request.topic, filters, today) if request.topic else _all_of(request.limits, snapshot)
    if not said:
        return None
    fact = fact_of(request.topic, request.form, said)
    if not request.topic:
        return Reply(request, Grade.STRONG, fact=fact, total=len(said))
    shown = {Form.LAST: said[-1:], Form.FIRST: said[:1]}.get(request.form, said[-1:])
    results = tuple(Result(issue, section, entry, 1.0) for issue, section, entry in shown)
    return Reply(request, Grade.STRONG, _saying(results, request.topic), fact, results, len(said))


def _saying(results: Sequence[Result], topic: str) -> tuple[Quote, ...]:
    """Return of each result the sentence that has most words of a topic, the first of them."""
    reasons = tuple(Reason(word, word, "exact") for word in words(topic))
    found = (quotes((replace(result, reasons=reasons),), lambda _: 1.0) for result in results)
    return tuple(quote for of_entry in found for quote in of_entry[:1])


def _issues(request: Request, snapshot: Snapshot, names: Mapping[str, str]) -> Reply:
    own = snapshot.only(request.limits.newsletter)
    found = tuple(issue for asked in request.issues for issue in _issue(asked, own))
    others = names if len(names) > 1 and found and not request.limits.newsletter else {}
    if others and not is_ambiguous(found) and found[0] is not snapshot.latest():
        others = {}
    grade, limits = Grade.STRONG if found else Grade.NONE, request.limits
    left_out = limits.without_sections
    return Reply(request, grade, issues=found, section=limits.section, left_out=left_out, newsletters=others)


def is_ambiguous(issues: Sequence[Issue]) -> bool:
    """Return whether the first of these is one of several newsletters' issues with one number."""
    same = {issue.newsletter for issue in issues if issue.number == issues[0].number}
    return len(same) > 1


def _issue(asked: int | str, snapshot: Snapshot) -> tuple[Issue, ...]:
    """Return the issue of this slug, or the newest of this number of each newsletter, newest first."""
    if isinstance(asked, str):
        return tuple(filter(None, (snapshot.get(asked),)))
    newest = {issue.newsletter: issue for issue in snapshot.labelled(asked)}
    return tuple(sorted(newest.values(), key=lambda issue: issue.published, reverse=True))

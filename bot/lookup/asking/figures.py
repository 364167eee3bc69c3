"""Figures over what says a topic: the first, the last and how many in each year, and how they are put in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from archive.issue import Entry, Issue, Section
from archive.search.inflections import inflections
from archive.search.mentions import Mention
from archive.search.words import words
from archive.snapshot import Snapshot
from bot.domain.title import label
from bot.lookup.asking.request import Form
from bot.slack.blocks.mrkdwn import clip
from bot.slack.cards.issue_date import short_issue_date


@dataclass(frozen=True, slots=True)
class Fact:
    """What was counted over the entries that say a topic: which is `first` and `last`, and how many in each year.

    `counts` and `total` are of issues if `form` is `Form.ISSUES`, else of entries. `alike` says that what is told
    (the first, the last, or some of those that are counted) has another name of the topic, and not its own words.
    """

    topic: str
    form: Form
    first: tuple[Issue, Section, Entry]
    last: tuple[Issue, Section, Entry]
    counts: dict[int, int]
    total: int
    alike: bool = False


def fact_of(topic: str, form: Form, said: Sequence[Mention]) -> Fact:
    """Return the figures over the entries that say a topic, oldest first; there is one at least."""
    issues = {issue.slug: issue for issue, _, _ in said}.values()
    counted = list(issues) if form is Form.ISSUES else [issue for issue, _, _ in said]
    counts = Counter(issue.published.year for issue in counted)
    named = [frozenset((word, *inflections(word))) for word in words(topic)]
    told = {Form.FIRST: said[:1], Form.LAST: said[-1:]}.get(form, said)
    alike = not all(_names(entry, named) for _, _, entry in told)
    return Fact(topic, form, said[0], said[-1], dict(sorted(counts.items())), len(counted), alike)


def _names(entry: Entry, named: Sequence[frozenset[str]]) -> bool:
    said = {*words(entry.text), *words(entry.headline)}
    return all(said & forms for forms in named)


def in_words(fact: Fact, mark: Callable[[str], str]) -> str:
    """Return a figure as a sentence. `mark` makes the topic stand out, and safe to show."""
    if not fact.topic:
        return _how_many(fact)
    topic = mark(fact.topic) + (" or the like" if fact.alike else "")
    first, last = _named(fact.first[0]), _named(fact.last[0])
    noun, verb = ("issue", "mention") if fact.form is Form.ISSUES else ("entry", "say")
    if fact.total == 1:
        return f"One {noun} {verb}s {topic}: {first}."
    many = f"{fact.total} {'entries' if noun == 'entry' else 'issues'}"
    if fact.form is Form.FIRST:
        return f"{topic} was first in {first}; in {many} in all."
    if fact.form is Form.LAST:
        return f"{topic} was last in {last}; in {many} in all."
    return f"{many} {verb} {topic}, {f'all in {first}' if first == last else f'from {first} to {last}'}."


def _how_many(fact: Fact) -> str:
    """Return how much there is, whatever it says: "52 issues, from #210 to #261"."""
    nouns = ("issue", "issues") if fact.form is Form.ISSUES else ("entry", "entries")
    first, last = _named(fact.first[0]), _named(fact.last[0])
    return f"{fact.total} {nouns[fact.total != 1]}, {f'in {first}' if first == last else f'from {first} to {last}'}."


def bars(fact: Fact, width: int) -> tuple[tuple[int, str, int], ...]:
    """Return a chart's years, bars and counts, oldest first, the longest bar `width` blocks; none for a single year."""
    if len(fact.counts) < 2:
        return ()
    most = max(fact.counts.values())
    return tuple((year, "█" * max(1, round(count * width / most)), count) for year, count in fact.counts.items())


def size_in_words(snapshot: Snapshot) -> str:
    """Return how much the archive holds, with its first and its last issue."""
    issues = snapshot.issues
    if not issues:
        return "There is no issue in the archive yet."
    entries = sum(1 for issue in issues for _ in issue.entries())
    held = f"{len(issues)} {'issue' if len(issues) == 1 else 'issues'} with {entries} entries"
    return f"The archive has {held}, from {_named(issues[0])} to {_named(issues[-1])}."


def _named(issue: Issue) -> str:
    return f"{clip(label(issue), 60)} ({short_issue_date(issue)})"

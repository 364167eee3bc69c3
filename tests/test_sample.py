"""The archive that ships with the product, and the judged queries over it: small, sound and showing every feature."""

from __future__ import annotations

import itertools
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from archive.issue import Entry, Issue
from archive.kind import Kind
from archive.link import canonical, domain
from archive.loader import load
from archive.snapshot import Snapshot

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "playground/demo/sample"
JUDGED = ROOT / "benchmarks/search/sample"
QUERY_KINDS = {"known", "topic", "question", "typo", "alias", "none"}


@pytest.fixture(scope="module")
def sample() -> Snapshot:
    """Return the sample archive, read from its files."""
    return load(SAMPLE)


@pytest.fixture(scope="module")
def queries() -> list[dict[str, Any]]:
    """Return the queries of the judged set, in file order."""
    return _rows("queries")


@pytest.fixture(scope="module")
def judgments() -> list[dict[str, Any]]:
    """Return the judgments of the judged set, in file order."""
    return _rows("judgments")


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (JUDGED / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def _of_kind(sample: Snapshot, *kinds: Kind) -> list[Entry]:
    return [e for issue in sample.issues for s in issue.sections if s.kind in kinds for e in s.entries]


def _urls(sample: Snapshot) -> dict[str, set[str]]:
    return {i.slug: {link.url for _, entry in i.entries() for link in entry.links} for i in sample.issues}


def test_sample_is_read_without_a_problem(sample: Snapshot) -> None:
    """A newcomer's first `check` has nothing to report: every file loads and nothing in it is lost."""
    assert sample.problems == ()
    assert {issue.slug for issue in sample.issues} == {file.stem for file in SAMPLE.glob("*.md")}


def test_sample_is_large_enough_to_search(sample: Snapshot) -> None:
    """There are at least 12 issues and 120 entries that have a link."""
    assert len(sample.issues) >= 12
    assert sum(bool(entry.links) for issue in sample.issues for _, entry in issue.entries()) >= 120


@pytest.mark.parametrize("kind", list(Kind))
def test_sample_shows_every_kind_of_section(sample: Snapshot, kind: Kind) -> None:
    """Each kind that an answer can be narrowed to has entries."""
    assert _of_kind(sample, kind)


def test_sample_appears_every_sunday_and_on_each_day_of_its_last_week(sample: Snapshot) -> None:
    """Whether the date stands in the front matter or only in the title."""
    days = [issue.published.date() for issue in sample.issues]
    weekly, daily = days[:-7], days[-7:]
    assert {day.isoweekday() for day in weekly} == {7}
    assert {(later - day).days for day, later in itertools.pairwise(weekly)} == {7}
    assert {(later - day).days for day, later in itertools.pairwise([weekly[-1], *daily])} == {1}


def test_sample_has_an_issue_in_the_plain_style(sample: Snapshot) -> None:
    """One issue has its date in the title only, and its links as bare addresses; it reads like the others."""
    (plain,) = [i for i in sample.issues if i.title.startswith("Issue ")]
    text = (SAMPLE / f"{plain.slug}.md").read_text(encoding="utf-8")
    assert "date:" not in text
    assert "<br>" not in text
    assert plain.published.date().isoformat() == "2026-09-06"
    assert all(entry.links for section, entry in plain.entries() if section.kind is not Kind.INTRO)


def test_sample_numbers_are_only_labels(sample: Snapshot) -> None:
    """Two issues share a number and one has none, as happens in real archives."""
    numbers = Counter(issue.number for issue in sample.issues)
    assert [issue.slug for issue in sample.labelled(9)] == ["2026-10-18-9", "2026-10-25-10"]
    assert numbers[9] == 2
    assert numbers[None] == 1
    assert not any("\\" in issue.title for issue in sample.issues)


def test_sample_shows_what_entries_may_hold(sample: Snapshot) -> None:
    """Some entry has several links, several paragraphs, an address with parentheses, or words that look like HTML."""
    entries = [entry for issue in sample.issues for _, entry in issue.entries()]
    urls = [link.url for entry in entries for link in entry.links]
    assert any(len(entry.links) > 1 for entry in entries)
    assert any("\n" in entry.text and entry.links for entry in entries)
    assert "https://en.wikipedia.org/wiki/Raft_(algorithm)" in urls
    assert any("<none>" in entry.text for entry in entries)
    assert any("utm_source=" in url for url in urls)


def test_sample_repeats_some_links_in_another_issue(sample: Snapshot) -> None:
    """A link that two issues carry is there to show that answers name both."""
    issues: defaultdict[str, set[str]] = defaultdict(set)
    for slug, urls in _urls(sample).items():
        for url in urls:
            issues[canonical(url)].add(slug)
    repeated = {url for url, slugs in issues.items() if len(slugs) > 1}
    assert {
        canonical("https://data.iana.org/time-zones/theory.html"),
        canonical("https://github.com/derailed/k9s"),
        canonical("https://sre.google/sre-book/postmortem-culture/"),
    } == repeated


def test_sample_separates_two_entries_with_no_blank_line_between(sample: Snapshot) -> None:
    """Where a blank line was forgotten, each tool is still an entry of its own."""
    issue = sample.find("#5")
    first, second = _entry(issue, "bpftrace/bpftrace"), _entry(issue, "inspektor-gadget/inspektor-gadget")
    assert second.position == first.position + 1
    assert "Inspektor" not in first.text


def _entry(issue: Issue, part: str) -> Entry:
    return next(entry for _, entry in issue.entries() if any(part in link.url for link in entry.links))


def test_sample_calls_paid_entries_a_sponsors_wherever_they_stand(sample: Snapshot) -> None:
    """Sponsors are told apart under an odd heading, a quoted one, and once more at the end of the tools."""
    paid = [e.links[0].url for e in _of_kind(sample, Kind.SPONSOR)]
    assert len(paid) == 5
    assert sum("kestrelkeys.example" in url for url in paid) == 2


def test_sample_advertises_nothing_real(sample: Snapshot) -> None:
    """Sponsors, jobs and events point only at names reserved for examples (RFC 2606)."""
    for entry in _of_kind(sample, Kind.SPONSOR, Kind.JOBS, Kind.EVENTS):
        for link in entry.links:
            site = domain(link.url)
            assert site.endswith(".example") or site.split(".")[-2] == "example", link.url


def test_judged_queries_are_of_every_kind(queries: list[dict[str, Any]]) -> None:
    """The judged set asks in every way that people ask, each query under an id of its own."""
    assert len(queries) >= 45
    assert {query["kind"] for query in queries} == QUERY_KINDS
    assert len({query["id"] for query in queries}) == len(queries)
    assert all(query["id"].startswith("s-") for query in queries)


def test_judged_links_are_in_the_sample(
    sample: Snapshot, queries: list[dict[str, Any]], judgments: list[dict[str, Any]]
) -> None:
    """Every judgment names the links of one entry of the issue it names; every target is somewhere in the sample."""
    entries = {i.slug: [[link.url for link in e.links] for _, e in i.entries()] for i in sample.issues}
    anywhere = set().union(*_urls(sample).values())
    for judged in judgments:
        assert judged["urls"] in entries[judged["issue"]], judged
        assert judged["grade"] in (1, 2)
    for query in queries:
        assert set(query.get("target_urls", ())) <= anywhere, query


def test_judged_queries_can_be_scored(queries: list[dict[str, Any]], judgments: list[dict[str, Any]]) -> None:
    """A query has targets or judgments unless nothing answers it; a variant is judged exactly as its base is."""
    graded: defaultdict[str, set[tuple[str, str, int]]] = defaultdict(set)
    for judged in judgments:
        graded[judged["id"]].add((judged["issue"], judged["urls"][0], judged["grade"]))
    base = {query["id"]: query for query in queries}
    assert graded.keys() <= base.keys()
    for query in queries:
        scored = bool(query.get("target_urls")) != bool(graded[query["id"]])
        assert scored == (query["kind"] != "none"), query
        if original := base.get(query.get("base", "")):
            assert graded[query["id"]] == graded[original["id"]]
            assert query.get("target_urls") == original.get("target_urls")
        else:
            assert query["kind"] not in {"typo", "alias"}

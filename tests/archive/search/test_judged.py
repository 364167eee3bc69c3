"""What the evaluation counts."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from archive.issue import Entry, Issue
from benchmarks.search.judged import Answered, Judged, Judgment, by_folds, dealt, figures, read
from tests.archive.search.newsletter import issue

ONE = issue(1, "first <https://a.example/1>", "second <https://a.example/2>", "third <https://a.example/3>")
ENTRIES: list[tuple[Issue, Entry]] = [(ONE, entry) for _, entry in ONE.entries()]


def judgment(number: int, worth: int) -> Judgment:
    """Judge the entry with the link of that number."""
    return Judgment(ONE.slug, frozenset({f"a.example/{number}"}), worth)


def test_a_known_entry_counts_by_its_rank() -> None:
    """Second place is worth a half, and no success at one."""
    asked = Judged("q", "known", frozenset({"a.example/2"}), ())
    assert figures([asked], lambda _: Answered(ENTRIES)) == {
        "known: MRR": 0.5,
        "known: s@1": 0.0,
        "answered": 1.0,
        "strong": 1.0,
        "strong: right": 1.0,
    }


def test_the_best_order_is_worth_one() -> None:
    """Graded entries in the order of their grades are perfect; in another order less by the formula."""
    asked = Judged("q", "topic", frozenset(), (judgment(1, 1), judgment(2, 2)))
    assert figures([asked], lambda _: Answered([ENTRIES[1], ENTRIES[0]]))["topic: nDCG"] == pytest.approx(1)
    worse = (1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3))
    assert figures([asked], lambda _: Answered(ENTRIES))["topic: nDCG"] == pytest.approx(worse)
    assert figures([asked], lambda _: Answered([]))["topic: nDCG"] == 0


def test_nothing_may_be_sure_where_there_is_nothing() -> None:
    """For a query without answers, nothing counts, and entries that are said to be only near."""
    asked = Judged("q", "none", frozenset(), ())
    assert figures([asked], lambda _: Answered(ENTRIES)) == {"none: no strong": 0.0}
    assert figures([asked], lambda _: Answered(ENTRIES, strong=False)) == {"none: no strong": 1.0}
    assert figures([asked], lambda _: Answered([])) == {"none: no strong": 1.0}


def test_only_what_is_said_to_be_strong_has_to_be_right() -> None:
    """An answer that is said to be only near is no wrong one, and no strong one."""
    asked = Judged("q", "known", frozenset({"a.example/9"}), ())
    sure = figures([asked], lambda _: Answered(ENTRIES))
    unsure = figures([asked], lambda _: Answered(ENTRIES, strong=False))
    assert (sure["strong"], sure["strong: right"]) == (1, 0)
    assert unsure["strong"] == 0
    assert "strong: right" not in unsure


def test_folds_keep_families_together() -> None:
    """A misspelling is in the fold of the query that it came from, and every query is in one."""
    queries = [Judged(f"q{n}", "known", frozenset(), (), f"f{n // 3}") for n in range(60)]
    folds = dealt(queries)
    assert sorted(query.text for fold in folds for query in fold) == sorted(query.text for query in queries)
    assert sum(len({query.family for query in fold}) for fold in folds) == 20
    mean, worst = by_folds(queries, lambda query: Answered(ENTRIES if query != "q1" else []))["answered"]
    assert worst < mean < 1


def test_the_judged_queries_are_read() -> None:
    """Both sets that ship are there and whole."""
    folder = Path(__file__).parents[3] / "benchmarks/search"
    assert len(read(folder / "public")) == 305
    assert {query.kind for query in read(folder / "sample")} == {"known", "topic", "question", "typo", "alias", "none"}

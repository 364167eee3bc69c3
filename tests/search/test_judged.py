"""What the evaluation counts."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from archive.issue import Entry, Issue
from benchmarks.search.judged import Grade, Judged, figures, read
from tests.search.newsletter import issue

ONE = issue(1, "first <https://a.example/1>", "second <https://a.example/2>", "third <https://a.example/3>")
ENTRIES: list[tuple[Issue, Entry]] = [(ONE, entry) for _, entry in ONE.entries()]


def grade(number: int, worth: int) -> Grade:
    """Grade the entry with the link of that number."""
    return Grade(ONE.slug, frozenset({f"a.example/{number}"}), worth)


def test_a_known_entry_counts_by_its_rank() -> None:
    """Second place is worth a half, and no success at one."""
    asked = Judged("q", "known", frozenset({"a.example/2"}), ())
    assert figures([asked], lambda _: ENTRIES) == {"known: MRR": 0.5, "known: s@1": 0.0, "answered": 1.0}


def test_the_best_order_is_worth_one() -> None:
    """Graded entries in the order of their grades are perfect; in another order less by the formula."""
    asked = Judged("q", "topic", frozenset(), (grade(1, 1), grade(2, 2)))
    assert figures([asked], lambda _: [ENTRIES[1], ENTRIES[0]])["topic: nDCG"] == pytest.approx(1)
    worse = (1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3))
    assert figures([asked], lambda _: ENTRIES)["topic: nDCG"] == pytest.approx(worse)
    assert figures([asked], lambda _: [])["topic: nDCG"] == 0


def test_nothing_is_right_where_there_is_nothing() -> None:
    """For a query without answers, only no answer counts."""
    asked = Judged("q", "none", frozenset(), ())
    assert figures([asked], lambda _: ENTRIES) == {"none: empty": 0.0}
    assert figures([asked], lambda _: []) == {"none: empty": 1.0}


def test_the_judged_queries_are_read() -> None:
    """Both sets that ship are there and whole."""
    folder = Path(__file__).parents[2] / "benchmarks/search"
    assert len(read(folder / "public")) == 154
    assert {query.kind for query in read(folder / "sample")} == {"known", "topic", "question", "typo", "alias", "none"}

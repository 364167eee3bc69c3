"""Which of the entries that match are answers."""

from __future__ import annotations

import pytest

from archive.issue import Issue
from archive.search.grading import FIRST_PAGE_RESULTS
from archive.search.index import Index
from archive.search.result import Result
from tests.archive.search.newsletter import issue


def newsletter(both: int) -> list[Issue]:
    """Make issues with `both` entries on vault backups, more on either alone, and most on neither."""
    whole = [f"Vault backups, part {n} of a tale." for n in range(both)]
    half = [f"Vault and its neighbour{n}." for n in range(30)] + [f"Nightly backups of store{n}." for n in range(30)]
    return [issue(1, *whole), issue(2, *half), issue(3, *(f"Gardens of town{n}." for n in range(200)))]


def _has_both(result: Result) -> bool:
    return {"vault", "backups"} <= {reason.term for reason in result.reasons}


@pytest.mark.parametrize("both", [FIRST_PAGE_RESULTS, 25])
def test_a_page_of_whole_answers_leaves_no_room_for_halves(both: int) -> None:
    """Where a first page of entries has all that was asked for, only such entries are counted and come, to the end."""
    answer = Index.of(newsletter(both)).search("vault backups", limit=100, reasons=True)
    assert answer.total == len(answer.results) == both
    assert all(_has_both(result) for result in answer.results)


def test_halves_fill_a_first_page_and_come_last() -> None:
    """Where few entries have all, others fill the first page, after them."""
    results = Index.of(newsletter(3)).search("vault backups", limit=100, reasons=True).results
    assert [_has_both(result) for result in results[:FIRST_PAGE_RESULTS]] == [True] * 3 + [False] * (
        FIRST_PAGE_RESULTS - 3
    )


def test_one_word_brings_every_form() -> None:
    """A query of one word counts whatever has it in any form."""
    texts = [f"Deployment number{n}." for n in range(15)] + [f"They deploy thing{n}." for n in range(15)]
    others = [f"Gardens of town{n}." for n in range(200)]
    assert Index.of([issue(1, *texts, *others)]).search("deployment").total == 30


def test_names_with_filler_in_them_stand_together() -> None:
    """The name of a thing that is filler and a common word is not met by the common word."""
    index = Index.of([issue(1, "Our on-call rota.", "A function is called.", "Call for papers.")])
    assert [result.entry.text for result in index.search("on call").results] == ["Our on-call rota."]
    assert [result.entry.text for result in index.search("call for papers").results] == ["Call for papers."]

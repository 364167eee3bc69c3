"""What is offered where there is nothing: parts of the query that the archive has, and topics near it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.kind import Kind
from archive.search.index import MAX_SUGGESTIONS, Index
from archive.search.query import narrowing
from tests.search.newsletter import ARCHIVE, issue

FILLING = "Patterns of page status for kids, the latest release and its tuning."
INDEX = Index.of([*ARCHIVE, issue(5, *["Gardens of a town."] * 40, FILLING)])
ASKED = (
    "kubernetes postgres nagios puppet runbooks service mesh knitting patterns theatre kids wombats kubernets "
    '"mesh nagios" in:jobs in:tools year:2018 -operators -kubernetes issue:3 tidings the'
)
QUERIES = st.lists(st.sampled_from(ASKED.split()), max_size=6).map(" ".join)


@pytest.mark.parametrize(
    ("query", "offered"),
    [
        ("kubernetes wombats zeppelin", ("kubernetes",)),
        ("the service mesh of wombats and zeppelins", ("service mesh",)),
        ("kubernets wombats zeppelin", ("kubernetes",)),
        ("puppet theatre for kids", ("puppet",)),
        ('"wombats and nagios"', ("nagios",)),
    ],
)
def test_the_part_that_the_archive_has_is_offered(query: str, offered: tuple[str, ...]) -> None:
    """Of several words with no answer together, those that name something the archive has are offered."""
    answer = INDEX.search(query)
    assert answer.results == ()
    assert answer.did_you_mean[-len(offered) :] == offered


@pytest.mark.parametrize("query", ["knitting patterns", "kids zeppelin wombats", "kubernetes year:1999", "the of and"])
def test_words_that_merely_occur_are_not_offered(query: str) -> None:
    """Common words, filler, and the whole query once more are no way on."""
    answer = INDEX.search(query)
    assert (answer.results, answer.did_you_mean) == ((), ())


def test_a_part_is_offered_under_the_same_filters() -> None:
    """The filters stay, and a part with nothing under them isn't offered."""
    assert INDEX.search("kubernetes wombats zeppelin in:tools").did_you_mean == ("kubernetes in:tools",)
    assert INDEX.search("nagios wombats zeppelin in:tools").did_you_mean == ()
    assert INDEX.search("nagios wombats zeppelin", kinds=frozenset({Kind.TOOLS})).did_you_mean == ()


def test_topics_of_the_query_come_first() -> None:
    """A topic that was asked for beside other things is named before more frequent ones."""
    index = Index.of([issue(1, *["Kubernetes."] * 9, *["A service mesh."] * 4, *["Nagios checks."] * 3)])
    assert index.search("nagios wombats zeppelin").near_topics[:2] == ("nagios", "kubernetes")
    assert index.search("service mesh wombats zeppelin").near_topics[0] == "service mesh"


@given(QUERIES)
def test_what_is_offered_has_answers(query: str) -> None:
    """Few ways on are offered, only where there is nothing, each once, and each leads to something."""
    answer = INDEX.search(query)
    assert len(set(answer.did_you_mean)) == len(answer.did_you_mean) <= MAX_SUGGESTIONS
    assert not (answer.results and answer.did_you_mean)
    assert all(INDEX.search(other).total for other in answer.did_you_mean)


def test_filters_are_kept_as_typed() -> None:
    """What only takes results away is told from what is looked for."""
    assert narrowing('red "blue moon" in:tools http://x.example -green -"two words" -') == (
        'in:tools -green -"two words"'
    )

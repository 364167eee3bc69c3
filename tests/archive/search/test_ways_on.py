"""What is offered where an answer is not strong: other queries that have one, and topics near it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.kind import Kind
from archive.loader import load
from archive.search.index import MAX_SUGGESTIONS, Index
from archive.search.query import narrowing, widened
from archive.search.result import Grade
from archive.search.synonyms import shipped
from benchmarks.search.__main__ import SAMPLE
from tests.archive.search.newsletter import ARCHIVE, issue

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
        ("puppet theatre for wombats", ("puppet",)),
        ("puppets theatre for wombats", ("puppet",)),
        ('"wombats zeppelin nagios"', ("nagios",)),
    ],
)
def test_the_part_that_the_archive_has_is_offered(query: str, offered: tuple[str, ...]) -> None:
    """Of several words with no strong answer together, those that name something the archive has are offered.

    But not as what may be meant: that was typed.
    """
    answer = INDEX.search(query)
    assert answer.grade is not Grade.STRONG
    assert answer.parts == offered
    assert set(answer.did_you_mean).isdisjoint(offered)


@pytest.mark.parametrize(
    ("query", "meant"),
    [("kubernets wombats zeppelin", "kubernetes"), ("autoscalling wombats zeppelin", "autoscaling")],
)
def test_a_part_put_right_may_be_meant(query: str, meant: str) -> None:
    """A misspelt name is offered as it is spelt."""
    answer = INDEX.search(query)
    assert (answer.did_you_mean[-1], answer.parts) == (meant, ())


@pytest.mark.parametrize("query", ["knitting patterns", "kids zeppelin wombats", "the of and"])
def test_words_that_merely_occur_are_not_offered(query: str) -> None:
    """Common words, filler, and the whole query once more are no way on."""
    answer = INDEX.search(query)
    assert (answer.did_you_mean, answer.parts) == ((), ())


def test_a_filter_that_leaves_nothing_is_named_and_can_be_dropped() -> None:
    """The answer says what there is without it, and offers that."""
    answer = INDEX.search("kubernetes year:1999")
    assert (answer.results, answer.grade) == ((), Grade.NONE)
    assert answer.notes == ("2 links on kubernetes, none in 1999",)
    assert answer.did_you_mean == ("kubernetes",)
    assert INDEX.search("nagios -checks in:tools").notes == ("1 link on nagios, none in tools, without checks",)


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("last week in nagios", "1 link on nagios, none last week: shown are all"),
        ("what about nagios last week", "1 link on nagios, none last week: shown are all"),
        ("last week on call", "1 link on on call, none last week: shown are all"),
    ],
)
def test_what_is_left_of_a_query_without_its_days_is_named_without_filler(query: str, note: str) -> None:
    """A preposition at its ends is no part of what was looked for, unless it is one of a name's."""
    index = Index.of([*ARCHIVE, issue(5, "On call for a year.")])
    assert index.search(query, today=date(2024, 5, 1)).notes == (note,)


def test_a_phrase_that_no_entry_has_is_offered_without_its_quotes() -> None:
    """Words that stand apart in an entry are one press away; what is to be left out keeps its quotes."""
    answer = INDEX.search('"runbooks people" -"service mesh"')
    assert (answer.results, answer.grade) == ((), Grade.NONE)
    assert answer.did_you_mean[0] == 'runbooks people -"service mesh"'
    assert INDEX.search(answer.did_you_mean[0]).grade is Grade.STRONG
    assert INDEX.search('"knitting wombats"').did_you_mean == ()
    assert INDEX.search('"nagios wombats"').did_you_mean == ("nagios wombats",)


def test_a_part_is_offered_under_the_same_filters() -> None:
    """The filters stay, and a part with nothing under them isn't offered."""
    assert INDEX.search("kubernetes wombats zeppelin in:tools").parts == ("kubernetes in:tools",)
    assert INDEX.search("nagios wombats zeppelin in:tools").did_you_mean == ("nagios wombats zeppelin",)
    assert INDEX.search("nagios wombats zeppelin", kinds=frozenset({Kind.TOOLS})).parts == ()


@pytest.mark.parametrize(
    ("query", "offered", "note"),
    [
        ("jobs in quark", "in:jobs quark", "jobs are left out unless asked for: in:jobs quark finds 1 link"),
        ("any Job quark", "in:jobs quark", "jobs are left out unless asked for: in:jobs quark finds 1 link"),
        ("sponsor zed", "in:sponsor zed", "sponsors are left out unless asked for: in:sponsor zed finds 2 links"),
        (
            "quark wanted",
            "in:jobs quark wanted",
            "jobs are left out unless asked for: in:jobs quark wanted finds 1 link",
        ),
    ],
)
def test_what_only_jobs_or_sponsors_say_is_told_of(query: str, offered: str, note: str) -> None:
    """They are left out of a search, and the query that asks for them comes first."""
    jobs = issue(6, "Quark engineers are wanted.", "Nagios engineers.", kind=Kind.JOBS)
    sponsor = issue(7, "Zed sells a thing.", "Zed again.", kind=Kind.SPONSOR)
    answer = Index.of([*ARCHIVE, issue(5, *["Gardens of a town."] * 40), jobs, sponsor]).search(query)
    assert answer.grade is not Grade.STRONG
    assert (answer.did_you_mean[0], answer.notes[-1]) == (offered, note)
    assert INDEX.search("in:jobs wombats").did_you_mean == ()
    assert INDEX.search("kubernetes hiring", kinds=frozenset({Kind.TOOLS})).notes == ()


def test_topics_of_the_query_come_first() -> None:
    """A topic that was asked for beside other things is named before more frequent ones."""
    index = Index.of([issue(1, *["Kubernetes."] * 9, *["A service mesh."] * 4, *["Nagios checks."] * 3)])
    assert index.search("nagios wombats zeppelin gnu").near_topics[:2] == ("nagios", "kubernetes")


def test_one_thing_is_told_by_one_name() -> None:
    """Beside "kubernetes" its abbreviation would say nothing more."""
    texts = ["Kubernetes and k8s."] * 4 + ["Nagios."] * 4
    assert Index.of([issue(1, *texts)]).search("kubernetes wombats zeppelin gnu").near_topics == (
        "kubernetes",
        "nagios",
    )


@given(QUERIES)
def test_what_is_offered_has_answers(query: str) -> None:
    """Few ways on are offered, only where no answer is strong, each once, and each leads to something."""
    answer = INDEX.search(query)
    offered = (*answer.did_you_mean, *answer.parts)
    assert len(set(offered)) == len(offered) <= MAX_SUGGESTIONS
    assert not (answer.grade is Grade.STRONG and offered)
    assert query.strip() not in offered
    assert all(INDEX.search(other).total for other in offered)


@given(QUERIES)
def test_a_topic_that_is_told_has_a_strong_answer(query: str) -> None:
    """No topic is named that a search would deny."""
    assert all(INDEX.search(topic).grade is Grade.STRONG for topic in INDEX.topics())
    assert all(INDEX.search(topic).grade is Grade.STRONG for topic in INDEX.search(query).near_topics)


@pytest.mark.long
def test_no_topic_of_the_table_is_named_that_a_search_denies() -> None:
    """Of every name in the table, over the sample archive: what is named beside an answer has a strong one itself."""
    index = Index.of(load(SAMPLE).issues)
    for name in shipped().topics:
        near = index.search(f"zeppelin {' '.join(name)} zzyzx").near_topics
        assert [topic for topic in near if index.search(topic).grade is not Grade.STRONG] == []


def test_filters_are_kept_as_typed() -> None:
    """What only takes results away is told from what is looked for."""
    query = 'red "blue moon" in:tools http://x.example -green -"two words" -'
    assert narrowing(query) == 'in:tools -green -"two words"'
    assert widened(query) == 'red "blue moon" http://x.example -'

"""Follow-ups that name a place, a scope, a sort of link, or the same again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lookup.asking.test_thread import talk


@pytest.mark.parametrize(
    ("turns", "query"),
    [
        (["kafka", "in issue 435"], {"topic": "kafka", "issue": 435}),
        (["kafka", "in the last ten issues"], {"topic": "kafka", "last": 10}),
        (["kafka", "in the last ten issues", "everywhere"], {"topic": "kafka"}),
        (["monitoring", "what about tracing", "go back to monitoring"], {"topic": "monitoring"}),
        (["monitoring", "same but only tools"], {"topic": "monitoring", "section": "tools"}),
        (["monitoring", "since last year"], {"topic": "monitoring", "after": "2023-01-01"}),
        (["monitoring", "only github", "any site is fine"], {"topic": "monitoring"}),
        (["monitoring", "anything on github?"], {"topic": "monitoring", "site": "github.com"}),
        (["monitoring", "any videos?"], {"topic": "monitoring videos"}),
        (["monitoring", "plus alerts"], {"topic": "monitoring alerts"}),
        (["monitoring", "I only care about open source ones"], {"topic": "monitoring open source"}),
        (["monitoring", "oldest first", "by relevance"], {"topic": "monitoring"}),
        (["monitoring", "which is the most recent"], {"topic": "monitoring", "order": "newest"}),
        (["my bookmarks", "only about docker"], {"topic": "docker"}),
        (["issue 300", "two back"], {"issue": 298}),
        (["issue 300", "jobs only", "all of it"], {"issue": 300}),
        (["monitoring", "everything since 2018"], {"topic": "monitoring", "after": "2018-01-01"}),
        (["monitoring", "preferably recent"], {"topic": "monitoring", "order": "newest"}),
        (["monitoring", "in 2018", "other years?"], {"topic": "monitoring"}),
        (["monitoring", "search tracing instead"], {"topic": "tracing"}),
        (["monitoring", "tracing too"], {"topic": "tracing"}),
        (["monitoring", "let's talk about tracing"], {"topic": "tracing"}),
        (["monitoring", "forget monitoring, show me tracing"], {"topic": "tracing"}),
        (["what is a canary release", "examples?"], {"topic": "canary release examples"}),
        (["issue 420", "what about 430"], {"issue": 430}),
        (["issue 420", "only tools", "same for 421"], {"section": "tools", "issue": 421}),
        (["issue 420", "before that one"], {"issue": 419}),
        (["issue 420", "anything on docker in there"], {"topic": "docker", "issue": 420}),
        (["when was rust first mentioned?", "which issue"], {"topic": "rust"}),
        (["monitoring", "how many are there"], {"topic": "monitoring"}),
        (["how often was rust mentioned?", "how often in total?"], {"topic": "rust"}),
    ],
)
def test_what_was_asked_stays_and_is_changed(turns: list[str], query: dict[str, Any]) -> None:
    """By what the message names, and no more."""
    said = talk(turns)[-1].query()
    assert {name: value for name, value in said.items() if name in query} == query
    assert set(said) - set(query) <= {"before", "after", "year"}


@pytest.mark.parametrize(
    "said", ["hmm that's too old", "anyway", "sorry wrong thread", "ignore me", "cancel", "not now"]
)
def test_a_remark_changes_nothing(said: str) -> None:
    """However it begins."""
    turn = talk(["monitoring", said])[-1]
    assert (turn.do, turn.query()) == ("nothing", {"topic": "monitoring"})


def test_the_same_is_shown_again() -> None:
    """The same page, or the first."""
    assert talk(["monitoring", "more", "can you repeat that"])[-1].page == 2
    assert talk(["monitoring", "more", "more", "first page again"])[-1].page == 1


def test_the_link_that_was_pointed_at_is_opened_and_shared() -> None:
    """Until another is."""
    assert [(turn.do, turn.rank) for turn in talk(["monitoring", "open it", "the second one", "open it"])[1:]] == [
        ("open", 1),
        ("open", 2),
        ("open", 2),
    ]
    turns = talk(["monitoring", "share #3 with <#C7|ops>", "and to <#C8> too"])[1:]
    assert [(turn.do, turn.rank, turn.request.channel) for turn in turns] == [("share", 3, "C7"), ("share", 3, "C8")]


@pytest.mark.parametrize(
    ("said", "rank"),
    [("who made the 1st", 1), ("when was the second posted", 2), ("dm me the first", 1), ("3 tier apps", 0)],
)
def test_what_is_asked_of_a_place_opens_it(said: str, rank: int) -> None:
    """Unless it says something else."""
    turn = talk(["monitoring", said])[-1]
    assert (turn.do == "open", turn.rank) == (bool(rank), rank)


@pytest.mark.parametrize(
    ("said", "do", "person"),
    [("put the first in my bookmarks", "save", ""), ("send the first to <@U0BOB>", "share", "U0BOB")],
)
def test_a_link_is_put_and_sent(said: str, do: str, person: str) -> None:
    """A button does it."""
    turn = talk(["monitoring", said])[-1]
    assert (turn.do, turn.rank, turn.request.person) == (do, 1, person)


@pytest.mark.parametrize("said", ["what else was in that issue", "the rest of that issue", "the issue it was in"])
def test_the_issue_of_a_link_is_opened(said: str) -> None:
    """Of the one that was pointed at, by its slug where it has no number that is known."""
    turn = talk(["monitoring", "the second one", said])[-1]
    assert (turn.do, turn.query()) == ("issue", {"issue": "2019-03-03-1"})

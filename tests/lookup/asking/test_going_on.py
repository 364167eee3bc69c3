"""Follow-ups as people put them: with courtesy, remarks and slips, and from the place where the thread is."""

from __future__ import annotations

from typing import Any

import pytest

from bot.lookup.asking.request import Manner
from tests.lookup.asking.test_thread import talk

YEAR = {"year": 2018, "after": "2018-01-01", "before": "2019-01-01"}
TOOLS = {"topic": "monitoring", "section": "tools"}


@pytest.mark.parametrize(
    "said",
    [
        "could i have a few more please",
        "can you show me more",
        "i'd like to see more",
        "let's see more",
        "more on this topic",
        "more about it please",
        "moer",
        "great, more please",
    ],
)
def test_more_is_asked_for_politely_and_with_slips(said: str) -> None:
    """It is the next page however it is put."""
    turn = talk(["monitoring", said])[-1]
    assert (turn.do, turn.page, turn.query()) == ("more", 2, {"topic": "monitoring"})


@pytest.mark.parametrize(
    ("said", "query"),
    [
        ("nor helm", {"topic": "monitoring", "not": ["helm"]}),
        ("no helm either", {"topic": "monitoring", "not": ["helm"]}),
        ("leave helm out", {"topic": "monitoring", "not": ["helm"]}),
        ("5 of them", {"topic": "monitoring", "limit": 5}),
        ("three of those will do", {"topic": "monitoring", "limit": 3}),
        ("4 max", {"topic": "monitoring", "limit": 4}),
        ("olny tools", TOOLS),
        ("could i have only tools", TOOLS),
        ("hm, nothing useful. only tools?", TOOLS),
        ("not great - only tools", TOOLS),
        ("last year's only", {"topic": "monitoring", "year": 2023, "after": "2023-01-01", "before": "2024-01-01"}),
        ("github only", {"topic": "monitoring", "site": "github.com"}),
        ("just youtube", {"topic": "monitoring", "site": "youtube.com"}),
        ("all sections", {"topic": "monitoring"}),
        ("3 tier apps", {"topic": "3 tier apps"}),
        ("kubernetes, without helm", {"topic": "kubernetes", "not": ["helm"]}),
        ("hold music servers", {"topic": "hold music servers"}),
        ("i'm looking for grafana dashboards", {"topic": "grafana dashboards"}),
        ("sweet spot of caching", {"topic": "sweet spot of caching"}),
    ],
)
def test_a_word_or_two_limit_and_a_topic_begins_again(said: str, query: dict[str, Any]) -> None:
    """What only looks like a limit or like an aside is looked up."""
    turn = talk(["monitoring", said])[-1]
    assert (turn.do, turn.query()) == ("search", query)


@pytest.mark.parametrize(
    "said",
    [
        "no limit on dates",
        "dates don't matter",
        "regardless of the date",
        "no date limit please",
        "i don't care about the year",
        "forget the dates",
        "whatever the year",
    ],
)
def test_days_matter_no_longer(said: str) -> None:
    """The other limits stay."""
    turn = talk(["monitoring", "in 2018", "only tools", said])[-1]
    assert turn.query() == TOOLS


@pytest.mark.parametrize(
    "said",
    [
        "hold on, i'm in a meeting",
        "one sec, phone",
        "we tried that last year",
        "they moved off it",
        "my team uses it daily",
        "we saved a lot of money with this",
        "this looks really promising",
        "thx thats grate",
        "kthx",
        "sweet",
    ],
)
def test_what_is_told_asks_nothing(said: str) -> None:
    """What people tell each other, or the bot, changes neither the query nor anything else."""
    turn = talk(["monitoring", said])[-1]
    assert (turn.do, turn.request.manner) == ("nothing", Manner.FULL)


@pytest.mark.parametrize(
    ("said", "issue"),
    [
        ("one earlier", 499),
        ("a week earlier", 499),
        ("go back one", 499),
        ("the issue prior", 499),
        ("one later", 501),
        ("next issue", 501),
        ("back to the newest", 690),
        ("jump to the current issue", 690),
    ],
)
def test_issues_are_walked_through(said: str, issue: int) -> None:
    """From the one that is shown."""
    assert talk(["issue 500", said])[-1].query() == {"issue": issue}


def test_an_issue_is_left_after_a_question_about_it_if_it_is_named() -> None:
    """A bare "next" goes on with what was asked."""
    asked = ["issue 500", "what does it say about docker"]
    assert talk([*asked, "next issue", "only tools there"])[-1].query() == {"issue": 501, "section": "tools"}
    assert talk([*asked, "next"])[-1].do == "more"
    assert talk([*asked, "now search for terraform everywhere"])[-1].query() == {"topic": "terraform"}


@pytest.mark.parametrize(
    ("first", "said", "limits"),
    [
        ("docker before 2016", "and after that", {"after": "2016-01-01"}),
        ("docker before 2016", "from then on", {"after": "2016-01-01"}),
        ("docker in 2018", "since then", {"after": "2019-01-01"}),
        ("docker since 2016", "before that", {"before": "2016-01-01"}),
        ("docker in 2018", "older than that", {"before": "2018-01-01"}),
    ],
)
def test_a_time_has_another_side(first: str, said: str, limits: dict[str, str]) -> None:
    """What is "after that" is after the days that were named."""
    assert talk([first, said])[-1].query() == {"topic": "docker", **limits}


def test_what_was_added_is_left_out_again() -> None:
    """A topic does not ask for what it leaves out."""
    turn = talk(["canary deploys", "with istio", "without istio"])[-1]
    assert turn.query() == {"topic": "canary deploys", "not": ["istio"]}


def test_a_wish_goes_on_to_another_link() -> None:
    """Each shows its own button; a place where nothing was shown is asked about."""
    assert [(turn.do, turn.rank) for turn in talk(["docker", "save 1", "and the second too"])[1:]] == [
        ("save", 1),
        ("save", 2),
    ]
    assert [(turn.do, turn.request.manner) for turn in talk(["docker", "save the 9th", "the 2nd then"])[1:]] == [
        ("clarify", Manner.CLARIFY),
        ("save", Manner.CONFIRM),
    ]
    assert talk(["docker", "save 1", "the second one"])[-1].do == "open"
    assert talk(["docker", "the second too"])[-1].do == "open"


def test_that_is_the_link_that_was_pointed_at() -> None:
    """Until something else is shown."""
    turns = talk(
        [
            "docker",
            "what's number two about?",
            "where's it published",
            "save that",
            "more like that",
            "vault",
            "save it",
        ]
    )
    assert [(turn.do, turn.rank) for turn in turns] == [
        ("search", 0),
        ("open", 2),
        ("open", 2),
        ("save", 2),
        ("related", 2),
        ("search", 0),
        ("save", 0),
    ]


@pytest.mark.parametrize("said", ["one more", "one more page", "another two", "some more please"])
def test_more_by_number_is_the_next_page(said: str) -> None:
    """However many."""
    assert [talk(["monitoring", said])[-1].page] == [2]


@pytest.mark.parametrize(
    ("said", "rank"), [("no wait, the third one", 3), ("I meant the 3rd", 3), ("not the second, the last", -1)]
)
def test_a_place_is_put_right(said: str, rank: int) -> None:
    """What was to be done with the one link is meant for the other."""
    for before, do in (("save the second", "save"), ("open the second", "open")):
        turn = talk(["monitoring", before, said])[-1]
        assert (turn.do, turn.rank) == (do, rank)


@pytest.mark.parametrize(("said", "rank"), [("save the one on top", 1), ("save the one at the bottom", -1)])
def test_a_link_is_named_by_its_end_of_the_list(said: str, rank: int) -> None:
    """The top and the bottom."""
    turn = talk(["monitoring", said])[-1]
    assert (turn.do, turn.rank) == ("save", rank)


def test_what_is_saved_is_shared_too() -> None:
    """With the channel that is named, by its id."""
    turn = talk(["monitoring", "save the second", "and post it in <#C9|ops> too"])[-1]
    assert (turn.do, turn.rank, turn.request.channel) == ("share", 2, "C9")


@pytest.mark.parametrize(
    ("turns", "query"),
    [
        (["monitoring", "no ads", "bring the ads back"], {"topic": "monitoring"}),
        (["monitoring", "no ads", "no jobs", "with jobs again"], {"topic": "monitoring", "not_section": ["sponsor"]}),
        (["docker compose networking", "drop compose"], {"topic": "docker networking"}),
        (["docker compose networking", "lose the networking part"], {"topic": "docker compose"}),
        (["docker compose networking", "just docker"], {"topic": "docker"}),
        (["docker compose", "drop docker compose"], {"topic": "drop docker compose"}),
        (
            ["monitoring", "since 2016", "until 2018"],
            {"topic": "monitoring", "after": "2016-01-01", "before": "2019-01-01"},
        ),
        (["monitoring", "before 2019", "since 2021"], {"topic": "monitoring", "after": "2021-01-01"}),
        (["monitoring", "in 2018", "since 2016"], {"topic": "monitoring", "after": "2016-01-01"}),
        (["monitoring", "github ones"], {"topic": "monitoring", "site": "github.com"}),
    ],
)
def test_a_part_is_let_in_or_goes(turns: list[str], query: dict[str, Any]) -> None:
    """Sections, words of the topic, and the ends of a time, which go together where they can."""
    assert talk(turns)[-1].query() == query


@pytest.mark.parametrize(
    "said",
    [
        "nah I'm done",
        "we're done here",
        "that'll do",
        "ok that's all thanks",
        "got what i needed",
        "enough for today",
        "thanks mate",
        "<@U77> did you try this?",
        "<@U77> yep, the 2nd",
    ],
)
def test_an_end_and_what_is_said_to_others_ask_nothing(said: str) -> None:
    """The thread stays as it was."""
    turn = talk(["monitoring", said])[-1]
    assert (turn.do, turn.query()) == ("nothing", {"topic": "monitoring"})

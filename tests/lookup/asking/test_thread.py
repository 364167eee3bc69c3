"""Follow-ups: what a message means after those before it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lookup.asking.heard import hear
from bot.lookup.asking.request import Form, Manner
from bot.lookup.asking.thread import follow
from bot.lookup.asking.turn import MAX_SHOWN, Shown, Thread, Turn, remembered
from tests.fakes.asked_archive import context

SAMPLE = Path(__file__).parents[3] / "../shared/ask/dialogues.jsonl"
LINKS = tuple(Shown("2019-03-03-1", place, date(2019, 3, 3)) for place in range(3))
YEAR = {"year": 2018, "after": "2018-01-01", "before": "2019-01-01"}
THREADS: tuple[tuple[tuple[str, str, dict[str, Any]], ...], ...] = (
    (
        ("kafka", "search", {"topic": "kafka"}),
        ("more", "more", {"topic": "kafka"}),
        ("the second one", "open", {"topic": "kafka"}),
        ("save it", "save", {"topic": "kafka"}),
        ("what about rabbitmq?", "search", {"topic": "rabbitmq"}),
        ("since 2018", "search", {"topic": "rabbitmq", "after": "2018-01-01"}),
        ("remove that", "search", {"topic": "rabbitmq"}),
        ("newer ones please", "search", {"topic": "rabbitmq", "after": "2019-03-04", "order": "newest"}),
        ("no, I meant redis streams", "search", {"topic": "redis streams", "after": "2019-03-04", "order": "newest"}),
        ("thanks", "nothing", {"topic": "redis streams", "after": "2019-03-04", "order": "newest"}),
        ("docker swarm", "search", {"topic": "docker swarm"}),
    ),
    (
        ("which tool scans docker images?", "question", {"topic": "tool scans docker images"}),
        (
            "anything older?",
            "question",
            {"topic": "tool scans docker images", "before": "2019-03-03", "order": "oldest"},
        ),
        ("any year", "question", {"topic": "tool scans docker images", "order": "oldest"}),
        ("is it still maintained?", "open", {"topic": "tool scans docker images", "order": "oldest"}),
        ("related?", "related", {"topic": "tool scans docker images", "order": "oldest"}),
    ),
    (
        ("kafka", "search", {"topic": "kafka"}),
        ("no jobs", "search", {"topic": "kafka", "not_section": ["jobs"]}),
        ("we should discuss this tomorrow", "nothing", {"topic": "kafka", "not_section": ["jobs"]}),
        ("anything similar?", "related", {"topic": "kafka", "not_section": ["jobs"]}),
    ),
    (
        ("prometheus since 2018", "search", {"topic": "prometheus", "after": "2018-01-01"}),
        ("and grafana?", "search", {"topic": "grafana", "after": "2018-01-01"}),
        (
            "what about before 2020 too",
            "search",
            {"topic": "grafana", "after": "2018-01-01", "before": "2020-01-01"},
        ),
        ("all years please", "search", {"topic": "grafana"}),
        ("for windows", "search", {"topic": "grafana windows"}),
        ("no, scrap that", "search", {"topic": "grafana"}),
    ),
    (
        ("rust in 2018", "search", {"topic": "rust", **YEAR}),
        ("when first?", "question", {"topic": "rust"}),
        ("how often in 2018?", "question", {"topic": "rust", **YEAR}),
        ("and when was it last mentioned?", "question", {"topic": "rust"}),
        ("only tools", "question", {"topic": "rust", "section": "tools"}),
        ("how often?", "question", {"topic": "rust", "section": "tools"}),
        ("which editor highlights it?", "question", {"topic": "rust editor highlights", "section": "tools"}),
        ("who wrote this?", "open", {"topic": "rust editor highlights", "section": "tools"}),
        ("how does this bot work?", "bot", {}),
    ),
    (
        ("when was rust first mentioned?", "question", {"topic": "rust"}),
        (
            "how often in 2019?",
            "question",
            {"topic": "rust", "year": 2019, "after": "2019-01-01", "before": "2020-01-01"},
        ),
        ("how about go?", "question", {"topic": "go", "year": 2019, "after": "2019-01-01", "before": "2020-01-01"}),
    ),
    (
        ("which tool scans docker images?", "question", {"topic": "tool scans docker images"}),
        ("and on github?", "question", {"topic": "tool scans docker images", "site": "github.com"}),
        ("remove that", "question", {"topic": "tool scans docker images"}),
        ("newer", "question", {"topic": "tool scans docker images", "after": "2019-03-04", "order": "newest"}),
        (
            "hm, older then",
            "question",
            {"topic": "tool scans docker images", "before": "2019-03-03", "order": "oldest"},
        ),
        ("podman instead", "question", {"topic": "podman", "before": "2019-03-03", "order": "oldest"}),
        (
            "typo, I meant podman desktop",
            "question",
            {"topic": "podman desktop", "before": "2019-03-03", "order": "oldest"},
        ),
        ("the last one please", "open", {"topic": "podman desktop", "before": "2019-03-03", "order": "oldest"}),
        ("thx a lot", "nothing", {"topic": "podman desktop", "before": "2019-03-03", "order": "oldest"}),
    ),
    (
        ("monitoring", "search", {"topic": "monitoring"}),
        ("any tools?", "search", {"topic": "monitoring", "section": "tools"}),
        ("minus prometheus", "search", {"topic": "monitoring", "section": "tools", "not": ["prometheus"]}),
        ("put prometheus back in", "search", {"topic": "monitoring", "section": "tools"}),
        ("narrow it to 2018", "search", {"topic": "monitoring", "section": "tools", **YEAR}),
        ("widen it to all years", "search", {"topic": "monitoring", "section": "tools"}),
        ("gimme the next batch", "more", {"topic": "monitoring", "section": "tools"}),
    ),
    (
        ("latest issue", "issue", {"issue": 690}),
        ("only the tools", "issue", {"issue": 690, "section": "tools"}),
        ("the one before", "issue", {"issue": 689, "section": "tools"}),
        ("next", "issue", {"issue": 690, "section": "tools"}),
        ("what about jobs?", "issue", {"issue": 690, "section": "jobs"}),
    ),
    (
        ("kubernetes", "search", {"topic": "kubernetes"}),
        ("only for windows", "search", {"topic": "kubernetes windows"}),
        ("not helm", "search", {"topic": "kubernetes windows", "not": ["helm"]}),
        ("without the ads", "search", {"topic": "kubernetes windows", "not": ["helm"], "not_section": ["sponsor"]}),
        ("but with helm", "search", {"topic": "kubernetes windows helm", "not_section": ["sponsor"]}),
        ("open 2", "open", {"topic": "kubernetes windows helm", "not_section": ["sponsor"]}),
        ("yes", "nothing", {"topic": "kubernetes windows helm", "not_section": ["sponsor"]}),
    ),
)


def talk(messages: list[str]) -> list[Turn]:
    """Return the turns of a thread in which each answer shows the same three links."""
    thread: Thread | None = None
    turns = []
    for message in messages:
        turn = follow(hear(message, "U0BOT" if "<@U0BOT" in message else ""), context(), thread)
        shown = LINKS if turn.do in {"search", "question", "more", "issue"} else ()
        thread = remembered(turn, thread, shown)
        turns.append(turn)
    return turns


@pytest.mark.parametrize("thread", THREADS, ids=[thread[0][0] for thread in THREADS])
def test_a_follow_up_goes_on_from_what_was_asked(thread: tuple[tuple[str, str, dict[str, Any]], ...]) -> None:
    """Limits stay, topics change, and what was shown is pointed at."""
    turns = talk([message for message, _, _ in thread])
    assert [(turn.do, turn.query()) for turn in turns] == [(do, query) for _, do, query in thread]


def test_a_place_in_the_list_is_read() -> None:
    """Also "the last one", as -1."""
    opened = talk(["kafka", "the second one", "#3", "save the last one", "explain the first one"])
    assert [turn.rank for turn in opened] == [0, 2, 3, -1, 1]


def test_a_typed_yes_changes_nothing() -> None:
    """A wish shows a button, and words after it are no button."""
    wish, yes = talk(["kafka", "save the first one", "yes, do it"])[1:]
    assert wish.request.manner is Manner.CONFIRM
    assert yes.do == "nothing"


@given(
    st.lists(st.one_of(st.text(max_size=40), st.sampled_from(["more", "newer", "only tools", "#2", "no"])), max_size=8)
)
def test_any_thread_can_be_followed(messages: list[str]) -> None:
    """Whatever is said, each message has one turn, and a thread remembers a bounded list."""
    thread: Thread | None = None
    for message in messages:
        turn = follow(hear(message), context(), thread)
        thread = remembered(turn, thread, LINKS * 5)
        assert thread is None or len(thread.shown) <= MAX_SHOWN


@pytest.mark.skipif(not SAMPLE.is_file(), reason="the sample of threads is not beside this repository")
def test_the_sample_of_threads_is_followed() -> None:
    """Every turn of the judged threads does what it should, or what counts as the same."""
    alike = [{"search", "question", "more"}, {"clarify", "nothing"}, {"open", "question"}, {"issue", "search"}]
    for line in SAMPLE.read_text("utf-8").splitlines():
        thread = json.loads(line)
        turns = talk([turn["text"] for turn in thread["turns"]])
        for turn, expected in zip(turns, thread["turns"], strict=True):
            pair = {turn.do, expected["expect"]["do"]}
            assert len(pair) == 1 or any(pair <= same for same in alike), (thread["id"], expected["text"])


def test_a_page_is_named_or_the_one_before() -> None:
    """The first has none before it: "back" then takes away what was added last."""
    turns = talk(["kafka", "page 3", "previous page", "back", "more"])
    assert [turn.page for turn in turns] == [1, 3, 2, 1, 2]


def test_what_is_asked_after_a_figure_is_no_figure() -> None:
    """What is newer is looked for as links, and a question about the thing has sentences."""
    forms = []
    thread = None
    for text in ("rust", "how often?", "anything newer?", "when first?", "which editor highlights it?"):
        turn = follow(hear(text), context(), thread)
        thread = remembered(turn, thread, LINKS)
        forms.append(turn.request.form)
    assert forms == [Form.SENTENCES, Form.COUNTS, Form.SENTENCES, Form.FIRST, Form.SENTENCES]

"""What a search's answer says, and what its buttons carry."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.issue import Issue
from archive.kind import Kind
from archive.search.result import Answer, Assumption, Grade, Result
from bot.lookup.views.answer import MAX_RESULTS, PAGE_RESULTS, QUERY_MAX_CHARS, SearchRequest, answer, written
from bot.lookup.views.sharing import page as page_shared
from bot.slack.blocks.message import Message
from tests.fakes.checker import breaches
from tests.fakes.issues import entry, issue, nasty_issues, nasty_text, plain, section
from tests.slack.test_digest import said

TODAY = date(2024, 5, 6)


def results(*issues: Issue) -> tuple[Result, ...]:
    """Make a result of each entry."""
    return tuple(Result(one, section, entry, 1.0, also_in=issues) for one in issues for section, entry in one.entries())


def test_a_result() -> None:
    """Headline, description, site, issue, date and age, and where else it stood."""
    found = Answer("queues", results(plain())[3:4], 9)
    message = answer(found, SearchRequest("queues", 5), TODAY)
    assert said(Message("", message.blocks[:3])).splitlines() == [
        "*queues* · 9 links, 6–6",
        "*<https://a.example/1|Queues, twice>*",
        "Two talks on queues.",
        (
            "a.example · #7 · 7 Mar 2021 · 3 years ago"
            " · <https://web.archive.org/web/20210307/https://a.example/1|as it was> · also in #7"
        ),
    ]


def words_of(message: Message) -> str:
    """Return what an answer says above its buttons."""
    return said(Message("", tuple(block for block in message.blocks if block["type"] != "actions")))


SALT = Assumption("solt", "salt", far=True)


@pytest.mark.parametrize(
    ("query", "grade", "assumed", "first"),
    [
        ("Solt mines", Grade.STRONG, (SALT,), "*Solt mines* · showing *salt*; nothing on *solt* · 1 link"),
        ("solt mines", Grade.NEAREST, (SALT,), "Nothing squarely on *solt mines* · showing *salt*; nothing on *solt*."),
        ("Solt", Grade.NEAREST, (SALT,), "Showing *salt*; nothing on *solt*. Nearest:"),
        (
            "solt pepr",
            Grade.STRONG,
            (SALT, Assumption("pepr", "pepper", far=True)),
            "*solt pepr* · showing *salt*, *pepper*; nothing on *solt*, *pepr* · 1 link",
        ),
        ("salt", Grade.STRONG, (), "*salt* · 1 link"),
        ("salt", Grade.NEAREST, (), "Nothing squarely on *salt*. Nearest:"),
    ],
)
def test_an_assumed_correction_is_said(query: str, grade: Grade, assumed: tuple[Assumption, ...], first: str) -> None:
    """The word that is shown, and the word that the archive lacks."""
    found = Answer(query, results(plain())[3:4], 1, grade=grade, assumed=assumed)
    assert words_of(answer(found, SearchRequest(query), TODAY)).splitlines()[0].startswith(first)


def test_an_issue_that_was_named_comes_first_with_a_button_to_open_it() -> None:
    """Above the links on its number as a topic, and also where there are none."""
    issue = results(plain())[0].issue
    for shown in (results(plain())[:1], ()):
        found = Answer("#1", shown, len(shown), issue=issue)
        message = answer(found, SearchRequest("#1"), TODAY)
        assert message.blocks[0]["accessory"]["action_id"] == "issue:open"
        text, made = written(found, SearchRequest("#1"), TODAY)
        assert (text, json.loads(made)) == (message.text, json.loads(json.dumps(message.blocks)))


def buttons(message: Message) -> list[tuple[str, str]]:
    """Return the label and the value of each button below the results, in order."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [(one["text"]["text"], one.get("value", "")) for row in rows for one in row if one["type"] == "button"]


@pytest.mark.parametrize(
    ("query", "label", "plain_query"),
    [
        ("red moon after:2027 -green", "Drop after:2027 -green", "red moon"),
        ("moon since 2020", "Drop since 2020", "moon"),
    ],
)
def test_a_filter_that_a_note_tells_of_can_be_dropped(query: str, label: str, plain_query: str) -> None:
    """The button names the filter and stands first; other corrections follow, then topics, each once."""
    found = Answer(query, (), 0, (plain_query, "blue moon"), ("tides",), notes=("9 links, none left",))
    offered = buttons(answer(found, SearchRequest(query, tools=True), TODAY))
    assert offered[:3] == [
        (label, SearchRequest(plain_query, tools=True).as_value()),
        ("blue moon", SearchRequest("blue moon", tools=True).as_value()),
        ("tides", SearchRequest("tides", tools=True).as_value()),
    ]
    assert plain_query not in [name for name, _ in offered]


@pytest.mark.parametrize("query", ["moon", "in:tools", "after:2027"])
def test_there_is_nothing_to_drop_without_filters_or_with_nothing_else(query: str) -> None:
    """A search for nothing would have no answer."""
    found = Answer(query, results(plain())[3:4], 1, notes=("newest first",))
    assert not [label for label, _ in buttons(answer(found, SearchRequest(query), TODAY)) if label.startswith("Drop")]


@pytest.mark.parametrize(
    ("headline", "begins"),
    [
        ("Queues, twice", "*<https://a.example/1|Queues, twice>*. Two talks"),
        ("Queues…", "*<https://a.example/1|Queues>*, twice. Two talks"),
        ("Queue…", "*<https://a.example/1|Queue…>*\nQueues, twice. Two talks"),
        ("On queues", "*<https://a.example/1|On queues>*\nQueues, twice. Two talks"),
    ],
)
def test_a_headline_from_the_text_is_not_said_twice(headline: str, begins: str) -> None:
    """The text goes on from its own first words; bold type never ends within a word."""
    one = entry(0, "Queues, twice. Two talks.", "https://a.example/1", headline=headline)
    found = results(issue(section("News", Kind.NEWS, one)))
    assert words_of(answer(Answer("q", found, 1), SearchRequest("q"), TODAY)).split("\n", 1)[1].startswith(begins)


def test_a_star_in_a_question_does_not_end_bold_type() -> None:
    """What is asked is bold from its beginning to its end."""
    found = Answer("a *b* c", results(plain())[:1], 1)
    assert words_of(answer(found, SearchRequest("a *b* c"), TODAY)).startswith("*a ∗b∗ c* · ")


def test_an_issue_without_a_number_goes_by_its_title() -> None:
    """Its slug would only repeat the date beside it."""
    bare = replace(plain(), number=None, title="Readers' choice", slug="2021-03-07-readers-choice")
    assert "a.example · Readers' choice · 7 Mar" in words_of(
        answer(Answer("q", results(bare)[3:4], 1), SearchRequest("q"), TODAY)
    )


def test_nothing_found_offers_ways_on() -> None:
    """Corrected queries and near topics are a click away, and so is help."""
    topics = ("docker", "containers", "helm")
    found = Answer("kubernets", (), 0, did_you_mean=("kubernetes",), near_topics=topics, parts=("helm",))
    message = answer(found, SearchRequest("kubernets", tools=True), TODAY)
    assert "No tool in the archive about *kubernets*." in said_all(message)
    for way in ("kubernetes", "docker", "containers", "Search for a part of it", "Help", "Search everything"):
        assert way in said_all(message)
    assert json.dumps(message.blocks).count('"text": "helm"') == 1
    assert breaches(message) == []


def test_a_nearest_result_names_the_words_that_it_lacks() -> None:
    """They are bold, a star in one does not end that, a long list is cut, and a result that has all says nothing."""
    one = results(plain())[3]
    lacking = (replace(one, lacks=("digger",)), replace(one, lacks=("a*b", "c", "d", "e", "f")), one)
    found = Answer("jid digger", lacking, 3, grade=Grade.NEAREST)
    lines = [line for line in words_of(answer(found, SearchRequest("jid digger"), TODAY)).splitlines() if "#7" in line]
    assert lines[0].endswith(" · lacks *digger*")
    assert lines[1].endswith(" · lacks *a∗b*, *c*, *d*, *e* and 1 more")
    assert "lacks" not in lines[2]


def said_all(message: Message) -> str:
    """Return everything a message holds, buttons too."""
    return repr(message.blocks)


def test_a_filter_not_understood_is_mentioned() -> None:
    """The answer says what it left out of the question."""
    found = Answer("x", results(plain())[:1], 1, problems=("after:someday is no date",))
    assert "after:someday is no date" in said_all(answer(found, SearchRequest("x"), TODAY))


@given(
    st.builds(SearchRequest, st.text(min_size=1, max_size=QUERY_MAX_CHARS), st.integers(0, MAX_RESULTS), st.booleans()),
)
def test_a_question_survives_its_button(request: SearchRequest) -> None:
    """What a button carries is read back as it was, its query on one line; and it always fits."""
    value = request.as_value()
    read = SearchRequest.read(value)
    if read is not None:
        assert len(value) <= 2_000
        assert (read.offset, read.tools) == (request.offset, request.tools)
        assert read.query.split() == request.query.split() or not request.query.isprintable()
    else:
        assert not request.query.strip() or not request.query.isprintable()


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("qot"), inner, max_size=3),
    max_leaves=6,
)


@given(st.one_of(st.text(), _ANYTHING, _ANYTHING.map(repr), st.binary().map(repr)))
def test_a_forged_question_is_none(value: Any) -> None:
    """Reading never fails, and what is read is always one that can be asked."""
    read = SearchRequest.read(value)
    if read is not None:
        assert 0 < len(read.query) <= QUERY_MAX_CHARS
        assert 0 <= read.offset <= MAX_RESULTS


@settings(deadline=None)
@given(nasty_issues(), nasty_text, nasty_text, st.integers(0, MAX_RESULTS), st.booleans())
def test_any_answer_keeps_every_limit(nasty: Issue, query: str, note: str, offset: int, tools: bool) -> None:
    """With any results, query, suggestions and misunderstandings: private, shared and empty."""
    page = tuple(replace(each, lacks=(note, query) * 3) for each in results(nasty, issue())[:PAGE_RESULTS])
    request = SearchRequest(query[:QUERY_MAX_CHARS], offset, tools)
    full = Answer(query, page, 10_000, problems=(note,) * 9)
    assumed = (Assumption(query, note, far=True),) * 9
    near = replace(full, grade=Grade.NEAREST, did_you_mean=(query,), parts=(note,), notes=(note,) * 9, assumed=assumed)
    none = Answer(query, (), 0, (query, note), (note, query), (note,))
    messages = [answer(each, request, TODAY) for each in (full, near, none)] + [page_shared(full, request, TODAY, "U1")]
    assert [breaches(message) for message in messages] == [[]] * 4


def test_an_old_link_is_there_as_it_was() -> None:
    """Beside what stood in an issue of more than two years ago is a link to the page of that day."""
    found = Answer("cache", results(plain())[2:3], 1)
    published = found.results[0].issue.published
    url = found.results[0].entry.links[0].url
    was = f"<https://web.archive.org/web/{published:%Y%m%d}/{url}|as it was>"
    assert was in said_all(answer(found, SearchRequest("cache"), date(published.year + 3, 1, 1)))
    assert was not in said_all(answer(found, SearchRequest("cache"), date(published.year + 1, 1, 1)))


def test_sponsors_are_never_a_surprise() -> None:
    """A sponsor's entry among the results (asked for) is shown as one."""
    found = Answer("in:sponsor", results(plain())[1:2], 1)
    assert Kind.SPONSOR is found.results[0].section.kind
    assert "Sponsored" in said_all(answer(found, SearchRequest("in:sponsor"), TODAY))

"""Answers from the archive to requests in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from archive.kind import Kind
from archive.search.index import Index
from archive.search.result import Grade
from archive.snapshot import Snapshot
from bot.lookup.asking.answering import reply
from bot.lookup.asking.preamble import preamble
from bot.lookup.asking.request import Form, Limits, MessageKind, Request
from bot.lookup.views import asked as views
from bot.slack.blocks.command_names import CommandNames
from tests.archive.search import newsletter

TODAY = date(2019, 6, 1)
ISSUES = (
    newsletter.issue(1, "Velero is out. The tool takes backups of volumes by night. Many thanks to its authors."),
    *(newsletter.issue(number, f"Something else, volume {number}.") for number in range(2, 12)),
)


def test_a_word_that_was_corrected_makes_an_answer_nearest_at_best() -> None:
    """Which is said: an answer to another word is not the one that was asked for, however much it has of the rest."""
    asked = Request(MessageKind.QUESTION, topic="velera backups")
    answer = reply(asked, Index.of(ISSUES), Snapshot.of(()), TODAY)
    assert answer.found is not None
    assert [each.typed for each in answer.found.assumed] == ["velera"]
    assert answer.grade is Grade.NEAREST


def test_a_question_of_which_the_best_entry_lacks_a_word_has_a_nearest_answer() -> None:
    """The word is named; a lookup of the same words is answered as the search grades it."""
    for kind, grade in ((MessageKind.QUESTION, Grade.NEAREST), (MessageKind.LOOKUP, Grade.STRONG)):
        answer = reply(Request(kind, topic="velero backups zeppelin"), Index.of(ISSUES), Snapshot.of(()), TODAY)
        assert answer.grade is grade
        assert bool(answer.unmet) is (kind is MessageKind.QUESTION)


@pytest.mark.parametrize(
    ("said", "grade", "unmet"),
    [
        ("A policy tool that mutates resources on the fly. See kyver.io for more.", Grade.NEAREST, ("fly.io",)),
        ("How a team runs its apps on fly.io every day.", Grade.STRONG, ()),
        ("How a team runs its apps on Fly IO every day.", Grade.STRONG, ()),
    ],
)
def test_a_name_with_a_dot_within_is_one_name(said: str, grade: Grade, unmet: tuple[str, ...]) -> None:
    """Its parts, far from each other, are other words."""
    issues = (newsletter.issue(1, said), *ISSUES[1:])
    answer = reply(Request(MessageKind.QUESTION, topic="fly.io"), Index.of(issues), Snapshot.of(()), TODAY)
    assert (answer.grade, answer.unmet) == (grade, unmet)


def test_the_day_that_limits_an_answer_is_one_of_its_days() -> None:
    """Issue 1 came out on 13 January."""
    for day, grade in (("2019-01-13", Grade.STRONG), ("2019-01-14", Grade.NONE)):
        asked = Request(MessageKind.LOOKUP, topic="velero", limits=Limits(after=day))
        assert reply(asked, Index.of(ISSUES), Snapshot.of(()), TODAY).grade is grade


def test_what_is_counted_is_quoted_where_it_is_said() -> None:
    """The first sentence of the entry may be about something else."""
    answer = reply(
        Request(MessageKind.QUESTION, topic="backups", form=Form.FIRST), Index.of(ISSUES), Snapshot.of(()), TODAY
    )
    assert [quote.text for quote in answer.quotes] == ["The tool takes backups of volumes by night."]


def test_the_sentence_that_says_what_was_asked_comes_first() -> None:
    """Where an entry has several, its first is no better for its place; in either order of the entries."""
    for order in ("", "oldest"):
        request = Request(MessageKind.QUESTION, topic="velero backups volumes", limits=Limits(order=order))
        answer = reply(request, Index.of(ISSUES), Snapshot.of(()), TODAY)
        assert answer.grade is Grade.STRONG
        assert answer.quotes[0].text == "The tool takes backups of volumes by night."


@pytest.mark.parametrize(("order", "issues"), [("newest", [3, 2, 1]), ("oldest", [1, 2, 3])])
def test_quotes_stand_in_the_order_that_is_said(order: str, issues: list[int]) -> None:
    """One of each entry, even where an older one has a better sentence, or says what the thing is."""
    texts = ("Borg and the kite.", "Borg is a tool for backups. Borg makes them by night.", "Backups by Borg.")
    made = [newsletter.issue(number, text) for number, text in enumerate(texts, 1)]
    asked = Request(MessageKind.QUESTION, topic="borg", form=Form.DEFINITION, limits=Limits(order=order))
    answer = reply(asked, Index.of(made), Snapshot.of(()), TODAY)
    assert [quote.result.issue.number for quote in answer.quotes] == issues
    said = [*preamble(answer, str), *(answer.found.notes if answer.found else ())]
    assert said == [f"{order} first"]


BORG = (
    newsletter.issue(1, "Borg is a tool that copies files. <https://borg.example/>", "A talk on Borg and its uses."),
    newsletter.issue(2, "Borg-Kit is a set of scripts. <https://kit.example/>", "Kites fly."),
    newsletter.issue(3, "Zeppelins fly."),
    *(newsletter.issue(number, f"Something else, volume {number}.") for number in range(4, 30)),
)


def test_a_definition_that_no_sentence_gives_is_nearest_at_best() -> None:
    """Neither another thing's name that begins with it nor a talk on it says what a thing is."""
    asked = Request(MessageKind.QUESTION, topic="borg", form=Form.DEFINITION)
    whole = reply(asked, Index.of(BORG), Snapshot.of(()), TODAY)
    assert (whole.grade, whole.undefined) == (Grade.STRONG, False)
    without = reply(asked, Index.of(BORG[1:]), Snapshot.of(()), TODAY)
    assert without.quotes
    assert (without.grade, without.undefined) == (Grade.NEAREST, True)
    assert not reply(replace(asked, form=Form.SENTENCES), Index.of(BORG[1:]), Snapshot.of(()), TODAY).undefined


def test_what_is_related_shares_rare_words_with_the_sentence_that_answers() -> None:
    """It need not have a word of the question, and what is only found next for the question is not related."""
    texts = ("Deduplication in Velbus by rolling checksums. <https://a.example/>", "Velbus is loud.", "Deduplication.")
    issues = (*ISSUES, newsletter.issue(20, *texts, "On rolling checksums. <https://b.example/>"))
    asked = Request(MessageKind.QUESTION, topic="velbus deduplication")
    answer = reply(asked, Index.of(issues), Snapshot.of(()), TODAY)
    assert answer.quotes[0].result.entry.links[0].url == "https://a.example/"
    assert answer.related[0].entry.links[0].url == "https://b.example/"
    assert "Deduplication." not in [each.entry.text for each in answer.related]


def test_an_issue_is_shown_without_what_is_left_out() -> None:
    """Its first, where several are named: buttons open the others."""
    news, tools = newsletter.issue(1, "On Velbus.").sections[0], newsletter.issue(2, "Borg copies.").sections[0]
    first = replace(newsletter.issue(1, "x"), sections=(news, replace(tools, kind=Kind.TOOLS)))
    snapshot = Snapshot((first, *ISSUES[1:3]))
    for limits, shown in ((Limits(), 2), (Limits(without_sections=("tools",)), 1), (Limits(section="tools"), 1)):
        asked = Request(MessageKind.ISSUE, limits=limits, issues=(1, 2))
        found = reply(asked, Index.of(snapshot.issues), snapshot, TODAY)
        issue = found.of_issue()
        assert issue is not None
        assert len(list(issue.entries())) == shown
        said = str(views.answer(found, 1, TODAY, CommandNames("/weekly")).blocks)
        assert ("Borg copies" in said) is (limits.without_sections == ())
        assert f"issue {ISSUES[1].slug}" in said


def test_a_verdict_is_asked_of_a_thing() -> None:
    """What says the thing is nearer than what says the verdict of something else."""
    issues = (*ISSUES, newsletter.issue(20, "Borg copies files."), newsletter.issue(21, "Is the mainframe dead?"))
    found = reply(
        Request(MessageKind.QUESTION, topic="borg dead", form=Form.VERDICT), Index.of(issues), Snapshot(), TODAY
    )
    assert [quote.result.issue.number for quote in found.quotes] == [20]
    assert (found.grade, found.unmet) == (Grade.NEAREST, ("dead",))

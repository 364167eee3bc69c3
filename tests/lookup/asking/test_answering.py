"""Answers from the archive to requests in words."""

from __future__ import annotations

from datetime import date

from archive.search.index import Index
from archive.search.result import Grade
from archive.snapshot import Snapshot
from bot.lookup.asking.answering import reply
from bot.lookup.asking.request import Limits, MessageKind, Request
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


def test_the_sentence_that_says_what_was_asked_comes_first() -> None:
    """Where an entry has several, its first is no better for its place; in either order of the entries."""
    for order in ("", "oldest"):
        request = Request(MessageKind.QUESTION, topic="velero backups volumes", limits=Limits(order=order))
        answer = reply(request, Index.of(ISSUES), Snapshot.of(()), TODAY)
        assert answer.grade is Grade.STRONG
        assert answer.quotes[0].text == "The tool takes backups of volumes by night."

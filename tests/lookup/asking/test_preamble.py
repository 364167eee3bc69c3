"""The line above an answer says how near it is, and never that the archive lacks what it has."""

from __future__ import annotations

from datetime import date

from archive.issue import Issue
from archive.search.index import Index
from archive.snapshot import Snapshot
from bot.lookup.asking.answering import reply
from bot.lookup.asking.preamble import preamble
from bot.lookup.asking.request import Form, MessageKind, Request
from tests.archive.search import newsletter

ISSUES = (
    newsletter.issue(1, "Velero is out: backups of volumes by night.", "Zeppelins fly."),
    *(newsletter.issue(number, f"Something else, volume {number}.") for number in range(2, 12)),
)


def said(topic: str, form: Form = Form.SENTENCES, issues: tuple[Issue, ...] = ISSUES) -> str:
    """Return what is said above the answer to a question."""
    asked = Request(MessageKind.QUESTION, topic=topic, form=form)
    found = reply(asked, Index.of(issues), Snapshot.of(()), date(2019, 6, 1))
    return " · ".join(preamble(found, lambda text: f"<{text}>"))


def test_a_word_that_only_the_nearest_entry_lacks_is_not_told_as_missing() -> None:
    """Another entry has it, in this form or another: of the archive it is said only where no entry does."""
    assert said("velero backups") == ""
    assert (
        said("velero backups zeppelin")
        == "Nothing squarely on <velero backups zeppelin>: the nearest lacks <zeppelin>."
    )
    assert said("velero backups xylophone") == (
        "Nothing squarely on <velero backups xylophone>: nothing at all on <xylophone>."
    )
    assert said("velero backups zeppelin xylophone") == (
        "Nothing squarely on <velero backups zeppelin xylophone>: nothing at all on <xylophone>, and the nearest lacks "
        "<zeppelin>."
    )


def test_a_thing_that_no_sentence_defines_is_named() -> None:
    """What follows is only near it."""
    assert said("zeppelins", Form.DEFINITION) == "No sentence says what <zeppelins> is. Nearest:"

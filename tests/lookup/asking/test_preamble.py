"""The line above an answer says how near it is, and never that the archive lacks what it has."""

from __future__ import annotations

from datetime import date

from archive.issue import Issue
from archive.search.index import Index
from archive.snapshot import Snapshot
from bot.lookup.asking.answering import Reply, reply
from bot.lookup.asking.preamble import dropped, filters, nothing, preamble
from bot.lookup.asking.request import Form, Limits, MessageKind, Request
from bot.lookup.views import asked as views
from bot.slack.blocks.command_names import CommandNames
from tests.archive.search import newsletter

TODAY = date(2019, 6, 1)
ISSUES = (
    newsletter.issue(1, "Velero is out: backups of volumes by night.", "Zeppelins fly."),
    *(newsletter.issue(number, f"Something else, volume {number}.") for number in range(2, 12)),
)


def said(topic: str, form: Form = Form.SENTENCES, issues: tuple[Issue, ...] = ISSUES) -> str:
    """Return what is said above the answer to a question."""
    asked = Request(MessageKind.QUESTION, topic=topic, form=form)
    found = reply(asked, Index.of(issues), Snapshot.of(()), TODAY)
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


def found(topic: str, limits: Limits) -> Reply:
    """Return the answer to a lookup."""
    asked = Request(MessageKind.LOOKUP, topic=topic, limits=limits)
    return reply(asked, Index.of(ISSUES), Snapshot.of(()), TODAY)


def test_what_only_the_filters_keep_out_is_not_told_as_missing() -> None:
    """The filters are named, which a thread may remember from long before, and a button drops them."""
    since = Limits(after="2019-02-01")
    kept_out = found("velero", since)
    assert nothing(kept_out, str) == "Nothing on velero since 2019-02-01."
    shown = views.answer(kept_out, 1, TODAY, CommandNames("/weekly"))
    buttons = [each for block in shown.blocks if block["type"] == "actions" for each in block["elements"]]
    assert [(each["text"]["text"], each["value"]) for each in buttons] == [("velero in the whole archive", "velero")]
    unknown = found("xylophone", since)
    assert (nothing(unknown, str), dropped(unknown)) == ("Nothing in the archive on xylophone.", "")


def test_an_answer_says_its_filters() -> None:
    """Those that a thread carries from turn to turn as well as those of the message."""
    assert preamble(found("velero", Limits(before="2020-01-01")), str) == ("before 2020",)
    limits = Limits("tools", ("jobs",), ("nagios",), "2017-01-01", "2018-01-01", 2017, site="a.example")
    asked = Request(MessageKind.QUESTION, topic="velero", limits=limits, last=3)
    assert filters(asked, lambda text: f"<{text}>") == (
        "in 2017", "in the newest 3 issues", "only tools", "on <a.example>", "without <nagios>", "without jobs",
    )  # fmt: skip

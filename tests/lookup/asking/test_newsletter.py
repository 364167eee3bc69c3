"""Questions about the newsletter itself have no answer that is taken for sure, but for its size."""

from __future__ import annotations

from datetime import date

import pytest

from archive.document import Reading
from archive.search.index import Index
from archive.search.result import Grade
from archive.snapshot import Snapshot
from bot.lookup.asking.answering import reply
from bot.lookup.asking.facts import ArchiveFacts
from bot.lookup.asking.figures import size_in_words
from bot.lookup.asking.heard import hear
from bot.lookup.asking.preamble import preamble
from bot.lookup.asking.reader import read
from bot.lookup.asking.request import MessageKind
from tests.archive.search import newsletter
from tests.fakes.asked_archive import context

ISSUES = (
    newsletter.issue(1, "An editor for Terraform, which runs anywhere.", "A tool that is mentioned often."),
    newsletter.issue(2, "Subscribers of the newsletter get a discount.", "Kubernetes runs."),
    *(newsletter.issue(number, f"Something else, volume {number}.") for number in range(3, 12)),
)
SNAPSHOT = Snapshot.of([Reading(f"{issue.slug}.md", issue) for issue in ISSUES])


@pytest.mark.parametrize(
    ("text", "itself"),
    [
        ("who is the editor?", True),
        ("who runs it?", True),
        ("who writes Platform Tidings?", True),
        ("how many subscribers does the newsletter have?", True),
        ("most mentioned tool", True),
        ("who runs kubernetes?", False),
        ("an editor for terraform", False),
        ("how to run a mailing list", False),
    ],
)
def test_what_the_newsletter_is_asked_about_itself_is_never_sure(text: str, *, itself: bool) -> None:
    """However well the words are met: a question with a thing of its own is answered as any other."""
    request = read(hear(text), context())
    assert request.of_newsletter is itself
    answer = reply(request, Index.of(ISSUES), SNAPSHOT, date(2019, 6, 1))
    assert answer.grade is not Grade.STRONG or not itself
    if answer.grade is Grade.NEAREST:
        assert ("Nothing sure about the newsletter itself. Nearest:" in preamble(answer, str)) is itself


@pytest.mark.parametrize("text", ["how many issues are there?", "how many issues do you have?", "how many issues"])
def test_the_size_of_the_archive_is_counted(text: str) -> None:
    """Of a topic, the issues that mention it are counted."""
    request = read(hear(text), context())
    assert (request.kind, request.of_newsletter) == (MessageKind.BOT, True)
    assert not read(hear("how many issues are on kafka?"), context()).of_newsletter
    said = "The archive has 11 issues with 13 entries, from #1 (13 Jan 2019) to #11 (24 Mar 2019)."
    assert size_in_words(SNAPSHOT) == said
    assert size_in_words(Snapshot.of(())) == "There is no issue in the archive yet."


def test_the_newsletters_name_is_in_its_titles() -> None:
    """Its number is no part of it, nor a word of a single issue."""
    facts = ArchiveFacts(Index.of(ISSUES), SNAPSHOT)
    assert [facts.is_own_name(word) for word in ("tidings", "kubernetes", "1")] == [True, False, False]
    assert not ArchiveFacts(Index.of(()), Snapshot.of(())).is_own_name("tidings")

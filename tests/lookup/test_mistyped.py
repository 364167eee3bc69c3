"""A text that starts like a sub-command: a topic where the archive answers it, the command elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.kind import Kind
from archive.search.index import Index
from archive.search.result import Answer
from bot.lookup.mistyped import Mistyped, mistyped
from bot.lookup.views.answer import QUERY_MAX_CHARS, SearchRequest
from bot.lookup.views.mistyped import mistaken
from bot.slack.blocks.command_names import CommandNames
from tests.fakes.checker import breaches
from tests.fakes.issues import entry, issue, nasty_text, section

WRITTEN = (
    "Why pause containers hold a pod’s namespaces in kubernetes",
    "An issue tracker in plain text",
    "A status page that outlives its servers",
    "Buying a top level domain, and what registrars hide",
    "Helm charts for impatient people",
    "Slow resolvers: reading a trace",
    "Gardening with sensors",
)
INDEX = Index.of(
    [
        issue(
            section(
                "News",
                Kind.NEWS,
                *(entry(at, text, f"https://a.example/{at}", headline=text) for at, text in enumerate(WRITTEN)),
            )
        )
    ]
)


@pytest.mark.parametrize(
    "query",
    [
        "pause containers in kubernetes",
        "issue tracker",
        "status page",
        "top level domain",
        "status page that outlives knitting",
        "why resolvers are slow",
        "helm",
        "helm charts",
        "gardening",
        '"pause now"',
        "knitting",
    ],
)
def test_what_the_archive_answers_is_a_topic(query: str) -> None:
    """So is text unlike any command, and text in quotes."""
    assert mistyped(query, INDEX.search(query)) is None


@pytest.mark.parametrize(
    ("query", "word", "tail", "likely"),
    [
        ("subscribe monday and thursday at 9", "subscribe", "monday and thursday at 9", None),
        ("unsubscribe now", "unsubscribe", "now", "unsubscribe"),
        ("export pdf", "export", "pdf", "export"),
        ("pause for a while", "pause", "for a while", "pause"),
        ("forget everything", "forget", "everything", "forget me"),
        ("issue tomorrow", "issue", "tomorrow", "issue latest"),
        ("halp", "help", "", "help"),
        ("Stauts", "status", "", "status"),
        ("exprot csv", "export", "", "export csv"),
        ("exprot pdf", "export", "pdf", "export"),
        ("subscirbe mondays 09:00", "subscribe", "", "subscribe mondays 09:00"),
        ("help me please", "help", "me please", "help"),
        ("forgetme", "forget", "", "forget me"),
    ],
)
def test_what_the_archive_lacks_is_the_command(query: str, word: str, tail: str, likely: str | None) -> None:
    """With what it cannot take, and a whole command that can be run."""
    expected = Mistyped(query.split(maxsplit=1)[0], word, tail, likely or "subscribe monday and thursday at 09:00")
    assert mistyped(query, INDEX.search(query)) == expected


def test_what_was_wrong_comes_first_and_both_meanings_are_buttons() -> None:
    """The likely command, then the search for the text as it was typed."""
    meant = Mistyped("exprot", "export", "pdf", "export")
    message = mistaken(meant, "exprot pdf", CommandNames())
    assert message.text.startswith("I don’t know `exprot`. `/weekly export` takes a format: `")
    assert message.text.endswith("I can’t read *pdf* there. Did you mean `/weekly export`?")
    first, second, _ = message.blocks[-1]["elements"]
    assert (first["action_id"], first["value"]) == ("command", "export")
    assert (second["action_id"], second["value"]) == ("search:topic", SearchRequest("exprot pdf").as_value())


@settings(deadline=None)
@given(st.sampled_from(["export", "exprot", "subscribe", "halp", "top", "why"]), nasty_text)
def test_whatever_follows_keeps_every_limit(word: str, tail: str) -> None:
    """Where nothing is found, for any text that a command may be given."""
    query = f"{word} {' '.join(tail.split())}".strip()[:QUERY_MAX_CHARS]
    if meant := mistyped(query, Answer(query, (), 0)):
        assert breaches(mistaken(meant, query, CommandNames())) == []

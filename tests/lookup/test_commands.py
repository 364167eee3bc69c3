"""What was typed, read into a command: a sub-command never swallows a topic."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.bookmark_file.record import Format
from bot.domain.period import Period
from bot.lookup.commands import (
    FIRST_WORDS,
    Command,
    CountTogether,
    Export,
    ForgetMe,
    Help,
    Import,
    Latest,
    Pause,
    Preview,
    Random,
    Resume,
    Saved,
    ShowIssue,
    Status,
    Subscribe,
    SubscribeForm,
    ToolsHelp,
    Top,
    Topic,
    Topics,
    Unsubscribe,
    Usage,
    Why,
)
from bot.lookup.misspelt import misspelt
from bot.lookup.typed_command import parse, parse_search
from bot.lookup.views import help as helping
from bot.lookup.views.answer import QUERY_MAX_CHARS
from bot.slack.blocks.command_names import CommandNames

SLUGS = frozenset({"special-edition", "2021-03-07-7"})


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("latest", Latest()),
        ("  LATEST ", Latest()),
        ("random", Random()),
        ("topics", Topics()),
        ("help", Help()),
        ("?", Help()),
        ("saved", Saved()),
        ("saved kubernetes operators", Saved("kubernetes operators")),
        ('Saved "error budget" -slo', Saved('"error budget" -slo')),
        ("top", Top()),
        ("top month", Top(Period.MONTH)),
        ("Top Year", Top(Period.YEAR)),
        ("top off", CountTogether(on=False)),
        ("top on", CountTogether(on=True)),
        ("export", Export(Format.HTML)),
        ("export csv", Export(Format.CSV)),
        ("export md", Export(Format.MARKDOWN)),
        ("export markdown", Export(Format.MARKDOWN)),
        ("export jsonl", Export(Format.JSONL)),
        ("import", Import()),
        ("forget me", ForgetMe()),
        ("unsubscribe", Unsubscribe()),
        ("pause", Pause()),
        ("resume", Resume()),
        ("status", Status()),
        ("issue 435", ShowIssue("435")),
        ("Issue #435", ShowIssue("#435")),
        ("issue special-edition", ShowIssue("special-edition")),
        ("issue 2019-01-01-999", ShowIssue("2019-01-01-999")),
        ("why 435", Why("435")),
        ("why latest", Why("latest")),
        ("issue Newest", ShowIssue("Newest")),
        ("preview latest", Preview("latest")),
        ("preview", Preview("")),
        ("preview #7", Preview("#7")),
        ("subscribe", SubscribeForm()),
        ("subscribe mondays 09:00 Europe/London", Subscribe("mondays 09:00 Europe/London")),
        ("subscribe every fri at 9am", Subscribe("every fri at 9am")),
        ("subscribe mundays 09:00", Subscribe("mundays 09:00")),
        ("subscribe daily", Subscribe("daily")),
        ("subscribe mondays and thursdays", Subscribe("mondays and thursdays")),
        ("subscribe tue, fri", Subscribe("tue, fri")),
        ("subscribe 9am london", Subscribe("9am london")),
        ("subscribe mondays Europe/Paris", Subscribe("mondays Europe/Paris")),
        ("subscribe as soon as it appears", Subscribe("as soon as it appears")),
    ],
)
def test_sub_commands(typed: str, command: Command) -> None:
    """Each is one where the whole text is what it takes."""
    assert parse(typed, SLUGS) == command


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("kubernetes", ""),
        ("latest kubernetes release", "latest"),
        ("issue tracker", "issue"),
        ("issue tracker 435", "issue"),
        ("issue k8s", "issue"),
        ("random forests", "random"),
        ("help desk", "help"),
        ("status pages", "status"),
        ("top command", "top"),
        ("top of the month", "top"),
        ("export metrics to prometheus", "export"),
        ("import cycles", "import"),
        ("forget", "forget"),
        ("forget me not", "forget"),
        ('"saved searches"', ""),
        ("savedsearch", ""),
        ("topics in kafka", "topics"),
        ("subscription billing", ""),
        ("subscribe pattern", "subscribe"),
        ("subscribe pub/sub", "subscribe"),
        ("subscribe sun ray", "subscribe"),
        ("subscribe daily standup", "subscribe"),
        ("unsubscribe links", "unsubscribe"),
        ("why kubernetes", "why"),
        ("preview environments", "preview"),
        ("pause containers", "pause"),
        ('"latest"', ""),
        ("-word in:tools site:github.com after:2018", ""),
    ],
)
def test_topics_that_look_like_commands(typed: str, near: str) -> None:
    """They stay topics, word for word, and the answer may mention the sub-command."""
    assert parse(typed, SLUGS) == Topic(typed, near)


def test_quotes_of_phones_are_quotes() -> None:
    """A phone's quotation marks make a phrase too."""
    assert parse("“service mesh”") == Topic('"service mesh"')


@pytest.mark.parametrize("typed", ["", "   ", "\n", "\x00", "issue", "why", "x" * (QUERY_MAX_CHARS + 1)])
def test_what_gets_usage(typed: str) -> None:
    """Nothing, half a sub-command and a pasted page get usage."""
    assert isinstance(parse(typed), Usage)


def test_the_command_that_only_searches() -> None:
    """Every word is a topic there, but for help and nothing."""
    assert parse_search("latest") == Topic("latest", tools=True)
    assert parse_search("issue 435") == Topic("issue 435", tools=True)
    assert parse_search("help") == ToolsHelp()
    assert parse_search(" ") == ToolsHelp()


@given(st.text())
def test_any_text_is_a_command(typed: str) -> None:
    """Reading never fails, and a topic is never empty or longer than a topic may be."""
    for command in (parse(typed, SLUGS), parse_search(typed)):
        if isinstance(command, Topic):
            assert 0 < len(command.query) <= QUERY_MAX_CHARS


@given(st.sampled_from(["latest", "random", "help", "import", "status", "forget me"]), st.text("abc ", min_size=1))
def test_a_word_more_makes_it_a_topic(word: str, more: str) -> None:
    """A sub-command without arguments accepts none."""
    if more.strip():
        assert isinstance(parse(f"{word} {more}"), Topic)


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("savd", "saved"),
        ("stauts", "status"),
        ("unsubscribee", "unsubscribe"),
        ("imprt", "import"),
        ("forgetme", "forget"),
        ("saved", "saved"),
        ("", ""),
        ("tpo", ""),
        ('"saved searches"', ""),
        ("-saved", ""),
        ("isles of wight", ""),
        ("resume" * 50, ""),
    ],
)
def test_a_slip_of_the_hand_names_the_command_that_was_meant(query: str, meant: str) -> None:
    """One letter more, fewer, other or out of place, or a space left out; short words are somebody's topic."""
    assert misspelt(query) == meant


def test_help_and_menu_name_every_sub_command() -> None:
    """A sub-command that is in neither is known to nobody; "?" is another way to say help."""
    said = re.findall(r"\w+", str(helping.explain(CommandNames())))
    menu = [word for text, _, _ in helping.MENU for word in text.split()]
    assert FIRST_WORDS - {"?", "help"} - set(said) == set()
    assert FIRST_WORDS - {"?"} - set(menu) == set()


@pytest.mark.parametrize(("text", "hint"), [(text, hint) for text, hint, _ in helping.MENU])
def test_what_the_menu_offers_is_a_sub_command(text: str, hint: str) -> None:
    """With its example words, too."""
    assert not isinstance(parse(f"{text} {hint}".strip()), Topic | Usage)


@pytest.mark.parametrize("word", ["latest", "newest", "last", "Last"])
def test_the_newest_issue_has_three_names(word: str) -> None:
    """They are those that the terminal's commands take."""
    assert parse(f"issue {word}") == ShowIssue(word)

"""What stands in every issue is left out at its ends, and said; nothing of an issue's own is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.source.importing.boilerplate import REPEATED, SERVICE, blocks, repeated, trimmed

MAST = "THE QUARRY POST"
FOOT = "You get this because you like stones."


def posts(count: int, *, middle: str = "") -> list[str]:
    """Return so many issues with a masthead that has a number and a day, and a footer."""
    return [
        f"{MAST}\nIssue {n}, {n}th March 2024\n\n## News\n\nReport {chr(96 + n)}.\n\n{middle}{FOOT}\n\n(c) 20{n:02}\n"
        for n in range(1, count + 1)
    ]


def test_mastheads_and_footers_are_left_out() -> None:
    """They are the same but for figures and days; sections' headings stay."""
    issues = posts(4)
    trim = trimmed(issues[0], repeated(issues))
    assert trim.markdown == "## News\n\nReport a."
    assert trim.left_out == {REPEATED: 3}


def test_what_repeats_in_the_middle_stays() -> None:
    """A sponsor's text is the same for weeks."""
    issues = [
        f"{post}\nThe last words of issue {chr(96 + n)}." for n, post in enumerate(posts(4, middle="Buy slate!\n\n"), 1)
    ]
    assert "Buy slate!" in trimmed(issues[0], repeated(issues)).markdown


def test_two_issues_tell_nothing() -> None:
    """Nor does what stands in half of them."""
    assert repeated(posts(2)) == frozenset()
    assert repeated([*posts(3), "a", "b", "c"]) == frozenset()


def test_an_issue_of_nothing_else_stays_whole() -> None:
    """Rather than an empty one."""
    same = ["# Post\n\nSee you next week."] * 5
    assert trimmed(same[0], repeated(same)).markdown == same[0]


@pytest.mark.parametrize(
    "line",
    [
        "[View in browser](https://a.example/v)",
        "[View this email in your browser](https://a.example/v)",
        "[Read online](https://a.example/v) | [Share](https://a.example/s)",
        "Too many mails? [Unsubscribe](https://a.example/u) or [update your preferences](https://a.example/p).",
        "Unsubscribe: https://a.example/u",
        "View this email in your browser https://a.example/u",
        "[Im Browser ansehen](https://a.example/v)",
        "[Newsletter abbestellen](https://a.example/v)",
        "[Se désabonner](https://a.example/v)",
        "[配信停止はこちら](https://a.example/v)",
        "[退订](https://a.example/v)",
    ],
)
@pytest.mark.parametrize("at_top", [True, False])
def test_lines_of_service_are_left_out(line: str, *, at_top: bool) -> None:
    """At the top or the end, in several languages."""
    text = "## News\n\n[A drill](https://d.example/) for granite."
    trim = trimmed(f"{line}\n\n{text}" if at_top else f"{text}\n\n{line}", ())
    assert trim.markdown == text
    assert trim.left_out == {SERVICE: 1}


@pytest.mark.parametrize(
    "entry",
    [
        "[How to unsubscribe from everything](https://a.example/) in a week.",
        "[Unsubscribe: the book](https://a.example/)",
        "A browser that lets you view in peace: https://a.example/",
        "[Unsubscribe](https://a.example/) " + "is a long essay on mailing lists " * 12,
    ],
)
def test_entries_about_such_things_stay(entry: str) -> None:
    """A label that says more, or a paragraph of sentences, is no line of service."""
    assert trimmed(f"{entry}\n\nMore.", ()).markdown == f"{entry}\n\nMore."


def test_empty_lines_between_entries_stay_as_many() -> None:
    """Two set entries apart, one stands within an entry."""
    assert trimmed("a\n\nb\n\n\nc", ()).markdown == "a\n\nb\n\n\nc"


@given(st.text("ab#`~-= \n", max_size=80))
def test_blocks_are_the_text(text: str) -> None:
    """Nothing is lost between them."""
    assert "".join(blocks(text)) == text


def test_a_text_of_one_mark_takes_no_time() -> None:
    """As a hostile mail may be; it took minutes when each bracket was looked for to the end."""
    assert trimmed("[a" * 100_000, ()).left_out == {}

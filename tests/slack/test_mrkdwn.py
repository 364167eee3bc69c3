"""Foreign words in Slack's markup."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.text import clean
from bot.slack.blocks.mrkdwn import clip, clip_plain, escape, link, linkable, linked, shown, split
from playground.slack.mrkdwn import Reference, faults, pieces, unescape
from tests.fakes.issues import nasty_text, nasty_url

INVISIBLE = "\u200b"


@settings(deadline=None)
@given(st.one_of(st.text(), nasty_text))
def test_escaped_text_is_only_itself(text: str) -> None:
    """Read back the way Slack reads it, it is the same text: no reference, no fault."""
    escaped = escape(text)
    assert list(faults(escaped)) == []
    assert not any(isinstance(piece, Reference) for piece in pieces(escaped))
    assert unescape(escaped).replace(INVISIBLE, "") == clean(text).replace(INVISIBLE, "")


@settings(deadline=None)
@given(st.one_of(st.text(max_size=300), nasty_text), st.integers(1, 400))
def test_clipped_text_fits_and_never_ends_inside_an_escape(text: str, limit: int) -> None:
    """With any limit, the result fits and is still valid markup."""
    clipped = clip(text, limit)
    assert len(clipped) <= limit
    assert list(faults(clipped)) == []
    assert len(clip_plain(text, limit)) <= limit


@settings(deadline=None)
@given(st.one_of(st.text(max_size=300), nasty_text), st.integers(10, 200))
def test_split_text_keeps_every_word(text: str, limit: int) -> None:
    """The pieces fit, and hold all that was there in its order."""
    parts = split(text, limit)
    assert all(0 < len(part) <= limit for part in parts)
    squeezed = "".join("".join(map(unescape, parts)).replace(INVISIBLE, "").split())
    assert squeezed == "".join(clean(text).replace(INVISIBLE, "").split())


@settings(deadline=None)
@given(nasty_url, st.one_of(st.text(max_size=80), nasty_text))
def test_a_link_is_one_link_or_plain_text(url: str, label: str) -> None:
    """It is one reference to where the address leads, or none at all where it may not be linked."""
    made = link(url, label)
    assert list(faults(made)) == []
    found = [piece for piece in pieces(made) if isinstance(piece, Reference)]
    assert len(found) == linkable(url)
    assert "\n" not in made


@given(st.one_of(st.text(max_size=200), nasty_text), nasty_url, st.integers(10, 3000))
@settings(deadline=None)
def test_addresses_in_a_sentence_become_links(text: str, url: str, limit: int) -> None:
    """They fit the limit and are valid, with any text around them."""
    said = linked(f"{text} {url}. {text}", limit)
    assert len(said) <= limit
    assert list(faults(said)) == []


def test_an_address_ends_before_the_full_stop() -> None:
    """The sentence's own punctuation is no part of it."""
    assert linked("It is at https://a.example/p1.", 100) == "It is at <https://a.example/p1|a.example/p1>."


def test_what_markup_would_do_to_words() -> None:
    """Stars, tildes, quotes, emoji and mentions in somebody's text stay what they wrote."""
    for text in ["*not bold*", "_not italic_", "~kept~", "> no quote", ":tada:", "@here", "`x`"]:
        assert INVISIBLE in escape(text)
    assert escape("snake_case_name and 10:30:45 and a*b") == "snake_case_name and 10:30:45 and a*b"


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://example.com", True),
        ("HTTP://example.com/a b", True),
        ("mailto:a@example.com", True),
        ("javascript:alert(1)", False),
        ("ftp://example.com", False),
        ("slack://app", False),
        ("https://", False),
        ("", False),
        ("https://example.com/" + "x" * 2000, False),
    ],
)
def test_what_may_be_a_link(url: str, *, allowed: bool) -> None:
    """Web and mail addresses only, and none too long to be sent."""
    assert linkable(url) is allowed


def test_links_keep_their_address() -> None:
    """What would break the link is encoded, the rest stays."""
    assert link("https://a.example/x?a=1&b=2", "Fish & chips") == "<https://a.example/x?a=1&amp;b=2|Fish &amp; chips>"
    assert link("https://a.example/x|y z", "a|b") == "<https://a.example/x%7Cy%20z|a¦b>"
    assert link("https://www.a.example/x/", "") == "<https://www.a.example/x/|a.example/x>"


def test_shown_addresses() -> None:
    """People read an address without what is always there."""
    assert shown("https://www.example.com/a/") == "example.com/a"
    assert shown("mailto:a@example.com") == "a@example.com"


def test_cuts_fall_between_words() -> None:
    """And the ellipsis counts."""
    assert clip("one two three four", 14) == "one two three…"
    assert clip("&&&", 11) == "&amp;&amp;…"
    assert clip_plain("a\nb", 9) == "a b"

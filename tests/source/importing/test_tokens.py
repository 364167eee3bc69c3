"""HTML as tags and texts, also where it is broken on purpose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.source.importing.tokens import tokens_of


def shape(html: str) -> list[str]:
    """Return the tokens in short: `<a`, `</a` and texts."""
    return [{"start": "<", "end": "</", "text": ""}[token.kind] + token.name for token in tokens_of(html)]


@pytest.mark.parametrize(
    ("html", "tokens"),
    [
        ("<P>a</p >b", ["<p", "a", "</p", "b"]),
        ("a<!-- <b> -->c", ["a", "c"]),
        ("<!doctype html><p>", ["<p"]),
        ("<script>if (a<b) '</p>'</SCRIPT>c", ["<script", "if (a<b) '</p>'", "</script", "c"]),
        ("1 < 2 &amp; 3 > 2", ["1 ", "<", " 2 & 3 > 2"]),
        ("</p>a", ["a"]),
        ("<p", ["<", "p"]),
        ("<!-- a", ["<", "!-- a"]),
        ("<br/>", ["<br"]),
    ],
)
def test_tags_and_texts(html: str, tokens: list[str]) -> None:
    """Comments and declarations are none; what is never closed is text."""
    assert shape(html) == tokens


def test_attributes_are_read_as_a_browser_reads_them() -> None:
    """Quoted or not, with references, and with `>` in a value."""
    (token,) = tokens_of("""<A HREF="https://a.example/?a=1&amp;b=2" title='a > b' width=1 hidden href=x>""")
    assert token.attributes == {
        "href": "https://a.example/?a=1&b=2",
        "title": "a > b",
        "width": "1",
        "hidden": "",
    }


def test_start_tags_know_their_end() -> None:
    """The innermost first; one without an end has none."""
    tokens = tokens_of("<div><p><div>a</div></div>")
    assert [token.end for token in tokens] == [5, -1, 4, -1, -1, -1]


@pytest.mark.parametrize("piece", ["<!--", "<", "<a ", '<a "', "<script>", "</", "<![CDATA[", "<a =", "&#", "<title>"])
def test_broken_html_by_the_thousand_is_read_at_once(piece: str) -> None:
    """Each took the standard library's parser minutes, or may have; the whole run has seconds."""
    assert tokens_of(piece * 20_000)


@given(st.text("<>/=\"' ab!-&;[]?\n", max_size=200))
def test_any_text_can_be_read(html: str) -> None:
    """Ends lie behind their starts."""
    for place, token in enumerate(tokens_of(html)):
        assert token.end == -1 or token.end > place

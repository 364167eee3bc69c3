"""HTML becomes Markdown that says what its reader saw, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import document
from bot.source.importing.cleaning import HIDDEN, PICTURES, PIXELS, TRACKED
from bot.source.importing.files import written
from bot.source.importing.item import Item
from bot.source.importing.markdown import from_html
from tests.fakes.letters import page


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>One <b>two</b> <i>three</i></p>", "One **two** *three*"),
        ("<h2>News</h2><p>a</p>", "## News\n\na"),
        ("<a href='https://a.example/x'>A <b>b</b></a>", "[A **b**](https://a.example/x)"),
        ("<table><tr><td><p>a</p></td><td><p>b</p></td></tr></table>", "a\n\nb"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<a href='https://a.example/'><img src='https://p.example/i.png' alt='The name'></a>", "The name"),
        ("<a href='https://a.example/'><div>one</div><div>two</div></a>", "[one two](https://a.example/)"),
        (
            "<a href='https://a.example/'><img src='i'><div><h3>The name</h3><p>What it does.</p></div></a><p>b</p>",
            "### [The name](https://a.example/)\n\nWhat it does.\n\nb",
        ),
        ("<a href='https://a.example/'><h3></h3></a>", "### <https://a.example/>"),
        ("<p>5 &lt; 6 &amp; <b>7</b></p>", "5 < 6 & **7**"),
        ("<p>Use &lt;details&gt; and &amp;amp;</p>", "Use &#60;details> and &#38;amp;"),
        ("<p>no [link](here)</p>", "no [link&#93;(here)"),
        ("<p>At https://a.example/b_c*d.</p>", "At <https://a.example/b_c*d>."),
        ("<p>snake_case *stars*</p>", r"snake\_case \*stars\*"),
        ("<head><title>T</title></head><p>a</p>", "a"),
        ("<p>a</p><script>alert(1)</script><style>p{}</style>", "a"),
        ("<p>a</p><!-- <p>b</p> -->", "a"),
        ("<!--[if mso]><p>outlook</p><![endif]--><p>a</p>", "a"),
        ("<a href='#top'>Up</a> a", "Up a"),
    ],
)
def test_what_a_reader_sees_is_in_the_markdown(html: str, markdown: str) -> None:
    """Words, links, headings and lists; tables that only lay the page out are not there."""
    assert markdown in from_html(html).markdown


@pytest.mark.parametrize("label", ["a ] b", "[ a", "a ]( b", "[a] b", "a <b>[</b> c"])
def test_brackets_in_a_label_do_not_end_it(label: str) -> None:
    """The address stays with its words."""
    item = Item("1", "1", "x", None, "", from_html(f"<p><a href='https://a.example/'>{label}</a> d").markdown, "1")
    issue = document.read("1.md", written(item, item.body).encode()).issue
    assert issue is not None
    ((_, entry),) = issue.entries()
    assert [link.url for link in entry.links] == ["https://a.example/"]
    assert "a.example" not in entry.text


@pytest.mark.parametrize("url", ["javascript:alert(1)", " JAVA\nscript:x", "data:text/html,x", "vbscript:x", "#t", ""])
def test_what_opens_no_page_is_no_link(url: str) -> None:
    """Its words stay."""
    assert from_html(f"<p><a href='{url}'>the words</a></p>").markdown == "the words"


def test_relative_links_belong_to_the_page() -> None:
    """Where it says its address."""
    assert from_html("<a href='../x?y#z'>a</a>", "https://a.example/b/c/").markdown == "[a](https://a.example/b/x?y#z)"


def test_a_link_without_words_is_still_a_link() -> None:
    """Its address stands in for them."""
    assert "https://a.example/x" in from_html("<a href='https://a.example/x'><img src='i.png'></a>").markdown


@pytest.mark.parametrize(
    "hidden",
    [
        "<div style='display:none'>x</div>",
        "<div style='Display : None !important'><p>x</p></div>",
        "<span style='max-height:0;overflow:hidden'>x</span>",
        "<p style='mso-hide:all'>x</p>",
        "<p hidden>x</p>",
        "<p style='opacity:0'>x</p>",
    ],
)
def test_hidden_pieces_are_left_out_and_counted(hidden: str) -> None:
    """As a mail's preview line is, in the ways in which mail programs hide it."""
    found = from_html(f"<p>a</p>{hidden}<p>b</p>")
    assert "x" not in found.markdown
    assert found.left_out[HIDDEN] == 1


def test_a_hidden_element_that_never_ends_hides_nothing() -> None:
    """Or the rest of the issue would be lost."""
    assert "b" in from_html("<p>a</p><div style='display:none'>x<p>b").markdown


@pytest.mark.parametrize(
    "pixel",
    [
        "<img src='https://m.example/a' width=1 height=1>",
        "<img src='https://m.example/a' width='0' alt=''>",
        "<img src='https://m.example/a' style='height:1px;width:1px'>",
        "<img src='https://m.example/open/77'>",
    ],
)
def test_pixels_are_left_out_and_counted(pixel: str) -> None:
    """They tell the sender who reads; a reader sees nothing."""
    found = from_html(f"<p>a{pixel}</p>")
    assert "m.example" not in found.markdown
    assert found.left_out[PIXELS] == 1


def test_pictures_keep_their_words() -> None:
    """One without any says nothing, and is counted."""
    found = from_html("<img src='https://p.example/a.png' alt='A quarry'><img src='https://p.example/b.png'>")
    assert "A quarry" in found.markdown
    assert "b.png" not in found.markdown
    assert found.left_out[PICTURES] == 1


def test_tables_of_data_stay_tables() -> None:
    """With a row of headings, and nothing but words in the cells."""
    assert "| Stone | Age |" in from_html("<table><tr><th>Stone<th>Age</tr><tr><td>Slate<td>400</table>").markdown


def test_a_mailing_services_page_becomes_its_sections() -> None:
    """Nested tables, redirects and all."""
    found = from_html(page(7))
    assert found.title == "Quarry"
    assert found.left_out[TRACKED] == 2
    assert found.markdown.index("## News") < found.markdown.index("https://drills.example/bit-7)")


@given(st.text("<>/=\"' abdivtrpl!-&;x\n", max_size=200))
def test_any_html_is_read(html: str) -> None:
    """However broken it is."""
    assert isinstance(from_html(html).markdown, str)


@pytest.mark.parametrize("piece", ["<div>", "<table><tr><td>", "<a href='x'>", "<", "<p style='display:none'>", "</p>"])
def test_a_large_page_of_one_thing_is_read(piece: str) -> None:
    """Open tags by the thousand need no stack."""
    assert isinstance(from_html(piece * 5_000).markdown, str)

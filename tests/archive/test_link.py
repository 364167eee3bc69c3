"""Web addresses: finding, trimming and comparing them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import link
from tests.fakes.growth import LINEAR_AT_MOST, growth

ADDRESSES = st.from_regex(
    r"(https?://|//|HTTP://)?(www\.)*[a-zA-Z0-9.-]{0,12}(:80|:443|:8080)?(/[a-z%.]*){0,4}(\?[a-z_=&]*)?(#[!/a-z]*)?"
)


@pytest.mark.parametrize(
    ("line", "url"),
    [
        ("[http://a.org/x](http://a.org/x)", "http://a.org/x"),
        ("at [https://a.org/about.](https://a.org/about.) If", "https://a.org/about"),
        ("routing ([http://b.ly/1)](http://b.ly/1)) infra", "http://b.ly/1"),
        ("[http://a.org/T_(2014)](http://a.org/T_(2014))", "http://a.org/T_(2014)"),
        ("see http://a.org/T_(2014)).", "http://a.org/T_(2014)"),
        ("(see www.a.org/b)", "http://www.a.org/b"),
        ("[a.org/b](a.org/b)", "http://a.org/b"),
        ("bit.ly/talk", "http://bit.ly/talk"),
        ("We.Are.Example.com", "http://We.Are.Example.com"),
        ("<https://a.org/b>.", "https://a.org/b"),
        ('[the words](https://a.org/b "A title")', "https://a.org/b"),
        ("[the words](<https://a.org/b c>)", "https://a.org/b%20c"),
        ('<a class="x" href="https://a.org/b?c=1&amp;d=2">words</a>', "https://a.org/b?c=1&d=2"),
        ("<img src='https://a.org/i.png' alt='A picture'>", "https://a.org/i.png"),
        ('<a href="https://a.org/b>c" title="A title">words</a>', "https://a.org/b>c"),
        ("<a title='a > b' href='https://a.org/b<br>c'>words</a>", "https://a.org/b<br>c"),
        ('<a href="https://a.org/b>words</a> said "so"', "https://a.org/b"),
        ("<a title=it's href=https://a.org/b>it's", "https://a.org/b"),
        (r"[https://a.org/b\_c](https://a.org/b_c)", "https://a.org/b_c"),
        ("https://a.org/?x=1&amp;", "https://a.org/?x=1"),
        ("[http://a.org/whole-name](http://a.org/whole)", "http://a.org/whole-name"),
        ("[http://a.org/](http://b.org/)", "http://b.org/"),
        ("[http://a.org/x](about:blank)", "http://a.org/x"),
        ("[a.org](http://www.a.org/)", "http://www.a.org/"),
        ("https://a.org/list[0]/x", "https://a.org/list[0]/x"),
        ("at http://[2001:db8::1]:8080/admin here", "http://[2001:db8::1]:8080/admin"),
        ("at (http://[::1]).", "http://[::1]"),
        ("<http://[::1]/b>", "http://[::1]/b"),
        ("[http://[::1]/b](http://[::1]/b)", "http://[::1]/b"),
        ("http://[add](http://a.org/b)", "http://a.org/b"),
    ],
)
def test_an_address_is_found_and_cleaned(line: str, url: str) -> None:
    """An address in any form loses the sentence's punctuation and nothing of its own."""
    assert [url for found in link.find(line) for url in found.urls] == [url]


@pytest.mark.parametrize(
    ("line", "urls"),
    [
        ("|Foo|http://a.org/foo|Great tool|", ["http://a.org/foo"]),
        ("http://a.org/p|http://a.org/q?r|", ["http://a.org/p", "http://a.org/q?r"]),
        (r"http://a.org/p\|q", ["http://a.org/p|q"]),
        ("www.a.org/p|words", ["http://www.a.org/p"]),
        ("<http://a.org/p|q> and [http://a.org/p|q](http://a.org/p|q)", ["http://a.org/p|q"] * 2),
        (
            "http://a.org/p,http://a.org/q;https://a.org/r,s;t",
            ["http://a.org/p", "http://a.org/q", "https://a.org/r,s;t"],
        ),
        ("http://a.org/p?q=1&amp;http://a.org/r", ["http://a.org/p?q=1&http://a.org/r"]),
        ("见 http://a.org/g。然后 http://a.org/h，很好", ["http://a.org/g", "http://a.org/h"]),
        (
            "「http://a.org/j」と『http://a.org/k』、（http://a.org/l）",
            ["http://a.org/j", "http://a.org/k", "http://a.org/l"],
        ),
        ("《http://a.org/北京（城市）》", ["http://a.org/北京（城市）"]),
        ("http://a.org/p（见下", ["http://a.org/p"]),
        ("Voir «http://a.org/g» et “http://a.org/h”然后", ["http://a.org/g", "http://a.org/h"]),
        ("[モーニング娘。](http://a.org/モーニング娘。)", ["http://a.org/モーニング娘。"]),
        ("See _http://a.org/p_ and __http://a.org/q_r__.", ["http://a.org/p", "http://a.org/q_r"]),
        (
            "*_http://a.org/p_*, **http://a.org/q**! ~~http://a.org/~r~~",
            ["http://a.org/p", "http://a.org/q", "http://a.org/~r"],
        ),
        ("_a http://a.org/p_ http://a.org/_", ["http://a.org/p_", "http://a.org/_"]),
    ],
)
def test_separators_belong_to_no_address(line: str, urls: list[str]) -> None:
    """Bars of tables, commas between addresses, wide punctuation and marks of emphasis end a bare address."""
    assert [url for found in link.find(line) for url in found.urls] == urls


@pytest.mark.parametrize(
    "line",
    """node.js|and/or|http://|mail a@example.org|[words](#top)|[words](about.html)|[words]|x](http|a.b|<a name='x'>
    |<img src='/logo.png'>|<a href='http|http://...|[words](mailto:a@example.org)|www.|[](x)|[words](//)""".split("|"),  # noqa: SIM905 - reads better
)
def test_only_web_addresses_are_links(line: str) -> None:
    """Mail addresses, fragments, files and words are not links."""
    assert [url for found in link.find(line) for url in found.urls] == []


def test_a_linked_picture_leads_to_both() -> None:
    """The page and the picture of a linked picture are both links."""
    (found,) = link.find("[![alt](http://a.org/i.png)](http://a.org/page)")
    assert found.urls == ("http://a.org/page", "http://a.org/i.png")
    assert found.label == "alt"


@given(st.text(alphabet="ab./:()[]{}.,;!?'*&;\\", max_size=30))
def test_trimming_takes_from_the_end_only(text: str) -> None:
    """The result is the beginning of the input, and trimming again changes nothing."""
    trimmed = link.trimmed(text)
    assert text.startswith(trimmed)
    assert link.trimmed(trimmed) == trimmed


@given(st.one_of(ADDRESSES, st.text(max_size=40)))
def test_canonical_form_is_stable(url: str) -> None:
    """The canonical form of a canonical form is itself, for URLs and for any other text."""
    assert link.canonical(link.canonical(url)) == link.canonical(url)


@given(st.one_of(ADDRESSES, st.from_regex(r"\Ahttps?://(www\.){0,2}[a-z0-9.-]{0,9}(/[a-z/?#. ]{0,6})?\Z")))
def test_the_fast_canonical_form_is_the_same(url: str) -> None:
    """A URL with nothing to remove has the form that repeated removal gives."""
    slow = url
    while (shorter := link._canonical_once(slow)) != slow:
        slow = shorter
    assert link.canonical(url) == slow


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/a",
        "https://www.example.org/a/",
        "EXAMPLE.org:443/a",
        "//example.org/a?utm_source=x&fbclid=1",
        "http://example.org/a#top",
    ],
)
def test_what_makes_no_difference(url: str) -> None:
    """Scheme, www, port, tracking, a trailing slash and a fragment do not make another link."""
    assert link.canonical(url) == "example.org/a"


@pytest.mark.parametrize(
    "url", ["http://example.org/A", "http://example.org/a?b=1", "http://example.org/a#!/b", "http://example.org:8080/a"]
)
def test_what_makes_a_difference(url: str) -> None:
    """Case of the path, queries, pages behind #! and other ports make another link."""
    assert link.canonical(url) != "example.org/a"


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.Example.org:8080/a", "example.org"),
        ("http://me:pw@example.org?x", "example.org"),
        ("example.org/a", "example.org"),
        ("http://me@[2001:DB8::1]:8080/a", "[2001:db8::1]"),
        ("http://[::1", "["),
        ("", ""),
    ],
)
def test_the_site(url: str, site: str) -> None:
    """The site is the host alone."""
    assert link.domain(url) == site


def test_http() -> None:
    """Only absolute http and https addresses count."""
    assert link.is_http("HTTPS://example.org")
    assert not link.is_http("ftp://example.org")
    assert not link.is_http("http:///x")


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "](",
        "[a](",
        "((",
        "http://[",
        "<a ",
        "*_`",
        "&amp;",
        "www.",
        "[![",
        "\\[",
        '<a ="',
        "<a ='<br>",
    ],
)
def test_a_long_line_of_brackets_takes_no_more_time_per_character(piece: str) -> None:
    """Finding links takes time that grows with the length of the line, not with its square."""
    assert growth(link.find, piece, length=200_000) < LINEAR_AT_MOST

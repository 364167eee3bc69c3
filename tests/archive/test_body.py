"""The body parser: the newsletter's shape, its traps, and the law that nothing is lost."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive import assembly, body, grammar, proof, shapes
from archive.issue import Entry, Issue, Link, Section, entry_of, section_of
from archive.kind import Kind
from tests.fakes.growth import LINEAR_AT_MOST, growth


def entries(text: str) -> list[Entry]:
    """Return all entries of a body."""
    return [entry for section in body.parse(text) for entry in section.entries]


def urls(entry: Entry) -> list[str]:
    """Return an entry's addresses."""
    return [link.url for link in entry.links]


def losses(text: str, sections: tuple[Section, ...] | None = None) -> tuple[proof.Loss, ...]:
    """Check a body without a file around it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    parsed = body.parse(text) if sections is None else sections
    issue = Issue("slug", "Title", None, datetime(2020, 1, 1, tzinfo=UTC), parsed)
    return tuple(sorted(proof.Loss("file", *loss) for loss in proof.compare(text, 1, issue)[0]))


A = "http://example.org/a"
WORDS = [
    "word",
    "Word",
    "two words",
    "A sentence about things, and more.",
    "’",
    "é",
    "日本",
    "…",
    "a@example.org",
    "www.",
    ".",
]
SPACE = ["\n", "\n\n", "\n\n\n", " ", "  ", "\t", "\u200b", "\xa0", "\x00", "\ufeff", "\r", "\r\n"]
SHAPES = [
    "News\n====\n",
    "Tools\n-----\n",
    "## Jobs\n",
    "#hash",
    "====",
    "---",
    "* item ",
    "- ",
    "1. ",
    "> quoted",
    ">From us\n",
]
TAGS = [
    "<br>",
    "<br/>",
    "<b>",
    "</b>",
    "<3",
    "<your-name>",
    "<http://example.org/i>",
    f'<a href="{A}">h</a>',
    f'<a title="a > b<br>c" href="{A}>d">h</a>',
    "<",
    ">",
]
MARKS = [
    "[",
    "]",
    "(",
    ")",
    "](",
    "&amp;",
    "&lt;br&gt;",
    "&#10;",
    "\\#435",
    "\\[",
    "\\",
    "*",
    "**bold**",
    "_",
    "_it_",
    "`code`",
    '"',
    "'",
    "|",
    "!",
    "_",
    "~~",
    "。",
    "（",
    "）",
    "«",
    "»",
    "”",
]
LINKS = [
    f"[{A}]({A})\n",
    f"<br>[{A}.]({A}.)\n",
    f"[label]({A})",
    "[x](www.example.org)",
    f"[{A}](http://example.org/other)",
    f"![alt]({A}.png)",
]
BARE = [
    f"{A}_(b)",
    "www.example.org/e",
    "Www.example.org",
    "example.org/f\n",
    f"{A}?a=1&amp;b=2",
    f"{A}?a&a;",
    "ftp://example.org/j",
    "http://[2001:db8::1]:8080/a",
    f"{A}_",
    f"{A}~",
    f",{A}",
    f";{A}",
    f" _{A}_ ",
    f" **{A}** ",
    f"|{A}|",
    "http://",
    "://",
]
FENCES = ["```\n", "~~~\n", "[mail](mailto:a@example.org)", f"A sentence here.\n<br>[{A}]({A})\n\n\n"]
PIECES = st.sampled_from(WORDS + SPACE + SHAPES + TAGS + MARKS + LINKS + BARE + FENCES)


@given(st.lists(PIECES, max_size=30).map("".join))
@example("[www.0](http://example.org)")
@example("**bold**www.example.org/e")
@example("_* item http://example.org/a_(b)")
@example("_see http://example.org/a_ and_ on")
@example("www.example.org/e&#10;word")
@example("http://example.org/a_(b)<b>www.example.org/e")
@example("_<br>http://example.org/a_(b)")
@example("_http://example.org/a?a=1&amp;b=2__")
@example("www.example.org/e\\&amp;word")
@example("word```\n>From us\n<http://example.org/i>```\n")
def test_nothing_is_lost_of_marked_up_text(text: str) -> None:
    """Every word and address of any mix of marks is read into its place, and nothing else is."""
    assert losses(text) == ()


@given(st.text(max_size=300))
def test_nothing_is_lost_of_any_text(text: str) -> None:
    """Every word of any text is read into its place."""
    assert losses(text) == ()


TYPICAL = [
    f"A sentence about things.\n<br>[{A}]({A})\n\n\n",
    f"One.\n\nTwo words.\n<br>[{A}]({A})\n<br>[{A}/b]({A}/b)\n\n\n",
    "Words  apart, and www.example.org too.\n\n\n",
    f"These & those.\n\nStart now: [{A}]({A})\n\n\n",
    f"Short [{A}/?a&amp;b]({A}/?a&amp;b)\n\n\n",
    f"[Free] A sentence of words that goes on as far as mail has room.\nAnd on.\nTwo words.\n<br>[{A}]({A})\n\n\n",
    "A sentence of words that goes on as far as mail has its room\nand no further\n\n\n",
    "No site [http:///a](http:///a)\n\n\n",
    f"Elsewhere and on.\n<br>[{A}]({A})\n<br>[{A}/b]({A})\n\n\n",
    ">From our sponsor, It’s\n======\n\n",
    f"{A}\n\n\n",
    "> A quotation\n\n\n",
    f"* [An item]({A}) of a list\n\n\n",
]


@given(st.lists(st.one_of(st.sampled_from(TYPICAL), PIECES), max_size=12).map("".join))
@example("A paragraph.\n\n\n://")
@example(f"A sentence about things.\n<br>[{A}]({A})\n\n\n\ufeff\n> A quotation\n\n\n")
def test_the_fast_path_for_usual_shapes_agrees_with_the_grammar(text: str) -> None:
    """Blocks in the usual shapes are read at once, with the grammar's result."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    reader = body._Reader(1)
    reader.wide = shapes.is_wide(text)
    reader.read_lines(grammar.lines(text))
    assert body.parse(text) == assembly.sections(reader.parts)


def test_values_of_the_fast_path_behave_like_others() -> None:
    """Values built by the fast path equal, hash, print and freeze like others."""
    made = section_of("News", Kind.NEWS, (entry_of(1, "Text.", "Head", [A], 3),), 2)
    usual = Section("News", Kind.NEWS, (Entry(1, "Text.", "Head", (Link(A),), 3),), 2)
    assert made == usual
    assert hash(made) == hash(usual)
    assert repr(made) == repr(usual)
    assert type(made) is Section
    assert replace(made, line=2) == pickle.loads(pickle.dumps(made)) == usual
    with pytest.raises(FrozenInstanceError):
        made.entries[0].links[0].url = "other"  # type: ignore[misc]


NEWSLETTER = """\
>From all of us, a word
of greeting that is long enough to have been wrapped by a mail program, as this line is
before it goes on.

>From our sponsor, Example
==========================

[Webinar] How to do it


Come and see: [http://example.com/offer](http://example.com/offer)

More about it.


News
====

An entry about one thing.
<br>[http://example.org/one](http://example.org/one)
<br>[http://example.org/two](http://example.org/two)
An entry right below.
<br>[http://example.org/three](http://example.org/three)

A remark that ends it.


First paragraph.

Second, after [a link](http://example.org/inline) in a sentence.

http://example.org/four


Jobs
----

We look for:

* someone
* someone else

mail jobs@example.org


Tools
=====

A tool
<br>[https://github.com/a/b](https://github.com/a/b)


Example again.
<br>[https://www.example.com/offer/](https://www.example.com/offer/)
"""


def test_the_newsletters_shape() -> None:
    """Headings, kinds, texts and links are those that a reader would name."""
    read = [(s.kind.value, s.heading, e.text, urls(e)) for s in body.parse(NEWSLETTER) for e in s.entries]
    greeting = (
        "From all of us, a word\nof greeting that is long enough to have been wrapped by a mail program, "
        "as this line is before it goes on."
    )
    offer = "[Webinar] How to do it\nCome and see: http://example.com/offer\nMore about it."
    assert read == [
        ("intro", "", greeting, []),
        ("sponsor", "From our sponsor, Example", offer, ["http://example.com/offer"]),
        ("news", "News", "An entry about one thing.", ["http://example.org/one", "http://example.org/two"]),
        ("news", "News", "An entry right below.\nA remark that ends it.", ["http://example.org/three"]),
        (
            "news",
            "News",
            "First paragraph.\nSecond, after a link in a sentence.",
            ["http://example.org/inline", "http://example.org/four"],
        ),
        ("jobs", "Jobs", "We look for:\n• someone\n• someone else\nmail jobs@example.org", []),
        ("tools", "Tools", "A tool", ["https://github.com/a/b"]),
        ("sponsor", "", "Example again.", ["https://www.example.com/offer/"]),
    ]
    assert [entry.position for entry in entries(NEWSLETTER)] == list(range(8))
    assert losses(NEWSLETTER) == ()


def shape(text: str) -> list[tuple[str, list[str]]]:
    """Return text and links of each entry."""
    return [(entry.text, urls(entry)) for entry in entries(text)]


def test_other_newsletters_shapes() -> None:
    """Titles that are links, lists of links, and addresses before their text each make entries."""
    titled = "[One](http://a.org/1)\nAbout one.\n\n[Two](http://a.org/2)\nAbout two.\n"
    assert shape(titled) == [("One\nAbout one.", ["http://a.org/1"]), ("Two\nAbout two.", ["http://a.org/2"])]
    listed = "* [One](http://a.org/1) is one\n* **[Two](http://a.org/2)** is two\n"
    assert shape(listed) == [("One is one", ["http://a.org/1"]), ("Two is two", ["http://a.org/2"])]
    led = "http://a.org/1\nAbout one.\n\nhttp://a.org/2\nAbout two.\n"
    assert shape(led) == [("About one.", ["http://a.org/1"]), ("About two.", ["http://a.org/2"])]
    below = "Three talks:\n* http://a.org/1\n* http://a.org/2\n"
    assert shape(below) == [("Three talks:", ["http://a.org/1", "http://a.org/2"])]
    apart = "Here they are.\n\n* [One](http://a.org/1)\n* [Two](http://a.org/2)\n"
    assert [links for _, links in shape(apart)] == [[], ["http://a.org/1"], ["http://a.org/2"]]
    far = "A text.\n\n\nhttp://a.org/1\n\n\nhttp://a.org/2\n"
    assert shape(far) == [("A text.", ["http://a.org/1"]), ("", ["http://a.org/2"])]
    broken = "One.<br>http://a.org/1<br/>Two.<BR>http://a.org/2"
    assert shape(broken) == [("One.", ["http://a.org/1"]), ("Two.", ["http://a.org/2"])]


def test_a_tag_s_values_are_no_text() -> None:
    """A quoted value within a tag ends neither the tag nor the line, and is not text."""
    text = f'<a href="{A}>x" title="Two words">link</a> and <abbr title="a > b<br>c">A</abbr>'
    text += f'<br>more <a href="{A}<br>y">z</a>\n'
    assert shape(text) == [("link and A\nmore z", [f"{A}>x", f"{A}<br>y"])]
    assert losses(text) == ()


def test_several_addresses_below_an_entry() -> None:
    """All different ones are its links; one that links elsewhere than it shows is an entry with a text."""
    text = f"Some  words here.\n<br>[{A}]({A})\n<br>[{A}]({A})\n<br>[{A}b]({A}b)\n\n\n"
    assert shape(text) == [("Some words here.", [A, f"{A}b"])]
    text = f"Some words here.\n<br>[{A}]({A})\n<br>[http://b.org/b]({A}c)\n\n\n"
    assert shape(text) == [("Some words here.", [A]), ("http://b.org/b", [f"{A}c"])]
    assert losses(text) == ()
    text = f"Go to www.b.org first.\n<br>[{A}]({A})\n\n\n"
    assert shape(text) == [("Go to www.b.org first.", ["http://www.b.org", A])]


def test_the_same_address_twice_is_one_link() -> None:
    """An entry with the same address in its sentence and below it has one link."""
    assert shape("See http://a.org/1 there.\nhttp://a.org/1") == [("See http://a.org/1 there.", ["http://a.org/1"])]


def test_headings_of_every_sort() -> None:
    """Underlines of any length and #s head sections; rules, list items and addresses do not."""
    text = (
        "A\n=\n\na\n\nB b\n--------\n\nb\n\n## C ##\nc\n\n### C d\nd\n\n***\n\n#e\n\nhttp://a.org/1\n====\n\n* f\n---\n"
    )
    assert [section.heading for section in body.parse(text)] == ["A", "B b", "C", "C d"]
    assert losses(text) == ()


def test_a_heading_below_a_section_has_its_kind() -> None:
    """A heading without a kind below Tools has the kind tools; one that names a kind has that."""
    kinds = [section.kind for section in body.parse("## Tools\n\n### Foo\n\na\n\n### Jobs\n\nb\n\n## Bar\n\nc\n")]
    assert kinds == [Kind.TOOLS, Kind.TOOLS, Kind.JOBS, Kind.OTHER]


def test_a_body_without_headings_is_news() -> None:
    """Several links without a heading are news; a few words alone are an intro."""
    assert [s.kind for s in body.parse("One.\nhttp://a.org/1\n\n\nTwo.\nhttp://a.org/2\n")] == [Kind.NEWS]
    assert [s.kind for s in body.parse("Hello.")] == [Kind.INTRO]
    assert body.parse(" \n\n") == ()


def test_code_is_text() -> None:
    """A heading within a closed fence is text; an open fence changes nothing."""
    assert [s.heading for s in body.parse("```sh\n# not a heading\n```\n\n# A heading\n")] == ["", "A heading"]
    assert [s.heading for s in body.parse("```\n# A heading\n")] == ["", "A heading"]
    assert [s.heading for s in body.parse("~~~\n```\n# No heading\n~~~\n")] == [""]


def test_advertisements_under_names() -> None:
    """A company's heading over calls to action is a sponsor's; a conference's over reports is not."""
    sold = "Example Foundation\n====\n\nRegister for the free webinar.\nhttp://a.org/1\n"
    told = "ExampleConf\n====\n\nA talk about talks.\nhttp://a.org/1\n\n\nRegister.\nhttp://a.org/2\n"
    assert [section.kind for section in body.parse(sold)] == [Kind.SPONSOR]
    assert [section.kind for section in body.parse(told)] == [Kind.OTHER]


def test_a_second_sponsor_s_note_has_its_own_section() -> None:
    """A note that names a sponsor is sponsored, even if the issue's own sponsor is another site."""
    text = "Sponsor\n====\n\nFrom X.\nhttp://x.org/\n\n\nNews\n====\n\nOne.\nhttp://a.org/1\n\n\n"
    text += "As ever, without a link.\n\n\nOur sponsor Y\nhttp://y.org/\n"
    assert [section.kind for section in body.parse(text)] == ["sponsor", "news", "sponsor"]


def test_a_sponsor_s_note_within_a_section_has_its_own_section() -> None:
    """The section continues after it under its own heading, which is counted once."""
    text = "News\n====\n\nThis issue is sponsored by X.\nhttp://x.org/\n\n\n"
    text += "One.\nhttp://a.org/1\n\n\nOur sponsor Y\nhttp://y.org/\n\n\nTwo.\nhttp://a.org/2\n"
    read = [(section.kind.value, section.heading, len(section.entries)) for section in body.parse(text)]
    assert read == [
        ("news", "News", 0),
        ("sponsor", "", 1),
        ("news", "News", 1),
        ("sponsor", "", 1),
        ("news", "News", 1),
    ]
    assert losses(text) == ()


@pytest.mark.parametrize(
    "piece",
    [
        "word\n",
        "word\n\n",
        "a\n\n\n",
        f"<br>[{A}]({A})\n",
        "http://a.org/1\n",
        "* x\n",
        "# a\n",
        "a\n==\n",
        "sponsor ",
    ],
)
def test_large_bodies_take_no_more_time_per_line(piece: str) -> None:
    """Reading a body takes time that grows with its length, not with its square."""
    assert growth(body.parse, piece, length=40_000) < LINEAR_AT_MOST


@pytest.mark.parametrize(
    ("text", "address", "wrong"),
    [
        (f"|Foo|{A}|Great tool|", A, f"{A}|Great"),
        (f"See {A},{A}/b there", A, f"{A},{A}/b"),
        (f"见 {A}。然后", A, f"{A}。然后"),
        (f"Voir «{A}» là", A, f"{A}»"),
        (f"See _{A}_ there", A, f"{A}_"),
        (f"See **{A}**, there", A, f"{A}**"),
        (f"See ({A}) there", A, f"{A}/b"),
        ("See www.example.org/a, there", "www.example.org/a", "http://www.example.org/ab"),
    ],
)
def test_the_proof_finds_links_that_hold_too_much(text: str, address: str, wrong: str) -> None:
    """A link that continues behind its address is reported."""
    assert losses(text) == ()
    (read,) = body.parse(text)
    (entry,) = read.entries
    taken = tuple(link for link in entry.links if link.url.removeprefix("http://") != address.removeprefix("http://"))
    changed = Section("", read.kind, (replace(entry, links=(Link(wrong), *taken)),), 1)
    assert (1, address) in [(loss.line, loss.what) for loss in losses(text, (changed,))]


def test_the_proof_finds_what_is_lost_or_invented() -> None:
    """A word, a line or a link that is removed or added is found, with its line."""
    text = "Some words here.\n<br>[http://example.org/a](http://example.org/a)\n\n\nOther words.\n"
    (section,) = body.parse(text)
    first, second = section.entries

    def found(*changed: Entry) -> list[tuple[int, str, bool]]:
        read = Section(section.heading, section.kind, changed, section.line)
        return [(loss.line, loss.what, loss.invented) for loss in losses(text, (read,))]

    def entry(text: str, *links: str) -> Entry:
        return Entry(0, text, "x", tuple(map(Link, links)), 1)

    server = "At http://[2001:db8::1]/a now.\n"
    assert losses(server) == ()
    (read,) = body.parse(server)
    lost = Section("", read.kind, (replace(read.entries[0], text="At now.", links=()),), 1)
    assert (1, "http://[2001:db8::1]/a") in [(loss.line, loss.what) for loss in losses(server, (lost,))]
    assert found(entry("Some words.", A), second)[0] == (1, "Some words here.", False)
    assert (2, A, False) in found(entry("Some words here."), second)
    assert (1, "http://example.org/b", True) in found(entry("Some words here.", A, "http://example.org/b"), second)
    assert (1, "new", True) in found(entry("Some new words here.", A), second)
    assert (5, "Other words.", False) in found(first)
    assert {(1, "words", False), (2, "org", False), (5, "Other", False)} < set(found())


def test_a_label_without_a_name_is_no_title_before_what_it_is_of() -> None:
    """`[A good reminder](…) that …` is about what follows."""
    (entry,) = entries("[A good reminder](http://example.org/a) that a library of knots does exist.\n")
    assert entry.headline == "A good reminder that a library of knots does exist"
    (entry,) = entries("[A puzzle of knots](http://example.org/a) by A. Pilot\n\nIt is long.\n")
    assert entry.headline == "A puzzle of knots"

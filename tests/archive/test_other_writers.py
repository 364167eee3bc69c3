"""What other tools write is read as its reader sees it: cards, tables, bullets, numbers and titles of their own."""

from __future__ import annotations

import pytest

from archive import body, document, proof
from archive.issue import Entry, Issue


def entries(text: str) -> list[Entry]:
    """Return all entries of a body."""
    return [entry for section in body.parse(text) for entry in section.entries]


def told(text: str) -> list[tuple[str, list[str]]]:
    """Return each entry's headline and addresses."""
    return [(entry.headline, [link.url for link in entry.links]) for entry in entries(text)]


def issue(text: str) -> Issue:
    """Return the issue that a file with this text gives."""
    found = document.read("2024-05-12.md", text.encode()).issue
    assert found is not None
    return found


A, B, C = (f"https://example.org/{name}" for name in "abc")


def test_a_card_is_one_entry() -> None:
    """A link around a title, a description and a site is one entry, and the link ends with it."""
    card = f'<figure><a href="{A}"><div><div>Fog signals</div><div>How horns carry.</div></div></a></figure>\n'
    made = entries(f'{card}\n<div><a href="{B}">Subscribe</a></div>\n')
    assert [(entry.text, [link.url for link in entry.links]) for entry in made] == [
        ("Fog signals\nHow horns carry.", [A]),
        ("Subscribe", [B]),
    ]


def test_a_heading_of_html_begins_a_section() -> None:
    """Its words are the section's, and no entry."""
    sections = body.parse(f'Hello.\n\n<h3>Jobs</h3>\n<ul><li><a href="{A}">Pilot</a> in Hull</li></ul>\n')
    assert [(section.heading, [entry.headline for entry in section.entries]) for section in sections] == [
        ("", ["Hello"]),
        ("Jobs", ["Pilot"]),
    ]


def test_a_row_is_named_by_its_link() -> None:
    """Not by its first cell, which may be a day."""
    assert told(f"| Date | Event |\n|---|---|\n| 1 June | [Knot day]({A}) |\n| 2 June | no link |\n") == [
        ("Knot day", [A]),
        ("2 June · Event: no link", []),
    ]


@pytest.mark.parametrize("sign", ["・", "• ", "‣ "])
def test_bulleted_lines_with_links_are_entries(sign: str) -> None:
    """Each is one, also where Markdown has no such bullet; what follows them is an entry of its own."""
    text = f"{sign}[Stars]({A}) for the night\n{sign}[Planets]({B}) for dreamers\n\nMore of [it]({C})\n"
    assert told(text) == [("Stars", [A]), ("Planets", [B]), ("More of it", [C])]


def test_a_bullet_within_an_entry_is_part_of_it() -> None:
    """Bullets without links, or a single one with a link, begin nothing."""
    assert len(entries(f"Our boat\n• is fast\n• is [red]({A})\n")) == 1


def test_an_item_after_a_list_within_another_is_not_the_lists() -> None:
    """It is the next thing of the outer list."""
    made = entries(f"- Ropes\n  - [one]({A})\n  - [two]({B})\n- Docks\n  - [three]({C})\n  - [four]({C}4)\n")
    assert [entry.text for entry in made] == ["Ropes", "one", "two", "Docks", "three", "four"]


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        (f"**1. [The first]({A})** Some words.\n", "The first"),
        (f"**3.** The third: {A}\n", "The third"),
        (f"→ Moon phases: {A}\n", "Moon phases"),
        (f"### [Anchors aweigh]({A}) · 5 min read\n\nAll on anchors.\n", "Anchors aweigh"),
        (f"Anchors hold. See {A}\n", "Anchors hold"),
    ],
)
def test_a_headline_has_no_numbers_arrows_or_durations(text: str, headline: str) -> None:
    """They lead a line or follow a title, and name nothing."""
    assert [entry.headline for entry in entries(text)] == [headline]


def test_a_description_with_a_link_stays_below_its_title() -> None:
    """Title, address, description: the next entry begins where the next title or address does."""
    text = f"**Title one**\n{A}\nOf one, with [more]({B}).\n\n**Title two**\n{C}\nOf two.\n"
    assert told(text) == [("Title one", [A, B]), ("Title two", [C])]


def test_a_mails_subject_is_its_title() -> None:
    """Where the front matter has no other."""
    assert issue("---\nsubject: Harbour Post 16\n---\nHello.\n").title == "Harbour Post 16"


def test_an_issues_number_may_precede_its_sign() -> None:
    """`19号` is number 19."""
    assert issue("---\ntitle: 港通信 19号\ndate: 2024-05-13\n---\nこんにちは。\n").number == 19


@pytest.mark.parametrize(
    "text",
    [
        f'<ul><li><a href="{A}">Pilot wanted</a> in Hull</li><li><a href="{B}">Lock keeper</a> too</li></ul>\n',
        f'<p align="center"><b>Bold</b> words with <a href="{A}">a link</a>.<br/>A next line.</p>\n',
        f'<table><tr><td>One cell</td><td><a href="{A}">Two cells</a></td></tr></table>\n',
        f"See [the page](<{A} (b)>), too.\n",
    ],
)
def test_the_proof_reads_html_on_one_line_as_a_page_shows_it(text: str) -> None:
    """Items, cells and lines are apart, words around a tag are not: nothing counts as lost."""
    data = f"---\ntitle: Harbour Post\ndate: 2024-05-12\n---\n{text}".encode()
    assert proof.prove(document.read("2024-05-12.md", data), data) == ()


def test_the_proof_still_sees_what_is_missing_in_html() -> None:
    """An item that no entry has is lost."""
    whole = f'<ul><li><a href="{A}">Pilot wanted</a> now</li><li>A lock keeper for us</li></ul>\n'
    data = f"---\ntitle: Harbour Post\ndate: 2024-05-12\n---\n{whole}".encode()
    part = f'<ul><li><a href="{A}">Pilot wanted</a> now</li></ul>\n'
    reading = document.read("2024-05-12.md", data[: -len(whole)] + part.encode())
    assert [loss.what for loss in proof.prove(reading, data)] != []

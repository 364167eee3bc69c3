"""Letters of kinds that we made up, each read as its reader would: rows, references, titles, headings of plain text."""

from __future__ import annotations

import pytest

from archive import body, document, proof
from archive.issue import Entry, Issue

A, B, C = (f"https://example.org/{name}" for name in "abc")


def read(text: str) -> Issue:
    """Return the issue that a file with this body gives, of which nothing is lost or invented."""
    data = f"---\ntitle: Orchard Letter\ndate: 2024-05-12\n---\n{text}".encode()
    reading = document.read("2024-05-12.md", data)
    assert proof.prove(reading, data) == ()
    assert reading.issue is not None
    return reading.issue


def entries(text: str) -> list[Entry]:
    """Return all entries of a body."""
    return [entry for _, entry in read(text).entries()]


def told(text: str) -> list[tuple[str, list[str]]]:
    """Return each entry's headline and addresses."""
    return [(entry.headline, [link.url for link in entry.links]) for entry in entries(text)]


@pytest.mark.parametrize(
    ("rows", "headlines"),
    [
        (f"🍞 [Bread]({A}) – time does it\n🧵 [Darning]({B}) by hand\n", ["Bread", "Darning"]),
        (
            f"【7/20】[灯台の見学]({A})（無料）\n【8/1】[海の日の会]({B})（定員あり）\n",
            ["【7/20】灯台の見学（無料）", "【8/1】海の日の会（定員あり）"],
        ),
        (f"[Plums]({A}) in jars\n[Pears]({B}) in the cellar\n", ["Plums", "Pears"]),
        (f"Foldr — Folds maps — [link]({A})\nGramo — Plays wax, too — [link]({B})\n", ["Foldr", "Gramo"]),
        (
            f"**14.03.** Ulm, workshop – [sign up]({A})\n**21.03.** Hagen – [more]({B})\n",
            ["14.03. Ulm", "21.03. Hagen"],
        ),
    ],
)
def test_lines_with_a_link_each_are_entries(rows: str, headlines: list[str]) -> None:
    """If they begin alike, or end with the link after a dash; no mark of a list is needed."""
    made = told(f"Hello.\n\n## Kitchen\n\n{rows}")
    assert [urls for _, urls in made[1:]] == [[A], [B]]
    assert all(headline.startswith(start) for (headline, _), start in zip(made[1:], headlines, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        f"Nothing was proposed this week by\n[Ropes]({A}),\n[Docks]({B}) or\n[Locks]({C}).\n",
        f"[Plums in jars]({A})\n[Comments]({B})\n",
        f"[Plums in jars]({A})\n[example.org]({A}) | 7 minutes\n",
        f"We went to [the orchard]({A}) and the mill, where\n[the miller]({B}) showed us a stone.\nIt was wet.\n",
    ],
)
def test_lines_of_one_thing_are_one_entry(text: str) -> None:
    """A sentence that goes on, a link to comments and a title's own site begin nothing."""
    assert len(entries(f"## Kitchen\n\n{text}")) == 1


def test_a_line_that_introduces_rows_is_an_entry_or_a_heading() -> None:
    """A short one alone is a heading, as a reader takes it; words of a sentence stay text."""
    rows = f"Foldr — Folds maps — [link]({A})\nGramo — Plays wax — [link]({B})\n"
    assert [section.heading for section in read(f"Good day to all.\n\nSoftware\n\n{rows}").sections] == ["", "Software"]
    assert entries(f"## Kitchen\n\nThis week:\n{rows}")[0].text == "This week:"


def test_references_belong_to_the_numbers_above_them() -> None:
    """`[1]` in a sentence is the link that `[1] https://…` gives below, and the next section begins at 1 again."""
    text = (
        f"NEWS\n\nThe strike is over [1]. Boats sail.\n\nA pier is planned [2].\n\n[1] {A}\n[2] {B}\n\n"
        f"READING\n\nFog is a story about a horn [1].\n\n[1] {C}\n"
    )
    assert told(text) == [("The strike is over", [A]), ("A pier is planned", [B]), ("Fog is a story about a horn", [C])]
    assert entries(text)[0].text == "The strike is over [1]. Boats sail."


def test_definitions_of_one_number_serve_their_own_section() -> None:
    """Markdown would take the first for all of them."""
    text = f"## One\n\nPlums [1].\n\n[1]: {A}\n\n## Two\n\nPears [1].\n\n[1]: {B}\n"
    assert [urls for _, urls in told(text)] == [[A], [B]]


@pytest.mark.parametrize("text", [f"[1] {A}\n", f"See [1](/one).\n\n[1] {A}\n", f"`x [1]`\n\n```\n[1] {A}\n```\n"])
def test_an_address_without_a_number_in_the_text_stays_where_it_is(text: str) -> None:
    """Nothing refers to it; and code is shown as it is."""
    assert f"[1] {A}" in entries(text)[-1].text


def test_each_footnote_is_an_entry() -> None:
    """One that is an address alone is not the last one's."""
    assert [urls for _, urls in told(f"Pears[^1] and plums.[^2]\n\n[^1]: [Pears]({A}), free.\n[^2]: {B}\n")][-2:] == [
        [A],
        [B],
    ]


def test_a_paragraph_that_links_only_to_the_title_above_belongs_to_it() -> None:
    """`Read more` leads where the title leads."""
    more = "Patience. [Read more »]"
    text = f"[On pruning]({A})\n\n{more}({A})\n\n[On grafting]({B})\n\n{more}({B})\n"
    assert told(text) == [("On pruning", [A]), ("On grafting", [B])]


def test_a_link_in_bold_is_the_title_of_what_stands_below() -> None:
    """With its discussion, up to the next such title or a rule."""
    first = f"**1. [On pruning]({A})**\n\nBy *Eva*. ([Discussion]({B}))\n\n"
    text = f"{first}**2. [On grafting]({C})**\n\nTwo trees.\n\n---\n\nBye.\n"
    assert told(text) == [("On pruning", [A, B]), ("On grafting", [C]), ("Bye", [])]


def test_a_short_line_above_an_address_is_a_title() -> None:
    """Also where it ends with how long the reading takes."""
    text = f"## Kitchen\n\nShellac is back (9 min)\n\n{A}\n\nIt dries fast.\n\nOil over wax? (3 min)\n\n{B}\n\nNo.\n"
    assert [(entry.text, [link.url for link in entry.links]) for entry in entries(text)] == [
        ("Shellac is back (9 min)\nIt dries fast.", [A]),
        ("Oil over wax? (3 min)\nNo.", [B]),
    ]


def test_lines_in_capitals_are_headings() -> None:
    """Two or more, each a paragraph of its own; in Chinese, which has no capitals, none is."""
    text = f"**JOINERY**\n\n[Dovetails]({A})\n\nFINISHES\n\n[Shellac]({B})\n"
    assert [section.heading for section in read(text).sections] == ["JOINERY", "FINISHES"]
    assert len(read(f"你好，AI 与 API。\n\n[锁]({A})，GPU 和 API。\n\n关于 DNS，没有别的。\n").sections) == 1


def test_a_line_in_bold_above_a_list_is_its_heading() -> None:
    """What it says is no entry without a link."""
    sections = read(f"Hello there.\n\n**Jobs**\n\n- [Pilot]({A})\n- [Keeper]({B})\n").sections
    assert [(each.heading, each.kind.value, len(each.entries)) for each in sections] == [
        ("", "intro", 1),
        ("Jobs", "jobs", 2),
    ]


def test_a_numbered_line_that_is_underlined_is_a_heading() -> None:
    """A rule below a list is none."""
    assert [each.heading for each in read(f"1. Currents\n-----------\n\n[Gyres]({A})\n").sections] == ["1. Currents"]
    assert [each.heading for each in read(f"1. [Gyres]({A}) and other currents\n\n----\n").sections] == [""]


def test_a_sentence_goes_on_over_the_end_of_a_line_with_a_link() -> None:
    """As a browser shows it."""
    text = f"- The [pruning knife]({A}) has been\n  sharpened again.\n- A [ladder]({B})\n  New: with wheels.\n"
    assert [entry.text for entry in entries(text)] == [
        "The pruning knife has been sharpened again.",
        "A ladder\nNew: with wheels.",
    ]


def test_a_title_below_a_japanese_sign_begins_an_entry() -> None:
    """Also below an entry that a heading began."""
    text = f"### [潮汐表]({A})\n釣り人向け。\n\n■ 海図の比較\n{B}\n試した記録。\n"
    assert told(text) == [("潮汐表", [A]), ("海図の比較", [B])]


def test_items_whose_links_stand_in_lists_within_them_are_entries() -> None:
    """What follows in the outer list is no part of them; one of several links is not their title."""
    bins = f"- Bins\n    - [Big]({C}), [small]({C}2)\n"
    text = f"- Heat\n    - measured by [a probe]({A})\n- [Leaf mould]({B})\n    - no work\n{bins}"
    assert [(entry.headline, entry.text) for entry in entries(text)] == [
        ("Heat", "Heat\n• measured by a probe"),
        ("Leaf mould", "Leaf mould\n• no work"),
        ("Bins", "Bins\n• Big, small"),
    ]


def test_an_empty_cell_is_not_shown() -> None:
    """Nor is what stands above it; a row without a named link is called by its first cell."""
    text = f"| Name | Why | URL |\n|---|---|---|\n| Wood ash | To sieve | {A} |\n| [Tiles]({B}) | For tests | |\n"
    assert [(entry.headline, entry.text) for entry in entries(text)] == [
        ("Wood ash", f"Wood ash · Why: To sieve · URL: {A}"),
        ("Tiles", "Tiles · Why: For tests"),
    ]


def test_what_jekyll_does_not_show_is_not_shown() -> None:
    """The list that becomes the table of contents, and what abbreviations mean."""
    text = f"* TOC\n{{:toc}}\n\nA quiet week.\n\n[Washi]({A}) is paper.\n\n*[TOC]: Table of contents\n"
    assert [entry.text for entry in entries(text)] == ["A quiet week.", "Washi is paper."]


def test_no_blank_is_left_before_a_comma() -> None:
    """Where a template mark stood."""
    assert entries(f"Hi {{{{ name }}}}, this is [the mill]({A}).\n")[0].text == "Hi, this is the mill."


def test_a_rule_drawn_with_other_signs_is_one() -> None:
    """It is no word of an entry."""
    text = f"## Kitchen\n\nPlums: {A}\n\n==========\n\nBye.\n"
    assert [entry.text for entry in entries(text)] == ["Plums", "Bye."]


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        (f"*Rip currents* <{A}>\nHow to see one from the beach.\n", "Rip currents"),
        (f"➡️ Brújula: un compás en el navegador → {A}\n", "➡️ Brújula: un compás en el navegador"),
        (f"[Dock]({A})（船坞）\n为桌面添加程序坞。可以替代别的。\n", "Dock：为桌面添加程序坞"),
    ],
)
def test_headlines_without_addresses_arrows_or_other_names(text: str, headline: str) -> None:
    """They are no part of what the thing is called."""
    assert [entry.headline for entry in entries(text)] == [headline]


def test_reading_stays_the_same_without_an_end_of_line() -> None:
    """Never an error, whatever the text."""
    for text in ("", "\n", "[1]", "[1] https://", "AAAA\n\nBBBB", "**a**", "■", "1. Aaaa\n-----"):
        body.parse(text)

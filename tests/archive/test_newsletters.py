"""Newsletters of many shapes, each read as its reader sees it: one kind of mistake each, in our own words."""

from __future__ import annotations

import pytest

from archive import document, proof
from archive.issue import Issue

HEAD = "---\ntitle: Notes 7\ndate: 2025-03-04\n---\n\n"
U = "https://example.org"


def read(text: str, head: str = HEAD) -> Issue:
    """Return an issue, after checking it with the proof."""
    data = f"{head}{text}".encode()
    reading = document.read("2025-03-04-7.md", data)
    assert reading.issue is not None
    assert proof.prove(reading, data) == ()
    return reading.issue


def shape(text: str) -> list[tuple[str, str, list[str]]]:
    """Return section, headline and links (below example.org) of each entry."""
    return [
        (section.heading, entry.headline, [link.url.removeprefix(U) for link in entry.links])
        for section, entry in read(text).entries()
    ]


def test_reference_links_are_resolved_where_they_stand() -> None:
    """Each entry has its own link, in any form of reference; the definitions are not text."""
    text = (
        f"## Reading\n\n- **Tides**: a [long essay][tides], after [issue 3][].\n- [Locks in canals][locks] and water.\n"
        f"- [Buoys] mark it.\n\n[tides]: {U}/tides\n"
        f"[issue 3]: /2025/02/\n[locks]: {U}/locks 'Locks'\n[buoys]: <{U}/buoys>\n"
    )
    assert shape(text) == [
        ("Reading", "Tides", ["/tides"]),
        ("Reading", "Locks in canals", ["/locks"]),
        ("Reading", "Buoys", ["/buoys"]),
    ]
    assert next(entry.text for _, entry in read(text).entries()) == "Tides: a long essay, after issue 3."


def test_a_heading_that_is_a_link_is_an_entry() -> None:
    """It has everything below it, including links, up to the next heading, and is not in the intro."""
    text = (
        f"Hello.\n\n## [Tides]({U}/tides)\n\nWaiting. There is [a talk]({U}/talk).\n\nMore.\n\n"
        f"## [Locks]({U}/locks)\n\nWater.\n"
    )
    assert shape(text) == [
        ("", "Hello", []),
        ("", "Tides", ["/tides", "/talk"]),
        ("", "Locks", ["/locks"]),
    ]
    assert [section.kind.value for section in read(text).sections][:2] == ["intro", "news"]
    below = f"## Tools\n\n### [Rope]({U}/rope)\n\nTies.\n\n### Short ones\n\n- [Buoys]({U}/buoys)\n"
    assert shape(below) == [("Tools", "Rope", ["/rope"]), ("Short ones", "Buoys", ["/buoys"])]


def test_a_list_below_a_line_is_a_list_of_entries() -> None:
    """The line that introduces it is an entry of its own; a list without links stays in its entry."""
    text = (
        f"#### [Accepted]({U}/all)\n* [Blue]({U}/1)\n* [new] [Red]({U}/2)\n\nAll [papers]({U}/p):\n"
        f"- [One]({U}/p1)\n- [Two]({U}/p2)\n"
    )
    assert [entry[1:] for entry in shape(text)] == [
        ("Accepted", ["/all"]),
        ("Blue", ["/1"]),
        ("Red", ["/2"]),
        ("All papers", ["/p"]),
        ("One", ["/p1"]),
        ("Two", ["/p2"]),
    ]
    assert shape(f"[Tides]({U}/tides) has:\n\n- moons\n- seas\n") == [("", "Tides", ["/tides"])]


def test_an_item_below_a_date_and_a_place_is_the_thing() -> None:
    """A meeting's headline is its name, not its day."""
    text = f"## Events\n\n* 2025-03-04 | Kiel | [Harbour]({U}/club)\n    * [**Night of the ropes**]({U}/night)\n"
    assert shape(text) == [("Events", "Night of the ropes", ["/night", "/club"])]


def test_numbers_of_languages_without_blanks_begin_entries() -> None:
    """`1、` and `（2）` begin entries that end at the next one; pictures are no links; titles show no number."""
    text = (
        f"## 文章\n\n1、[潮汐]({U}/tides)（英文）\n\n![](https://img.example.org/a.webp)\n\n解释[等待]({U}/wait)。\n\n"
        f"（2）[船闸]({U}/locks)\n\n互斥。\n"
    )
    assert shape(text) == [("文章", "潮汐", ["/tides", "/wait"]), ("文章", "船闸", ["/locks"])]


@pytest.mark.parametrize("title", ["**Tides and moons**", "Tides and moons"])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_title_address_and_description_belong_together(title: str, gap: str) -> None:
    """Three lines or three paragraphs are one entry, several times in a row."""
    second = title.replace("Tides and moons", "Locks in canals")
    text = (
        f"## Reading\n\n{title}{gap}{U}/x-y-z-words{gap}Explains waiting.\n\n"
        f"{second}{gap}{U}/locks{gap}Works with water.\n"
    )
    assert shape(text) == [("Reading", "Tides and moons", ["/x-y-z-words"]), ("Reading", "Locks in canals", ["/locks"])]
    assert [entry.text.split("\n")[1] for _, entry in read(text).entries()] == [
        "Explains waiting.",
        "Works with water.",
    ]


def test_a_person_s_link_is_not_the_first() -> None:
    """The headline says what was done, and the first link is to that."""
    text = (
        f"[A. Pilot](https://chat.example/a) proposed [a rule for fog]({U}/rule) last week.\n\n"
        f"[@keeper](https://github.com/keeper) merged [a change]({U}/15).\n"
    )
    assert shape(text) == [
        ("", "A. Pilot proposed a rule for fog last week", ["/rule", "https://chat.example/a"]),
        ("", "@keeper merged a change", ["/15", "https://github.com/keeper"]),
    ]


def test_title_dash_address() -> None:
    """The title is the text before the dash, without number or address."""
    text = (
        f"- 1. 潮汐与调度器的关系 - {U}/2025-tides-explained/\n"
        f"- 2. Tides, a second look - {U}/something-entirely-else\n"
    )
    assert [entry[1] for entry in shape(text)] == ["潮汐与调度器的关系", "Tides, a second look"]
    assert [entry.text for _, entry in read(text).entries()] == ["潮汐与调度器的关系", "Tides, a second look"]


def test_a_picture_above_a_text_that_leads_there_is_part_of_it() -> None:
    """It is no entry of its own."""
    text = f"[![screen](https://img.example.org/a.png)]({U}/a)\n\n**Tides**: read [the essay]({U}/a).\n"
    assert shape(text) == [("", "Tides", ["/a"])]


def test_a_list_of_persons_is_one_entry() -> None:
    """An issue's editors are not a list of things."""
    text = "Edited by:\n\n* [ann](https://github.com/ann)\n* [bob](https://github.com/bob)\n"
    assert [len(entry[2]) for entry in shape(text)] == [2]


def test_a_number_is_no_title() -> None:
    """A proposal's number says nothing without the words after it."""
    assert [e[1] for e in shape(f"- [SE-0311]({U}/a) Task-local values was accepted.\n")] == [
        "SE-0311 Task-local values was accepted"
    ]


def test_a_foreign_name_is_explained() -> None:
    """A headline before a Chinese text says in Chinese what it is."""
    text = f"## 工具\n\n1、[Docking]({U}/a)\n\n为桌面添加类似的程序坞。很好用。\n"
    assert [entry[1] for entry in shape(text)] == ["Docking：为桌面添加类似的程序坞"]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Promotions", "other"),
        ("Partner projects", "tools"),
        ("Deals with concurrency", "other"),
        ("Our sponsor", "sponsor"),
        ("Sponsored", "sponsor"),
        ("Anzeige", "sponsor"),
        ("Publicité", "sponsor"),
        ("Patrocinado por Ejemplo", "sponsor"),
        ("スポンサー", "sponsor"),
        ("赞助商", "sponsor"),
        ("Stellenangebote", "jobs"),
        ("Offres d'emploi", "jobs"),
        ("Empleos", "jobs"),
        ("Vagas", "jobs"),
        ("求人情報", "jobs"),
        ("谁在招人", "jobs"),
        ("Veranstaltungen", "events"),
        ("Événements", "events"),
        ("Eventos", "events"),
        ("勉強会・イベント", "events"),
        ("Werkzeuge", "tools"),
        ("Outils", "tools"),
        ("Herramientas", "tools"),
        ("Ferramentas", "tools"),
        ("ツール", "tools"),
        ("工具", "tools"),
        ("Nachrichten", "news"),
        ("Actualités", "news"),
        ("Noticias", "news"),
        ("Notícias", "news"),
        ("ニュース", "news"),
        ("科技动态", "news"),
        ("Call for participation", "other"),
        ("Unsere Sponsoren", "sponsor"),
        ("Anzeige: Seile", "sponsor"),
        ("Anzeigen von Gezeiten", "other"),
        ("Annonce", "sponsor"),
        ("Anuncio", "sponsor"),
        ("Anúncios", "sponsor"),
        ("推广", "sponsor"),
        ("推广开源", "other"),
        ("Sponsor-free zone", "other"),
        ("Positions of the harbour masters", "other"),
        ("Code of conduct", "other"),
        ("Agenda of the harbour council", "other"),
        ("Agenda", "events"),
        ("お仕事", "jobs"),
        ("Encuentros", "events"),
        ("Encontros", "events"),
        ("线下聚会", "events"),
        ("Neue Versionen", "tools"),
        ("Nouvelles versions", "tools"),
        ("Lanzamientos", "tools"),
        ("Lançamentos", "tools"),
        ("オープンソース", "tools"),
        ("新版本", "tools"),
        ("Open source", "tools"),
        ("Lesestoff", "news"),
        ("À lire", "news"),
        ("Enlaces", "news"),
        ("Novidades", "news"),
        ("お知らせ", "news"),
        ("链接", "news"),
    ],
)
def test_kinds_by_clear_words(heading: str, kind: str) -> None:
    """A section's kind follows from words of its language, a sponsor's only from unambiguous ones."""
    assert [section.kind.value for section in read(f"## {heading}\n\n- [Tides]({U}/a)\n").sections] == [kind]


def test_a_request_is_no_advertisement() -> None:
    """A section that asks for suggestions, or trains a model, is not a sponsor's."""
    for words in ("Please submit your suggestions!", "Its training took an afternoon."):
        assert [s.kind.value for s in read(f"## Boat\n\nIt is [the ferry]({U}/a). {words}\n").sections] == ["other"]


def test_a_table_s_rows_are_entries() -> None:
    """Each cell but the first has its column's heading before it."""
    text = f"| Port | Depth |\n| --- | --- |\n| [Kiel]({U}/kiel) | 9 |\n| [Riga]({U}/riga) | 11 |\n"
    assert shape(text) == [("", "Kiel", ["/kiel"]), ("", "Riga", ["/riga"])]
    assert [entry.text for _, entry in read(text).entries()] == ["Kiel · Depth: 9", "Riga · Depth: 11"]


def test_html_is_read_as_a_browser_shows_it() -> None:
    """Its links, lists and lines are those of the page; frames and scripts are not seen."""
    text = (
        f"<ul>\n<li><a href='{U}/a'>One</a> is <b>one</b></li>\n<li><a href='{U}/b'>Two</a></li>\n</ul>\n"
        f"<iframe src='{U}/c'>no</iframe>\n"
    )
    assert shape(text) == [("", "One", ["/a"]), ("", "Two", ["/b"])]


def test_marks_are_not_shown() -> None:
    """Code, emphasis, entities, escapes and template marks leave their words."""
    text = (
        f"- [Comparing `tide.table` with *almanacs*]({U}/a)\n- [**port v2.1**]({U}/b) is out{{: .lead}}\n"
        f"- [Rope &amp; knots \\[part 2\\]]({U}/c)\n\n{{% include x.md %}}\n"
    )
    assert [entry[1] for entry in shape(text)] == [
        "Comparing tide.table with almanacs",
        "port v2.1",
        "Rope & knots [part 2]",
    ]


def test_pictures_and_contents_are_no_links() -> None:
    """A picture is a link only if it is linked; a list of links within the page is not shown."""
    text = (
        f"- [Reading](#reading)\n- [Tools](#tools)\n\n## Picture\n\n![](https://img.example.org/a.webp)\n"
        f"\nThe new lighthouse. ([via]({U}/news))\n\n"
        f"[![shot](https://img.example.org/b.png)]({U}/tides)\n"
    )
    assert shape(text) == [("Picture", "The new lighthouse", ["/news"]), ("Picture", "shot", ["/tides"])]


def test_a_label_may_wrap_and_an_address_keeps_its_end() -> None:
    """A label over two lines is complete; stars, brackets and quotes of an address belong to it."""
    text = f"- [A label that\n  wraps]({U}/a)\n- See {U}/b_(c)_*d*e there\n- [x]({U}/e_(f))\n"
    assert shape(text)[0] == ("", "A label that wraps", ["/a"])
    assert [entry[2] for entry in shape(text)][1:] == [["/b_(c)_*d*e"], ["/e_(f)"]]


def test_joined_characters_stay_joined() -> None:
    """Persian words and pictures of persons are written with joiners; elsewhere they are not shown."""
    woman = "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{ARTIST PALETTE}"
    word = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    text = f"- [{woman} paints {word}]({U}/a)\n- [Ti\u200ddes]({U}/b)\n"
    assert [entry[1] for entry in shape(text)] == [f"{woman} paints {word}", "Ti des"]


def test_a_quotation_belongs_to_the_entry_that_quotes_it() -> None:
    """Its paragraphs are no entries, whatever they link to; an issue of quotations alone has several."""
    text = (
        f"[A rule for fog]({U}/rule) is under review.\n\n> Ships wait.\n>\n> Note [the other rule]({U}/other), too.\n\n"
        f"[Buoys]({U}/buoys) blink.\n"
    )
    assert [entry[2] for entry in shape(text)] == [["/rule", "/other"], ["/buoys"]]
    assert len(shape(f"> [One]({U}/1) is it.\n>\n> [Two]({U}/2) is it.\n")) == 2


def test_what_somebody_did_is_the_headline() -> None:
    """A name alone says nothing, whoever's it is; a person's page may be on any forum."""
    text = (
        f"- [Ann Pilot]({U}/u/annpilot) addressed the fog in canals.\n"
        f"- [Harbour council]({U}/list) has nominated a keeper.\n- [Ropes]({U}/ropes) repaired by the yard\n"
    )
    assert [entry[1] for entry in shape(text)] == [
        "Ann Pilot addressed the fog in canals",
        "Harbour council has nominated a keeper",
        "Ropes",
    ]


def test_a_number_in_bold_is_not_part_of_the_headline() -> None:
    """It numbers the entry, wherever its marks stand."""
    assert [entry[1] for entry in shape(f"## 文章\n\n**（5）解决方法。**\n港口说明了[规则]({U}/a)。\n")] == [
        "解决方法。"
    ]

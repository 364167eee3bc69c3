"""Lists of bookmarks and of what a team saves, as people read them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bookmarks.views.saved_list import PAGE_LINKS, Listed, Listing, saved
from bot.bookmarks.views.saved_row import NOTE, RowChoice, SavedRow, menu, note_form, read_note, words
from bot.bookmarks.views.team_top import Shared, line, not_yours, off, switched, top
from bot.domain.bookmark_file.record import NOTE_MAX_CHARS
from bot.domain.period import Period
from bot.lookup.views.answer import QUERY_MAX_CHARS
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message
from bot.slack.blocks.web_archive import as_it_was
from playground.slack.limits import problems
from tests.fakes.checker import breaches
from tests.fakes.examples import examples
from tests.fakes.issues import nasty_text, nasty_url

TODAY = date(2024, 5, 6)
KEY = "0123456789abcdef" * 2
PLAIN = SavedRow(
    KEY, "https://blog.example/cache", "How a cache took a site down", "#7", datetime(2021, 3, 7, tzinfo=UTC)
)


def told(message: Message) -> str:
    """Return a message's blocks as JSON."""
    return json.dumps(message.blocks, ensure_ascii=False)


def test_a_row_names_its_site_its_issue_and_its_archived_page() -> None:
    """An unread link is bold; its site, issue, date and archived page follow, then the note."""
    assert words(PLAIN, TODAY) == (
        "*<https://blog.example/cache|How a cache took a site down>*\n"
        "blog.example · #7 · 7 Mar 2021 · <https://web.archive.org/web/20210307/https://blog.example/cache|as it was>"
    )
    read = SavedRow(KEY, "https://a.example/x", "A thing", read=True, note="for\nMonday")
    assert words(read, TODAY) == "<https://a.example/x|A thing>\na.example\nNote: for Monday"


def test_a_menu_offers_read_note_and_remove() -> None:
    """With an address too long for the row's text, it also opens the link."""
    assert [each["text"]["text"] for each in menu(PLAIN, 0)["options"]] == ["Mark as read", "Add a note", "Remove"]
    long = SavedRow(KEY, "https://a.example/" + "x" * 900, "A thing", read=True, note="x")
    options = menu(long, 1)["options"]
    assert [each["text"]["text"] for each in options] == [
        "Open the link",
        "Mark as unread",
        "Edit the note",
        "Remove",
    ]
    assert options[0]["url"] == long.url
    assert RowChoice.parse(options[2]["value"]) == RowChoice(NOTE, KEY)


@pytest.mark.parametrize("value", ["", "remove", f"remove:{KEY}0", f"drop:{KEY}", f"remove:{KEY.upper()}", "remove:'"])
def test_a_forged_choice_is_refused(value: str) -> None:
    """Only the values of a menu are choices."""
    assert RowChoice.parse(value) is None


@pytest.mark.parametrize(
    ("day", "today", "aged"),
    [
        (date(2022, 5, 6), TODAY, True),
        (date(2022, 5, 7), TODAY, False),
        (date(2020, 2, 29), date(2022, 2, 28), False),
        (date(2020, 2, 29), date(2022, 3, 1), True),
    ],
)
def test_links_of_two_years_ago_have_an_archived_page(day: date, today: date, aged: bool) -> None:
    """They have one from the second anniversary on."""
    published = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    address = f"https://web.archive.org/web/{day:%Y%m%d}/https://a.example/?x=1" if aged else ""
    assert as_it_was("https://a.example/?x=1", published, today) == address


def test_links_without_an_archived_page() -> None:
    """A link without an issue, an address that is not http or https, and one that is too long."""
    old = datetime(2014, 1, 1, tzinfo=UTC)
    assert as_it_was("https://a.example/", None, TODAY) == ""
    assert as_it_was("mailto:a@b.example", old, TODAY) == ""
    assert as_it_was("https://a.example/" + "x" * 300, old, TODAY) == ""


def test_a_list_has_its_pages() -> None:
    """A page names its part of the total and the unread ones, and links to its neighbours."""
    page = saved(Listed((PLAIN,) * PAGE_LINKS, Listing("", 10), 35, 4), TODAY, CommandNames())
    assert "*You saved 35 links*, 11–20 · 4 unread" in told(page)
    buttons = {each["action_id"]: Listing.read(each["value"]) for each in page.blocks[-1]["elements"]}
    assert buttons == {"saved:back": Listing("", 0), "saved:next": Listing("", 20)}


def test_a_search_of_bookmarks_leads_on_to_the_archive() -> None:
    """With results, by the query; without any, also by the words as they were typed."""
    found = saved(Listed((PLAIN,), Listing("cache"), 1, 4), TODAY, CommandNames())
    assert "*cache* · 1 link of yours" in told(found)
    assert [each["text"]["text"] for each in found.blocks[-1]["elements"]] == ["Search the whole archive"]
    none = saved(Listed((), Listing("searches in kibana"), 0, 4, ("searches",)), TODAY, CommandNames())
    assert "Nothing you saved is about *searches in kibana*." in told(none)
    assert [each["value"] for each in none.blocks[-1]["elements"]] == [
        '{"q": "searches in kibana"}',
        '{"q": "saved searches in kibana"}',
        '{"q": "", "o": 0}',
    ]


rows = st.builds(
    SavedRow,
    st.sampled_from([KEY, KEY[::-1]]),
    nasty_url,
    nasty_text,
    nasty_text,
    st.none() | st.just(PLAIN.published),
    st.booleans(),
    nasty_text.map(lambda text: text[:NOTE_MAX_CHARS]),
)


@settings(max_examples=examples(40))
@given(st.lists(rows, max_size=4, unique_by=id), nasty_text, st.integers(0, 9_999))
def test_any_list_keeps_every_limit(drawn: list[SavedRow], query: str, offset: int) -> None:
    """Any headline, address, note and query fits Slack's limits."""
    named = tuple(
        SavedRow(f"{number:032x}", each.url, each.headline, each.issue, each.published, each.read, each.note)
        for number, each in enumerate(drawn)
    )
    page = Listed(named, Listing(query[:QUERY_MAX_CHARS].strip(), offset), 10_000, 99, (query,), (query,))
    assert breaches(saved(page, TODAY, CommandNames())) == []
    for each in named:
        assert problems(note_form(each.key, each.headline, each.note, home=query)) == []


def test_a_page_of_long_rows_is_shorter_and_loses_none() -> None:
    """Rows that do not fit one message come on the next page."""
    monster = SavedRow(KEY, "https://a.example/" + "x" * 480, "y" * 300, "z" * 90, PLAIN.published, note="n" * 400)
    page = Listed(
        tuple(
            SavedRow(f"{n:032x}", monster.url, monster.headline, monster.issue, None, note=monster.note)
            for n in range(10)
        ),
        Listing(),
        20,
    )
    said = saved(page, TODAY, CommandNames())
    shown = sum("block_id" in block for block in said.blocks)
    assert 1 <= shown < 10
    assert f"1–{shown}" in told(said)
    assert Listing.read(said.blocks[-1]["elements"][0]["value"]) == Listing("", shown)


@given(st.builds(Listing, st.text(max_size=QUERY_MAX_CHARS).map(str.strip), st.integers(0, 1_000_000)))
def test_a_page_is_read_back_from_its_buttons(listing: Listing) -> None:
    """A button has all of it; a row too, unless the query is too long: then it names the list's beginning."""
    read = Listing.read(listing.as_value())
    placed = Listing.of_place(listing.place(KEY))
    assert read is not None
    assert read.offset == listing.offset
    if " ".join(listing.query.split()) == listing.query and listing.query.isprintable():
        assert read == listing
        assert placed == listing or len(f"mine:{KEY}:{listing.offset}:{listing.query}") > 255


@given(
    st.text()
    | st.dictionaries(st.sampled_from("qo"), st.none() | st.integers() | st.text(), max_size=2).map(json.dumps)
)
def test_a_forged_page_is_refused_or_valid(value: str) -> None:
    """Reading a page never raises."""
    for read in (Listing.read(value), Listing.of_place(value), Listing.of_place(f"mine:{KEY}:{value}")):
        if read is not None:
            assert len(read.query) <= QUERY_MAX_CHARS
            assert 0 <= read.offset <= 9_999_999


def test_a_note_is_read_from_its_form() -> None:
    """The form returns the link, the text and where it was opened; an empty field, which Slack sends as None, is ""."""
    form = note_form(KEY, "A thing", "was", home="{}")
    assert form["blocks"][1]["element"]["initial_value"] == "was"
    for value, text in (("is", "is"), (None, "")):
        state = {"values": {"note": {"note": {"type": "plain_text_input", "value": value}}}}
        assert read_note({**form, "state": state}) == (KEY, text, "{}")


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"private_metadata": "{}"},
        {"private_metadata": "[" * 3000},
        {"private_metadata": json.dumps({"key": KEY, "home": ""}), "state": {"values": {}}},
        {
            "private_metadata": json.dumps({"key": "x", "home": ""}),
            "state": {"values": {"note": {"note": {"value": ""}}}},
        },
        {
            "private_metadata": json.dumps({"key": KEY, "home": 1}),
            "state": {"values": {"note": {"note": {"value": ""}}}},
        },
        {
            "private_metadata": json.dumps({"key": KEY, "home": ""}),
            "state": {"values": {"note": {"note": {"value": 5}}}},
        },
        {"private_metadata": 7, "state": None},
    ],
)
def test_a_forged_note_is_refused(view: dict[str, object]) -> None:
    """Missing keys, wrong types and other forms are not notes."""
    assert read_note(view) is None


def test_the_team_s_list_counts_and_names_nobody() -> None:
    """The order is the one given; the other periods have buttons."""
    said = top([Shared(PLAIN.url, PLAIN.headline, 3, "#7", PLAIN.published)], Period.ALL, TODAY, CommandNames())
    assert "1. *<https://blog.example/cache|How a cache took a site down>*\\nsaved by 3 · blog.example · #7" in told(
        said
    )
    assert "Counts only" in told(said)
    assert [each["value"] for each in said.blocks[-1]["elements"]] == ["year", "month"]
    assert "once 2 people have saved it" in told(top([], Period.MONTH, TODAY, CommandNames()))


@settings(max_examples=examples(30))
@given(st.lists(st.builds(Shared, nasty_url, nasty_text, st.integers(2, 10**6), nasty_text), max_size=5), nasty_text)
def test_any_team_s_list_keeps_every_limit(shared: list[Shared], name: str) -> None:
    """Any link and any command name fits Slack's limits."""
    names = CommandNames(command=name[:32] or "/weekly", bookmark=name[:50] or "x")
    messages = [top(shared, period, TODAY, names) for period in Period]
    messages += [off(names), not_yours(names), switched(names, on=True), switched(names, on=False)]
    assert [breaches(message) for message in messages] == [[]] * 7
    assert all(len(line(each)) <= 300 for each in shared)


def test_the_digest_s_line() -> None:
    """The line has one link and its count; it is empty if the address does not fit."""
    shared = Shared(PLAIN.url, PLAIN.headline, 3)
    assert line(shared) == "Most saved last week: <https://blog.example/cache|How a cache took a site down> (3)"
    assert line(Shared("https://a.example/" + "x" * 300, "A", 3)) == ""


def test_a_week_is_days() -> None:
    """Periods are a number of days before now."""
    assert [period.days for period in Period] == [None, 365, 30]
    assert timedelta(days=Period.MONTH.days or 0) == timedelta(days=30)

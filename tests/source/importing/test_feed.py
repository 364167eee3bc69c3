"""Feeds become issues: RSS, Atom and JSON Feed alike; what is none of them says what it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import document
from bot.source.importing.feed import MAX_ITEMS, read_feed
from bot.source.importing.files import written
from bot.source.importing.item import ImportFault, Item, ItemOrFault, SourceError
from tests.fakes.feeds import atom, json_feed, rss
from tests.fakes.letters import Folder, sent

HOME = "https://quarry.example/feed"


def read(feed: str) -> list[ItemOrFault]:
    """Read a feed, all of it."""
    return list(read_feed(feed.encode(), HOME))


def items(feed: str) -> list[Item]:
    """Return the issues of a feed that has nothing else."""
    found = read(feed)
    assert all(isinstance(each, Item) for each in found), found
    return [each for each in found if isinstance(each, Item)]


@pytest.mark.parametrize("feed", [rss, atom, json_feed])
def test_each_format_gives_the_same_issues(feed: Callable[[], str]) -> None:
    """Title, date, address and entries."""
    first = items(feed())[0]
    assert (first.title, first.published, first.source) == ("The Quarry Post #1", sent(1), "https://quarry.example/1")
    assert not first.is_summary
    issue = document.read("1.md", written(first, first.body).encode()).issue
    assert issue is not None
    found = [(section.heading, entry.headline, link.url) for section, entry in issue.entries() for link in entry.links]
    assert found == [
        ("News", "Drill bit 1", "https://drills.example/bit-1"),
        ("Tools", "Hammer 1", "https://hammers.example/1"),
    ]


def test_a_description_alone_is_a_summary_with_a_link_to_the_issue() -> None:
    """It is marked in its file."""
    first = items(rss(content=False))[0]
    assert first.is_summary
    assert first.body == "[The Quarry Post #1](<https://quarry.example/1>)\nOn drill bit 1, and more."
    assert "\ncontent: summary\n" in written(first, first.body)


def test_a_description_with_the_issues_links_is_the_issue() -> None:
    """Many feeds know no other element."""
    links = "".join(f"&lt;p&gt;&lt;a href='https://a.example/{n}'&gt;A&lt;/a&gt;&lt;/p&gt;" for n in (1, 2))
    feed = f"<rss version='2.0'><channel><item><description>{links}</description></item></channel></rss>"
    assert not items(feed)[0].is_summary


def test_a_date_keeps_its_zone() -> None:
    """As it is written in the feed."""
    local = datetime(2024, 3, 3, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert items(atom((1,)).replace(sent(1).isoformat(), local.isoformat()))[0].published == local
    assert str(items(atom((1,)).replace(sent(1).isoformat(), local.isoformat()))[0].published).endswith("-05:00")


@pytest.mark.parametrize("date", ["", "soon", "99", "Sun, 99 Mar 2024 25:00:00 GMT"])
def test_an_item_without_a_date_has_none(date: str) -> None:
    """None is made up."""
    assert items(atom((1,)).replace(sent(1).isoformat(), date))[0].published is None


def test_relative_addresses_are_those_of_the_feeds_site() -> None:
    """In the text as well."""
    feed = atom((1,)).replace("https://drills.example/bit-1", "/drills/1")
    assert "(https://quarry.example/drills/1)" in items(feed)[0].body


def test_tags_in_a_title_are_not_its_words() -> None:
    """Many feeds have some."""
    assert items(rss((1,)).replace("The Quarry Post #1", "On &lt;b&gt;slate&lt;/b&gt; &amp;amp; marble"))[0].title == (
        "On slate & marble"
    )


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ("<!doctype html><html><body>Hello", "it is a web page, no feed; look on it for the word RSS"),
        (
            "<html><head><link rel=alternate type=application/rss+xml href=/rss.xml></head>",
            "it says that its feed is https://quarry.example/rss.xml",
        ),
        ("<html><form><input name=p type='password'></form>", "it is a login page"),
        ("Just text.", "it is no feed, or a broken one"),
        ("", "it is no feed, or a broken one"),
        ("<?xml version='1.0'?><opml/>", "it is no feed, or a broken one"),
        ("{", "its JSON cannot be read"),
        ('{"version": 1}', "it is JSON, but no JSON Feed"),
        ("{" + '"a":[' * 100_000, "its JSON cannot be read"),
    ],
)
def test_what_is_no_feed_says_what_it_is(page: str, why: str) -> None:
    """And what to do, in one line."""
    with pytest.raises(SourceError) as error:
        read(page)
    assert why in str(error.value)
    assert "\n" not in str(error.value)


def test_a_feed_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    """It is said that it is broken."""
    found = read(rss()[: rss().rindex("<item>") + 20])
    assert [each.title for each in found if isinstance(each, Item)][:2] == ["The Quarry Post #1", "The Quarry Post #2"]
    assert "it is broken" in str(found[0])


def test_entities_in_entities_fill_no_memory() -> None:
    """A few lines that would be gigabytes when they are written out."""
    rows = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a0 "aaaaaaaaaa">{rows}]>' + rss((1,)).partition("?>")[2]
    found = list(read_feed(bomb.replace("On drill bit 1", "&a11;").encode(), HOME))
    assert sum(len(each.body) for each in found if isinstance(each, Item)) < 1_000_000


def test_an_outside_file_is_never_read() -> None:
    """XML can name one."""
    head = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    found = list(read_feed((head + rss((1,)).partition("?>")[2].replace("On drill", "&x;")).encode(), HOME))
    assert "root:" not in "".join(each.body for each in found if isinstance(each, Item))


def test_items_of_a_wrong_shape_are_lines() -> None:
    """The others are read."""
    found = read('{"items": [7, {}, {"id": 1, "title": ["x"], "content_text": "Text"}, {"content_html": {"a": 1}}]}')
    assert [type(each) for each in found] == [ImportFault, ImportFault, Item, ImportFault]


def test_items_without_ids_are_told_by_title_and_date() -> None:
    """Two copies are one, two issues are two."""
    feed = '{"items": [{"title": "a", "content_text": "x"}, {"title": "b", "content_text": "x"}]}'
    assert len({item.identity for item in items(feed)}) == 2
    assert [item.identity for item in items(feed)] == [item.identity for item in items(feed)]


def test_five_thousand_items_are_read_and_more_than_ten_thousand_said() -> None:
    """A feed has no end of its own."""
    row = '{{"id": "{0}", "title": "T{0}", "content_text": "Text {0}", "date_published": "2024-03-03T00:00:00Z"}}'
    many = ",".join(row.format(number) for number in range(5_000))
    folder = Folder()
    report = folder.takes(*read(f'{{"items": [{many}]}}'))
    assert (len(report.new), report.faults) == (5_000, [])
    assert folder.takes(*read(f'{{"items": [{many}]}}')).unchanged == 5_000
    found = read('{"items": [' + ",".join(["{}"] * (MAX_ITEMS + 1)) + "]}")
    assert "10,001 items; the first 10,000 are read" in str(found[0])


@given(st.binary(max_size=300))
def test_any_bytes_are_issues_or_an_error_of_ours(data: bytes) -> None:
    """Whatever a server sends."""
    for start in (b"", b"<rss><channel><item>", b'{"items": [{"title": "'):
        try:
            assert all(isinstance(each, Item | ImportFault) for each in read_feed(start + data, HOME))
        except SourceError:
            continue

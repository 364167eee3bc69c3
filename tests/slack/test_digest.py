"""What a digest says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from archive.issue import Section
from archive.kind import Kind
from bot.domain.preferences import Layout, Preferences, Sponsors
from bot.domain.title import label, title
from bot.slack.blocks.dates import age, long_date
from bot.slack.blocks.message import Message, Part
from bot.slack.cards.digest import digest
from tests.fakes.issues import WHEN, entry, issue, plain, section


def said(message: Message) -> str:
    """Return all text of a message's blocks, a line for each."""
    texts: list[str] = []
    for block in message.blocks:
        elements = block.get("elements") or [block.get("text", {"text": "---"})]
        texts += [element["text"] for element in elements]
    return "\n".join(texts)


def all_said(parts: Iterable[Part]) -> str:
    """Return all text of many messages."""
    return "\n".join(said(part.message) for part in parts)


def test_the_channel_message() -> None:
    """Title, date, intro, and numbered linked headlines by section, sponsors marked as such."""
    assert said(digest(plain()).parent.message) == (
        "Example Weekly Issue #7\n"
        "7 March 2021 · 4 links · 1 from sponsors\n"
        "A quiet week, with one loud outage in it.\n"
        "*Sponsored*\n1. <https://pagers.example/rent|Pagers>\n"
        "*News*\n2. <https://blog.example/cache|How a cache took a site>\n3. <https://a.example/1|Queues, twice>\n"
        "*Tools*\n4. <https://github.com/acme/dnslint|dnslint>"
    )


def test_the_notification() -> None:
    """Phones and screen readers get title, date and the first headlines, without a sponsor's."""
    assert digest(plain()).parent.message.text == (
        "Example Weekly Issue #7 · 7 March 2021 · 4 links · 1 from sponsors: "
        "How a cache took a site; Queues, twice; dnslint"
    )


def test_a_reply_for_each_link() -> None:
    """Each reply shows one entry with all of its links, and a reaction to it means that entry."""
    replies = digest(plain()).replies
    assert [part.entries for part in replies] == [(1,), (2,), (3,), (4,)]
    assert said(replies[2].message) == (
        "*<https://a.example/1|Queues, twice>*\nTwo talks on queues.\n"
        "• <https://b.example/2|b.example/2>\nNews · a.example"
    )
    assert said(replies[0].message).endswith("Sponsored · pagers.example")


def test_a_headline_from_the_text_is_not_said_twice() -> None:
    """Complete or cut, it becomes the link in the text."""
    whole = entry(0, "How a cache took a site down.", "https://blog.example/cache", headline="How a cache took a site")
    cut = entry(1, "A long story about a cache.", "https://blog.example/2", headline="A long story…")
    first, second = digest(issue(section("News", Kind.NEWS, whole, cut))).replies
    assert said(first.message).startswith("*<https://blog.example/cache|How a cache took a site>* down.\n")
    assert said(second.message).startswith("*<https://blog.example/2|A long story>* about a cache.\n")


def test_layout_full() -> None:
    """Everything is in one message, with the numbers that number emoji select."""
    rendered = digest(plain(), Preferences(layout=Layout.FULL))
    assert rendered.replies == ()
    assert rendered.parent.entries == (1, 2, 3, 4)
    assert "Two talks on queues." in said(rendered.parent.message)
    assert "*News*\n2. *<https://blog.example/cache|How a cache took a site>* down." in said(rendered.parent.message)


def test_an_intro_with_a_link() -> None:
    """It stays an introduction: its link stands below it with a button, has no number, and no reply of its own."""
    intro = section("", Kind.INTRO, entry(0, "Our survey is open.", "https://s.example/survey", headline="Survey"))
    one = issue(intro, *plain().sections[1:])
    for layout in Layout:
        rendered = digest(one, Preferences(layout=layout))
        words = said(rendered.parent.message)
        assert "\nOur survey is open.\n• <https://s.example/survey|s.example/survey>\n" in words
        assert "5 links · 1 from sponsors" in words
        assert words.count("Our survey is open.") == 1
        assert rendered.parent.entries == (1, 2, 3, 4, 0)
        assert 0 not in [position for part in rendered.replies for position in part.entries]
        assert any("accessory" in block for block in rendered.parent.message.blocks)


def test_an_advertisement_that_stands_twice_is_shown_once() -> None:
    """It is shown below the news, with the longer of its texts; one that stands alone stays at its place."""
    shown = plain()
    again = section("", Kind.SPONSOR, entry(5, "Rent our pagers, now.", "http://pagers.example/rent/?utm_source=x"))
    twice = replace(shown, sections=(*shown.sections, again))
    for layout in Layout:
        rendered = digest(twice, Preferences(layout=layout))
        words = all_said([rendered.parent, *rendered.replies])
        assert words.count("Rent our pagers, now.") >= 1
        assert rendered.parent.entries == (2, 3, 4, 5)
        assert "· 1 from sponsors" in said(rendered.parent.message)
    assert digest(shown).parent.entries == (1, 2, 3, 4)


def many(*sizes: int) -> list[Section]:
    """Return sections of so many entries each."""
    made, position = [], 0
    for number, size in enumerate(sizes, 1):
        urls = range(position, position + size)
        entries = [entry(at, f"Entry {at} says something.", f"https://example.org/{at}") for at in urls]
        made.append(section(f"Part {number}", Kind.NEWS, *entries))
        position += size
    return made


def test_more_than_a_hundred_entries_are_a_message_for_each_section() -> None:
    """The channel message lists the sections; every entry is in one reply, with its number in the issue."""
    rendered = digest(issue(*many(60, 1, 40)))
    assert said(rendered.parent.message).endswith(
        "101 links\n*Part 1* · 60 entries\n*Part 2* · 1 entry\n*Part 3* · 40 entries"
    )
    assert [len(part.entries) for part in rendered.replies] == [60, 1, 40]
    assert said(rendered.replies[2].message).startswith(
        "*Part 3*\n62. *<https://example.org/61|Entry 61 says something.>*\n63. *<"
    )
    assert rendered.parent.entries == ()
    one_less = digest(issue(*many(60, 40)))
    assert len(one_less.replies) == 100


def test_a_section_too_long_for_a_message_goes_on_in_the_next() -> None:
    """Its entries are all there, in order, and the messages' keys differ."""
    rendered = digest(issue(*many(500, 20)))
    assert [position for part in rendered.replies for position in part.entries] == list(range(520))
    assert len(rendered.replies) < 12
    assert len({part.key for part in rendered.replies}) == len(rendered.replies)
    assert "*Part 1* (continued)" in said(rendered.replies[1].message)


def test_an_issue_without_links() -> None:
    """It is posted all the same."""
    rendered = digest(issue(section("", Kind.INTRO, entry(0, "No issue this week; back on Sunday."))))
    assert "7 March 2021 · no links\nNo issue this week" in said(rendered.parent.message)
    assert rendered.replies == ()


def test_folded_sponsors() -> None:
    """They are one line at the end, each once, and have no replies."""
    shown = plain()
    twice = replace(shown, sections=(*shown.sections, shown.sections[1]))
    rendered = digest(twice, Preferences(sponsors=Sponsors.FOLDED))
    assert said(rendered.parent.message).endswith("\nSponsored by <https://pagers.example/rent|Pagers>")
    assert [part.entries for part in rendered.replies] == [(2,), (3,), (4,)]


def test_what_taste_leaves_out_is_counted() -> None:
    """A channel that reads tools only sees how much else there was."""
    rendered = digest(plain(), Preferences(only=frozenset({Kind.TOOLS})))
    assert "Left out here: 2 in news" in said(rendered.parent.message)
    assert [part.entries for part in rendered.replies] == [(1,), (4,)]


@pytest.mark.parametrize(
    ("preferences", "kept"),
    [
        (Preferences(topics=("caches",)), {1, 2}),
        (Preferences(topics=("queue", "dns")), {1, 3, 4}),
        (Preferences(topics=("dns linter",)), {1, 4}),
        (Preferences(topics=("site",), without_topics=("cache",)), {1}),
        (Preferences(without_topics=("github",)), {1, 2, 3}),
        (Preferences(without=frozenset({Kind.NEWS, Kind.TOOLS})), {1}),
    ],
)
def test_topics_and_sections(preferences: Preferences, kept: set[int]) -> None:
    """Words count in any number, all words of a topic together; a sponsor stays."""
    assert {position for part in digest(plain(), preferences).replies for position in part.entries} == kept


def test_preferences_are_stored_as_json() -> None:
    """They read back unchanged."""
    preferences = Preferences(
        Layout.FULL, Sponsors.FOLDED, frozenset({Kind.NEWS}), frozenset({Kind.JOBS}), ("a b",), ("c",)
    )
    assert Preferences.from_json(preferences.as_json()) == preferences
    assert Preferences.from_json({}) == Preferences()
    with pytest.raises(ValueError, match="sideways"):
        Preferences.from_json({"layout": "sideways"})


def test_a_note_s_link_is_a_link_and_nothing_else_in_it_means_anything() -> None:
    """A link's parts are escaped again; a link to anything but a web page stays text."""
    note = "Most saved: <https://a.example/?x=1&amp;y=2|A &lt;b&gt; & c> (3) <!channel> <javascript:x|y>"
    lines = said(digest(plain(), note=note).parent.message).splitlines()
    kept = "Most saved: <https://a.example/?x=1&amp;y=2|A &lt;b&gt; &amp; c> (3)"
    assert lines[2].startswith(f"_{kept} &lt;!channel&gt; &lt;javascript:x|y&gt;")


def test_the_note_is_below_the_date() -> None:
    """A late digest says so."""
    lines = said(digest(plain(), note="Late by 2 hours").parent.message).splitlines()
    assert lines[2] == "_Late by 2 hours_"


def test_keys_stay_when_other_entries_come_and_go() -> None:
    """A part's key depends on its link, not on its position; a link that is there twice has two keys."""
    before = {part.entries: part.key for part in digest(plain()).replies}
    first, *rest = plain().sections
    shorter = digest(issue(first, *rest[1:]))
    assert {part.key for part in shorter.replies} < set(before.values())
    twice = section("News", Kind.NEWS, entry(0, "a", "https://x.example"), entry(1, "b", "https://x.example"))
    keys = [part.key for part in digest(issue(twice)).replies]
    assert keys[1] == f"{keys[0]}-2"


def test_nobody_is_called() -> None:
    """No text of an editor notifies a channel."""
    loud = entry(0, "Hello <!channel> @here @everyone <@U1>", "https://x.example", headline="<!here>")
    rendered = digest(issue(section("<!channel>", Kind.NEWS, loud), title="<!everyone>"))
    parts = (rendered.parent, *rendered.replies)
    # The header is plain_text, where nothing is markup; everywhere else references would be.
    lines = all_said(parts).splitlines()[1:] + [part.message.text for part in parts]
    text = "\n".join(lines)
    assert "<!" not in text
    assert "<@" not in text
    assert "@here" not in text.replace("@\u200bhere", "")


def test_an_intro_too_long_for_the_channel_is_in_the_thread() -> None:
    """It is cut in the channel message and whole in a reply."""
    long = entry(0, "word " * 900)
    rendered = digest(issue(section("", Kind.INTRO, long)))
    assert rendered.replies[0].entries == (0,)
    assert all_said(rendered.replies).count("word") == 900


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("DEVOPS WEEKLY ISSUE #207 - 21st December 2014 ", "DevOps Weekly Issue #207"),
        (r"DEVOPS WEEKLY ISSUE \#435 - 28th April 2019", "DevOps Weekly Issue #435"),
        ("Issue 194 - 21st September 2014", "Issue 194"),
        ("The SRE Letter: June 3, 2020", "The SRE Letter"),
        ("AWS AND SQL NEWS (2020-06-03)", "AWS And SQL News"),
        ("21st September 2014", "21st September 2014"),
        ("  ", "2021-03-07-7"),
    ],
)
def test_titles_do_not_shout(written: str, shown: str) -> None:
    """Capitals are softened, the date at the end goes, and something is always left."""
    assert title(issue(title=written)) == shown


@pytest.mark.parametrize("layout", Layout)
def test_what_is_posted_stays_true_when_an_entry_is_added(layout: Layout) -> None:
    """A reply says neither its number nor how many there are: one entry more would make both wrong in all of them."""
    tales = [entry(at, f"Tale {at}. " * 40, f"https://a.example/{at}") for at in range(60)]
    short, long = (issue(section("News", Kind.NEWS, *tales[first:])) for first in (1, 0))
    before, after = (
        {part.key: said(part.message) for part in digest(one, Preferences(layout)).replies} for one in (short, long)
    )
    if layout is Layout.THREAD:
        assert len(before) + 1 == len(after)
        assert before.items() <= after.items()
    else:
        assert len(before) > 1
        assert {text.splitlines()[0] for text in before.values()} <= {text.splitlines()[0] for text in after.values()}


def test_labels() -> None:
    """An issue without a number goes by its slug."""
    assert label(issue()) == "#7"
    assert label(issue(number=None)) == "2021-03-07-7"


@pytest.mark.parametrize(
    ("later", "said_as"),
    [
        *[
            (-1, "not out yet"),
            (0, "today"),
            (1, "yesterday"),
            (9, "9 days ago"),
            (15, "2 weeks ago"),
            (45, "6 weeks ago"),
        ],
        *[
            (70, "2 months ago"),
            (364, "12 months ago"),
            (365, "a year ago"),
            (730, "2 years ago"),
            (3652, "10 years ago"),
        ],
    ],
)
def test_ages(later: int, said_as: str) -> None:
    """The largest unit that says something."""
    assert age(WHEN, (WHEN + timedelta(days=later)).date()) == said_as
    assert long_date(WHEN) == "7 March 2021"

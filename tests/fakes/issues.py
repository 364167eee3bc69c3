"""Issues for the renderers' tests: plain ones, and nasty ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import strategies as st

from archive.issue import Entry, Issue, Link, Section
from archive.kind import Kind
from bot.domain.preferences import Layout, Preferences, Sponsors

WHEN = datetime(2021, 3, 7, 9, 30, tzinfo=UTC)


def entry(position: int, text: str = "Something happened.", *urls: str, headline: str = "") -> Entry:
    """Return an entry; its headline is the text's start unless given."""
    return Entry(position, text, headline or text[:60], tuple(Link(url) for url in urls), position + 1)


def section(heading: str, kind: Kind, *entries: Entry) -> Section:
    """Return a section."""
    return Section(heading, kind, entries, 1)


def issue(*sections: Section, title: str = "EXAMPLE WEEKLY ISSUE #7 - 7th March 2021", number: int | None = 7) -> Issue:
    """Return an issue of the given sections."""
    return Issue("2021-03-07-7", title, number, WHEN, sections)


def plain() -> Issue:
    """Return an issue as editors write them: an intro, a sponsor, news, tools."""
    return issue(
        section("", Kind.INTRO, entry(0, "A quiet week, with one loud outage in it.")),
        section(
            "Sponsor", Kind.SPONSOR, entry(1, "Rent our pagers.", "https://pagers.example/rent", headline="Pagers")
        ),
        section(
            "News",
            Kind.NEWS,
            entry(2, "How a cache took a site down.", "https://blog.example/cache", headline="How a cache took a site"),
            entry(3, "Two talks on queues.", "https://a.example/1", "https://b.example/2", headline="Queues, twice"),
        ),
        section(
            "Tools", Kind.TOOLS, entry(4, "A linter for DNS.", "https://github.com/acme/dnslint", headline="dnslint")
        ),
    )


_NASTY_WORDS = st.sampled_from(
    [
        "<!channel>",
        "@here",
        "<@U123>",
        "*bold*",
        "_it_",
        "~no~",
        "`code`",
        "> quote",
        ":boom:",
        "&amp;",
        "&&&&&&&&",
        "<<<<>>>>",
        "|",
        "\x00",
        "\u202e",
        "\ud83d",
        "👩‍👩‍👧‍👦",
        "a\u0301" * 9,
        "word " * 700,
        "x" * 4000,
        "\n",
        "\n\n",
        "https://example.com/" + "y" * 3000,
    ]
)
nasty_text = st.lists(st.one_of(st.text(max_size=60), _NASTY_WORDS), max_size=6).map(" ".join)
nasty_url = st.one_of(
    st.builds("https://example.com/{}".format, st.text(max_size=40)),
    st.sampled_from(
        [
            "javascript:alert(1)",
            "http://",
            "https://example.com/a|b>c<d e",
            "https://example.com/" + "z" * 3100,
            "https://example.com/" + "&" * 700,
            "mailto:a@example.com",
            "ftp://x",
            "",
            "https://example.com/?a=1&b=2#\u202e",
        ]
    ),
)


@st.composite
def nasty_issues(draw: st.DrawFn, most: int = 8) -> Issue:
    """Draw an issue that no editor would write."""
    sections: list[Section] = []
    position = 0
    for _ in range(draw(st.integers(0, 5))):
        entries: list[Entry] = []
        for _ in range(draw(st.integers(0, most))):
            links: Sequence[str] = draw(st.lists(nasty_url, max_size=4))
            entries.append(
                Entry(position, draw(nasty_text), draw(nasty_text), tuple(Link(url) for url in links), position + 1)
            )
            position += 1
        sections.append(Section(draw(nasty_text), draw(st.sampled_from(Kind)), tuple(entries), 1))
    number = draw(st.one_of(st.none(), st.integers(0, 10**9)))
    return Issue(draw(nasty_text), draw(nasty_text), number, WHEN, tuple(sections))


tastes = st.builds(
    Preferences,
    layout=st.sampled_from(Layout),
    sponsors=st.sampled_from(Sponsors),
    only=st.frozensets(st.sampled_from(Kind), max_size=2),
    without=st.frozensets(st.sampled_from(Kind), max_size=2),
    topics=st.lists(nasty_text, max_size=1).map(tuple),
    without_topics=st.lists(nasty_text, max_size=1).map(tuple),
)

"""Headlines are short, never empty, and what a person would call the link."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.clause import HEADLINE_MAX_CHARS
from archive.headline import headline


@pytest.mark.parametrize(
    ("url", "text", "title"),
    [
        ("https://github.com/rancher/k3os", "", "rancher/k3os"),
        ("https://github.com/rancher/k3os/blob/master/README.md", "", "rancher/k3os"),
        ("https://github.com/blog/1724-new-things-for-all", "", "New things for all"),
        ("https://packages.example.org/gems/puma", "", "puma"),
        ("https://packages.example.org/r/library/redis/", "", "library/redis"),
        ("https://packages.example.org/_/redis", "", "redis"),
        ("https://packages.example.org/project/a-b-c/1.0.2/", "", "a-b-c"),
        ("https://packages.example.org/package/@owner/name/v/1.0", "", "@owner/name"),
        ("https://packages.example.org/package/@owner/name", "", "@owner/name"),
        ("https://packages.example.org/packages/vendor/name?x=y#z", "", "vendor/name"),
        ("https://packages.example.org/project/how-we-name-things", "", "How we name things"),
        ("https://forum.example.org/r/owner/comments/x1/what-people-say", "", "What people say"),
        ("https://survey.example.org/r/5SY6SFQ", "A survey of things.", "A survey of things"),
        ("https://example.org/2019/02/03/a-surprisingly-simple-way.html", "", "A surprisingly simple way"),
        (
            "https://dev.example.org/how-we-run-kubernetes-507f3d561e6f",
            "On running Kubernetes here",
            "How we run Kubernetes",
        ),
        ("https://example.org/run-etcd-on-AWS-today", "We run etcd on AWS.", "Run etcd on AWS today"),
        ("https://example.org/why-it-doesnt-work", "", "Why it doesn't work"),
        ("https://example.org/slis-slos-and-apis-on-vms", "", "SLIs SLOs and APIs on VMs"),
        ("https://example.org/12345-the-title-is-this/index.html", "", "The title is this"),
        ("https://example.org/TheWayWeWork", "", "The way we work"),
        ("https://example.org/Tests_and-more_Words", "Of tests and so on.", "Tests and more words"),
        ("https://example.org/a-talk-on-k8s-and-more-00ff00ff.html", "", "A talk on k8s and more"),
        (
            "https://example.org/flaky-tests-and-how-we.html",
            "An account of flaky tests. More.",
            "An account of flaky tests",
        ),
        ("https://example.org/flaky-tests-and-how-we.html", "", "Flaky tests and how we"),
        ("https://example.org/caf%C3%A9-and-more-words", "", "Café and more words"),
        ("https://example.org/events/2014", "A call for papers. And more.", "A call for papers"),
        (
            "https://bit.ly/some-words-of-mine",
            "A webinar on things that matter, for you, and for everybody who has an hour or two to spare this week",
            "A webinar on things that matter",
        ),
        ("https://bit.ly/x", "Ready? Then go", "Ready? Then go"),
        ("https://nixos.org/", "NixOS is a Linux distribution", "NixOS"),
        ("https://kiali.io/", "The Kiali project shows meshes", "Kiali"),
        ("https://devopsheroes.example.com", "A talk", "A talk"),
        ("https://www.devopsheroes.net", "Devops Heroes is an event in Parma.", "Devops Heroes"),
        ("https://example.org/2016/it-hasnt-even-started", "", "It hasn't even started"),
        ("https://example.org/2015/rkt-0-8-and-what-is-in-it", "", "Rkt 0.8 and what is in it"),
        ("https://example.org/a-long-story-part-2", "", "A long story part 2"),
        ("https://github.com/a/b/pull/15", "Dim the lamp at night", "Dim the lamp at night"),
        (
            "https://example.org/some-english-words",
            "用月亮解释等待与调度的文章，很好。",
            "用月亮解释等待与调度的文章，很好",
        ),
        ("https://bit.ly/x", "Written by J. Doe, e.g. for us. And more", "Written by J. Doe, e.g. for us"),
        ("https://nixos.org/", "A most curious distribution of Linux", "A most curious distribution of Linux"),
        ("https://bit.ly/x", "[Webinar] Three steps\nTo be taken one by one.", "[Webinar] Three steps"),
        ("https://bit.ly/x", "", "bit.ly"),
        (None, "", "Untitled"),
        (None, "Some words: and others", "Some words: and others"),
        ("https://example.org/2014/09/2014-year-in-review", "", "2014 year in review"),
        ("https://example.org/99999-88888-77777", "", "example.org"),
        ("https://example.org:8080?x=1", "On example", "On example"),
        (
            "https://example.org/?x=/some-words-here#/and-so-on",
            "On the page of theirs, a thing",
            "On the page of theirs, a thing",
        ),
        ("https://", "", "Untitled"),
    ],
)
def test_headlines(url: str | None, text: str, title: str) -> None:
    """Each kind of URL gets the name that a person would use."""
    assert headline(url, text) == title


def test_the_issues_own_words_come_first() -> None:
    """A link with words keeps them, cut at a word if they are long."""
    assert headline("https://github.com/a/b", "", "The tool") == "The tool"
    assert headline("https://github.com/a/b", "", "***") == "a/b"
    assert headline(None, "", "word " * 40).endswith("word…")


@given(
    st.one_of(st.none(), st.text(max_size=60).map("https://example.org/".__add__), st.text()),
    st.text(max_size=200),
    st.text(max_size=120),
)
def test_any_headline_is_one_short_line(url: str | None, text: str, label: str) -> None:
    """1 to 80 characters on one line, with any input."""
    title = headline(url, text, label)
    assert 1 <= len(title) <= HEADLINE_MAX_CHARS
    assert title == " ".join(title.split())


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (
            "As part of the tide initiative, all ports of the northern coast are now listed in the register of ports.",
            "All ports of the northern coast are now listed in the register of ports",
        ),
        (
            "Ann released salty (a tool, its book, and the code), a library for quick marks on small boats and buoys.",
            "Ann released salty, a library for quick marks on small boats and buoys",
        ),
        (
            "The harbour's working group on fog met on June 3rd, 2021, and announced that it has a plan for winter.",
            "The harbour's working group on fog met on June 3rd, 2021",
        ),
    ],
)
def test_a_clause_ends_at_a_break_of_its_sense(text: str, title: str) -> None:
    """No title has or is an introduction, ends within brackets, or cuts a date."""
    assert headline(None, text) == title


@pytest.mark.parametrize(
    ("url", "text", "title"),
    [
        ("https://dev.to/ann/tides-as-a-scheduler-4k2", "A post.", "Tides as a scheduler"),
        ("https://example.org/2018-08-04-how-many-ways-to-tie-a-knot", "A post.", "How many ways to tie a knot"),
        ("https://example.org/its-time-for-harbours", "A post.", "It's time for harbours"),
        ("https://example.org/its-own-harbour-again", "A post.", "Its own harbour again"),
        ("https://harbourdays.pl/", "Harbourdays Gdansk is coming up in May.", "Harbourdays Gdansk"),
        ("https://harbourdays.pl/", "Harbourdays is coming up in May.", "Harbourdays"),
    ],
)
def test_what_an_address_adds_to_words_is_no_title(url: str, text: str, title: str) -> None:
    """Dates and marks that a site adds are left out; apostrophes come back; a name is whole."""
    assert headline(url, text) == title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (
            "潮汐周刊成功有一个原因，它终结了港口，准确说是终结了港口的地位，它更专注于开发航线和浮标平台。",
            "潮汐周刊成功有一个原因，它终结了港口，准确说是终结了港口的地位",
        ),
        ("本文用月亮解释等待，并且很短。还有别的。", "本文用月亮解释等待，并且很短"),
    ],
)
def test_a_chinese_headline_is_a_sentence_or_as_much_of_it_as_fits(text: str, title: str) -> None:
    """It does not end at the first comma."""
    assert headline(None, text) == title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (
            "Knotty is a tool for tying things which works on any boat with any rope and in nearly any weather.",
            "Knotty is a tool for tying things which works on any boat",
        ),
        (
            "We are running a wide and open survey focused on the habits of harbour masters in all northern ports.",
            "We are running a wide and open survey focused on the habits of harbour masters",
        ),
        (
            "The OTW (Office of Tides and Waves) register is well known for lots of tables and for good charts.",
            "The OTW register is well known for lots of tables and for good charts",
        ),
        (
            "The harbour board is currently seeking a highly motivated, self-driven, seaworthy pilot for the summer.",
            "The harbour board is currently seeking a highly motivated, self-driven…",
        ),
        (
            "The Open Rope Project is a lightweight, open governance structure, to be formed by the knot societies.",
            "The Open Rope Project is a lightweight, open governance structure",
        ),
        (
            "RopeCon - Join leading riggers, sailmakers, and makers of blocks from all of the world at the quay.",
            "RopeCon - Join leading riggers, sailmakers, and makers of blocks",
        ),
        ("The rope-m crate has been\nupdated to 0.7 for all.", "The rope-m crate has been updated to 0.7 for all"),
        (
            "As part of the Weekly Rope Initiative, crates that are part of the whole are now listed by the harbour.",
            "Crates that are part of the whole are now listed by the harbour",
        ),
        (
            "A. Pilot wrote a long post about porting an unusual implementation of moorings to new quays.",
            "A. Pilot wrote a long post about porting an unusual implementation of moorings",
        ),
        (
            "A look at the new rope store of ours, specifically at features, reliability and performance in winter.",
            "A look at the new rope store of ours",
        ),
        (
            "I’m really looking forward to the New Directions in Operating Ropes conference this week in the harbour.",
            "I’m really looking forward to the New Directions in Operating Ropes conference…",
        ),
        (
            "The relationship between the ropes and the trade of the systems administration is interesting, and so on.",
            "The relationship between the ropes and the trade of the systems administration…",
        ),
        (
            "Some great posts of this week on crews, both structuring and feeding crews, and on all that we know.",
            "Some great posts of this week on crews",
        ),
        (
            "RopeCon is coming up in the northern harbour of ours from the 18th until the 21st of November this year.",
            "RopeCon is coming up in the northern harbour of ours",
        ),
        (
            "B. Pilot tweeted that Rope 5.5 pictures for several of the smaller harbours are now there for everybody.",
            "B. Pilot tweeted that Rope 5.5 pictures for several of the smaller harbours…",
        ),
        (
            "A bit of recent history and a request for folks to get involved in discussions around reusing old rope.",
            "A bit of recent history and a request for folks to get involved in discussions…",
        ),
        (
            "The quay community is starting to move on beyond the old ropes and we see a lot of it in the harbour.",
            "The quay community is starting to move on beyond the old ropes",
        ),
        (
            "An interesting look at one harbour’s vision for adopting floating quays as a service to all the ships.",
            "An interesting look at one harbour’s vision for adopting floating quays…",
        ),
        (
            "The pilots have published a comprehensive white paper about how they secure the fairway in the winter.",
            "The pilots have published a comprehensive white paper about how they secure…",
        ),
        (
            "At Dockworks, every day we come to work excited to help sailors find the berths that they like the most.",
            "At Dockworks, every day we come to work excited to help sailors find the berths",
        ),
        (
            "DockOps is coming up on June 24th and 25th and the programme of talks and workshops can be looked at.",
            "DockOps is coming up on June 24th and 25th",
        ),
        ("All Day Knots is on Oct. 24th! There are sessions.", "All Day Knots is on Oct. 24th!"),
        (
            "If you have ever stood at the wheel of a large ship in a small harbour then you know what ropes are.",
            "If you have ever stood at the wheel of a large ship in a small harbour then…",
        ),
        (
            "Locks in canals are certainly one of the most important and underrated and remarkable inventions.",
            "Locks in canals are certainly one of the most important and underrated…",
        ),
    ],
)
def test_a_long_sentence_ends_where_its_sense_allows_it(text: str, title: str) -> None:
    """Not within a list of things or adjectives, nor with a word that needs the next one; brackets go first."""
    assert headline(None, text) == title


@pytest.mark.parametrize(
    ("path", "text", "title"),
    [
        ("announcing-ropeql-for-all", "RopeQL is a language for questions.", "Announcing RopeQL for all"),
        ("the-tale-of-a-krpc-bug", "kRPC is used by more and more harbours.", "The tale of a kRPC bug"),
        ("engineer-for-rope-exchange", "Rope Exchange, Inc is hiring.", "Engineer for Rope Exchange"),
        ("design-docs-at-google-in-new-york", "Some notes.", "Design docs at Google in New York"),
        ("my-rope-doesn-t-hold-and-i-don-t-care", "", "My rope doesn't hold and I don't care"),
        ("what-s-new-in-ropes", "", "What's new in ropes"),
        ("tools-versus-culture", "I like the phrase Culture Is A Compass.", "Tools versus culture"),
        ("managing-on-call-systems", "Better on-call schedules.", "Managing on-call systems"),
        ("functions-as-a-service", "Others-as-a-service, too.", "Functions as a service"),
        ("ropes-20-networking", "What Ropes 2.0 brings.", "Ropes 2.0 networking"),
        ("lessons-from-300000-lines", "Some lessons.", "Lessons from 300,000 lines"),
        ("five-steps-of-mooring", "Mooring is a source of joy.", "Five steps of mooring"),
        ("the-ropes-we-need", "We wrote of The Ropes We Need.", "The Ropes We Need"),
    ],
)
def test_words_of_an_address_are_written_as_people_write_them(path: str, text: str, title: str) -> None:
    """With the capitals, apostrophes, hyphens and dots that the text has, or that any text has."""
    assert headline(f"https://example.org/{path}", text) == title


@pytest.mark.parametrize(
    ("path", "text", "title"),
    [
        ("2014/09_ropes-in-modern-harbours.html", "A post.", "Ropes in modern harbours"),
        ("2014/ropes-in-my-harbour_26.html", "A post.", "Ropes in my harbour"),
        ("17-07-06-the_future_of_ropes", "A post.", "The future of ropes"),
        ("jobs/rope-engineer-permanent-oMGlZfww/", "A job.", "Rope engineer permanent"),
        ("jobs/senior-rope-engineer-tl70", "A job.", "Senior rope engineer"),
        ("three-uses-of-log4", "A post.", "Three uses of log4"),
        ("ropeweekly-war-rooms-for-harbours", "An offer.", "War rooms for harbours"),
        ("l/rope_weekly_TuesdayDemo", "Join the demo of ropes.", "Join the demo of ropes"),
        ("knots-how-secure-are-they", "Of knots.", "Knots how secure are they"),
        ("ropecon-rope-weekly", "Register for RopeCon.", "Register for RopeCon"),
        ("call-for-proposals", "RopeCon looks for talks.", "RopeCon looks for talks"),
        ("events/ropeconf-2019-at-sea/registration", "RopeConf is in May.", "RopeConf is in May"),
        ("notes/why-ropes-cause-meetings/1055427371156793", "A post.", "Why ropes cause meetings"),
        ("2017/ropes_for_harbour_masters_part_1.html", "A post.", "Ropes for harbour masters part 1"),
        ("posts/rope_patterns_1/", "A series on patterns.", "A series on patterns"),
        ("what-ropes-mean-to-me", "Issue #1\nWHAT ROPES MEAN TO ME", "What ropes mean to me"),
        ("talks/rope-post-mortems-1998/en", "A post.", "Rope post mortems 1998"),
        ("everything-you-need-to-know-about.html", "Notes on knots.", "Notes on knots"),
    ],
)
def test_an_address_gives_a_title_where_its_words_are_one(path: str, text: str, title: str) -> None:
    """Not a sender's marks, nor a page that every site has; what the last part says counts before its folders."""
    assert headline(f"https://example.org/{path}", text) == title


@pytest.mark.parametrize(
    ("url", "text", "title"),
    [
        ("https://example.org/rope-weekly-tl70", "Knots, and how they hold.", "Knots, and how they hold"),
        ("https://example.org/rope-weekly-tl70", "•", "Rope weekly tl70"),
        ("https://example.org/%C3%B6ab-cdef-ghij", "İ" * 50 + " öab cdef ghij", "Öab cdef ghij"),
    ],
)
def test_an_address_of_nothing_but_marks_and_a_letter_with_a_longer_lower_case_have_titles(
    url: str, text: str, title: str
) -> None:
    """Else the whole issue would be lost."""
    assert headline(url, text) == title


@pytest.mark.parametrize("part", ["In this harbour, ", "the\n", "(a ", "as part of it, "])
def test_a_description_of_any_length_has_a_headline(part: str) -> None:
    """The stack does not grow with it."""
    assert len(headline("https://example.org/1", part * 5_000)) <= HEADLINE_MAX_CHARS

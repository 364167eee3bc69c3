"""How sure an answer is: strong, nearest or none, and what it says of itself."""

from __future__ import annotations

from datetime import date

import pytest

from archive.search.index import Index
from archive.search.result import Assumption, Grade
from tests.archive.search.newsletter import ARCHIVE, issue

OTHERS = [f"Gardens of town{n}, and how they keep them." for n in range(200)]
INDEX = Index.of([*ARCHIVE, issue(9, *OTHERS), issue(10, "Salt states for kafka.", "Fan networking for Ubuntu hosts.")])
TODAY = date(2019, 3, 20)


@pytest.mark.parametrize(
    "query",
    ["nagios", "naigos", "k8s autoscaling", "how do I tune my postgresql database?", "fan networking", "b/g deploys"],
)
def test_what_the_archive_has_is_strong(query: str) -> None:
    """An entry that is about what was asked is said to be."""
    assert INDEX.search(query).grade is Grade.STRONG


@pytest.mark.parametrize(
    ("query", "lacks"),
    [
        ("puppet theatre for kids", ("theatre", "kids")),
        ("sourdough bread with salt", ("sourdough", "bread")),
        ("jumbo nagios zeppelin wombat", ("jumbo", "zeppelin", "wombat")),
    ],
)
def test_what_only_shares_a_word_is_nearest_and_says_what_it_lacks(query: str, lacks: tuple[str, ...]) -> None:
    """No query with a known word is denied; an entry that has little of it is said to be only near."""
    answer = INDEX.search(query)
    assert answer.grade is Grade.NEAREST
    assert answer.results[0].lacks == lacks


def test_only_filler_is_never_strong() -> None:
    """Words that nothing is about find entries, which are said to be only near."""
    assert INDEX.search("the of and").grade is Grade.NEAREST


def test_a_likely_correction_may_be_strong_and_is_said() -> None:
    """A slip in a long word is put right, and the answer says so."""
    answer = INDEX.search("kubernets autoscaling")
    assert answer.grade is Grade.STRONG
    assert answer.assumed == (Assumption("kubernets", "kubernetes", far=False),)


def test_corrections_are_named_in_the_order_of_the_query() -> None:
    """Every process says the same of a query with several slips."""
    told = INDEX.search("runboks poeple durring incidant").assumed
    assert [each.typed for each in told] == ["runboks", "poeple", "durring", "incidant"]


@pytest.mark.parametrize(("typed", "meant"), [("solt", "salt"), ("kubrnts", "kubernetes"), ("kuber", "kubernetes")])
def test_a_far_guess_is_nearest_at_best(typed: str, meant: str) -> None:
    """A word that may well be another is shown as a guess, and can be asked for."""
    answer = INDEX.search(typed)
    assert answer.grade is Grade.NEAREST
    assert answer.assumed == (Assumption(typed, meant, far=True),)
    assert answer.did_you_mean[0] == meant


def test_unknown_words_do_not_outweigh_a_known_rare_one() -> None:
    """However many words are unknown, a name that the archive has brings its entry."""
    answer = INDEX.search("fan networking wombat zeppelin", reasons=True)
    assert answer.results[0].entry.text.startswith("Fan networking")
    assert answer.results[0].lacks == ("wombat", "zeppelin")


@pytest.mark.parametrize("size", [1, 5, 40])
def test_the_grade_does_not_hang_on_the_size_of_the_archive(size: int) -> None:
    """The same entry is strong in a small archive and in a large one, and so is what is only near."""
    index = Index.of([*ARCHIVE, *(issue(100 + n, *(f"{text} {n}" for text in OTHERS)) for n in range(size))])
    assert index.search("fan networking nagios gardens").grade is Grade.NEAREST
    assert index.search("nagios monitoring checks").grade is Grade.STRONG
    assert index.search("knitting a jumper for puppet").grade is Grade.NEAREST


@pytest.mark.parametrize(
    "query", ["kafka OR nagios", "kafka | nagios", "kafka|nagios", "kafka or nagios", '"kafka" OR "nagios"']
)
def test_one_of_several_is_enough(query: str) -> None:
    """Alternatives are met by any of them."""
    answer = INDEX.search(query)
    assert answer.grade is Grade.STRONG
    assert {result.entry.text.split()[0] for result in answer.results} == {"Salt", "Nagios"}
    assert all(not result.lacks for result in answer.results)


@pytest.mark.parametrize("query", ["kafka vs salt", "salt and kafka", "salt versus kafka"])
def test_names_that_are_compared_are_both_looked_for(query: str) -> None:
    """The word between them is not missed."""
    assert INDEX.search(query).grade is Grade.STRONG
    assert INDEX.search(query).results[0].lacks == ()


@pytest.mark.parametrize("query", ["2", "#2", "issue 2", "issue #2", "Issue no. 2"])
def test_a_number_names_an_issue(query: str) -> None:
    """The issue is told; its links come where the number is no topic."""
    answer = INDEX.search(query)
    assert answer.issue is not None
    assert (answer.issue.number, answer.grade) == (2, Grade.STRONG)
    assert {result.issue.number for result in answer.results} == {2}


def test_a_number_is_also_a_topic() -> None:
    """Entries that have the number come before the issue's own links."""
    index = Index.of([*ARCHIVE, issue(12, "What a 3 means in a status.")])
    answer = index.search("3")
    assert answer.issue is not None
    assert [result.entry.text for result in answer.results] == ["What a 3 means in a status."]


@pytest.mark.parametrize(
    "query",
    [
        "https://mon.example/nagios-checks",
        "http://www.mon.example/nagios-checks/?utm_source=x",
        "mon.example/nagios-checks#top",
        "<https://mon.example/nagios-checks|nagios checks>",
        "//mon.example/nagios-checks",
    ],
)
def test_a_pasted_address_finds_its_entry(query: str) -> None:
    """In any of its forms, and nothing else."""
    answer = INDEX.search(query)
    assert answer.grade is Grade.STRONG
    assert [result.entry.text[:6] for result in answer.results] == ["Nagios"]


def test_an_address_that_the_archive_has_not_is_read_as_words() -> None:
    """Its telling words are looked for."""
    assert INDEX.search("https://other.example/a/nagios-checks.html").results[0].entry.text.startswith("Nagios")


def test_filters_alone_list_with_a_line() -> None:
    """A word to leave out, a filter or an order alone lists everything it lets through, and says so."""
    without = INDEX.search("-gardens")
    assert without.notes == ("everything without gardens, newest first",)
    assert without.grade is Grade.STRONG
    assert not any("Gardens" in result.entry.text for result in without.results)
    assert INDEX.search("in:tools").notes == ("everything in tools, newest first",)
    assert INDEX.search("newest").notes == ("everything, newest first",)
    nothing = INDEX.search("year:1999")
    assert (nothing.grade, nothing.notes) == (Grade.NONE, ("nothing in 1999",))


@pytest.mark.parametrize(
    "query", ["after:9999-12-31", "year:0000", "before:0001", "until 2019", "last 999 years", "| |", "OR"]
)
def test_odd_days_and_signs_are_answered(query: str) -> None:
    """No date and no sign is too odd."""
    assert INDEX.search(query, today=TODAY).grade in Grade


@pytest.mark.parametrize(
    "query", ["latest kubernetes", "newest kubernetes", "kubernetes sort:new", "the latest kubernetes"]
)
def test_the_newest_come_first_when_asked_for(query: str) -> None:
    """By their day, those that have all of the query."""
    answer = INDEX.search(query)
    assert answer.notes == ("newest first",)
    days = [result.issue.published for result in answer.results]
    assert days == sorted(days, reverse=True)
    assert len(days) == 2


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("kubernetes since 2019", {1, 3}),
        ("kubernetes before february 2019", {1, 3}),
        ("kubernetes before jan 2019", {1, 3}),
        ("since 2020 kubernetes", {1, 3}),
        ("kubernetes this year", {1, 3}),
        ("kubernetes last 8 weeks", {3}),
        ("kubernetes from the last 2 months", {3}),
        ("kubernetes after 2019-01-20", {3}),
        ("kubernetes after 13 january 2019", {3}),
        ("kubernetes since 13 january 2019", {1, 3}),
        ("kubernetes after 2018", {1, 3}),
        ("kubernetes since 20 january 2019", {3}),
        ("before the 20th of jan. 2019 kubernetes", {1}),
        ("kubernetes last year", {1, 3}),
        ("what is kubernetes this week?", {1, 3}),
    ],
)
def test_days_in_plain_words_narrow_and_never_empty(query: str, numbers: set[int]) -> None:
    """They count back from today; where they would leave nothing, all is shown and the answer says so."""
    answer = INDEX.search(query, today=TODAY)
    assert {result.issue.number for result in answer.results} == numbers
    assert answer.notes
    emptied = "none" in answer.notes[0]
    assert emptied == (answer.grade is Grade.NEAREST)


def test_a_slip_in_a_filter_is_said_and_the_rest_is_searched() -> None:
    """A word before a colon that is nearly a filter's name is none to look for."""
    answer = INDEX.search("nagios aftr:2018")
    assert answer.problems == ("aftr:2018 was left out; is after:2018 meant?",)
    assert answer.results[0].entry.text.startswith("Nagios")


@pytest.mark.parametrize(
    "query", ["deploys w/o downtime", "ppl w/ deploys without downtime", "that post about deploys w/out downtime"]
)
def test_chat_shorthand_is_not_missed(query: str) -> None:
    """What people write in a hurry carries no weight."""
    assert INDEX.search(query).results[0].entry.text.startswith("Blue-green")


def test_a_number_meets_its_plural() -> None:
    """A figure finds its plural, and the other way round."""
    index = Index.of([issue(1, "Performance in 60s.", "Eighty 80 things."), issue(2, *OTHERS)])
    assert index.search("60").results[0].entry.text.startswith("Performance")
    assert index.search("80s").results[0].entry.text.startswith("Eighty")


@pytest.mark.parametrize("query", ["Größe", "groesse", "Groesse", "grosse"])
def test_umlauts_are_found_however_they_are_written(query: str) -> None:
    """With dots or with an e."""
    index = Index.of([issue(1, "Die Größe der Datenbank und der Index.", "Die Groesse der Tabelle und mehr.", *OTHERS)])
    found = {result.entry.text[:9] for result in index.search(query).results}
    assert "Die Größe" in found
    assert query == "grosse" or found == {"Die Größe", "Die Groes"}


@pytest.mark.parametrize("query", ["数据库", "データベース", "脆弱性", "데이터"])
def test_words_of_scripts_without_blanks_are_found_wherever_they_stand(query: str) -> None:
    """Every entry that holds them, and those first."""
    texts = [f"前{query}后", f"{query}", f"关于{query}的文章", "数字和据点"]
    answer = Index.of([issue(1, *texts, *OTHERS)]).search(query)
    assert {result.entry.text for result in answer.results[:3]} == set(texts[:3])
    assert answer.grade is Grade.STRONG
    assert Index.of([issue(1, "关于漏洞的文章", *OTHERS)]).search(f"{query} 漏洞", reasons=True).results[0].lacks == (
        query,
    )


def test_words_of_another_language_are_not_stemmed() -> None:
    """English endings are put on and off in English archives only."""
    german = ["Der Test und die Tests.", "Die Testing der Maschine und das Werk.", "Der Hund und die Katze."] * 3
    assert all("Testing" not in result.entry.text for result in Index.of([issue(1, *german)]).search("test").results)


def test_near_ties_go_to_the_newer() -> None:
    """Of entries that are as good to a hundredth, the newest comes first."""
    index = Index.of([issue(n, f"Vault backups of town{n}.", *OTHERS[n * 9 : n * 9 + 9]) for n in range(1, 9)])
    assert [result.issue.number for result in index.search("vault backups").results] == [8, 7, 6, 5, 4, 3, 2, 1]


def test_a_word_in_the_address_alone_counts_less() -> None:
    """An entry that says it comes before one whose link only has it."""
    index = Index.of(
        [issue(1, "One thing. <https://a.example/vault>", "Two of a vault. <https://a.example/x>", *OTHERS)]
    )
    assert [result.entry.text[:3] for result in index.search("vault").results] == ["Two", "One"]


def test_a_word_with_accents_is_named_as_it_was_typed() -> None:
    """What the index makes of a letter is nobody's spelling."""
    assert [each.typed for each in INDEX.search("Nägioss").assumed] == ["nägioss"]


def test_the_same_letters_in_another_order_are_one_slip() -> None:
    """A word with all its letters, some of them out of place, is no far guess."""
    answer = INDEX.search("nagsio")
    assert answer.grade is Grade.STRONG
    assert answer.assumed == (Assumption("nagsio", "nagios", far=False),)


def test_an_answer_without_the_thing_asked_for_is_nearest() -> None:
    """Where no first entry has a name of the query, the rest of the query makes no strong answer."""
    lags = [f"Replication lag of MySQL, part {n}." for n in ("one", "two", "three")]
    index = Index.of([issue(1, *lags, "Postgres by itself."), issue(2, *(f"Gardens of town{n}." for n in range(200)))])
    assert index.search("mysql replication lag").grade is Grade.STRONG
    assert index.search("postgres replication lag").grade is Grade.NEAREST
    assert index.search("postgers replication lag").grade is Grade.NEAREST
    assert index.search("replication lag").grade is Grade.STRONG


def test_a_name_that_no_entry_has_weighs_as_one() -> None:
    """Common words beside an unknown name make no strong answer; without it they may."""
    builds = [f"A build system of land{n}." for n in range(60)]
    index = Index.of([issue(1, *builds), issue(2, *(f"Gardens of town{n}." for n in range(200)))])
    assert index.search("build system").grade is Grade.STRONG
    assert index.search("wombatlang build system").grade is Grade.NEAREST


@pytest.mark.parametrize(
    ("query", "number", "notes"),
    [
        ("20 january 2019", 2, ()),
        ("20th Jan 2019", 2, ()),
        ("January 20, 2019", 2, ()),
        ("2019-01-20", 2, ()),
        ("issue from the 20th of january 2019", 2, ()),
        ("2019/1/22", 2, ("no issue came out on 22 January 2019; the nearest is that of 20 January 2019",)),
        ("1 may 1999", 1, ("no issue came out on 1 May 1999; the nearest is that of 13 January 2019",)),
    ],
)
def test_a_date_names_the_issue_nearest_to_it(query: str, number: int, notes: tuple[str, ...]) -> None:
    """The answer is that issue with its links, and says where it is another day's."""
    answer = Index.of(ARCHIVE[:2]).search(query, today=TODAY)
    assert answer.issue is not None
    assert (answer.issue.number, answer.grade, answer.notes) == (number, Grade.STRONG, notes)
    assert {result.issue.number for result in answer.results} == {number}
    assert len(answer.results) == 4


@pytest.mark.parametrize("query", ["31 february 2019", "2019-13-01", "20 january", "nagios 20 january 2019"])
def test_other_figures_are_no_date(query: str) -> None:
    """A day that does not exist, one without a year, and one beside other words name no issue."""
    assert INDEX.search(query, today=TODAY).issue is None


def test_an_abbreviated_month_before_a_year_is_that_month() -> None:
    """Newsletters write it out."""
    index = Index.of([issue(1, "The outage of February 2017.", "Feb is a theme."), issue(2, *OTHERS)])
    for asked in ("outage feb 2017", "outage Feb. 2017"):
        answer = index.search(asked)
        assert (answer.grade, answer.results[0].lacks) == (Grade.STRONG, ())
        assert answer.results[0].entry.text.startswith("The outage")
    for asked in ("feb", "Feb"):
        assert index.search(asked).results[0].entry.text == "Feb is a theme."
    assert index.search("outage feb").results[0].entry.text.startswith("The outage")
    assert index.search("sept 2019").results == index.search("september 2019").results


def test_a_correction_is_named_and_not_another_name_of_it() -> None:
    """Though more entries have the other name."""
    texts = ("A blameless postmortem and its culture.", "Blameless culture.", "Blameless culture again.")
    index = Index.of([issue(1, *texts), *(issue(n, f"Filler {n}.") for n in range(2, 30))])
    assert index.search("postmotem culture").assumed == (Assumption("postmotem", "postmortem", far=False),)

"""A file that was mended, moved, re-dated or renamed is the issue it was, and two issues are never one."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.issue import Entry, Issue, Link, Section
from archive.loader import load
from bot.domain.issue_identity import Fingerprint, KnownIssues, fingerprint, leading, recognise
from bot.domain.likeness import MIN_COMMON_LINKS, Marks, likeness, sketch
from tests.fakes.folder import WithoutHistory
from tests.fakes.newsletter import issue
from tests.fakes.virtual import START

SHARED = Path(__file__).parents[2] / ".." / "shared"
ARCHIVES = [SHARED / "archive", *sorted((SHARED / "newsletters" / "archives").glob("*"))]
real = pytest.mark.parametrize(
    "folder",
    [
        pytest.param(
            each, id=each.name, marks=pytest.mark.skipif(not each.is_dir(), reason=f"the archive {each} is not there")
        )
        for each in ARCHIVES
    ],
)


QUICK_ISSUES = 40
"""How many issues of each archive the quick tests look at, from its beginning to its end."""


@lru_cache(maxsize=10)
def issues_of(folder: Path) -> tuple[Issue, ...]:
    """Return an archive's issues."""
    return load(WithoutHistory(folder)).issues


@pytest.fixture(name="there")
def _there(folder: Path, request: pytest.FixtureRequest) -> tuple[Issue, ...]:
    found = issues_of(folder)
    return found[:: -(-len(found) // QUICK_ISSUES)] if request.config.getoption("quick") else found


def register_of(*fingerprints: Fingerprint) -> KnownIssues:
    """Return the register that saw these for the first time."""
    names = recognise(fingerprints, KnownIssues({}, {}))
    by_identity = {names[each.slug]: each for each in fingerprints}
    return KnownIssues(
        names,
        {key: each.links for key, each in by_identity.items()},
        {key: each.marks for key, each in by_identity.items()},
    )


def with_entries(known: Issue, change: Callable[[Entry], Entry]) -> Issue:
    """Return the issue with each entry changed by a function."""
    sections = [replace(section, entries=tuple(map(change, section.entries))) for section in known.sections]
    return replace(known, sections=tuple(sections))


def with_links_rewritten(known: Issue) -> Issue:
    """Return the issue with every address changed, also those that its text shows."""

    def change(entry: Entry) -> Entry:
        links = tuple(Link(f"https://moved.example/?to={hash(link.url)}") for link in entry.links)
        return replace(entry, links=links, text=entry.text.replace("http", "https://moved.example/http"))

    return with_entries(known, change)


def garbled(known: Issue) -> Issue:
    """Return the issue as it is read in the wrong encoding."""
    return with_entries(known, lambda entry: replace(entry, text=entry.text.encode().decode("latin-1")))


def mended(known: Issue, seed: int) -> Issue:
    """Return the issue with one word in thirty put right, in every entry."""
    chosen = random.Random(seed)

    def change(entry: Entry) -> Entry:
        words = [word if chosen.random() > 1 / 30 else "mended" for word in entry.text.split(" ")]
        return replace(entry, text=" ".join(words))

    return with_entries(known, change)


MUTATIONS: dict[str, Callable[[Issue], Issue]] = {
    "moved": lambda known: known,
    "re-dated": lambda known: replace(known, published=known.published + timedelta(days=40)),
    "links rewritten": with_links_rewritten,
    "re-encoded": garbled,
    "mended and links rewritten": lambda known: with_links_rewritten(mended(known, 7)),
    "title changed": lambda known: replace(known, title="Something else"),
    "links rewritten, title and date changed": lambda known: replace(
        with_links_rewritten(known), title="Something else", published=known.published + timedelta(days=3)
    ),
}


@real
@pytest.mark.parametrize("what", MUTATIONS)
def test_a_mass_rename_keeps_every_identity(there: tuple[Issue, ...], what: str) -> None:
    """All files at once get other names, and a change that leaves number and date, or most of the text."""
    known = register_of(*map(fingerprint, there))
    after = [fingerprint(replace(MUTATIONS[what](each), slug=f"renamed-{at}")) for at, each in enumerate(there)]
    found = recognise(after, known)
    lost = [there[at].slug for at in range(len(there)) if found[f"renamed-{at}"] != known.names[there[at].slug]]
    assert lost == []


@real
def test_two_issues_of_an_archive_are_never_one(there: tuple[Issue, ...]) -> None:
    """Neither when they come together, nor when one takes another's place under a new name."""
    seen = [fingerprint(each) for each in there]
    assert len(set(recognise(seen, KnownIssues({}, {})).values())) == len({each.links for each in seen})
    alike = [
        (one.slug, other.slug)
        for one, other in combinations(seen, 2)
        if one.links != other.links and likeness(one.traits, other.traits) >= MIN_COMMON_LINKS
    ]
    assert alike == []


@real
def test_no_issue_takes_the_place_of_one_that_is_gone(there: tuple[Issue, ...]) -> None:
    """Every second issue is known and gone; the others come: none of them is one of those, whatever its number."""
    seen = [replace(fingerprint(each), slug=f"s{at}") for at, each in enumerate(there)]
    known = register_of(*seen[::2])
    found = recognise(seen[1::2], known)
    assert set(found.values()).isdisjoint(known.names.values())


def test_a_file_written_over_with_the_next_issue_is_another_issue() -> None:
    """latest.md each week: number, links and text differ, so its name alone does not make it a correction."""
    first, second = (_long(number, slug="latest") for number in (7, 8))
    known = register_of(fingerprint(first))
    assert recognise([fingerprint(second)], known) == {"latest": "latest~2"}
    assert recognise([fingerprint(with_links_rewritten(first))], known) == {"latest": "latest"}
    assert recognise([fingerprint(replace(first, number=8))], known) == {"latest": "latest"}


STANDING = " ".join(f"greeting{at}" for at in range(100))
"""A hundred words that every issue has."""


def _framed(number: int | None, title: str, week: int, slug: str) -> Issue:
    """Return an issue of a few words and links of its own, between a greeting and a farewell that never change."""
    made = _long(week, slug=slug)
    section = made.sections[0]
    greeting = replace(section.entries[0], text=STANDING, links=(Link("https://example.org/subscribe"),))
    own = [
        replace(entry, text=" ".join(entry.text.split()[:16]), links=(Link(f"https://example.org/{week}/{at}"),))
        for at, entry in enumerate(section.entries)
    ]
    published = START + timedelta(weeks=week)
    sections = (replace(section, entries=(greeting, *own)),)
    return replace(made, number=number, title=title, published=published, sections=sections)


@pytest.mark.parametrize("numbered", [True, False])
def test_a_greeting_does_not_make_next_week_s_issue_a_correction(*, numbered: bool) -> None:
    """Nor does a standing link: latest.md says another day, and another number or title."""

    def week(at: int, slug: str) -> Fingerprint:
        return fingerprint(_framed(at if numbered else None, f"Weekly {at}" if numbered else f"On w{at}", at, slug))

    older = [week(at, f"old-{at}") for at in range(1, 5)]
    known = register_of(*older, week(7, "latest"))
    assert recognise([*older, week(8, "latest")], known)["latest"] == "latest~2"
    assert recognise([week(8, "latest")], known)["latest"] == "latest~2"


def test_a_new_day_number_and_title_on_the_same_text_are_a_correction() -> None:
    """Somebody mends all three at once, and the links' addresses change with a tracker."""
    first = _long(7)
    mended = replace(with_links_rewritten(first), number=8, title="Weekly 8", published=START + timedelta(weeks=9))
    assert recognise([fingerprint(mended)], register_of(fingerprint(first))) == {"issue-7": "issue-7"}


def test_a_copy_with_other_links_beside_the_file_is_no_second_issue() -> None:
    """A rename is half done: both files are there for a moment."""
    first = _long(7)
    copy = replace(with_links_rewritten(first), slug="copy")
    found = recognise([fingerprint(first), fingerprint(copy)], register_of(fingerprint(first)))
    assert set(found.values()) == {"issue-7"}


def test_a_number_and_a_title_used_twice_are_two_issues() -> None:
    """Number, title and date are nothing against two texts with nothing in common."""
    first = _long(7)
    other = replace(_long(8, slug="other"), number=7, title=first.title, published=first.published)
    found = recognise([fingerprint(other)], register_of(fingerprint(first)))
    assert found == {"other": "other"}


def _threads(*weeks: int, numbered: bool) -> list[Fingerprint]:
    """Return issues that have a number or a title, a day and a file of their own, and the same links and text."""
    titles = {week: f"Open thread {week}" if numbered else f"Open thread on w{week}" for week in weeks}
    made = [replace(_long(0, slug=f"t{week}"), title=titles[week], number=week if numbered else None) for week in weeks]
    return [fingerprint(replace(one, published=START + timedelta(weeks=w))) for w, one in zip(weeks, made, strict=True)]


@pytest.mark.parametrize("numbered", [True, False])
def test_the_same_text_each_week_is_another_issue_each_week(*, numbered: bool) -> None:
    """An open thread, a note on holidays: each says its own number or title and its own day, whenever it is seen."""
    first, second, third = _threads(1, 2, 3, numbered=numbered)
    assert recognise([first, second], KnownIssues({}, {})) == {"t1": "t1", "t2": "t2"}
    assert recognise([first, second, third], register_of(first, second)) == {"t1": "t1", "t2": "t2", "t3": "t3"}


@pytest.mark.parametrize("by", [1, -1])
def test_issues_that_are_all_renumbered_stay_themselves(by: int) -> None:
    """A number was skipped or used twice: each file takes the name and the number of its neighbour."""
    issues = [replace(_long(n), published=START + timedelta(weeks=n)) for n in range(20, 26)]
    shifted = [
        replace(one, slug=f"issue-{n + by}", number=n + by, title=f"Weekly {n + by}")
        for n, one in enumerate(issues, 20)
    ]
    found = recognise(map(fingerprint, shifted), register_of(*map(fingerprint, issues)))
    assert found == {f"issue-{n + by}": f"issue-{n}" for n in range(20, 26)}


def test_other_issues_under_the_same_names_and_numbers_are_others() -> None:
    """Another newsletter's folder, or numbers that begin again each year: another day, and nothing in common."""
    ours = [replace(_long(n), published=START + timedelta(weeks=n)) for n in range(1, 6)]
    theirs = [
        replace(_long(100 + n, slug=f"issue-{n}"), number=n, title=f"Weekly {n}", published=START + timedelta(days=n))
        for n in range(1, 6)
    ]
    found = recognise(map(fingerprint, theirs), register_of(*map(fingerprint, ours)))
    assert set(found.values()).isdisjoint(f"issue-{n}" for n in range(1, 6))


def test_of_several_copies_the_file_that_was_there_speaks() -> None:
    """A sync tool's conflicted copy or a translation comes and goes: it says nothing, unless it alone is there."""
    ours = _long(7)
    copy = fingerprint(with_links_rewritten(replace(ours, slug="0-conflicted-copy", title="Woche 7")))
    original, known = fingerprint(ours), register_of(fingerprint(ours))
    sources = {"issue-7": original.source}
    for there in ([copy, original], [original, copy]):
        found = recognise(there, known)
        assert set(found.values()) == {"issue-7"}
        assert leading(there, found, known, sources) == {"issue-7": original}
    assert leading([copy], recognise([copy], known), known, sources) == {"issue-7": copy}


@pytest.mark.parametrize("name", ["issue-7 (conflicted copy)", "copy of issue-7", "issue-7.bak", "~issue-7"])
@pytest.mark.parametrize("first", [False, True])
def test_a_copy_that_is_not_whole_is_no_second_issue(name: str, *, first: bool) -> None:
    """Half of it was written when it was saved: it is the issue's, and never speaks for it, even if it came first."""
    whole = fingerprint(issue(7, START, entries=8))
    half = replace(fingerprint(issue(7, START, entries=4)), slug=name)
    alone = half if first else whole
    known = KnownIssues({alone.slug: alone.slug}, {alone.slug: alone.links}, {alone.slug: alone.marks})
    found = recognise((half, whole), known)
    assert set(found.values()) == {alone.slug}
    assert leading((half, whole), found, known, {}) == {alone.slug: whole}


def test_a_number_a_title_and_a_day_used_twice_are_two_issues_if_their_links_differ() -> None:
    """A sponsor's link in both does not make them one."""
    one = fingerprint(issue(7, START, entries=6))
    links = frozenset([*list(one.links)[:2], *"abcd"])
    other = replace(one, slug="special", links=links, marks=replace(one.marks, words=frozenset(range(64))))
    assert len(set(recognise((one, other), KnownIssues({}, {})).values())) == 2


def test_an_issue_that_an_earlier_release_saw_is_known_by_its_links() -> None:
    """Its marks are empty until its file is seen."""
    first = fingerprint(_long(7))
    known = KnownIssues({"issue-7": "issue-7"}, {"issue-7": first.links}, {"issue-7": Marks.of_json({})})
    assert recognise([replace(first, slug="renamed")], known) == {"renamed": "issue-7"}


@given(
    kept=st.recursive(
        st.none() | st.integers() | st.text(), lambda each: st.lists(each) | st.dictionaries(st.text(), each)
    )
)
def test_whatever_stands_in_the_database_can_be_read(kept: object) -> None:
    """A row of another version has no marks, or some."""
    assert isinstance(Marks.of_json(kept), Marks)


@given(number=st.none() | st.integers(0, 10**6), title=st.text(), text=st.text())
def test_marks_are_read_as_they_were_written(number: int | None, title: str, text: str) -> None:
    """Through JSON and back."""
    written = Marks(number, title, "2026-01-05", sketch(text))
    assert Marks.of_json(written.as_json()) == written


def _long(number: int, *, slug: str | None = None) -> Issue:
    """Return an issue with text enough to be recognised by."""
    made = issue(number, START, slug=slug)
    chosen = random.Random(number)
    words = [f"word{chosen.randrange(10_000)}" for _ in range(90)]
    entries = tuple(
        replace(entry, text=" ".join(words[30 * at : 30 * at + 30])) for at, (_, entry) in enumerate(made.entries())
    )
    section: Section = made.sections[0]
    return replace(made, sections=(replace(section, entries=entries),))

"""A file's marks about its release: draft, moment of publication, moment of expiry."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive import document, release
from archive.snapshot import Snapshot

_BODY = "\n\nNews\n====\n\nA post.\n<https://example.org/a>\n"


def _read(front: str, file: str = "2026-11-24-2.md", *, dated: bool = True) -> document.Reading:
    """Return the reading of a file with this front matter in YAML."""
    date = "date: 2026-11-24\n" if dated else ""
    return document.read(file, f"---\ntitle: T\n{date}{front}\n---{_BODY}".encode())


@pytest.mark.parametrize(
    "front",
    [
        "draft: true",
        'draft: "true"',
        "draft: True",
        "draft: yes",
        "draft: 'Yes'",
        "draft: on",
        "draft: 1",
        "draft: until May",
        "Draft: true",
        "DRAFT: true",
        "published: false",
        'published: "false"',
        "Published: no",
        "published: 0",
        "status: draft",
        "Status: Draft",
        "status: hidden",
        "status: private",
        "status: in review",
        "post_status: pending",
        "publishDate: soon",
        "isDraft: true",
        "is_draft: yes",
        "Is-Draft: 1",
        "publish: false",
        "visibility: private",
        "status: [news, draft]",
        "params:\n  draft: true",
        "params.draft: true",
        "extra: {is_draft: true}",
        "publish_at: soon",
        "go_live: next week",
        "expires: when it is over",
    ],
)
def test_a_mark_makes_a_draft(front: str) -> None:
    """In any spelling the file is a draft, and nothing of it is lost."""
    reading = _read(front)
    assert reading.draft
    assert not any(problem.lost for problem in reading.problems)


@pytest.mark.parametrize(
    "front",
    [
        "draft: false",
        "draft: 'no'",
        "draft:",
        "draft: 0",
        "published: true",
        "published: 'yes'",
        "published: 2026-11-24",
        "status: published",
        "status: final",
        "publishDate: 2026-11-24",
        "publishDate:",
        "isDraft: false",
        "publish: true",
        "visibility: public",
        "status: [news]",
        "params: {draft: false}",
        "draft: false\nparams: {draft: true}",
        "scheduled: true",
        "expires: never",
        "expiry: false",
    ],
)
def test_other_values_make_no_draft(front: str) -> None:
    """A finished issue is no draft; a `published` of yes is no date."""
    reading = _read(front)
    assert not reading.draft
    assert reading.issue is not None
    assert reading.issue.published == datetime(2026, 11, 24, tzinfo=UTC)
    assert reading.problems == ()


def test_toml_and_json_have_drafts_too() -> None:
    """Their booleans count like YAML's."""
    assert document.read("a.md", f"+++\ntitle = 'T'\ndate = 2026-11-24\ndraft = true\n+++{_BODY}".encode()).draft
    assert document.read("a.md", f'{{"title": "T", "date": "2026-11-24", "draft": true}}{_BODY}'.encode()).draft


def test_a_header_without_marks_has_a_status() -> None:
    """Pelican's lines of names and values are at the top without marks around them."""
    text = "Title: T\nDate: 2026-11-24\nStatus: hidden\n\nA post <https://example.org/a>\n"
    assert document.read("2026-11-24.md", text.encode()).draft == "status: hidden"


@pytest.mark.parametrize("folder", ["_drafts", "posts/_drafts", "Drafts", "draft"])
def test_a_folder_makes_drafts(folder: str) -> None:
    """Any file in a folder of drafts is a draft, even one that could not be read as an issue."""
    assert _read("draft: false", f"{folder}/a.md").draft == f"it lies in {folder.rpartition('/')[2]}/"
    for broken in (b"Notes.", b"---\ntitle: [\n---\n", b"\0"):
        reading = document.read(f"{folder}/b.md", broken)
        assert reading.draft
        assert reading.problems == ()


def test_a_draft_needs_no_date() -> None:
    """A draft without a date is no issue and no loss; a finished issue without one is dated by a guess."""
    assert _read("draft: true", "next.md", dated=False) == document.Reading("next.md", None, draft="draft: true")
    finished = _read("draft: false", "next.md", dated=False).issue
    assert finished is not None
    assert finished.date_guessed


@pytest.mark.parametrize(
    "name", ["publishDate", "publish_date", "pubDate", "PublishDate", "publish_at", "scheduled", "go_live"]
)
def test_the_date_of_publishing_comes_first(name: str) -> None:
    """An issue is published at its `publishDate`, whatever its `date`."""
    reading = _read(f"{name}: 2026-12-24T09:00:00+01:00")
    assert reading.issue is not None
    assert reading.issue.published == datetime(2026, 12, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "name", ["expiryDate", "expiry_date", "unpublishDate", "expires", "expires_at", "expiry", "expire", "end_date"]
)
def test_an_issue_may_expire(name: str) -> None:
    """The moment from which it is hidden is read; an unreadable one holds the issue back, and is reported."""
    reading = _read(f"{name}: 2026-12-24")
    assert reading.issue is not None
    assert reading.issue.expires == datetime(2026, 12, 24, tzinfo=UTC)
    unclear = _read(f"{name}: when it is over")
    assert unclear.issue is not None
    assert unclear.issue.expires is None
    assert "which is no date" in unclear.draft
    assert "expiry date" in unclear.problems[0].message
    assert not unclear.problems[0].lost


def test_a_draft_does_not_take_an_issue_s_name() -> None:
    """A draft with the name of an issue neither hides it nor counts as lost."""
    issue, draft = _read("draft: false", "posts/a.md"), _read("draft: true", "a.md")
    snapshot = Snapshot.of([issue, draft], held=["a.md"])
    assert snapshot.issues == (issue.issue,)
    assert snapshot.problems == ()
    assert snapshot.holding(["a.md"]) is snapshot
    assert [issue.slug for issue in snapshot.holding([]).issues] == ["a", "posts-a"]


def test_a_finished_issue_that_becomes_an_undated_draft_is_none() -> None:
    """The last good version of a file stays in use when the file breaks, not when it becomes a draft."""
    before = Snapshot.of([_read("draft: false", "a.md")])
    after = before.with_changes([_read("draft: true", "a.md", dated=False)])
    assert after.issues == ()


@pytest.mark.parametrize(
    ("given", "hour", "minute"),
    [
        ("2026-12-24 9:00", 9, 0),
        ("2026/12/24 09:00:00", 9, 0),
        ("24 December 2026, 9:05 pm", 21, 5),
        ("Dec 24, 2026 12:30 AM", 0, 30),
        ("2026-12-24 9:00 EST", 14, 0),
        ("2026-12-24T9:00 EST", 14, 0),
        ("December 24, 2026 at 9:00 am (EST)", 14, 0),
        ("2026/12/24 9:00 +0100", 8, 0),
        ("2026/12/24", 0, 0),
        ("12/24/2026 9:30 am", 9, 30),
        ("2026/12/24 99:00", 0, 0),
    ],
)
def test_a_time_that_is_written_is_not_dropped(given: str, hour: int, minute: int) -> None:
    """An embargo until nine does not end at midnight, in any form of date."""
    reading = _read(f"publishDate: '{given}'")
    assert reading.issue is not None
    assert reading.issue.published == datetime(2026, 12, 24, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2030", "2030-01-01"),
        ("2030-03", "2030-03-01"),
        ("03/2030", "2030-03-01"),
        ("12/31/2030", "2030-12-31"),
        ("31/12/2030", "2030-12-31"),
        ("4/3/2030", "2030-04-03"),
        ("June 2030", "2030-06-01"),
        ("2030 June", "2030-06-01"),
        ("Spring 2030", "2030-01-01"),
        ("1893456000", "2030-01-01"),
        ("1893456000000", "2030-01-01"),
    ],
)
def test_a_rough_date_is_read(written: str, day: str) -> None:
    """A year, a month, numbers with slashes and Unix time are dates: the issue waits for them."""
    reading = _read(f"date: {written}", "next.md", dated=False)
    assert reading.issue is not None
    assert (reading.issue.published.date().isoformat(), reading.draft, reading.problems) == (day, "", ())


def test_a_day_in_the_name_is_preferred_to_a_year() -> None:
    """A year alone leaves the day to the file's name, if that has the same year."""
    for file, day in (("2030-05-04.md", "2030-05-04"), ("2029-05-04.md", "2030-01-01")):
        issue = _read("date: 2030", file, dated=False).issue
        assert issue is not None
        assert issue.published.date().isoformat() == day


@pytest.mark.parametrize("written", ["tomorrow", "[1, 2]", "45/45/2030", "next week"])
def test_an_unreadable_date_holds_the_issue(written: str) -> None:
    """It may be in the future: the issue loads with a guess, is held back, and has a problem."""
    reading = _read(f"date: {written}", "next.md", dated=False)
    assert reading.issue is not None
    assert reading.issue.date_guessed
    assert reading.draft == reading.issue.draft
    assert "which is no date" in reading.draft
    assert reading.problems


@pytest.mark.parametrize(
    "matter",
    [
        "---toml\ntitle = 'T'\ndate = 2026-11-24\ndraft = true\n---",
        '---json\n{"title": "T", "date": "2026-11-24", "draft": true}\n---',
        '--- JSON\n{\n"title": "T", "date": "2026-11-24",\n"draft": true}\n---',
        "---yaml\ntitle: T\ndate: 2026-11-24\ndraft: true\n---",
        ';;;\n{"title": "T", "date": "2026-11-24", "draft": true}\n;;;',
    ],
)
def test_a_fence_may_name_its_language(matter: str) -> None:
    """Front matter is read in the language that its first line names, and lines are counted from the file's first."""
    reading = document.read("next.md", f"{matter}{_BODY}".encode())
    assert reading.issue is not None
    assert (reading.issue.title, reading.draft, reading.problems) == ("T", "draft: true", ())
    assert reading.issue.sections[-1].line == matter.count("\n") + 3


@pytest.mark.parametrize("matter", ["---toml\na = 1\n", "---json\n[1]\n---\n", "---toml\na b\n---\n", ";;;\n{\n;;;\n"])
def test_a_fence_around_something_else_is_reported(matter: str) -> None:
    """It has one problem with its next step."""
    (problem,) = document.read("next.md", f"{matter}Hello".encode()).problems
    assert "front matter" in problem.message
    assert problem.advice


@pytest.mark.parametrize("file", ["next.draft.md", "posts/Next.DRAFT.markdown"])
def test_a_name_makes_a_draft(file: str) -> None:
    """A file named as a draft is one, whatever its content."""
    assert document.read(file, f"---\ntitle: T\ndate: 2026-11-24\n---{_BODY}".encode()).draft
    assert document.read(file, b"---\ntitle: [\n---\n").draft


@pytest.mark.parametrize(
    "file", ["2026-11-30-DRAFT.md", "draft-200.md", "200 (draft).md", "wip_notes.md", "posts/12-wip.markdown"]
)
def test_a_name_that_begins_or_ends_with_the_mark_is_a_drafts(file: str) -> None:
    """As people name files by hand."""
    assert release.marks(file, {}, "").draft


@pytest.mark.parametrize("file", ["draft.md", "2021-03-05-draft-beer-weekly.md", "drafting-tables.md", "redraft.md"])
def test_a_name_with_the_word_in_it_is_none(file: str) -> None:
    """A word within a name is one of its own; `draft.md` alone is renamed each week by some."""
    assert not release.marks(file, {}, "").draft


@pytest.mark.parametrize(
    ("title", "held"),
    [
        ("[DRAFT] Weekly 12", True),
        ("Draft: Weekly 12", True),
        ("WIP: Weekly 12", True),
        ("Weekly 12 - DRAFT", True),
        ("Weekly 12 (draft)", True),
        ("Drafting a postmortem", False),
        ("The NFL draft", False),
        ("A draft of the standard is out", False),
    ],
)
def test_a_title_with_the_mark_at_an_end_is_a_drafts(title: str, *, held: bool) -> None:
    """In brackets, before a colon or in capitals: otherwise it is a word."""
    for metadata in ({"title": title}, {"title": title, "date": "2026-11-30"}):
        assert bool(release.marks("12.md", metadata, "").draft) is held


@pytest.mark.parametrize(
    "metadata",
    [{"hidden": True}, {"unlisted": "yes"}, {"private": True}, {"status": "scheduled"}, {"embargo": "when it suits"}],
)
def test_more_spellings_hold_an_issue_back(metadata: dict[str, object]) -> None:
    """What its author hides or has not released."""
    assert release.marks("12.md", metadata, "").draft

"""Guessed dates of issues without one: flagged, and never such that an old issue looks new."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import date, loader
from archive.dating import guessed, in_order

NOW = datetime(2026, 11, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def dated(day: int) -> datetime:
    """Return a day of June 2026."""
    return datetime(2026, 6, day, tzinfo=UTC)


def test_files_are_in_the_order_of_their_numbers() -> None:
    """Issue 9 comes before issue 10, and 2025 before 2026."""
    assert in_order(["2026/1.md", "2025/10.md", "2025/9.md"]) == ["2025/9.md", "2025/10.md", "2026/1.md"]


def test_an_issue_is_dated_between_its_neighbours() -> None:
    """One between two gets a date between theirs, one before them a step earlier, one after them the last date."""
    known = {"2.md": dated(8), "4.md": dated(22)}
    assert guessed({"1.md": NOW, "3.md": NOW, "5.md": NOW}, known) == {
        "1.md": dated(8) - 14 * DAY,
        "3.md": dated(15),
        "5.md": dated(22),
    }


def test_no_guess_is_after_the_last_written_date() -> None:
    """Twenty undated files after the dated ones are not dated in the next twenty weeks, and stay in their order."""
    found = guessed({f"{number}.md": NOW for number in range(10, 30)}, {"8.md": dated(15), "9.md": dated(22)})
    assert max(found.values()) < dated(22)
    assert sorted(found, key=lambda name: found[name]) == in_order(found)


def test_a_future_date_does_not_affect_guesses() -> None:
    """A file that exists is not from the future year for which another issue is announced."""
    assert guessed({"5.md": NOW}, {"3.md": dated(8), "4.md": NOW + 900 * DAY})["5.md"] == dated(8)


def test_a_year_in_the_title_holds() -> None:
    """An undated file with an old year in its title gets that year, at any place in the row."""
    known = {"1.md": dated(8), "3.md": dated(22)}
    assert guessed({"2.md": NOW}, known, {"2.md": "Spring 2012"})["2.md"].year == 2012


def test_files_written_together_are_dated_back() -> None:
    """A checkout writes all files at once: none of them is dated as new."""
    found = guessed({f"{number}.md": NOW for number in range(1, 10)}, {})
    assert max(found.values()) == found["9.md"] == NOW - 30 * DAY
    assert found["9.md"] - found["8.md"] == 7 * DAY


def test_a_file_written_later_has_its_own_time() -> None:
    """A new issue is written by itself, and gets its file's time."""
    found = guessed({"1.md": NOW - 50 * DAY, "2.md": NOW - 50 * DAY, "3.md": NOW}, {})
    assert (found["3.md"], found["2.md"]) == (NOW, NOW - 7 * DAY)


def test_a_year_in_the_path_holds() -> None:
    """A file in a folder named after another year gets that year."""
    assert guessed({"2024/7.md": NOW}, {})["2024/7.md"].year == 2024


@given(
    st.dictionaries(st.text(max_size=8), st.none() | st.datetimes(timezones=st.just(UTC)), max_size=6),
    st.dictionaries(st.text(max_size=8), st.datetimes(timezones=st.just(UTC)), max_size=6),
)
def test_every_file_has_a_date(undated: dict[str, datetime | None], known: dict[str, datetime]) -> None:
    """With any names and times, each undated file gets one date with an offset."""
    known = {name: moment for name, moment in known.items() if name not in undated}
    found = guessed(undated, known)
    assert found.keys() == undated.keys()
    assert not known or all(moment <= max(known.values()) for moment in found.values())
    assert all(moment.tzinfo is not None for moment in found.values())


@pytest.mark.process
def test_the_archive_flags_its_guesses(tmp_path: Path) -> None:
    """Files without any date load, in order, with dates that are flagged."""
    for number in range(1, 4):
        file = tmp_path / f"issue-{number}.md"
        file.write_text("Hello.")
        os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    issues = loader.load(tmp_path).issues
    assert [(issue.slug, issue.title, issue.number) for issue in issues] == [
        (f"issue-{number}", f"Issue {number}", number) for number in range(1, 4)
    ]
    assert all(issue.date_guessed for issue in issues)
    assert issues[-1].published == NOW - 30 * DAY


@pytest.mark.process
def test_a_guess_among_dated_issues_is_flagged_as_a_place(tmp_path: Path) -> None:
    """Such a date says nothing about when the issue appeared, unless its title names an old year; files' times do."""
    texts = {"1.md": "---\ndate: 2026-06-08\n---\nHello.", "2.md": "Hello.", "3.md": "# Spring 2012\n\nHello."}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    assert {issue.slug: issue.placed for issue in loader.load(tmp_path).issues} == {"1": False, "2": True, "3": False}
    (tmp_path / "1.md").unlink()
    assert not any(issue.placed for issue in loader.load(tmp_path).issues)


@pytest.mark.process
def test_the_first_commit_dates_an_issue(tmp_path: Path) -> None:
    """In a git repository a file's first commit is its date, whatever the file's own time."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("there is no git on this machine")
    folder = tmp_path / "repository with a space" / "issues"
    folder.mkdir(parents=True)
    mine = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "PATH": str(Path(git).parent)}

    def run(*arguments: str, day: str = "2020-01-01") -> None:
        moments = {"GIT_AUTHOR_DATE": f"{day}T12:00:00+00:00", "GIT_COMMITTER_DATE": f"{day}T12:00:00+00:00"}
        names = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(
            [git, "-C", folder, *names, *arguments], check=True, capture_output=True, env={**mine, **moments}
        )

    run("init")
    for name, day in (("é 1.md", "2020-03-01"), ("é 2.md", "2020-03-09")):
        (folder / name).write_text("Hello.")
        run("add", ".")
        run("commit", "-m", "Add an issue", day=day)
    (folder / "é 2.md").write_text("Hello again.")
    run("commit", "-am", "Edit it", day="2020-05-01")
    assert [issue.published.date().isoformat() for issue in loader.load(folder).issues] == ["2020-03-01", "2020-03-09"]


@pytest.mark.parametrize(
    ("written", "moment", "period"),
    [
        ("2014092110", "2014-09-21T10:00", False),
        (2014092110, "2014-09-21T10:00", False),
        ("201409211030", "2014-09-21T10:30", False),
        ("20140921103059", "2014-09-21T10:30:59", False),
        ("2014-09-21 10", "2014-09-21T10:00", False),
        (1411293600, "2014-09-21T10:00", False),
        ("Q3 2030", "2030-07-01", True),
        ("2030-Q1", "2030-01-01", True),
        ("4. Quartal 2014", "2014-10-01", True),
        ("2nd quarter of 2014", "2014-04-01", True),
        ("H2 2014", "2014-07-01", True),
        ("KW 12 2030", "2030-03-18", True),
        ("Week 12, 2030", "2030-03-18", True),
    ],
)
def test_figures_and_parts_of_a_year(written: object, moment: str, period: bool) -> None:
    """Figures with an hour are no Unix time, and a quarter, half or week is its first day."""
    assert date.moment(written) == datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert date.is_period(written) is period
    assert date.has_time(written) is ("T" in moment)


@pytest.mark.parametrize("written", ["2014092125", "2014139910", "Q5 2030", "KW 60 2030"])
def test_figures_and_parts_that_there_are_none_of(written: str) -> None:
    """They are no date, rather than one decades ahead."""
    assert date.moment(written) is None

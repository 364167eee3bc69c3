"""An item's file says what the item said, and nothing in its title can harm."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import document
from bot.source.importing.files import names_of, title_of, written
from tests.fakes.letters import item, sent

ODD = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


def test_front_matter_has_title_date_number_and_source() -> None:
    """As the archive reads them."""
    text = written(item(7, "A text."), "A text.")
    assert text.splitlines()[1:5] == [
        r'title: "The Quarry Post \\#7"',
        "date: 2024-04-14T09:30:00+00:00",
        "number: 7",
        'source: "https://quarry.example/7"',
    ]
    read = document.read("x.md", text.encode()).issue
    assert read is not None
    assert (read.title, read.number, read.published) == ("The Quarry Post #7", 7, sent(7))


def test_a_date_keeps_its_zone() -> None:
    """Nothing is converted to another."""
    local = datetime(2024, 3, 3, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert "date: 2024-03-03T23:30:00-05:00\n" in written(item(published=local), "x")


def test_an_item_without_a_date_has_none_in_its_file() -> None:
    """The archive then guesses one, and says so; a made-up date would look like a true one."""
    assert "date:" not in written(item(published=None), "x")
    assert next(names_of(item(published=None))).startswith("undated-")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("The Quarry Post #12", "2024-03-03-12.md"),
        ("On slate, and on Marble!", "2024-03-03-on-slate-and-on-marble.md"),
        ("../../etc/passwd", "2024-03-03-etc-passwd.md"),
        ("石の話", "2024-03-03-石の話.md"),
        ("", "2024-03-03-untitled.md"),
        ("…", "2024-03-03-untitled.md"),
        ("CON", "2024-03-03-con.md"),
        ("a" * 500, f"2024-03-03-{'a' * 60}.md"),
    ],
)
def test_a_name_is_the_day_and_the_number_or_title(title: str, name: str) -> None:
    """Of letters, figures and hyphens."""
    assert next(names_of(item(title=title))) == name


def test_further_names_end_in_letters() -> None:
    """A figure would be read as the issue's number."""
    names = list(islice(names_of(item(7)), 28))
    assert names[:3] == ["2024-04-14-7.md", "2024-04-14-7-b.md", "2024-04-14-7-c.md"]
    assert names[-1] == "2024-04-14-7-ab.md"
    assert len(set(names)) == len(names)


@given(ODD)
def test_any_title_is_read_as_it_was_meant(title: str) -> None:
    """Marks of Markdown and YAML in it are words, and stay words."""
    made = item(title=title)
    read = document.read(next(names_of(made)), written(made, "A text.").encode()).issue
    assert read is not None
    assert read.published == made.published
    assert read.title == title_of(made)


@given(ODD)
def test_no_title_leads_out_of_the_folder(title: str) -> None:
    """Nor to a hidden file, nor to a name that a disk refuses."""
    name = next(names_of(item(title=title)))
    assert "/" not in name
    assert "\\" not in name
    assert not name.startswith(".")
    assert len(name.encode()) <= 255

"""Several newsletters in one archive: one's fault, change or number is nothing to another."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.source.finding import find_newsletters
from bot.source.library import Library
from bot.source.several import open_library

ISSUE = "---\ndate: 2021-05-0{number}\n---\n# {title} #{number}\n\n## News\n\nOf {topic}: [{topic}](https://example.com/{topic}).\n"


def write(folder: Path, name: str, number: int, topic: str) -> None:
    """Write an issue of a newsletter, about a topic."""
    file = folder / name / f"{number}.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(ISSUE.format(title=name.title(), number=number, topic=topic), "utf-8")


def library(folder: Path) -> Library:
    """Return what the folder holds, read."""
    return open_library(folder, find_newsletters(folder))


def opened(folder: Path) -> Library:
    """Return two newsletters, each with an issue 3."""
    write(folder, "bread", 3, "sourdough")
    write(folder, "tides", 3, "moonlight")
    write(folder, "tides", 4, "lighthouses")
    return library(folder)


def found(library: Library, query: str) -> list[str]:
    """Return the slugs of what a query finds."""
    return [result.issue.slug for result in library.index.search(query).results]


def test_issues_are_told_apart_by_their_newsletter(tmp_path: Path) -> None:
    """Two may have one number; one index finds those of both."""
    both = opened(tmp_path)
    assert [issue.slug for issue in both.snapshot.issues] == ["bread/3", "tides/3", "tides/4"]
    assert [issue.newsletter for issue in both.snapshot.labelled(3)] == ["bread", "tides"]
    assert found(both, "sourdough") == ["bread/3"]
    assert found(both, "lighthouses") == ["tides/4"]


def test_each_newsletter_is_told_of_by_itself(tmp_path: Path) -> None:
    """Its value, its issues and its library."""
    both = opened(tmp_path)
    (tmp_path / "bread" / "5.md").write_bytes(b"")
    assert [each.slug for each in both.newsletters] == ["bread", "tides"]
    assert [issue.slug for issue in both.announced("tides")] == ["tides/3", "tides/4"]
    assert both.announced() == both.snapshot.issues
    assert all(part is both.of(each.slug) for part, each in zip(both.parts(), both.newsletters, strict=True))


def test_only_one_newsletter_is_its_own_part(tmp_path: Path) -> None:
    """Nothing of it is called otherwise than before."""
    write(tmp_path, "2021", 3, "sourdough")
    one = library(tmp_path)
    assert [each.slug for each in one.newsletters] == [""]
    assert one.parts() == (one,)
    assert one.of("") is one
    assert [issue.slug for issue in one.announced("")] == ["3"]


async def test_a_changed_file_is_in_the_answers_and_leaves_the_rest_shared(tmp_path: Path) -> None:
    """Listeners are told of the whole archive, once."""
    both = opened(tmp_path)
    before = both.snapshot.get("bread/3")
    told: list[tuple[int, int]] = []

    async def changed(old: object, new: object) -> None:
        told.append((len(getattr(old, "issues", ())), len(getattr(new, "issues", ()))))

    both.on_change(changed)
    write(tmp_path, "tides", 5, "buoys")
    assert await both.of("tides").refresh(["5.md"])
    await both.listeners_idle()
    assert found(both, "buoys") == ["tides/5"]
    assert both.snapshot.get("bread/3") is before
    assert told == [(3, 4)]
    (tmp_path / "tides" / "5.md").unlink()
    assert await both.refresh()
    assert found(both, "buoys") == []
    assert not await both.refresh()


async def test_what_is_wrong_with_one_newsletter_holds_up_no_other(tmp_path: Path) -> None:
    """Its last state stays in use, and its fault is named."""
    both = opened(tmp_path)
    shutil.rmtree(tmp_path / "tides")
    write(tmp_path, "bread", 4, "baguette")
    await both.refresh()
    assert found(both, "baguette") == ["bread/4"]
    assert found(both, "lighthouses") == ["tides/4"], "the last state stays in use"
    assert (both.is_good("bread"), both.is_good("tides"), both.is_good()) == (True, False, False)
    assert "tides: there is no such folder" in both.folder_fault()


async def test_a_newsletter_that_is_away_at_the_start_is_there_when_it_is_back(tmp_path: Path) -> None:
    """The others start without it."""
    write(tmp_path, "bread", 3, "sourdough")
    (tmp_path / "newsletters.toml").write_text("[bread]\n[tides]\n", "utf-8")
    both = library(tmp_path)
    assert (found(both, "sourdough"), both.is_good("tides")) == (["bread/3"], False)
    write(tmp_path, "tides", 4, "lighthouses")
    await both.refresh()
    assert (found(both, "lighthouses"), both.is_good()) == (["tides/4"], True)


async def test_a_broken_file_is_named_with_its_newsletter(tmp_path: Path) -> None:
    """In the whole archive; in its own library without."""
    both = opened(tmp_path)
    (tmp_path / "bread" / "9.md").write_bytes(
        b"---\ndate: 0226-05-03\n---\n# Bread #9\n\n## News\n\nA [b](https://example.com/b).\n"
    )
    await both.refresh()
    assert [broken.file for broken in both.broken()] == ["bread/9.md"]
    assert ([broken.file for broken in both.broken("tides")], len(both.of("bread").broken())) == ([], 1)

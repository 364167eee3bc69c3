"""What is out at which moment, and what of it the archive in use shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from archive import document
from archive.snapshot import Snapshot
from bot.domain.publication import announced, held_back, is_out, next_change, released
from bot.source.library import Library
from tests.fakes.folder import FakeFolder

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
_MOMENTS = st.datetimes(datetime(2026, 11, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


class _Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        """Return the moment that was set."""
        return self.at


def _text(word: str, front: str = "", date: str = "2026-11-24") -> str:
    """Write an issue about one word."""
    return f"---\ntitle: About {word}\ndate: {date}\n{front}\n---\n\nNews\n====\n\nAll about {word}.\n<https://example.org/{word}>\n"


def _opened(clock: _Clock, **files: str) -> tuple[FakeFolder, Library]:
    folder = FakeFolder({f"{name}.md": text for name, text in files.items()})
    return folder, Library.opened(folder, clock=clock)


def _found(library: Library, query: str) -> list[str]:
    return [result.issue.slug for result in library.current.index.search(query).results]


async def test_a_draft_is_nowhere_until_its_mark_goes() -> None:
    """It is not found, not the latest, not given by its number, not delivered; it is named as held back."""
    folder, library = _opened(
        _Clock(), out=_text("knots"), later=_text("harbours", "draft: true\nnumber: 7", "2026-11-29")
    )
    assert _found(library, "harbours") == []
    assert [issue.slug for issue in library.snapshot.issues] == ["out"]
    assert [issue.slug for issue in library.announced()] == ["out"]
    assert [(held.file, held.why, held.until) for held in library.held_back()] == [
        ("later.md", "draft (draft: true)", None)
    ]
    assert (held := library.held("7")) is not None
    assert held.file == "later.md"
    assert library.held("latest") is None
    folder.put("later.md", _text("harbours", "number: 7", "2026-11-29"))
    assert await library.refresh(["later.md"])
    assert _found(library, "harbours") == ["later"]
    assert library.snapshot.find("latest").slug == library.snapshot.find("7").slug == "later"
    assert library.held_back() == ()


async def test_an_issue_comes_out_and_expires_at_its_moments() -> None:
    """No file is read for it, listeners are told, and delivery knows an issue of the future before it is out."""
    clock = _Clock()
    folder, library = _opened(
        clock, ahead=_text("harbours", "publishDate: 2026-12-01T09:00:00Z\nexpiryDate: 2026-12-05")
    )
    told: list[tuple[str, ...]] = []

    async def note(_: Snapshot, after: Snapshot) -> None:
        told.append(tuple(issue.slug for issue in after.issues))

    library.on_change(note)
    folder.reads.clear()
    assert [issue.slug for issue in library.announced()] == ["ahead"]
    (held,) = library.held_back()
    assert (held.why, held.until) == ("its date is 01 Dec 2026 09:00 UTC", datetime(2026, 12, 1, 9, tzinfo=UTC))
    clock.at = datetime(2026, 12, 1, 8, 59, 59, tzinfo=UTC)
    assert not await library.keep_time()
    assert _found(library, "harbours") == []
    clock.at += timedelta(seconds=1)
    assert await library.keep_time()
    await library.listeners_idle()
    assert _found(library, "harbours") == ["ahead"]
    clock.at = datetime(2026, 12, 5, tzinfo=UTC)
    assert await library.keep_time()
    assert _found(library, "harbours") == []
    assert library.announced() == ()
    assert library.held_back()[0].why == "it expired on 05 Dec 2026"
    await library.listeners_idle()
    assert told == [("ahead",), ()]
    assert folder.reads == []


async def test_a_clock_that_is_put_back_takes_back_what_is_not_out_yet() -> None:
    """What was shown by a wrong clock is held back again when the clock is mended."""
    clock = _Clock()
    clock.at = NOW + timedelta(days=60)
    _, library = _opened(clock, ahead=_text("harbours", date="2026-12-24"))
    assert _found(library, "harbours") == ["ahead"]
    clock.at = NOW
    assert await library.keep_time()
    assert _found(library, "harbours") == []


@given(_MOMENTS, _MOMENTS, st.sampled_from(["true", "false"]), _MOMENTS)
def test_everything_is_either_out_or_held_back(
    published: datetime, expires: datetime, draft: str, now: datetime
) -> None:
    """At any moment an issue is shown or named as held back, never both; in between nothing changes."""
    front = f"expiryDate: {expires.isoformat()}\ndraft: {draft}"
    reading = document.read("a.md", _text("harbours", front, published.isoformat()).encode())
    whole = Snapshot.of([reading])
    shown, held = released(whole, now), held_back(whole, now)
    assert reading.issue is not None
    assert (shown.issues == (reading.issue,)) == is_out(reading.issue, now) == (not held)
    assert set(shown.issues) <= set(announced(shown, now))
    change = next_change(whole.readings.values(), now)
    if change is not None:
        assert released(whole, change - timedelta(microseconds=1)).issues == shown.issues
    else:
        assert released(whole, now + timedelta(days=999)).issues == shown.issues

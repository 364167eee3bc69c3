"""Files that are still being written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.source.settling import Settling
from tests.fakes.folder import FakeFolder


class Moment:
    """A clock that a test sets."""

    def __init__(self) -> None:
        """Begin at some moment."""
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        """See `bot.domain.clock.Clock`."""
        return self.moment


class Watched:
    """A folder, and looks at it at moments that a test sets (seconds)."""

    def __init__(self) -> None:
        """Begin with an empty folder."""
        self.folder = FakeFolder()
        self.clock = Moment()
        self.settling = Settling(self.folder, 2, self.clock)

    @property
    def now(self) -> float:
        """Return the time in seconds."""
        return self.clock.now().timestamp()

    def write(self, name: str = "new.md") -> None:
        """Write a file now."""
        self.folder.put(name, "text", written=self.now)

    def look(self, *names: str, known: tuple[str, ...] = (), after: float = 0) -> set[str]:
        """Return what is still being written, `after` so many seconds; without `names` every file is looked at."""
        self.clock.moment += timedelta(seconds=after)
        return set(self.settling.unsettled(names or None, known))


def test_two_looks_have_to_agree() -> None:
    """They are two seconds apart; a change between them begins the wait again."""
    it = Watched()
    it.write()
    assert it.look("new.md") == {"new.md"}
    it.write()
    assert it.look("new.md", after=1.5) == {"new.md"}
    assert it.look("new.md", after=0.1) == {"new.md"}
    assert it.look(after=1.8) == {"new.md"}
    assert it.settling.waiting == {"new.md"}
    assert it.look("new.md", after=0.1) == set()
    assert it.settling.waiting == set()


def test_a_known_file_and_an_old_one_count_at_once() -> None:
    """A correction is not waited for, nor is a file that was moved into place."""
    it = Watched()
    it.write("known.md")
    it.folder.put("moved.md", "text", written=it.now - 60)
    assert it.look(known=("known.md",)) == set()


def test_a_clock_that_is_ahead_does_not_stop_a_file() -> None:
    """A network disk's time may be hours ahead: two looks decide."""
    it = Watched()
    it.folder.put("new.md", "text", written=it.now + 7_200)
    assert it.look() == {"new.md"}
    assert it.look(after=2) == set()


def test_a_file_that_goes_is_forgotten() -> None:
    """It is not waited for any more."""
    it = Watched()
    it.write()
    assert it.look() == {"new.md"}
    it.folder.remove("new.md")
    assert it.look("new.md") == set()
    assert it.settling.waiting == set()

"""A source is looked at while the bot runs: what is new is written, what goes wrong is said, and nobody is hammered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.source.importing.destination import opened
from bot.source.importing.item import ImportFault, ItemOrFault, SourceError, UnreachableError
from bot.source.importing.polling import STATE, Polling
from tests.fakes.letters import item

MINUTES = 15


class Post:
    """A source that gives what a test puts there; each look is noted, with the state it began with."""

    name = "https://quarry.example/feed"

    def __init__(self) -> None:
        """Begin with nothing."""
        self.state = ""
        self.looks: list[str] = []
        self.waiting: list[ItemOrFault] = []
        self.error: SourceError | None = None

    def __len__(self) -> int:
        """See `Source.__len__`."""
        return 0

    def items(self) -> Iterator[ItemOrFault]:
        """Yield what came since the state, which counts the looks that found something."""
        self.looks.append(self.state)
        if self.error:
            raise self.error
        yield from self.waiting
        if self.waiting:
            self.state = str(int(self.state or 0) + 1)
            self.waiting = []


class Bench:
    """A polling over a folder, whose time a test lets pass."""

    def __init__(self, folder: Path, luck: int = 1_000) -> None:
        """Begin now; a `luck` of 1,000 is no jitter."""
        self.folder = folder
        self.post = Post()
        self.time = 1_000.0
        self.luck = luck
        self.polling = self.another()

    def another(self, post: Post | None = None) -> Polling:
        """Return a polling as another process would have it, or the next start."""
        return Polling(post or self.post, self.folder, self, lambda _: self.luck, minutes=MINUTES)

    def now(self) -> datetime:
        """See `bot.domain.clock.Clock`."""
        return datetime(2024, 3, 3, tzinfo=UTC) + timedelta(seconds=self.time)

    async def passes(self, seconds: float, polling: Polling | None = None) -> int:
        """Let time pass, asking every five seconds; return how many looks there were."""
        before = len(self.post.looks)
        end = self.time + seconds
        while self.time < end:
            await (polling or self.polling).look()
            self.time += 5
        return len(self.post.looks) - before

    @property
    def issues(self) -> list[str]:
        """The issues' files."""
        return sorted(path.name for path in self.folder.glob("*.md"))


@pytest.fixture(name="bench")
def _bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(tmp_path)

    class Loop:
        def time(self) -> float:
            return made.time

    monkeypatch.setattr("bot.source.importing.polling.asyncio.get_running_loop", Loop)

    async def at_once(call: object) -> object:
        return call()  # type: ignore[operator]  # what a thread would call

    monkeypatch.setattr("bot.source.importing.polling.asyncio.to_thread", at_once)
    return made


async def test_what_is_new_is_written_within_a_quarter_of_an_hour(bench: Bench) -> None:
    """The first look is at once; then one each fifteen minutes, with the state of the one before."""
    bench.post.waiting = [item(1)]
    assert await bench.passes(10) == 1
    assert bench.issues == ["2024-03-03-1.md"]
    bench.post.waiting = [item(2)]
    assert await bench.passes(MINUTES * 60) == 1
    assert bench.issues == ["2024-03-03-1.md", "2024-03-10-2.md"]
    assert await bench.passes(3600) == 4
    assert bench.post.looks[:3] == ["", "1", "2"]


async def test_looks_are_spread(bench: Bench) -> None:
    """By a tenth, so that many bots do not come together."""
    bench.luck = 0
    await bench.passes(5)
    assert await bench.passes(MINUTES * 60 * 0.91) == 1


async def test_a_source_that_fails_is_asked_more_and_more_rarely(bench: Bench) -> None:
    """Half an hour, an hour, and so on up to six; it is said from the first failure on."""
    bench.post.error = UnreachableError("quarry", "it cannot be reached")
    assert await bench.passes(5) == 1
    assert bench.polling.fault == "quarry: it cannot be reached"
    assert await bench.passes(29 * 60) == 0
    assert await bench.passes(2 * 60) == 1
    assert await bench.passes(58 * 60) == 0
    await bench.passes(24 * 3600)
    assert await bench.passes(24 * 3600) == 4


async def test_a_source_that_is_back_is_looked_at_as_before(bench: Bench) -> None:
    """And nothing is said of it any more."""
    bench.post.error = UnreachableError("quarry", "it cannot be reached")
    await bench.passes(3600)
    bench.post.error, bench.post.waiting = None, [item(1)]
    await bench.passes(7200)
    assert bench.polling.fault == ""
    assert bench.issues == ["2024-03-03-1.md"]
    assert await bench.passes(3600) == 4


async def test_a_server_says_itself_when_it_may_be_asked_again(bench: Bench) -> None:
    """If that is later."""
    bench.post.error = UnreachableError("quarry", "busy", after=7200)
    assert await bench.passes(5) == 1
    assert await bench.passes(7000) == 0
    assert await bench.passes(300) == 1


async def test_an_issue_that_could_not_be_imported_is_said(bench: Bench) -> None:
    """Until the next one that could; a look without anything new changes nothing."""
    bench.post.waiting = [item(1), ImportFault("mail 7", "it has no text")]
    await bench.passes(3600)
    assert bench.polling.fault == "https://quarry.example/feed: not imported: mail 7: it has no text"
    assert bench.issues == ["2024-03-03-1.md"]
    bench.post.waiting = [item(2)]
    await bench.passes(3600)
    assert bench.polling.fault == ""


async def test_the_next_start_goes_on_where_the_last_one_was(bench: Bench) -> None:
    """It does not ask again at once, and knows what was there."""
    bench.post.waiting = [item(1)]
    await bench.passes(10)
    bench.post.state = ""
    later = bench.another()
    assert await bench.passes(60, later) == 0
    assert await bench.passes(MINUTES * 60, later) == 1
    assert bench.post.looks[-1] == "1"


async def test_processes_that_share_a_folder_ask_once(bench: Bench) -> None:
    """And all of them say what is wrong."""
    other = bench.another()
    bench.post.error = SourceError("quarry", "it is a login page")
    await bench.passes(5)
    assert await bench.passes(60, other) == 0
    assert other.fault == bench.polling.fault == "quarry: it is a login page"


async def test_while_another_is_at_the_folder_it_is_not_touched(bench: Bench) -> None:
    """That is no fault; half a minute later it is tried again."""
    with opened(bench.folder):
        assert await bench.passes(60) == 0
    assert bench.polling.fault == ""
    assert await bench.passes(40) == 1


async def test_what_was_not_written_is_asked_for_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk loses no issue: the source's state counts only when everything is written."""
    bench.post.waiting = [item(1)]

    def full(*_: object) -> None:
        raise SourceError("the folder", "no space is left")

    with monkeypatch.context() as patched:
        patched.setattr("bot.source.importing.importer._Writing.put", full)
        await bench.passes(5)
    assert bench.polling.fault == "the folder: no space is left"
    await bench.passes(3600)
    assert bench.post.looks[1] == ""


@pytest.mark.parametrize("text", ["", "{", "[]", '{"source": 7}', "\x00"])
async def test_a_state_that_cannot_be_read_is_none(bench: Bench, text: str) -> None:
    """The source is read from its beginning then, which writes nothing twice."""
    (bench.folder / STATE).write_text(text)
    bench.post.waiting = [item(1)]
    assert await bench.passes(5) == 1
    assert json.loads((bench.folder / STATE).read_text())["state"] == "1"


async def test_any_other_error_is_logged_and_the_next_look_follows(bench: Bench) -> None:
    """The bot goes on."""
    bench.post.waiting = [None]  # type: ignore[list-item]  # as a fault of ours would be
    await bench.passes(5)
    assert "looking failed (AttributeError); see the log" in bench.polling.fault
    bench.post.waiting = [item(1)]
    await bench.passes(MINUTES * 60 + 5)
    assert bench.issues == ["2024-03-03-1.md"]

"""The one scheduler: jobs by name, each in its own time by the event loop's clock, whatever the wall clock shows."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo

import pytest
from apscheduler.schedulers import base
from structlog.testing import capture_logs

from bot.runtime.job_scheduler import FromNow, JobScheduler
from bot.store.errors import StoreError
from tests.fakes.virtual import START, VirtualClock, run

HOUR = 3_600.0


class Stage:
    """A scheduler in virtual time; `ran` counts the runs of each job, `planned` all that APScheduler worked out."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Give APScheduler the clock of the test."""
        self.clock = clock = VirtualClock(START)
        self.timers = JobScheduler()
        self.ran: Counter[str] = Counter()
        self.planned = 0

        class Shown(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return clock.now().astimezone(tz)

        plan = FromNow.get_next_fire_time

        def counted(trigger: FromNow, before: datetime | None, now: datetime) -> datetime:
            self.planned += 1
            return plan(trigger, before, now)

        monkeypatch.setattr(base, "datetime", Shown)
        monkeypatch.setattr(FromNow, "get_next_fire_time", counted)

    def job(self, name: str, seconds: float = 0.0) -> Callable[[], Awaitable[None]]:
        """Return a job that takes so many seconds."""

        async def work() -> None:
            self.ran[name] += 1
            await asyncio.sleep(seconds)

        return work


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Return a scheduler without jobs."""
    return Stage(monkeypatch)


def test_each_job_runs_in_its_own_time(stage: Stage) -> None:
    """The first time at once or after its interval, then every so many seconds."""

    async def play() -> None:
        stage.timers.every(5, "tick", stage.job("tick"))
        stage.timers.every(HOUR, "hourly", stage.job("hourly"))
        stage.timers.every(600, "later", stage.job("later"), at_once=False)
        await asyncio.sleep(599)
        assert stage.ran["later"] == 0
        await asyncio.sleep(2 * HOUR - 599 + 10)
        assert stage.ran["hourly"] == 3
        assert stage.ran["later"] == 12
        assert 1_440 <= stage.ran["tick"] <= 1_444
        await stage.timers.stop(within=1)

    run(play())


def test_a_job_never_runs_twice_at_a_time_and_delays_no_other(stage: Stage) -> None:
    """One that takes longer than its interval is begun again only after it has ended; one may hang for good."""

    async def play() -> None:
        stage.timers.every(1, "slow", stage.job("slow", seconds=4.5))
        stage.timers.every(1, "hung", stage.job("hung", seconds=1e9))
        stage.timers.every(1, "tick", stage.job("tick"))
        await asyncio.sleep(100)
        assert 19 <= stage.ran["slow"] <= 21
        assert stage.ran["hung"] == 1
        assert stage.ran["tick"] >= 99
        await stage.timers.stop(within=1)

    run(play())


JUMPS = [timedelta(days=sign * days) for days in (1 / 24, 90, 365, 3_650) for sign in (1, -1)]


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_a_jump_of_the_clock_changes_nothing(stage: Stage, jump: timedelta) -> None:
    """No job waits for a time that comes again, none runs before its own, and no time between costs anything."""

    async def play() -> tuple[int, int]:
        stage.timers.every(5, "tick", stage.job("tick"))
        stage.timers.every(20, "renew", stage.job("renew"))
        stage.timers.every(HOUR, "hourly", stage.job("hourly"))
        await asyncio.sleep(HOUR / 2)
        before = stage.planned
        stage.clock.steps(jump)
        await asyncio.sleep(HOUR / 4)
        assert stage.ran["tick"] >= 0.99 * 0.75 * HOUR / 5
        assert stage.ran["renew"] in range(133, 138)
        assert stage.ran["hourly"] == 1
        after = stage.planned - before
        stage.clock.steps(-jump)
        await asyncio.sleep(HOUR / 2)
        assert stage.ran["hourly"] == 2
        assert stage.ran["tick"] >= 0.99 * 1.25 * HOUR / 5
        await stage.timers.stop(within=1)
        return before, after

    before, after = run(play())
    assert after <= before  # a quarter of an hour after the jump, half an hour before it


def test_a_clock_that_is_put_back_every_minute_stalls_nothing(stage: Stage) -> None:
    """Each time by ten days."""

    async def play() -> None:
        stage.timers.every(1, "tick", stage.job("tick"))
        for _ in range(20):
            stage.clock.steps(-timedelta(days=10))
            await asyncio.sleep(60)
        assert stage.ran["tick"] >= 0.93 * 20 * 60
        await stage.timers.stop(within=1)

    run(play())


def test_a_job_that_fails_is_logged_and_runs_again(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """One bad run must not end all others."""

    async def fails() -> None:
        stage.ran["fails"] += 1
        if stage.ran["fails"] == 1:
            raise StoreError("look", "it is gone")

    async def play() -> None:
        stage.timers.every(1, "fails", fails)
        await asyncio.sleep(1.5)
        await stage.timers.stop(within=1)

    with capture_logs() as told:
        run(play())
    assert stage.ran["fails"] == 2
    assert [(line["event"], line["job"]) for line in told] == [("job.failed", "fails"), ("job.recovered", "fails")]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_an_outage_is_a_line_a_minute(stage: Stage) -> None:
    """Ten minutes in which every run of three jobs fails are a line each, without a stack trace, and one at the end."""
    away = True

    def job(what: str) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            if away:
                raise StoreError(what, "the server does not answer")

        return work

    async def play() -> None:
        nonlocal away
        for seconds, name in ((1, "tick"), (5, "renew"), (60, "heartbeat")):
            stage.timers.every(seconds, name, job(name))
        await asyncio.sleep(600.5)
        away = False
        await asyncio.sleep(61)
        await stage.timers.stop(within=1)

    with capture_logs() as told:
        run(play())
    failed = [line for line in told if line["event"] == "job.failed"]
    assert 10 <= len(failed) <= 11
    assert not any(line.get("exc_info") for line in failed)
    assert failed[-1]["jobs"] == ["heartbeat", "renew", "tick"]
    [recovered] = [line for line in told if line["event"] == "job.recovered"]
    assert recovered["times"] > 700
    assert 600 <= recovered["seconds"] <= 661


def test_another_fault_is_a_line_of_its_own(stage: Stage) -> None:
    """One that is not made for people comes with its stack trace, once."""

    async def fails() -> None:
        stage.ran["fails"] += 1
        raise ValueError("of the code") if stage.ran["fails"] > 2 else StoreError("look", "it is gone")

    async def play() -> None:
        stage.timers.every(1, "fails", fails)
        await asyncio.sleep(9.5)
        await stage.timers.stop(within=1)

    with capture_logs() as told:
        run(play())
    assert [line["event"] for line in told] == ["job.failed", "job.recovered", "job.failed"]
    assert isinstance(told[2]["exc_info"], ValueError)


def test_one_job_can_be_stopped_and_added_again(stage: Stage) -> None:
    """The others go on; after all are stopped, the next one starts everything again."""

    async def play() -> None:
        stage.timers.every(1, "tick", stage.job("tick"))
        stage.timers.every(1, "other", stage.job("other"))
        await asyncio.sleep(0.5)
        await stage.timers.stop("tick", within=1)
        await asyncio.sleep(10)
        assert stage.ran["tick"] == 1
        assert stage.ran["other"] >= 10
        await stage.timers.stop(within=1)
        await asyncio.sleep(10)
        assert stage.ran["other"] <= 11
        stage.timers.every(1, "tick", stage.job("tick"))
        await asyncio.sleep(10)
        assert stage.ran["tick"] >= 11
        await stage.timers.stop(within=1)
        await stage.timers.stop(within=1)

    run(play())


async def test_a_stop_is_done_in_time_though_a_job_will_not_end() -> None:
    """A job that ignores being cancelled is left to itself."""
    deaf = asyncio.Event()

    async def tick() -> None:
        while not deaf.is_set():
            with suppress(asyncio.CancelledError):
                await deaf.wait()

    timers = JobScheduler()
    timers.every(1, "tick", tick)
    await asyncio.sleep(0)
    began = time.monotonic()
    await timers.stop(within=0.2)
    assert time.monotonic() - began < 5
    deaf.set()
    await asyncio.sleep(0)


async def test_a_job_that_a_stop_cancels_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    """Whether its first run or one that the scheduler began: nobody has anything to read."""
    for begun in (1, 2):
        reached, runs = asyncio.Event(), 0

        async def tick(nth: int = begun, reached: asyncio.Event = reached) -> None:
            nonlocal runs
            runs += 1
            if runs == nth:
                reached.set()
                await asyncio.Event().wait()

        timers = JobScheduler()
        timers.every(0.05, "tick", tick)
        await reached.wait()
        await timers.stop(within=5)
        await asyncio.sleep(0)
        assert runs == begun
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []

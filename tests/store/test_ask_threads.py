"""Threads in the database: each message once, a state for a day, gone with the person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.domain.ask_thread import KEPT_HOURS, AskThread
from bot.domain.bookmark import member_of
from bot.store.store import Store

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
THREAD = AskThread("-:T1", "C1", "1700000000.000100", "U1")


async def test_a_message_is_answered_once(store: Store) -> None:
    """The one before it, too, should it come late; another person's is another thread."""
    assert await store.ask_threads.begin(THREAD, "1700000000.000100", NOW) == ""
    await store.ask_threads.remember(THREAD, "{}", NOW)
    assert await store.ask_threads.begin(THREAD, "1700000000.000100", NOW) is None
    assert await store.ask_threads.begin(THREAD, "1700000000.00009", NOW) is None
    assert await store.ask_threads.begin(THREAD, "1700000050.000100", NOW) == "{}"
    other = AskThread("-:T1", "C1", THREAD.thread, "U2")
    assert await store.ask_threads.begin(other, "1700000000.000100", NOW) == ""


async def test_a_thread_is_forgotten_after_a_day(store: Store) -> None:
    """Counted from its last turn."""
    await store.ask_threads.begin(THREAD, "1700000000.000100", NOW)
    await store.ask_threads.remember(THREAD, "{}", NOW)
    later = NOW + timedelta(hours=KEPT_HOURS)
    assert await store.ask_threads.begin(THREAD, "1700090000.000100", later) == "{}"
    assert await store.ask_threads.begin(THREAD, "1700190000.000100", later + timedelta(hours=KEPT_HOURS + 1)) == ""


async def test_threads_go_with_the_person(store: Store) -> None:
    """With everything else about them."""
    await store.ask_threads.begin(THREAD, "1700000000.000100", NOW)
    await store.ask_threads.remember(THREAD, "{}", NOW)
    await store.people.forget(member_of("-:T1", "U1"), 1)
    assert await store.ask_threads.begin(THREAD, "1700000000.000100", NOW) == ""


async def test_a_state_that_is_too_long_is_not_stored(store: Store) -> None:
    """The one before stays."""
    await store.ask_threads.remember(THREAD, "{}", NOW)
    await store.ask_threads.remember(THREAD, "x" * 20_000, NOW)
    assert await store.ask_threads.begin(THREAD, "1700000000.000100", NOW) == "{}"

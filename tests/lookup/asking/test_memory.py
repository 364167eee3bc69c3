"""A thread as it is stored: what is read back is what was written, and anything else begins again."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lookup.asking.memory import read_thread, written
from bot.lookup.asking.request import Form, Limits, MessageKind, Request
from bot.lookup.asking.turn import Shown, Thread

REQUESTS = st.builds(
    Request,
    kind=st.sampled_from(MessageKind),
    topic=st.text(max_size=20),
    form=st.sampled_from(Form),
    issues=st.lists(st.one_of(st.integers(1, 999), st.text(max_size=9)), max_size=3).map(tuple),
    limits=st.builds(Limits, without=st.lists(st.text(max_size=9)).map(tuple), year=st.integers(0, 2030)),
)


@given(st.builds(Thread, REQUESTS, shown=st.lists(st.builds(Shown, st.text(), st.integers(), st.dates())).map(tuple)))
def test_what_is_read_is_what_was_written(thread: Thread) -> None:
    """Whatever was asked and shown."""
    assert read_thread(written(thread)) == thread


@pytest.mark.parametrize("stored", ["", "{", "[]", "{}", '{"request": 1}', "null"])
def test_what_nobody_wrote_is_no_thread(stored: str) -> None:
    """A thread begins again then."""
    assert read_thread(stored) is None


def test_a_thread_of_another_release_is_no_thread() -> None:
    """One whose fields are others."""
    thread = Thread(Request(MessageKind.LOOKUP), shown=(Shown("a", 1, date(2020, 1, 5)),))
    assert read_thread(written(thread).replace('"position"', '"place"')) is None

"""An event about a channel's new id, and what a payload that lies comes to."""

from __future__ import annotations

import pytest

from bot.domain.preferences import Preferences
from bot.domain.schedule import AsItAppears
from tests.handlers.people import NOW, People


@pytest.mark.parametrize(
    ("old", "new", "there"),
    [("G1", "C1", "C1"), ("G1", "", "G1"), ("G1", "G1", "G1"), ("", "C1", "G1"), ("G1", "C1' --", "G1")],
)
async def test_a_channel_keeps_its_subscription(people: People, old: str, new: str, there: str) -> None:
    """It moves to the new id if both are ids."""
    store = await people.store.store()
    await store.subscriptions.put("-:T1", "G1", "U1", AsItAppears(), Preferences(), NOW)
    event = {
        "type": "channel_id_changed",
        "old_channel_id": old,
        "new_channel_id": new,
        "event_ts": "1767603600.000100",
    }
    assert (await people.sees(**event)).status == 200
    assert await store.subscriptions.get("-:T1", there) is not None

"""A burst of reactions as Slack may deliver them, a third repeated or out of order, and what must come of it."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from benchmarks.load import SECRET
from bot.domain.bookmark import BookmarkLink, Member
from bot.store.store import Store

WORKSPACE = "-:T1"
CHANNEL = "C00000001"
MESSAGES = 40
# An hour ago: what was taken back days ago is forgotten, since Slack delivers nothing that late.
_START = int(time.time()) - 3_600  # noqa: TID251 - events are of their time


@dataclass(frozen=True, slots=True)
class Burst:
    """Event payloads in the order in which they come, and the addresses that each person keeps in the end."""

    events: tuple[dict[str, Any], ...]
    expected: dict[str, frozenset[str]]


def url_of(message: int) -> str:
    """Return the address that a message shows."""
    return f"https://reactions.example/{message}"


async def posted(store: Store) -> None:
    """Have the messages stand in the channel, a link each."""
    for message in range(MESSAGES):
        link = BookmarkLink(url_of(message), f"Thing {message}")
        posting = await store.postings.begin(WORKSPACE, CHANNEL, (link,), datetime(2026, 1, 5, tzinfo=UTC))
        await store.postings.sent(posting, CHANNEL, _ts(message))


def burst(seed: int, count: int, people: int = 50) -> Burst:
    """Make `count` deliveries of reactions that people put on messages and take off.

    A sixth of them are repetitions, and as many others have changed places with one of the next ten.
    """
    chance = random.Random(seed)
    happened: list[tuple[str, int, bool]] = []
    held: dict[tuple[str, int], bool] = {}
    for _ in range(count - count // 6):
        place = (f"UBURST{seed}X{chance.randrange(people)}", chance.randrange(MESSAGES))
        held[place] = not held.get(place, False)
        happened.append((*place, held[place]))
    events = [_event(seed, at, *each) for at, each in enumerate(happened)]
    for _ in range(count - len(events)):
        events.insert(chance.randrange(len(events) + 1), chance.choice(events))
    for _ in range(count // 12):
        at = chance.randrange(len(events) - 10)
        other = at + chance.randrange(1, 10)
        events[at], events[other] = events[other], events[at]
    kept = {user: frozenset(url_of(m) for (who, m), on in held.items() if who == user and on) for user, _ in held}
    return Burst(tuple(events), kept)


def signed(payload: dict[str, Any]) -> bytes:
    """Return an event's request, ready for the wire."""
    body = json.dumps(payload).encode()
    stamp = str(int(time.time()))  # noqa: TID251 - a signature is of its moment
    signature = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    head = (
        f"POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nX-Slack-Request-Timestamp: {stamp}\r\n"
        f"X-Slack-Signature: v0={signature}\r\n\r\n"
    )
    return head.encode() + body


async def wrong(store: Store, expected: dict[str, frozenset[str]]) -> Sequence[str]:
    """Name everybody who keeps anything else than what is expected of them: lost or ghost bookmarks."""
    found = []
    for user, urls in expected.items():
        page = await store.bookmarks.page(Member("T1", user), 0, MESSAGES + 1)
        if {each.url for each in page.bookmarks} != urls or page.total != len(urls):
            found.append(user)
    return found


def _ts(message: int) -> str:
    return f"{_START}.{message:06}"


def _event(seed: int, at: int, user: str, message: int, held: bool) -> dict[str, Any]:  # noqa: FBT001 - what happened
    return {
        "type": "event_callback",
        "team_id": "T1",
        "api_app_id": "A1",
        "event_id": f"Ev{seed}X{at}",
        "event_time": _START + at,
        "authorizations": [{"enterprise_id": None, "team_id": "T1", "user_id": "UBOT", "is_bot": True}],
        "event": {
            "type": "reaction_added" if held else "reaction_removed",
            "user": user,
            "reaction": "bookmark",
            "item_user": "UBOT",
            "item": {"type": "message", "channel": CHANNEL, "ts": _ts(message)},
            "event_ts": f"{_START + 10 + at}.000{seed:03}",
        },
    }

"""Signed payloads of any shape cause an answer, no call of a foreign address, and no long line in the log."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from yarl import URL

from tests.fakes.requests import (
    FORM,
    JSON,
    LONGEST_LINE,
    Seen,
    ask,
    encoded,
    introduced,
    nothing_happens,
    payloads,
    signed,
)
from tests.fakes.whole import Whole

pytestmark = pytest.mark.asyncio(loop_scope="module")


ODD: Sequence[Any] = (None, True, 0, -1, 1e300, "", "x" * 3_000, "\ud800", "\x00", [], [[]], [1], {}, {"id": 7}, "a\nb")


def bent(value: Any, chance: random.Random) -> Any:
    """Replace one value, anywhere in a payload, by something odd, or remove it."""
    if isinstance(value, Mapping) and value and chance.random() < 0.9:
        key = chance.choice(list(value))
        if chance.random() < 0.15:
            return {name: one for name, one in value.items() if name != key}
        return {**value, key: bent(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.8:
        return [bent(value[0], chance), *value[1:]]
    return chance.choice(ODD)


@pytest.mark.long
async def test_signed_payloads_of_any_shape(it: Whole, seen: Seen) -> None:
    """A signed payload with up to three changes gets an answer; no foreign address is called, no long line logged."""
    app, chance, known = it.app.asgi(), random.Random(23), payloads(it.workspace.team)
    for _ in range(2_000):
        kind, payload = chance.choice(known)
        for _ in range(chance.randrange(4)):
            payload = bent(payload, chance)
        status, _ = await ask(app, signed(encoded(kind, payload), kind))
        assert status in {200, 400, 404}, (status, payload, seen.lines[-1:])
    await it.settled()
    stand_in = URL(it.fixture.server.api_url).origin()
    assert {one.origin() for one in seen.called} <= {stand_in}
    assert [line for line in seen.lines if len(line) > LONGEST_LINE] == []


async def test_signed_bodies_that_are_no_payload(it: Whole, seen: Seen) -> None:
    """Bytes that are no text, no object, or nested very deeply."""
    app = await introduced(it)
    bodies = [
        b"", b"\xff\xfe", b"[1, 2]", b"{", b"null", b'"x"', b"7", b"[" * 200_000, b'{"a":' * 100_000, b"&&&",
        b"%ff=%fe", b"payload=[", b"payload=null", b"payload=" + b"%5B" * 50_000, b'{"type": ' + b"1" * 5_000 + b"}",
    ]  # fmt: skip
    async with nothing_happens(seen):
        for body in bodies:
            for kind in (FORM, JSON, b"", b"text/plain", b"multipart/form-data"):
                status, _ = await ask(app, signed(body, kind))
                assert status in {200, 400, 404}, (status, body[:40], kind)

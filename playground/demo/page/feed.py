"""The events pushed to the page, in order, each for everybody or for some; kept for pages that reconnect."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any

KEPT = 4_000
"""Events kept: several digests to every person, far more than happen while a browser reconnects."""
ALIVE = 15.0
"""Seconds without an event after which a comment is sent, so that no proxy closes the connection."""
PIECE = 200
"""Events sent in one piece."""


@dataclass(frozen=True, slots=True)
class Event:
    """One push: `data` as JSON, for the people in `to` (None: everybody)."""

    number: int
    data: str
    to: frozenset[str] | None


class Feed:
    """Events by number from 1. A mark ("k3x9-17") names a place in it; another run's marks mean nothing here."""

    def __init__(self, run: str, kept: int = KEPT) -> None:
        """Start empty; `run` is unique to this run."""
        self._run = run
        self._events: deque[Event] = deque(maxlen=kept)
        self._count = 0
        self._stirs: set[asyncio.Event] = set()
        self._closed = False
        self.attended = asyncio.Event()
        """Set once a page has connected."""

    @property
    def mark(self) -> str:
        """Return the mark of the newest event."""
        return self._marked(self._count)

    def __len__(self) -> int:
        """Return the number of connected pages."""
        return len(self._stirs)

    def tell(self, what: Mapping[str, Any], to: frozenset[str] | None = None) -> None:
        """Push `what` to the people in `to`."""
        self._count += 1
        self._events.append(Event(self._count, json.dumps(what, ensure_ascii=False, separators=(",", ":")), to))
        for stir in self._stirs:
            stir.set()

    def close(self) -> None:
        """End every stream."""
        self._closed = True
        for stir in self._stirs:
            stir.set()

    async def follow(self, person: str, mark: str, alive: float = ALIVE) -> AsyncGenerator[str, None]:
        """Return what `person` may see after `mark`, as pieces of an event stream, until closed.

        If the events after the mark are no longer kept, or the mark is not this run's, the first event is a
        "reload", and the following ones are those from now on.
        """
        stir = asyncio.Event()
        self._stirs.add(stir)
        self.attended.set()
        try:
            at, piece = self._from(mark)
            yield piece
            while not self._closed:
                stir.clear()
                if not self._reaches(at):
                    at, piece = self._count, self._reload()
                else:
                    at, piece = self._after(at, person)
                if piece:
                    yield piece
                elif at == self._count:
                    yield await self._silence(stir, alive)
        finally:
            self._stirs.discard(stir)

    async def _silence(self, stir: asyncio.Event, alive: float) -> str:
        try:
            async with asyncio.timeout(alive):
                await stir.wait()
        except TimeoutError:
            return ": still here\n\n"
        return ""

    def _from(self, mark: str) -> tuple[int, str]:
        run, _, number = mark.rpartition("-")
        at = int(number) if number.isascii() and number.isdigit() and len(number) < 12 else -1
        if run == self._run and self._reaches(at):
            return at, ": hello\n\n"
        return self._count, self._reload()

    def _reaches(self, at: int) -> bool:
        """Return whether every event after number `at` is still kept."""
        return 0 <= self._count - len(self._events) <= at <= self._count

    def _after(self, at: int, person: str) -> tuple[int, str]:
        """Return the next events after number `at`, and the number up to which they go."""
        skipped = at - (self._count - len(self._events))
        end = min(len(self._events), skipped + PIECE)
        found = [self._events[index] for index in range(skipped, end)]
        mine = [self._line(event) for event in found if event.to is None or person in event.to]
        return at + len(found), "".join(mine)

    def _line(self, event: Event) -> str:
        return f"id: {self._marked(event.number)}\ndata: {event.data}\n\n"

    def _reload(self) -> str:
        return f'id: {self.mark}\ndata: {{"type":"reload"}}\n\n'

    def _marked(self, number: int) -> str:
        return f"{self._run}-{number}"

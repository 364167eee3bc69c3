"""Faults on demand: what can go wrong between a bot and Slack, by method and place, by count or by chance."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum


class How(StrEnum):
    """What the caller receives."""

    HANG = "hang"
    """No answer at all: the call times out."""
    CUT = "cut"
    """The connection is reset."""
    BROKEN = "broken"
    """HTTP 500. Slack says that part of the work may have been done (reference/methods: internal_error)."""
    LIMITED = "limited"
    """HTTP 429 with Retry-After, without effect."""
    REFUSED = "refused"
    """HTTP 200 with ok false and `error`, without effect unless `effect`."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault and the calls that it hits.

    `effect`: the call takes effect all the same, `lands_after` seconds later. `error` is the word
    for REFUSED (token_revoked, is_archived, invalid_blocks, …), `retry_after` the seconds for LIMITED. It hits calls
    of `method` in `workspace` (team id), `channel` and, if `thread` is set, only replies or only channel messages; None
    means any. The first `skip` such calls are spared; then `times` calls (None: all) are hit, each with chance `share`.
    """

    how: How
    effect: bool = False
    lands_after: float = 0.0
    error: str = "internal_error"
    retry_after: int = 1
    method: str | None = None
    workspace: str | None = None
    channel: str | None = None
    thread: bool | None = None
    skip: int = 0
    times: int | None = 1
    share: float = 1.0

    def hits(self, method: str, workspace: str, channel: str, *, thread: bool) -> bool:
        """Return whether this fault applies to a call."""
        return (
            self.method in {None, method}
            and self.workspace in {None, workspace}
            and self.channel in {None, channel}
            and self.thread in {None, thread}
        )


class Faults:
    """The active faults. The same seed and the same calls give the same faults."""

    def __init__(self, seed: int = 0) -> None:
        """Start without faults."""
        self._chance = random.Random(seed)  # noqa: S311 - chance that repeats, no secret
        self._faults: list[tuple[Fault, list[int]]] = []

    def add(self, *faults: Fault) -> None:
        """Activate faults; of several that match a call, the one added first hits."""
        self._faults.extend((fault, [0, 0]) for fault in faults)

    def clear(self) -> None:
        """Deactivate every fault."""
        self._faults.clear()

    def __len__(self) -> int:
        """Count the faults that may still hit."""
        return len(self.waiting())

    def waiting(self) -> list[Fault]:
        """Return the faults that may still hit, in the order in which they were added."""
        return [fault for fault, (_, hit) in self._faults if fault.times is None or hit < fault.times]

    def spare(self, fault: Fault) -> None:
        """Count one hit less of a fault that was picked: it did not come to it."""
        for known, counts in self._faults:
            if known is fault:
                counts[1] -= 1
                return

    def pick(self, method: str, workspace: str, channel: str, *, thread: bool) -> Fault | None:
        """Return the fault that hits this call, if any, and count it."""
        for fault, counts in self._faults:
            if not fault.hits(method, workspace, channel, thread=thread):
                continue
            if fault.times is not None and counts[1] >= fault.times:
                continue
            counts[0] += 1
            if counts[0] <= fault.skip or (fault.share < 1.0 and self._chance.random() >= fault.share):
                continue
            counts[1] += 1
            return fault
        return None

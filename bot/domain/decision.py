"""A decision: which issues a subscription gets at a slot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.schedule import Slot


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided for a subscription.

    The `issues` (identities, oldest first) to post, their `due` moment and the `note` of each; the subscription's new
    `cursor`; the `slot` it was decided for, with its `outcome` in a line ("": nothing to tell). `reset`: the clock was
    put back, so that slots known after the cursor are forgotten. `passed` are the issues that are passed over, and
    `untold` those (passed over, or not new) that the subscriber is told of now, each by its order number. `told` is the
    last order number of those that were not new, 0 without one.
    """

    issues: tuple[str, ...]
    due: datetime
    notes: Mapping[str, str]
    cursor: datetime
    slot: Slot | None = None
    outcome: str = ""
    reset: bool = False
    passed: tuple[str, ...] = ()
    untold: tuple[int, ...] = ()
    told: int = 0

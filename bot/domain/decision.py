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
    put back, so that slots known after the cursor are forgotten.
    """

    issues: tuple[str, ...]
    due: datetime
    notes: Mapping[str, str]
    cursor: datetime
    slot: Slot | None = None
    outcome: str = ""
    reset: bool = False

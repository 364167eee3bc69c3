"""Whether the folder holds another archive than the one that the register knows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.newness import first_look

MIN_KNOWN_ISSUES = 10
"""Of so many known issues one is still there, unless the folder is another one."""


@dataclass(frozen=True, slots=True)
class FolderLook:
    """What a look says of the folder.

    `is_another`: none of the known issues is there. `is_unknown`: what is there in their place is looked at for the
    first time; `last`: when that first look ended, if it did. `back`: the identities of what came in during it, if the
    known issues have come back meanwhile: then it was only the beginning of a copy.
    """

    is_another: bool = False
    last: datetime | None = None
    back: frozenset[str] = frozenset()

    @property
    def is_unknown(self) -> bool:
        """Whether the first look at another archive goes on."""
        return self.is_another and self.last is None


def look_at(rows: Mapping[str, Any], there: Collection[str], recorded: datetime | None, now: datetime) -> FolderLook:
    """Return what the identities that are `there` say of the folder; `recorded` is the last good look, None if none."""
    if recorded is None:
        return FolderLook()
    strangers = {key: row.seen for key, row in rows.items() if _is_stranger(row, recorded)}
    known = rows.keys() - strangers.keys()
    ended = first_look(max(strangers.values()), now) if strangers else None
    if not known.isdisjoint(there):
        return FolderLook(back=frozenset(strangers) if ended is None else frozenset())
    # In a young archive one issue alone is the next one: the folder holds only the newest file.
    is_another = len(known) >= MIN_KNOWN_ISSUES or (len(known) > 0 and len(there) > 1)
    return FolderLook(is_another=is_another, last=ended)


def _is_stranger(row: Any, recorded: datetime) -> bool:
    """Return whether an issue came in with a first look after the last good one: with none of the known issues."""
    return not row.is_new and row.last_look is None and row.seen > recorded

"""Whether the folder holds another archive than the one that the register knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.issue_identity import Fingerprint
from bot.domain.likeness import Marks
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


def look_at(
    rows: Mapping[str, Any], there: Mapping[str, Fingerprint], recorded: datetime | None, now: datetime
) -> FolderLook:
    """Return what the issues that are `there` say of the folder; `recorded` is the last good look, None if none."""
    if recorded is None:
        return FolderLook()
    strangers = {key: row.seen for key, row in rows.items() if _is_stranger(row, recorded)}
    known = rows.keys() - strangers.keys()
    ended = first_look(max(strangers.values()), now) if strangers else None
    if not known.isdisjoint(there):
        return FolderLook(back=frozenset(strangers) if ended is None else frozenset())
    is_another = len(known) > 0 and not _is_the_next_alone([rows[key] for key in known], list(there.values()))
    return FolderLook(is_another=is_another, last=ended)


def _is_the_next_alone(known: list[Any], there: list[Fingerprint]) -> bool:
    """Return whether the folder may hold only the newest file: one in a young archive, or with the number that follows.

    An empty folder says nothing of a young archive.
    """
    if len(known) < MIN_KNOWN_ISSUES:
        return len(there) <= 1
    numbers = [number for row in known if (number := Marks.of_json(row.marks).number) is not None]
    return len(there) == 1 and bool(numbers) and there[0].marks.number == max(numbers) + 1


def _is_stranger(row: Any, recorded: datetime) -> bool:
    """Return whether an issue came in with a first look after the last good one: with none of the known issues."""
    return not row.is_new and row.last_look is None and row.seen > recorded

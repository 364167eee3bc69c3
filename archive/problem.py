"""What is wrong with one file of the archive, and what its owner can do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A problem of one file.

    `file` is its path below the archive's folder, `line` counts from 1 (0: the file as a whole), `message` says what is
    wrong, `advice` what to do. `lost` is true when something the file holds is not in the archive because of it.
    """

    file: str
    line: int
    message: str
    advice: str
    lost: bool = False

"""The root of the one tree of errors, and the archive's branch of it.

    BackIssueError
    └── ArchiveError
        ├── FolderError         the archive's folder cannot be read at all
        └── UnknownIssueError   nobody wrote an issue of that name or number

The bot's branch is in `bot.domain.errors`. A single broken file is not an error but an `archive.problem.Problem`: the
others load.
"""

from __future__ import annotations


class BackIssueError(Exception):
    """Something went wrong that a person can be told about.

    `str()` of it is one line for a person: what, which thing, and the next step. Every subclass keeps the identity of
    the thing as attributes; the cause is `__cause__`.
    """


class ArchiveError(BackIssueError):
    """The archive could not do what was asked."""


class FolderError(ArchiveError):
    """The archive's folder cannot be read at all."""

    def __init__(self, folder: str, reason: str) -> None:
        """Keep `folder` (path as given) and `reason` (what is wrong and what to do)."""
        super().__init__(f"cannot read the archive in {folder!r}: {reason}")
        self.folder = folder
        self.reason = reason


class UnknownIssueError(ArchiveError):
    """No issue answers to what was asked for."""

    def __init__(self, asked: str, near: tuple[str, ...] = ()) -> None:
        """Keep `asked` (slug or number as typed) and `near` (numbers or slugs that come close).

        `near` is in the order it is shown: of a number's neighbours newest first, of names the nearest first.
        """
        hint = f"; nearest: {', '.join(near)}" if near else ""
        super().__init__(f"there is no issue {asked!r} in the archive{hint}")
        self.asked = asked
        self.near = near

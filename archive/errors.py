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
    """An error that can be shown to a person.

    `str()` of it is one line for a person: what happened, to which thing, and the next step. Every subclass keeps the
    thing's identity as attributes; the cause is `__cause__`.
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
    """No issue has the requested name or number."""

    def __init__(self, asked: str, near: tuple[str, ...] = (), where: str = "the archive") -> None:
        """Keep `asked` (slug or number as typed) and `near` (similar numbers or slugs). `where` was looked.

        `near` is in the order in which it is shown: a number's neighbours newest first, names the most similar first.
        """
        hint = f"; nearest: {', '.join(near)}" if near else ""
        super().__init__(f"there is no issue {asked!r} in {where}{hint}")
        self.asked = asked
        self.near = near

"""The newsletter that an archive's folder holds, by its `newsletter.toml`."""

from __future__ import annotations

from pathlib import Path

from archive.document import SUFFIXES
from archive.folder import DiskFolder
from bot.domain.newsletter import Newsletter


def newsletter_in(folder: Path, zone: str | None = None) -> Newsletter:
    """Return the newsletter whose issues are in `folder`; a `zone` that is set elsewhere counts before the file's.

    It has no slug: rows stored before newsletters had names are its.

    Raises:
        FolderError: the file is there and cannot be used; its reason names the key.
    """
    said = DiskFolder(folder, SUFFIXES).read_newsletter()
    return Newsletter("", said.name, zone or said.zone or "UTC", said.language or "en", folder)

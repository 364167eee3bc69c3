"""Which folder the archive is in. Apart from what draws in the terminal, which a server does not import."""

from __future__ import annotations

from pathlib import Path

from bot.domain.errors import SettingsError


def folder_of(archive: Path | None) -> Path:
    """Return the archive's folder. Raises SettingsError if none was named."""
    if archive is None:
        raise SettingsError("BACKISSUE_ARCHIVE", "is not set; name the folder of issues with it or with --archive DIR")
    return archive

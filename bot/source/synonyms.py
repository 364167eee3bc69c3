"""The operator's own table of other names, read from its file."""

from __future__ import annotations

from pathlib import Path

from archive.search.synonyms import Synonyms, shipped
from bot.domain.errors import SettingsError


def names_in(file: Path | None) -> Synonyms:
    """Return the shipped table, with the lines of `file` put before it if there is one.

    Raises SettingsError when the file cannot be read.
    """
    if file is None:
        return shipped()
    try:
        return shipped(file.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(
            "BACKISSUE_SYNONYMS", f"{file} cannot be read ({error.strerror}); name a UTF-8 text file"
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError("BACKISSUE_SYNONYMS", f"{file} is not UTF-8 text; save it as such") from error

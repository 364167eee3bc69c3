"""A newsletter: the value by which its archive and everything that is stored about it are told from another's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Newsletter:
    """One newsletter.

    `slug` is its key in the database and `name` what people read. Its dates are in the IANA `zone`, its issues are in
    the `language` (a BCP 47 code), and they are files of the `folder`.
    """

    slug: str
    name: str
    zone: str = "UTC"
    language: str = "en"
    folder: Path | None = None


UNNAMED = Newsletter("", "")
"""The newsletter of an installation that names none: rows stored before newsletters had names are its."""

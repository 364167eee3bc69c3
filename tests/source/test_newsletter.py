"""The newsletter of an archive's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.errors import FolderError
from bot.source.newsletter import newsletter_in


def test_the_file_names_the_newsletter(tmp_path: Path) -> None:
    """Its name, language and zone are the file's; a zone that is set elsewhere counts before it."""
    assert (newsletter_in(tmp_path).name, newsletter_in(tmp_path).zone) == ("", "UTC")
    (tmp_path / "newsletter.toml").write_text('name = "Harbour Notes"\nlanguage = "de"\nzone = "Europe/Berlin"\n')
    found = newsletter_in(tmp_path)
    assert (found.slug, found.name, found.language, found.zone) == ("", "Harbour Notes", "de", "Europe/Berlin")
    assert newsletter_in(tmp_path, "Asia/Tokyo").zone == "Asia/Tokyo"


def test_a_broken_file_is_an_error(tmp_path: Path) -> None:
    """It names the file, the key and what to write."""
    (tmp_path / "newsletter.toml").write_text("zone = 7")
    with pytest.raises(FolderError, match=r"newsletter\.toml: zone: write it"):
        newsletter_in(tmp_path)

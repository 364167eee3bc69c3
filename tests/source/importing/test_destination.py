"""The folder on disk: files are whole or not there, and one import runs at a time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from archive.loader import load
from bot.source.importing.destination import LEDGER, opened
from bot.source.importing.importer import run
from bot.source.importing.item import SourceError
from tests.fakes.letters import Shelf, item


def test_a_folder_can_be_imported_into_again_and_again(tmp_path: Path) -> None:
    """It is made if it is not there; the archive reads the issues and nothing else in it."""
    for _ in range(2):
        with opened(tmp_path / "new/issues") as destination:
            run(Shelf(item(1), item(2)), destination)
    snapshot = load(tmp_path / "new/issues")
    assert [issue.title for issue in snapshot.issues] == ["The Quarry Post #1", "The Quarry Post #2"]
    assert snapshot.problems == ()


def test_two_imports_at_once_are_refused(tmp_path: Path) -> None:
    """The second one says so; after the first it can."""
    with opened(tmp_path), pytest.raises(SourceError, match="another import into it is running"), opened(tmp_path):
        pass
    with opened(tmp_path) as destination:
        assert destination.ledger() == ""


@pytest.mark.process
def test_a_process_that_was_killed_leaves_nothing_half_written(tmp_path: Path) -> None:
    """Its lock ends with it, and the next import clears its unfinished file away."""
    script = (
        "import os, sys\nfrom pathlib import Path\nfrom bot.source.importing.destination import opened\n"
        "with opened(Path(sys.argv[1])) as destination:\n"
        "    os.replace = Path.replace = lambda *_: os._exit(9)\n"
        "    destination.write('1.md', 'text')\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert done.returncode == 9
    assert not (tmp_path / "1.md").exists()
    with opened(tmp_path) as destination:
        assert sorted(destination.names()) == [f"{LEDGER}.lock"]


def test_a_place_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    """In a line that names it."""
    file = tmp_path / "file"
    file.write_text("x")
    for place in (file, file / "below"):
        with pytest.raises(SourceError, match="it is a file"), opened(place):
            pass


def test_a_file_that_cannot_be_written_is_a_line(tmp_path: Path) -> None:
    """As where a folder has the issue's name."""
    (tmp_path / "1.md").mkdir()
    with opened(tmp_path) as destination:
        with pytest.raises(SourceError, match="nothing of it was"):
            destination.write("1.md", "text")
        assert {name for name in destination.names() if "unfinished" in name} == set()

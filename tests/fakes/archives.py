"""The archives that a law holds for: the real one if it is beside the repository, the sample, and a generated one."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from archive.loader import load
from archive.snapshot import Snapshot
from playground.demo.held_back import SAMPLE
from tests.fakes import generated

SHARED = Path(__file__).parents[2] / "../shared"
REAL = SHARED / "archive/posts"
NAMES = ("real", "sample", "generated")


@cache
def folder(name: str) -> Path:
    """Return the folder of one of `NAMES`, read-only; the test is skipped if there is no real archive."""
    if name == "sample":
        return SAMPLE
    if name == "generated":
        made = TemporaryDirectory(prefix="backissue-generated-")
        atexit.register(made.cleanup)
        generated.write(Path(made.name))
        return Path(made.name)
    if not REAL.is_dir():
        pytest.skip("the real archive is not beside the repository")
    return REAL


@cache
def snapshot(name: str) -> Snapshot:
    """Return the loaded archive, loaded once for all tests of a process."""
    return load(folder(name))

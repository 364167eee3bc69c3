"""The figures promised for the public archive, where it is at hand, and for the sample that ships."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.loader import load
from archive.search.index import Index
from benchmarks.search.__main__ import PROMISED
from benchmarks.search.judged import Answers, figures, read

ROOT = Path(__file__).parents[2]
PUBLIC = ROOT / "../shared/archive/posts"


def _reached(archive: Path, judged: str) -> dict[str, float]:
    index = Index.of(load(archive).issues)

    def ask(query: str) -> Answers:
        return [(result.issue, result.entry) for result in index.search(query).results]

    return dict(figures(read(ROOT / "benchmarks/search" / judged), ask))


@pytest.mark.long
@pytest.mark.skipif(not PUBLIC.is_dir(), reason="the public archive is not beside this repository")
def test_the_public_archive_is_answered_as_promised() -> None:
    """Every figure on the 154 judged queries is at least the promised one."""
    reached = _reached(PUBLIC, "public")
    assert {name: reached[name] for name in PROMISED if reached[name] < PROMISED[name]} == {}


def test_the_sample_is_answered_as_well() -> None:
    """The sample archive's own judged queries are answered at least as well."""
    reached = _reached(ROOT / "bot/playground/sample", "sample")
    assert {name: reached[name] for name in PROMISED if reached[name] < PROMISED[name]} == {}

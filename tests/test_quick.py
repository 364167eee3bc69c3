"""The quick tier keeps its rules: what it leaves out, and what fails in it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

TESTS = """
import subprocess, sys, threading
import pytest
from hypothesis import given, settings, strategies as st

counted = []

def test_that_is_quick():
    pass

def test_that_starts_a_process():
    subprocess.run([sys.executable, "-c", ""])

@pytest.fixture
def process():
    subprocess.run([sys.executable, "-c", ""])

def test_whose_fixture_starts_a_process(process):
    pass

def test_that_takes_long():
    for _ in range(400_000_000):
        pass

def test_that_waits():
    threading.Event().wait(1.1)

@pytest.mark.long
def test_that_is_marked():
    raise AssertionError

@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_on_each_database(database):
    assert database == "sqlite"

@given(st.integers())
def test_a_property(number):
    counted.append(number)
    assert settings().max_examples == 10
"""
MARKERS = "\n".join(f"    {name}: x" for name in ("slow", "long", "process", "postgres", "browser"))


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What `pytest --quick` prints for the tests above, a line each."""
    folder = tmp_path_factory.mktemp("quick")
    shutil.copy(Path(__file__).with_name("conftest.py"), folder)
    (folder / "test_these.py").write_text(TESTS, "utf-8")
    (folder / "pytest.ini").write_text(f"[pytest]\nmarkers =\n{MARKERS}\n", "utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--quick",
        "-v",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "-o",
        f"pythonpath={Path(__file__).parents[1]}",
        str(folder),
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize(
    ("test", "outcome"),
    [
        ("test_that_is_quick", "PASSED"),
        ("test_that_starts_a_process", "FAILED"),
        ("test_whose_fixture_starts_a_process", "ERROR"),
        ("test_that_takes_long", "FAILED"),
        ("test_that_waits", "PASSED"),
        ("test_on_each_database[sqlite]", "PASSED"),
        ("test_a_property", "PASSED"),
    ],
)
def test_what_runs(printed: str, test: str, outcome: str) -> None:
    """A test that starts a process or takes seconds fails; a property has ten examples."""
    assert f"{test} {outcome}" in printed


@pytest.mark.parametrize("test", ["test_that_is_marked", "test_on_each_database[postgresql]"])
def test_what_is_left_out(printed: str, test: str) -> None:
    """Marked tests and those on PostgreSQL are not run."""
    assert test not in printed
    assert "2 deselected" in printed


def test_what_fails_says_what_to_do(printed: str) -> None:
    """It names the marker."""
    assert "mark this one with pytest.mark.process" in printed
    assert "mark it with pytest.mark.long" in printed

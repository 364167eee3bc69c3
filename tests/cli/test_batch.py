"""Long output that is interrupted ends with an error line and a failing exit status."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.cli.batch import BatchError, complete_or_marked
from bot.cli.search import answer_all

SAMPLE = Path(__file__).parents[2] / "playground/demo/sample"


@pytest.mark.parametrize("error", [ValueError("odd"), MemoryError(), KeyboardInterrupt()])
def test_interrupted_output_ends_with_an_error(error: BaseException) -> None:
    """Whatever interrupts it, the last line says that the rest is missing."""
    lines: list[str] = []

    def broken() -> None:
        with complete_or_marked(lines.append):
            lines.append('{"id": 1}')
            raise error

    with pytest.raises((BatchError, KeyboardInterrupt)):
        broken()
    assert lines[0] == '{"id": 1}'
    assert "incomplete" in json.loads(lines[-1])["error"]


def test_complete_output_has_no_error() -> None:
    """Complete output ends as it is."""
    lines: list[str] = []
    with complete_or_marked(lines.append):
        lines.append('{"id": 1}')
    assert lines == ['{"id": 1}']


def test_one_query_that_fails_says_so_in_its_line() -> None:
    """The others are answered, and at the end an error counts the failures."""
    lines: list[str] = []

    def answer(name: Mapping[str, Any], text: str) -> None:
        lines.append(json.dumps({**name, "results": [1 // len(text)]}))

    with pytest.raises(BatchError, match="1 of 3 queries failed"):
        answer_all([({"id": 1}, "a"), ({"id": 2}, ""), ({"id": 3}, "b")], answer, lines.append)
    read = [json.loads(line) for line in lines]
    assert [each["id"] for each in read] == [1, 2, 3]
    assert "ZeroDivisionError" in read[1]["error"]
    assert [set(each) for each in (read[0], read[2])] == [{"id", "results"}] * 2


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_an_export_that_is_stopped_ends_with_an_error(tmp_path: Path, number: signal.Signals, status: int) -> None:
    """A file written by a stopped export doesn't look complete."""
    for issue in range(300):
        text = (
            f"---\ntitle: Issue {issue}\ndate: 2024-01-07\n---\n\nHello https://example.org/{issue} {'word ' * 200}\n"
        )
        (tmp_path / f"{issue}.md").write_text(text)
    command = (sys.executable, "-m", "bot", "export", "--archive", str(tmp_path))
    # A shell that runs the tests in the background has them ignore interrupts, and their processes would as well.
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=partial(signal.signal, number, signal.SIG_DFL),  # noqa: PLW1509 - it does nothing else
    ) as running:
        assert running.stdout is not None
        first = running.stdout.readline()  # from here on it waits for the pipe to be read
        running.send_signal(number)
        rest = running.stdout.read().splitlines()
        assert running.wait(30) == status
    assert set(json.loads(first)) > {"issue"}
    assert "incomplete" in json.loads(rest[-1])["error"]

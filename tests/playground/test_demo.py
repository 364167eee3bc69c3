"""The demo as its users run it: a process of its own, with lines on standard input or a terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.playground.held import HELD, HeldBack

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "bot" / "playground" / "sample"


def environment(**more: str) -> dict[str, str]:
    """Give an environment with no setting of Back Issue in it."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **more}  # noqa: TID251


def run(lines: str, folder: Path, *arguments: str) -> str:
    """Run the demo in `folder` with these lines, and give what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo", *arguments],
        input=lines,
        capture_output=True,
        text=True,
        timeout=90,
        cwd=folder,
        env=environment(TMPDIR=str(folder)),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_the_demo_posts_answers_and_keeps(tmp_path: Path) -> None:
    """An issue is posted, a topic answered, a link kept and listed, a button clicked; nothing is left behind."""
    text = run("/weekly service mesh\nreact 2\n/weekly saved\nclick 2\nfoo\nreact 99x\nhelp\nquit\n", tmp_path)
    assert re.search(r"^ +1 backissue  APP ", text, re.MULTILINE)
    assert "service mesh · " in text
    assert "🔖 on message 2" in text
    assert "You kept 1 link" in text
    assert "@you shared" in text
    assert "type a command such as /weekly service mesh" in text
    assert "name a message by the number" in text
    assert "unreact N" in text
    assert list(tmp_path.iterdir()) == []


def test_the_next_issue_appears_and_the_archive_is_only_read(tmp_path: Path) -> None:
    """`next` lets another issue appear until there is none; the folder that was named stays as it was."""
    archive = tmp_path / "archive"
    archive.mkdir()
    for day, word in enumerate(("one", "two", "three"), start=1):
        lines = ["---", f"title: Issue {day}", f"date: 2024-01-0{day}", "---", "", "News", "====", ""]
        (archive / f"2024-01-0{day}-{day}.md").write_text(
            "\n".join([*lines, f"About {word}.", "", f"https://example.com/{word}", ""])
        )
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in archive.iterdir()}
    work = tmp_path / "work"
    work.mkdir()
    text = run("next\nnext\nnext\nthread 1\nchannel\n", work, "--archive", str(archive))
    assert [word for word in ("Issue 1", "Issue 2", "Issue 3") if word in text] == ["Issue 1", "Issue 2", "Issue 3"]
    assert "there is no next one" in text
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in archive.iterdir()} == before
    assert list(work.iterdir()) == []


def test_a_form_is_filled_in_at_the_prompt(tmp_path: Path) -> None:
    """The subscribe form opens, takes a zone by type-ahead, and is sent or closed."""
    lines = ("/weekly subscribe", "fill 5 new yor", "fill 5 atlantis", "fill 10 jobs", "submit", "cancel", "cancel")
    text = run("\n".join([*lines, "/weekly service mesh", "click 13 istio", "click 99", "click nothing"]), tmp_path)
    for words in (
        "Subscribe a channel",
        "[5] is now America/New York",
        "nothing fits 'atlantis'",
        "[10] is now jobs",
        "Subscribed",
        "the form is closed",
        "there is no form open",
        "istio · ",
        "there is no button 99",
        "there is no button 'nothing'",
    ):
        assert words in text


def test_a_missing_archive_is_one_line(tmp_path: Path) -> None:
    """A folder that is not there is named, with no stack trace."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--archive", str(tmp_path / "nowhere")],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(),
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 1
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(sign: signal.Signals, tmp_path: Path) -> None:
    """SIGTERM and Ctrl-C end the demo within seconds, with nothing left behind."""
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "bot", "demo"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=tmp_path,
        env=environment(TMPDIR=str(tmp_path)),
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "1 backissue" in line:
                break
        process.send_signal(sign)
        rest = process.communicate(timeout=15)[0]
    assert "Traceback" not in rest
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_at_a_terminal_there_is_a_prompt(tmp_path: Path) -> None:
    """In a terminal one types at a prompt while messages appear above it; Ctrl-D leaves."""
    pid, terminal = pty.fork()
    if pid == 0:  # pragma: no cover - the other process
        os.chdir(tmp_path)
        environ = environment(TERM="xterm-256color", TMPDIR=str(tmp_path), COLUMNS="100", LINES="50")
        os.execve(sys.executable, [sys.executable, "-m", "bot", "demo"], environ)
    seen = Terminal(terminal)
    seen.until("1 backissue")
    seen.until("#devops ❯")
    os.write(terminal, b"/weekly service mesh\r")
    seen.until("service mesh.* links")
    os.write(terminal, b"\x04")
    seen.until("Stopping")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.close(terminal)


class Terminal:
    """What a terminal has shown."""

    def __init__(self, handle: int) -> None:
        """Read from the terminal's file descriptor."""
        self._handle = handle
        self._text = ""

    def until(self, pattern: str, within: float = 40.0) -> None:
        """Read on until the pattern was shown (colours and cursor moves left out), since the last time."""
        end = time.monotonic() + within
        while not (found := re.search(pattern, self._plain())):
            ready, _, _ = select.select([self._handle], [], [], max(0.0, end - time.monotonic()))
            assert ready, self._plain()[-2000:]
            piece = os.read(self._handle, 65536)
            self._text += piece.decode(errors="replace")
            if b"\x1b[6n" in piece:  # prompt-toolkit asks where the cursor is
                os.write(self._handle, b"\x1b[1;1R")
        self._text = self._plain()[found.end() :]

    def _plain(self) -> str:
        return re.sub(r"\x1b\][^\x1b]*\x1b\\|\x1b\[[0-9;?]*[a-zA-Z]", "", self._text)


def test_the_newest_issues_are_held_back(tmp_path: Path) -> None:
    """The working copy has everything but the newest issues, which appear one by one, oldest first."""
    held = HeldBack.copied(SAMPLE, tmp_path)
    every = sorted(path.name for path in SAMPLE.glob("*.md"))
    assert len(list(held.folder.glob("*.md"))) == len(every) - HELD
    appeared = []
    while (issue := held.release()) is not None:
        appeared.append(issue)
    assert appeared == sorted(appeared, key=lambda issue: (issue.published, issue.slug))
    assert len(appeared) == HELD
    assert sorted(path.name for path in held.folder.glob("*.md")) == every


def test_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    """Broken files are copied as they are, unreadable ones are left out, subfolders are kept."""
    archive = tmp_path / "mine"
    (archive / "below").mkdir(parents=True)
    (archive / "broken.md").write_bytes(b"\xff\xfe\x00")
    (archive / "gone.md").symlink_to(tmp_path / "nowhere.md")
    (archive / "below" / "2024-01-01-1.md").write_text("---\ntitle: One\ndate: 2024-01-01\n---\n\nHello\n")
    place = tmp_path / "place"
    place.mkdir()
    held = HeldBack.copied(archive, place)
    assert sorted(path.name for path in held.folder.rglob("*.md")) == ["broken.md"]
    issue = held.release()
    assert issue is not None
    assert (held.folder / "below" / "2024-01-01-1.md").exists()

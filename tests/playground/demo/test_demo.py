"""The demo as its users run it: a process of its own, with lines on standard input or a terminal."""

from __future__ import annotations

import asyncio
import io
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from rich.console import Console

from bot.runtime.settings import Settings
from bot.source.library import Library
from playground.demo.completion import Suggestions
from playground.demo.demo import play
from playground.demo.held_back import HELD, HeldBack

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[3]
END = datetime(2100, 1, 1, tzinfo=UTC)
SAMPLE = ROOT / "playground/demo/sample"


def environment(**more: str) -> dict[str, str]:
    """Give an environment with no setting of Back Issue in it."""
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE")}  # noqa: TID251 - handed on
    path = os.environ["PATH"]  # noqa: TID251 - as above: handed on to a process
    return {"PATH": path, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **measured, **more}


def run(lines: str, folder: Path, *arguments: str) -> str:
    """Run the demo in `folder` with these lines, and give what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--terminal", *arguments],
        input=lines,
        capture_output=True,
        text=True,
        timeout=90,
        cwd=folder,
        # A proxy that is not there: nothing of the demo may go through one.
        env=environment(TMPDIR=str(folder), HTTPS_PROXY="http://127.0.0.1:9", http_proxy="http://127.0.0.1:9"),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_the_demo_posts_answers_and_keeps(tmp_path: Path) -> None:
    """An issue is posted, a topic answered, a link kept and listed, a button clicked; nothing is left behind."""
    text = run("/weekly service mesh\nreact 2\n/weekly saved\nclick Share with channel\nquit\nnext\n", tmp_path)
    assert re.search(r"^ +1 backissue  APP ", text, re.MULTILINE)
    assert "service mesh · " in text
    assert "🔖 on message 2" in text
    assert "You kept 1 link" in text
    assert "@you shared" in text
    assert "is in the folder" not in text
    assert list(tmp_path.iterdir()) == []


def contents(folder: Path) -> dict[Path, tuple[bytes, int]]:
    """Give what is in a folder, and when each file was changed."""
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}


async def played(archive: Path, place: Path, *lines: str) -> str:
    """Run the demo in this process, and give what it printed."""
    typed: asyncio.Queue[str | None] = asyncio.Queue()
    for line in (*lines, None):
        typed.put_nowait(line)
    console = Console(file=io.StringIO(), width=100, highlight=False)
    with console.capture() as capture:
        await play(archive, place, Settings(), console, typed)
    return capture.get().replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Write an archive of three issues with a link each."""
    folder = tmp_path / "archive"
    folder.mkdir()
    for day, word in enumerate(("mesh", "graph", "queue"), start=1):
        lines = ["---", f"title: Issue {day}", f"date: 2024-01-0{day}", "---", "", "News", "====", ""]
        text = "\n".join([*lines, f"All about a {word}, at length.", "", f"https://example.com/{word}", ""])
        (folder / f"2024-01-0{day}-{day}.md").write_text(text)
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Make an empty folder."""
    (tmp_path / "place").mkdir()
    return tmp_path / "place"


async def test_the_next_issue_appears_and_the_archive_is_only_read(archive: Path, place: Path) -> None:
    """`next` lets another issue appear until there is none; the folder that was named stays as it was."""
    before = contents(archive)
    text = await played(
        archive, place, "next", "next", "next", "thread 1", "thread 77x", "channel", " ", "quit", "next"
    )
    assert [word for word in ("Issue 1", "Issue 2", "Issue 3") if word in text] == ["Issue 1", "Issue 2", "Issue 3"]
    assert "2024-01-03-3 is in the folder" in text
    assert "there is no next one" in text
    assert text.rstrip().endswith("Stopping …")
    assert contents(archive) == before


async def test_links_are_kept_and_let_go(archive: Path, place: Path) -> None:
    """A reaction keeps a link, taking it back lets it go, and what changes nothing says so."""
    lines = ("react 2", "react 2", "/weekly saved", "unreact 2", "unreact 2", "/weekly saved", "react 2 :tada:")
    text = await played(archive, place, *lines)
    for words in (
        "🔖 on message 2",
        "You kept 1 link",
        "🔖 taken back",
        "You have kept nothing yet",
        "🎉 on message 2",
    ):
        assert words in text
    assert "you had reacted so already" in text
    assert "you had not reacted so" in text


async def test_a_form_is_filled_in_at_the_prompt(archive: Path, place: Path) -> None:
    """The subscribe form opens, takes a zone by type-ahead, is sent and closed; what is not there is named."""
    lines = ("/weekly subscribe", "fill 5 new yor", "fill 5 atlantis", "fill 10 jobs", "submit", "cancel", "cancel")
    text = await played(archive, place, *lines, "/weekly mesh", "click Search again … nowhere", "click 99", "click x")
    for words in (
        "Subscribe a channel",
        "[5] is now America/New York",
        "nothing fits 'atlantis'",
        "[10] is now jobs",
        "Subscribed",
        "the form is closed",
        "there is no form open",
        "there is no button 99",
        "there is no button 'x'",
    ):
        assert words in text


async def test_a_file_is_chosen_at_the_prompt(archive: Path, place: Path, tmp_path: Path) -> None:
    """By its path; one that is not there, or of another kind, is said so."""
    good = tmp_path / "b.html"
    good.write_text("<!DOCTYPE NETSCAPE-Bookmark-file-1><DT><A HREF='https://prompt.example/'>Chosen</A>")
    (tmp_path / "b.txt").write_text("x")
    lines = ("/weekly import", f"fill 1 {tmp_path}/none", f"fill 1 {tmp_path}/b.txt", "submit", f"fill 1 {good}")
    text = " ".join((await played(archive, place, *lines, "submit", "/weekly saved")).split())
    for words in (
        "that can be read",
        "choose a file of the kind html",
        "still to be filled in",
        "[1] is now b.html",
        "1 more link is yours now",
    ):
        assert words in text, text


async def test_somebody_else_and_what_they_say(archive: Path, place: Path) -> None:
    """One can be somebody else, who sees their own answers only; a message that one writes is there for all."""
    lines = ("/weekly mesh", "as ada", "channel", "as nobody", "say look at https://example.com/x", "say", "tick 1 1")
    text = await played(archive, place, *lines)
    assert "you are ada now" in text
    _, _, hers = text.partition("you are ada now")
    assert "Only visible to you" not in hers
    assert "there are: you, ada, grace" in hers
    assert "look at https://example.com/x" in hers
    assert "say what?" in hers
    # Whether button 1 is the answer's or the digest's depends on which comes first; it is no box of ada's either way.
    assert "somebody else's screen" in hers or "1 has no boxes to tick" in hers


async def test_links_are_chosen_and_found_on_the_home_tab(archive: Path, place: Path) -> None:
    """Boxes are ticked, the Home tab drawn and used, and somebody's message kept by the shortcut."""
    (archive / "2024-01-01-1.md").write_text(
        "---\ntitle: Issue 1\ndate: 2024-01-01\n---\n\nNews\n====\n\nA mesh.\n\nhttps://example.com/mesh\n\n\n"
        "A grid.\n\nhttps://example.com/grid\n"
    )
    # The heart waits for the last message, so that what comes after has the numbers that it is called by here.
    lines = (
        "react 3 heart", "react 1", "tick 3 2 9", "tick 3 2", "untick 3 2", "tick 3", "click Save", "as ada", "say see https://example.com/own",
        "save 4", "save x", "home", "click Mark as read", "home", "as you", "home", "click 6 Remove", "fill 9 x",
        "click 9 Drop", "click 9 remove", "fill 8 mesh", "save 4", "submit", "tick 9", "thread 1",
    )  # fmt: skip
    text = await played(archive, place, *lines)
    for words in (
        "choose one of: 1. A mesh, 2. A grid",
        "2 of 2 ticked",
        "1 of 2 unticked",
        "Kept 2 links",
        "Kept:",
        "button 6 is on somebody else's screen",
        "9 is no field; click it instead",
        "choose one of: Mark as read, Add a note, Remove",
        "1 link of yours",
        "there is no form open",
    ):
        assert words in text
    first, second, _ = text.split("❯ home")[1:4]
    assert "Welcome to Back Issue" in first
    assert "You kept 1 link" in first
    assert "Mark as unread" in first
    assert "Welcome to Back Issue" not in second.partition("as you")[0]


async def test_a_button_that_is_gone_says_so(archive: Path, place: Path) -> None:
    """A field of a form that was closed is gone, and using it says why."""
    text = await played(archive, place, "/weekly subscribe", "click 99", "cancel", "fill 5 london", "click 5")
    assert "there is no button 99" in text
    assert "button 5 is gone: what it stood in has changed since or was closed" in text


async def test_an_answer_is_shared_by_its_button(archive: Path, place: Path) -> None:
    """A button is clicked by its number or its label, and what it does appears."""
    text = await played(
        archive, place, "/weekly mesh", "next", "/weekly mesh", "click Share with channel", "help", "foo"
    )
    assert "@you shared" in text
    assert "unreact N" in text
    assert "type a command such as /weekly service mesh" in text


def test_a_missing_archive_is_one_line(tmp_path: Path) -> None:
    """A folder that is not there is named, with no stack trace."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--terminal", "--archive", str(tmp_path / "nowhere")],
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
        [sys.executable, "-u", "-m", "bot", "demo", "--terminal"],
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
        os.execve(sys.executable, [sys.executable, "-m", "bot", "demo", "--terminal"], environ)
    seen = Terminal(terminal)
    seen.until("1 backissue")
    seen.until("#devops ❯")
    os.write(terminal, b"/weekly service mesh\r")
    seen.until("service mesh.* links")
    seen.until("#devops ❯")
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
    held = HeldBack.copied(SAMPLE, tmp_path, END)
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
    held = HeldBack.copied(archive, place, END)
    assert sorted(path.name for path in held.folder.rglob("*.md")) == ["broken.md"]
    issue = held.release()
    assert issue is not None
    assert (held.folder / "below" / "2024-01-01-1.md").exists()


def test_the_prompt_suggests_what_could_follow() -> None:
    """Verbs, the command's own words and the archive's topics are suggested while one types."""
    suggestions = Suggestions("/weekly", Library.opened(SAMPLE))

    def after(typed: str) -> list[str]:
        return [found.text for found in suggestions.get_completions(Document(typed), CompleteEvent())]

    assert after("re") == ["react"]
    assert {"top", "top month", "top year"} <= set(after("/weekly top"))
    assert after("/w") == ["/weekly"]
    assert after("/weekly la")[0] == "latest"
    assert "kubernetes" in after("/tools kuber")
    assert after("") == after("react 1") == []


async def test_an_archive_with_nothing_out_says_so(tmp_path: Path, place: Path) -> None:
    """Issues of the future are not held back, and an archive that has nothing yet is still one to look around in."""
    future = tmp_path / "future"
    future.mkdir()
    (future / "2999-01-01-1.md").write_text("---\ntitle: Far\ndate: 2999-01-01\n---\n\nHello\n")
    text = await played(future, place, "next")
    assert "nothing to post" in text
    assert "there is no next one" in text

"""Issues from a folder of a git repository, cloned by git itself."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from archive import document
from archive.document import FILE_MAX_BYTES, SUFFIXES
from archive.folder import DiskFolder, File
from archive.loader import read_one
from bot.source.importing.item import ImportFault, Item, ItemOrFault, SourceError, UnreachableError, hashed
from bot.source.importing.network import resolved, without_secrets

CLONE_SECONDS = 300
CLONE_MAX_BYTES = 500_000_000
"""Of a clone with its whole history: that of a newsletter of ten years has some 20 MB."""
_WATCH_SECONDS = 0.2
_BINDS = (2, 37)
"""The version of git from which on it can be told the IP address to use (`http.curloptResolve`)."""
_REFERENCE = re.compile(r"[0-9a-f]{40,64}")


class Repository:
    """A folder of a git repository, over http(s) or on this machine; see `Remote`. Its state is the last commit.

    Issues' files are taken as they are, with the date of their first commit where they say none.
    """

    def __init__(self, address: str, *, private: bool = False) -> None:
        """Read the repository at `address`; what follows a `#` is the folder in it."""
        named, _, folder = address.removeprefix("git+").partition("#")
        self._address = named
        self._folder = folder.strip("/")
        self._private = private
        self.state = ""
        if not _is_here(named) and not _is_web(named):
            raise SourceError(self.name, "it is no address that is fetched; name one that begins with https://")
        if ".." in self._folder.split("/"):
            raise SourceError(self.name, "its folder leads out of the repository; name one in it")

    @property
    def name(self) -> str:
        """See `Source.name`."""
        return without_secrets(self._address) + (f"#{self._folder}" if self._folder else "")

    def __len__(self) -> int:
        """See `Source.__len__`."""
        return 0

    def items(self) -> Iterator[ItemOrFault]:
        """See `Source.items`."""
        with tempfile.TemporaryDirectory(prefix="backissue-git-") as place:
            git = _Git(self._address, Path(place), self.name, private=self._private)
            commit = git.newest()
            if commit == self.state:
                return
            clone = git.cloned()
            folder = clone / self._folder
            if not folder.is_dir():
                raise SourceError(self.name, f"there is no folder {self._folder!r} in it; name one after the #")
            yield from self._issues(DiskFolder(folder, SUFFIXES))
            self.state = commit

    def _issues(self, folder: DiskFolder) -> Iterator[ItemOrFault]:
        for file in folder.files():
            found = self._issue(folder, file)
            if found is not None:
                yield found

    def _issue(self, folder: DiskFolder, file: File) -> ItemOrFault | None:
        """Return the issue that a file is, None for a file that is none, such as the README."""
        if file.fault or file.size > FILE_MAX_BYTES:
            return ImportFault(file.name, file.fault or f"it has {file.size / 1e6:.0f} MB; an issue may have 5 MB")
        data = folder.read(file.name)
        reading = document.read(file.name, data)
        if reading.issue is None:
            why = next((problem.message for problem in reading.problems), "")
            return ImportFault(file.name, why) if why else None
        issue = read_one(folder, file).issue or reading.issue
        text = data.decode("utf-8", "replace").replace("\r\n", "\n")
        return Item(
            identity=f"git:{without_secrets(self._address)}#{self._folder}/{file.name}",
            origin=file.name,
            title=issue.title,
            published=issue.published,
            source="",
            body=_dated(text, issue.published.astimezone(UTC).isoformat()) if issue.date_guessed else text,
            seal=hashed(data),
            file=file.name,
        )


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _is_here(address: str) -> bool:
    """Return whether it is a folder on this machine; git would take some addresses for more than that."""
    return not _is_web(address) and Path(address).is_dir()


def _dated(text: str, date: str) -> str:
    """Return an issue's text with a date in its front matter: out of the repository its first commit is not known."""
    if text.startswith("---\n"):
        return f"---\ndate: {date}\n{text[4:]}"
    return text if text.startswith(("+++", "{", ";;;")) else f"---\ndate: {date}\n---\n\n{text}"


class _Git:
    """Runs git, within limits, and with nothing of a repository's own being run."""

    def __init__(self, address: str, place: Path, shown: str, *, private: bool) -> None:
        self._git = shutil.which("git") or ""
        if not self._git:
            raise SourceError(shown, "git is not installed; install it")
        self._place = place
        self._shown = shown
        self._options = [
            *("-c", "core.symlinks=false"),  # a link in it could lead to any file of ours
            *("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.askPass=true"),
            *("-c", "protocol.allow=never", "-c", "http.followRedirects=false"),
            *("-c", "filter.lfs.smudge=", "-c", "filter.lfs.process=", "-c", "filter.lfs.required=false"),
        ]
        self._address = self._checked(address, private=private)

    def _checked(self, address: str, *, private: bool) -> str:
        """Return the address as git gets it: without secrets, which are in a file, and bound to one IP address."""
        parts = urlsplit(address)
        if _is_here(address):
            self._options += ["-c", "protocol.file.allow=always", "-c", f"safe.directory={Path(address).absolute()}"]
            return str(Path(address).absolute())
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if not private and self._version() < _BINDS:
            raise SourceError(self._shown, "git 2.37 or later is needed, which keeps to the address that was checked")
        figures = resolved(host, port, self._shown, private=private)
        bound = f"[{figures}]" if ":" in figures else figures
        self._options += ["-c", f"http.curloptResolve={host}:{port}:{bound}"]
        self._options += ["-c", f"protocol.{parts.scheme}.allow=always"]
        if parts.username:
            self._options += ["-c", f"include.path={self._secrets(parts.username, parts.password or '')}"]
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))

    def _version(self) -> tuple[int, ...]:
        """Return git's version, (0,) if it says none."""
        figures = re.search(r"(\d+)\.(\d+)", self._run("version"))
        return tuple(map(int, figures.groups())) if figures else (0,)

    def _secrets(self, user: str, password: str) -> Path:
        """Write user and password into a file that git reads: on its command line every user could see them."""
        path = self._place / "config"
        path.touch(0o600)
        coded = base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
        path.write_text(f'[http]\n\textraHeader = "Authorization: Basic {coded}"\n', "utf-8")
        return path

    def newest(self) -> str:
        """Return the commit that the repository's default branch is at."""
        lines = self._run("ls-remote", "--", self._address, "HEAD").split()
        if not lines or not _REFERENCE.fullmatch(lines[0]):
            raise SourceError(self._shown, "it has no commit; name a repository with issues in it")
        return lines[0]

    def cloned(self) -> Path:
        """Return the folder of a clone of its default branch."""
        clone = self._place / "clone"
        self._run("clone", "--quiet", "--single-branch", "--no-tags", "--no-hardlinks", "--", self._address, str(clone))
        return clone

    def _run(self, *arguments: str) -> str:
        out, err = self._place / "out", self._place / "err"
        with out.open("wb") as stdout, err.open("wb") as stderr:
            running = subprocess.Popen(  # noqa: S603 - git, and arguments that were checked
                [self._git, *self._options, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,  # without a terminal it cannot ask for a password
            )
            try:
                self._wait(running)
            finally:
                running.kill()
                running.wait()
        if running.returncode:
            raise UnreachableError(self._shown, f"git cannot read it ({_last_line(err)})")
        return out.read_text("utf-8", "replace")[:1_000]

    def _wait(self, running: subprocess.Popen[bytes]) -> None:
        """Wait until git ends, as long and while its clone is as small as it may."""
        end = time.monotonic() + CLONE_SECONDS
        while True:
            try:
                running.wait(_WATCH_SECONDS)
            except subprocess.TimeoutExpired:
                if time.monotonic() > end:
                    raise UnreachableError(self._shown, f"git took longer than {CLONE_SECONDS} seconds") from None
                if _size(self._place) > CLONE_MAX_BYTES:
                    raise SourceError(self._shown, f"its clone has more than {CLONE_MAX_BYTES / 1e6:.0f} MB") from None
            else:
                return


def _size(place: Path) -> int:
    """Return the bytes of the files below a folder, which is being written to."""
    total = 0
    for below, _, names in os.walk(place):
        for name in names:
            with contextlib.suppress(OSError):
                total += Path(below, name).lstat().st_size
    return total


def _last_line(path: Path) -> str:
    lines = [line for line in path.read_text("utf-8", "replace").splitlines() if line.strip()]
    return " ".join(lines[-1].split())[:200] if lines else "it says nothing"

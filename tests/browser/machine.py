"""What the browser tests need from the machine: Chromium from Debian's packages, axe-core from npm's.

`python -m tests.browser.machine` installs what is missing where it can; the Makefile runs it before the tests. What
cannot be installed is reported, and the tests that need it are skipped. With `--needed` (as `.ci/run` asks) a package
manager that exists and fails is an error, so that tests are never skipped unnoticed where they could have run.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

AXE_VERSION = "4.14.1"
AXE_SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
AXE = Path(sys.prefix) / f"axe-core-{AXE_VERSION}.min.js"
"""Where axe-core's script is stored: in the virtual environment, so that `make clean` removes it."""

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL_SECONDS = 240.0
"""Seconds that a package manager may take."""


class Missing(Exception):  # noqa: N818 - it is not always an error
    """Something cannot be installed here; `broken` says that it should have been."""

    def __init__(self, what: str, *, broken: bool = False) -> None:
        """Take one line that says what is missing, why, and what to do."""
        super().__init__(what)
        self.broken = broken


def chromium() -> str | None:
    """Return the path of a Chromium on this machine, None if there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def axe() -> Path | None:
    """Return the path of axe-core's script, None if it was never downloaded."""
    return AXE if AXE.exists() else None


def get_chromium() -> None:
    """Install Chromium from Debian's packages if there is none.

    Raises:
        Missing: There is no apt-get, we are not root, or it failed.
    """
    if chromium():
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise Missing("no Chromium: install your system's chromium package (Debian: sudo apt-get install chromium)")
    _say("Installing Chromium for the browser tests (once, about 20 seconds) …")
    quiet = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0", "-o", "Acquire::Retries=2"]
    _run([*quiet, "update"], "apt-get update")
    _run([*quiet, "install", "--yes", "--no-install-recommends", "chromium"], "apt-get install chromium")
    if not chromium():
        raise Missing("apt-get installed chromium, yet there is no chromium command", broken=True)


def get_axe() -> None:
    """Download axe-core's script. Raise Missing as `fetch` does."""
    fetch(f"axe-core@{AXE_VERSION}", AXE_SHA512, "package/axe.min.js", AXE)


def fetch(package: str, sha512: str, member: str, target: Path) -> None:
    """Write the file `member` of an npm package to `target` unless it exists; the package must have this hash.

    Raises:
        Missing: There is no npm, it failed, or what it brought is not what was pinned.
    """
    if target.exists():
        return
    npm = shutil.which("npm")
    if npm is None:
        raise Missing(f"no npm, so no {package}: install npm")
    with tempfile.TemporaryDirectory() as folder:
        _run([npm, "pack", package, "--silent", "--pack-destination", folder], f"npm pack {package}")
        packed = next(Path(folder).glob("*.tgz"), None)
        if packed is None:
            raise Missing(f"npm pack brought no {package}", broken=True)
        if base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode() != sha512:
            raise Missing(f"{package} is not the package whose hash is pinned", broken=True)
        with tarfile.open(packed) as archive:
            script = archive.extractfile(member)
            assert script is not None
            target.write_bytes(script.read())


def _run(command: list[str], name: str) -> None:
    """Run a package manager quietly; show its output only if it fails."""
    try:
        subprocess.run(
            command,
            check=True,
            timeout=INSTALL_SECONDS,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},  # noqa: TID251 - a child's, not the bot's
        )
    except subprocess.CalledProcessError as error:
        raise Missing(f"{name} failed: {_last(error.stdout)}", broken=True) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing(f"{name} failed: {error}", broken=True) from error


def _last(printed: str) -> str:
    """Return the last lines of a command's output as one line."""
    return " | ".join(printed.strip().splitlines()[-3:]) or "it said nothing"


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def main() -> int:
    """Install what is missing; return 0, or 1 if something that was needed is broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.machine", description=__doc__)
    parser.add_argument("--needed", action="store_true", help="a package manager that fails is an error")
    parser.add_argument("--mark", type=Path, help="touch this file when everything is here")
    options = parser.parse_args()
    broken = missing = False
    for get in (get_chromium, get_axe):
        try:
            get()
        except Missing as why:
            missing, broken = True, broken or why.broken
            _say(f"\n  !! Browser tests will be SKIPPED: {why}\n")
    if options.mark and not missing:
        options.mark.touch()
    return int(broken and options.needed)


if __name__ == "__main__":
    sys.exit(main())

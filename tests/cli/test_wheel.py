"""The wheel, installed into a virtual environment of its own, has everything that a set-up needs.

The libraries are those of the environment that the tests run in; the product is not.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path

import aiohttp
import pytest

from playground.slack.fixtures import demo_site
from playground.slack.people import workspace_fixture
from playground.slack.server import Server

pytestmark = [pytest.mark.long, pytest.mark.process]

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "playground/demo/sample"
SOURCES = ("archive", "bot", "handlers", "playground")
START_SECONDS = 60.0


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and install it; return the virtual environment."""
    place = tmp_path_factory.mktemp("wheel")
    source = place / "source"
    source.mkdir()
    for name in SOURCES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "manifest.yaml", "Procfile"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    built = subprocess.run(
        [*pip, "wheel", "--no-deps", "--wheel-dir", str(place), str(source)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "No matching distribution found for setuptools" in built.stderr:
        pytest.skip("the build needs setuptools from a package registry, and there is none")
    assert built.returncode == 0, built.stderr
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place / "venv")], check=True)
    python, wheel = place / "venv/bin/python", next(place.glob("*.whl"))
    subprocess.run([*pip, "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)], check=True)
    libraries = next((place / "venv/lib").glob("*/site-packages")) / "libraries.pth"
    libraries.write_text(sysconfig.get_path("purelib") + "\n")
    shutil.rmtree(source)
    return place / "venv"


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """Return an empty folder to run in."""
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def environment(empty: Path, **more: str) -> dict[str, str]:
    """Return an environment without this one's variables of the product."""
    return {"PATH": "/usr/bin:/bin", "HOME": str(empty), **more}


def run(installed: Path, empty: Path, *arguments: str) -> str:
    """Run the installed `backissue` in an empty folder and return what it prints."""
    command = [str(installed / "bin/backissue"), *arguments]
    done = subprocess.run(
        command, cwd=empty, env=environment(empty), capture_output=True, text=True, check=False, timeout=START_SECONDS
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_code_that_runs_is_the_wheel_s(installed: Path, empty: Path) -> None:
    """None of it is from the working copy."""
    said = "import bot, playground; print(bot.__file__, playground.__file__)"
    python = installed / "bin/python"
    printed = subprocess.run([str(python), "-c", said], cwd=empty, capture_output=True, text=True, check=True).stdout
    assert all(path.startswith(str(installed)) for path in printed.split())


@pytest.mark.parametrize("name", ["manifest.yaml", "Procfile"])
def test_what_a_set_up_needs_is_installed(installed: Path, name: str) -> None:
    """The app's manifest and the Procfile are installed, as they are in the repository."""
    assert (installed / "share/backissue" / name).read_bytes() == (ROOT / name).read_bytes()


def test_check(installed: Path, empty: Path) -> None:
    """It reads an archive and checks that nothing was lost."""
    assert "Nothing lost" in run(installed, empty, "check", "--archive", str(SAMPLE))


def test_db_upgrade(installed: Path, empty: Path) -> None:
    """The migrations are in the wheel: the database is created in the folder it runs in."""
    assert "is at version" in run(installed, empty, "db", "upgrade")
    assert (empty / "backissue.db").exists()


async def test_demo(installed: Path, empty: Path) -> None:
    """The page, its scripts and the sample archive are in the wheel."""
    running = await asyncio.create_subprocess_exec(
        str(installed / "bin/backissue"), "demo", "--no-browser", "--port", "0",
        cwd=empty, env=environment(empty), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert running.stdout is not None
    try:
        async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as session:
            address = (await running.stdout.readline()).decode().split()[4]
            async with session.get(address) as page:
                assert page.status == 200
                assert "<script" in await page.text()
    finally:
        running.send_signal(signal.SIGTERM)
        assert await running.wait() == 0


async def test_serve(installed: Path, empty: Path) -> None:
    """The bot answers a command of the stand-in workspace."""
    site, workspace, channel, you = demo_site()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    async with Server(site) as server, aiohttp.ClientSession() as session:
        settings = environment(
            empty, SLACK_API_URL=server.api_url, SLACK_BOT_TOKEN=workspace.token, SLACK_SIGNING_SECRET="a secret",
            BACKISSUE_ARCHIVE=str(SAMPLE), PORT=str(port),
        )  # fmt: skip
        running = await asyncio.create_subprocess_exec(
            str(installed / "bin/backissue"), "serve", cwd=empty, env=settings
        )
        try:
            await _healthy(session, f"http://127.0.0.1:{port}/health")
            url = f"http://127.0.0.1:{port}/slack/events"
            async with workspace_fixture(server, workspace, url, "a secret") as fixture:
                assert "mesh" in (await fixture.person(you.id).types("/weekly service mesh", channel)).text
        finally:
            running.send_signal(signal.SIGTERM)
            assert await running.wait() in {0, -signal.SIGTERM}


async def _healthy(session: aiohttp.ClientSession, url: str) -> None:
    async with asyncio.timeout(START_SECONDS):
        while True:
            try:
                async with session.get(url) as response:
                    assert response.status == 200
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)  # another process: it gives no sign when it is ready

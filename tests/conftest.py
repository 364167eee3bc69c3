"""What every test shares: Hypothesis profiles, and the tier of quick tests that `make quick` runs."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest
import structlog
from hypothesis import settings

from tests.fakes.postgres import Postgres, new_folder, running, temporary_root

# A property has no deadline: on a busy machine the same example takes ten times as long, and timings are benchmarks'.
# The same code gives the same result for everybody; what nobody has thought of yet is looked for by `make fuzz`.
settings.register_profile("backissue", deadline=None, derandomize=True)
settings.register_profile("quick", deadline=None, derandomize=True, max_examples=10)
settings.register_profile("fuzz", deadline=None, max_examples=2_000)

BROWSER_FIXTURES = {"chromium", "page", "serving", "visiting"}
NOT_QUICK = {"slow", "long", "browser", "postgres", "process"}
"""Markers of tests that `--quick` leaves out; pyproject.toml says what each means."""
QUICK_SECONDS = 2.0
"""Processor time after which a quick test fails. It should take one second; a busy machine counts the same work double.

Time by the clock would say nothing of the test there.
"""
STEPS, STEPS_SECONDS = 1_000_000, 0.008
"""Steps of an empty loop, and the processor time that they take where nothing else runs."""
PROCESS_EVENTS = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system"}
"""Audit events of starting a process (Python: Audit events table)."""
SERVER_FOLDER = pytest.StashKey[Path]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--quick`, `--fuzz` and `--soak-seconds`."""
    parser.addoption("--fuzz", action="store_true", help="two thousand examples of each property, others each time")
    parser.addoption(
        "--soak-seconds", type=float, metavar="N", help="how long each slow soak takes (default: 1200 and 300)"
    )
    parser.addoption(
        "--quick",
        action="store_true",
        help="only tests without browser, PostgreSQL or process, each under a second; ten examples of each property",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Load the tier's Hypothesis profile, name the root of `tmp_path`, and watch that quick tests start no process."""
    patch = pytest.MonkeyPatch()
    patch.setenv("PYTEST_DEBUG_TEMPROOT", str(temporary_root()))
    config.add_cleanup(patch.undo)
    quick = config.getoption("quick")
    settings.load_profile("quick" if quick else "fuzz" if config.getoption("fuzz") else "backissue")
    if quick:
        config.pluginmanager.register(QuickRules(), "quick-rules")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Name the folder of the one PostgreSQL server to a worker process of pytest-xdist."""
    stash = node.config.stash
    if SERVER_FOLDER not in stash:
        stash[SERVER_FOLDER] = new_folder()
    node.workerinput["postgres"] = str(stash[SERVER_FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove that folder when the workers have ended."""
    if SERVER_FOLDER in config.stash:
        rmtree(config.stash[SERVER_FOLDER], ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests by the fixtures they use, and put the longest first; with `--quick`, leave out what is not quick."""
    for item in items:
        for marker in markers_of(item):
            item.add_marker(marker)
    items.sort(key=minutes_of, reverse=True)
    if config.getoption("quick"):
        left_out = [item for item in items if NOT_QUICK & {marker.name for marker in item.iter_markers()}]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def pytest_collection_finish() -> None:
    """Have the garbage collector look a tenth as often: it took up to a tenth of the processor time.

    The tests themselves and what they import are a million objects that stay until the end.
    """
    gc.set_threshold(10_000, 20, 50)


def markers_of(item: pytest.Item) -> set[str]:
    """Return the markers that follow from a test's fixtures and parameters."""
    fixtures = set(getattr(item, "fixturenames", ()))
    parameters = set(map(str, getattr(getattr(item, "callspec", None), "params", {}).values()))
    found = set()
    if fixtures & BROWSER_FIXTURES:
        found.add("browser")
    if ("postgres" in fixtures and parameters.isdisjoint({"sqlite"})) or "postgresql" in parameters:
        found.add("postgres")
    return found


def minutes_of(item: pytest.Item) -> float:
    """Return about how long a slow test takes if it says so, else 0: one that begins last would be waited for alone."""
    marker = item.get_closest_marker("slow")
    return float(marker.kwargs.get("minutes", 0)) if marker else 0.0


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Take back the stores that the test was lent, if any, and let the garbage collector see everything."""
    gc.unfreeze()  # a command freezes what there is; each later loading of an archive would count all of it
    if emptied := sys.modules.get("tests.fakes.emptied"):
        emptied.STORES.test_ended()


class QuickRules:
    """Fails a quick test that starts a process or takes more than `QUICK_SECONDS`.

    An audit hook can't be removed, so there is one for the process's life, and it looks whether a test is running.
    """

    def __init__(self) -> None:
        """Add the hook."""
        self._running = False
        sys.addaudithook(self._audit)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        del arguments
        if self._running and event in PROCESS_EVENTS:
            raise AssertionError("a quick test starts no process: mark this one with pytest.mark.process")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        """Watch one test with its fixtures: a process that a fixture starts takes as long."""
        self._running = True
        try:
            return (yield)
        finally:
            self._running = False

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, object, object]:
        """Time one test, fixtures left out: they are shared."""
        began = time.process_time()
        result = yield
        taken = time.process_time() - began
        if taken > QUICK_SECONDS and taken > (allowed := QUICK_SECONDS * slowness()):
            raise AssertionError(
                f"took {taken:.1f} s of processor time, {allowed:.1f} are allowed: share or shorten what it sets up; "
                "if what it tests takes that long, mark it with pytest.mark.long"
            )
        return result


def slowness() -> float:
    """Return how many times the usual processor time the same work takes now, at least 1.

    Beside other processes it may be several times as much: they share caches, and two processors may be one.
    """
    began = time.process_time()
    for _ in range(STEPS):
        pass
    return max(1.0, (time.process_time() - began) / STEPS_SECONDS)


@pytest.fixture(autouse=True, scope="session")
def _loggers_are_not_kept() -> Iterator[None]:
    """Let a logger take the configuration of the moment: one that is kept would write past the tests that record."""
    configure = structlog.configure

    def without_keeping(**options: Any) -> None:
        configure(**{**options, "cache_logger_on_first_use": False})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structlog, "configure", without_keeping)
        yield


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """Run a PostgreSQL server for the session: one for all processes that share it."""
    shared = getattr(request.config, "workerinput", {}).get("postgres")
    folder = Path(shared) if shared else new_folder()
    try:
        with running(folder) as server:
            yield server
    finally:
        if not shared:
            rmtree(folder, ignore_errors=True)


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Return a function that prints a figure of a long test, and records it in the test report."""

    def keep(text: str) -> None:
        print(text)  # noqa: T201 - the figure
        record_property("figure", text)

    return keep


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that proofs recorded, wherever they ran: a worker process has no terminal."""
    figures = [
        f"{report.nodeid}: {value}"
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "figure"
    ]
    if figures:
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(sorted(set(figures))))

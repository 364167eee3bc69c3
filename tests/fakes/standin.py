"""The stand-in Slack as a process of its own, faults for its calls, and databases prepared for its workers."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import aiohttp

from bot.digests.delivery.issue_registry import IssueRegistry
from bot.domain.preferences import Preferences
from bot.domain.schedule import AsItAppears
from bot.runtime.clock import SystemClock
from bot.store.store import Store
from playground.slack.faults import Fault, How
from playground.slack.ledger import Ledger, LedgerLine, read
from tests.fakes.mortal import published
from tests.fakes.newsletter import issue

ROOT = Path(__file__).parents[2]
POST = "chat.postMessage"
PARTS = 3
"""Messages of a digest of two entries."""


def faults(*, soon: int, later: int, late: float) -> dict[str, Fault]:
    """Return the faults of a post, by name.

    A 429 asks to wait `soon` seconds, or `later`; a late post lands after `late` seconds.
    """
    return {
        "429": Fault(How.LIMITED, retry_after=soon, method=POST),
        "429 for long": Fault(How.LIMITED, retry_after=later, method=POST),
        "time-out after accept": Fault(How.HANG, effect=True, method=POST),
        "time-out, landing late": Fault(How.HANG, effect=True, lands_after=late, method=POST),
        "time-out before": Fault(How.HANG, method=POST),
        "reset with effect": Fault(How.CUT, effect=True, method=POST),
        "reset before": Fault(How.CUT, method=POST),
        "500 with effect": Fault(How.BROKEN, effect=True, method=POST),
        "500 without": Fault(How.BROKEN, method=POST),
        "invalid blocks": Fault(How.REFUSED, error="invalid_blocks", method=POST),
        "archived": Fault(How.REFUSED, error="is_archived", method=POST),
        "revoked": Fault(How.REFUSED, error="token_revoked", method=POST),
    }


def hits(fault: Fault, lines: Iterable[LedgerLine]) -> list[LedgerLine]:
    """Return the calls that the fault hit, from the stand-in's ledger."""
    told = fault.error if fault.how is How.REFUSED else "late" if fault.lands_after else fault.how.value
    return [line for line in lines if line.answer == told]


@contextmanager
def stand_in(folder: Path, *, workspaces: int, channels: int, seed: int = 0) -> Iterator[str]:
    """Run it with so many workspaces and channels in each; return its Web API's base URL. Its ledger is in `folder`."""
    command = [sys.executable, "-m", "playground.slack.server", "--ledger", str(folder / "ledger.jsonl")]
    command += ["--workspaces", str(workspaces), "--channels", str(channels), "--seed", str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def ledger_in(folder: Path) -> Ledger:
    """Read the ledger that the stand-in wrote there."""
    return read(iter((folder / "ledger.jsonl").read_text().splitlines(keepends=True)))


async def prepared(url: str, api: str, places: Iterable[tuple[str, str]], given: Iterable[Fault]) -> Store:
    """Subscribe `places` in the database `url` while issue 1 exists, and activate the faults; return the store."""
    store = await asyncio.to_thread(lambda: Store.open(url, upgrading=True))
    now = SystemClock().now()
    await IssueRegistry(store.issues).put([issue(1, published(1), entries=PARTS - 1)], now)
    await asyncio.gather(
        *(store.subscriptions.put(*place, "U1", AsItAppears(), Preferences(), now) for place in places)
    )
    said = [{**asdict(fault), "how": fault.how.value} for fault in given]
    async with aiohttp.ClientSession() as session:
        await session.post(api.replace("/api/", "/playground/faults"), data=json.dumps(said))
    return store

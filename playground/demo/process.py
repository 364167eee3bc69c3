"""Running until the process is told to stop, without the proxies of its environment."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable


def without_proxies() -> None:
    """Remove the environment's proxies: Slack's client would use them for loopback too, whatever NO_PROXY says."""
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        os.environ.pop(name, None)  # noqa: TID251 - taken away, not read: there is no other way to tell the client


async def until_stopped(work: Awaitable[None]) -> None:
    """Run `work` until it is done or the process is told to stop (Ctrl-C, SIGTERM); its error is raised."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    handle: Callable[..., None] = loop.add_signal_handler
    for number in (signal.SIGTERM, signal.SIGINT):
        handle(number, stopped.set)
    tasks = [asyncio.ensure_future(work), asyncio.ensure_future(stopped.wait())]
    done, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.remove_signal_handler(number)
    for task in done:
        task.result()

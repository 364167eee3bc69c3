"""The health pages: is the process alive, can it answer, is all well."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.domain.health import Check


@cache
def _version() -> str:
    return version("backissue")


@dataclass(frozen=True, slots=True)
class Health:
    """How the bot is doing, as the health page says it.

    The `…_fault` fields say what does not work, "" for nothing; `posting` and `watching` say whether the bot does so
    (a process may be told not to post).
    """

    posting: bool
    watching: bool
    issues: int
    problems: int
    posting_fault: str = ""
    watching_fault: str = ""
    archive_fault: str = ""
    source_fault: str = ""
    """Why new issues do not come in; the bot itself is well, and a host that restarts it would mend nothing."""
    checks: tuple[Check, ...] = ()
    """What last worked, part by part."""

    @property
    def ok(self) -> bool:
        """Return whether nothing is wrong."""
        faults = self.posting_fault or self.watching_fault or self.archive_fault
        return not faults and all(check.ok for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        """Return the page's fields; each keeps its type whatever is wrong."""
        return {"ok": self.ok, "version": _version(), **asdict(self)}


@dataclass(frozen=True, slots=True)
class Pages:
    """What the pages say: how the bot is, and whether it is `ready` to answer."""

    health: Callable[[], Health]
    ready: Callable[[], bool]
    metrics: Callable[[], Awaitable[bytes]] | None = None
    """Gives the metrics in Prometheus' text format; None: they are not served."""

    def routes(self) -> list[Route]:
        """Return the pages' routes."""
        pages = {"/health": self._all, "/health/live": self._live, "/health/ready": self._ready}
        if self.metrics is not None:
            pages["/metrics"] = self._metrics
        return [Route(path, page, methods=["GET"]) for path, page in pages.items()]

    async def _all(self, _: Request) -> Response:
        """Answer 200 while all is well, else 503, with every check."""
        found = self.health()
        return JSONResponse(found.as_json(), status_code=200 if found.ok else 503)

    async def _live(self, _: Request) -> Response:
        """Answer 200: the event loop turns."""
        return PlainTextResponse("alive\n")

    async def _metrics(self, _: Request) -> Response:
        """Answer with the metrics."""
        text = b"" if self.metrics is None else await self.metrics()
        return Response(text, media_type="text/plain; version=0.0.4")

    async def _ready(self, _: Request) -> Response:
        """Answer 200 while commands are answered: the archive is loaded and no stop has begun."""
        ready = self.ready()
        return PlainTextResponse("ready\n" if ready else "not ready\n", status_code=200 if ready else 503)


def health_pages(pages: Pages) -> Starlette:
    """Return the ASGI application of these pages alone."""
    return Starlette(routes=pages.routes())

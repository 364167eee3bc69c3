"""Backstage: the clock, the next issue, active faults, and the deliveries as they change."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from bot.domain.errors import BotError
from bot.domain.title import title
from bot.domain.workspace import workspace_id
from playground.demo.page.body import Body
from playground.demo.page.delivery_log import delivery_log, upcoming
from playground.demo.page.faults import FAULTS, apply, broken, mend
from playground.demo.page.problem import CannotError, PageError
from playground.demo.page.room import Room

if TYPE_CHECKING:  # as in `room`
    from playground.demo.environment import Environment

_log = structlog.get_logger(__name__)
WEEK = timedelta(days=7)
MOMENT = timedelta(seconds=1)
"""How far past a slot the clock is put."""
CATCH_UP_TIMEOUT_SECONDS = 4.0
"""Seconds that a jump over several slots waits for what is due at them."""
SETTLE = 0.1
"""Seconds after an event within which more are likely."""
_JUMPED = "Some digests could not be posted in time, so the clock jumped the rest of the week at once."
_RESUME = "{} takes posts again. The bot is paused there until somebody types: {} resume"
LOOK = 1.0
"""Seconds after which the deliveries are read even if nothing seems to have happened."""


class OperatorPanel:
    """What the operator sees and does. While `watch` runs, changes are pushed to the page."""

    def __init__(self, room: Room) -> None:
        """Watch `room`."""
        self.room = room
        self._stir = asyncio.Event()
        self._told: dict[str, Any] = {}
        room.site.watchers.append(lambda _: self._stir.set())

    async def do(self, body: Body) -> dict[str, Any]:
        """Do one thing and return the page's answer. Raises PageError, CannotError."""
        verbs: Mapping[str, Callable[[Body], Awaitable[dict[str, Any]]]] = {
            "next_slot": self._next_slot,
            "week": self._week,
            "publish": self._publish,
            "break": self._break,
            "mend": self._mend,
        }
        verb = verbs.get(body.text("do"))
        if verb is None:
            raise PageError(f"`do` must be one of {', '.join(verbs)}")
        answer = await verb(body)
        await self._tell_changes()
        return answer

    async def clock(self) -> dict[str, Any]:
        """Return CLOCK (see the package's docstring)."""
        clock, environment = self.room.clock, self.room.here
        at = await self._upcoming(environment) if environment else None
        ahead = clock.ahead.total_seconds()
        return {"now": clock.now().isoformat(), "ahead": ahead, "next_slot": at}

    async def deliveries(self) -> dict[str, Any]:
        """Return DELIVERIES; empty until the app is there."""
        environment = self.room.here
        if environment is None:
            return {"subscriptions": [], "deliveries": [], "doubles": 0}
        return await delivery_log(environment, self.room.clock.now())

    def backstage(self) -> dict[str, Any]:
        """Return BACKSTAGE, without its calls."""
        waiting = self.room.here.held.waiting if self.room.here else []
        return {
            "held": len(waiting),
            "next": title(waiting[0].issue) if waiting else "",
            "faults": [{"what": what, "name": one.name, "text": one.text} for what, one in FAULTS.items()],
            "broken": broken(self.room.site, self.room.workspace),
            "doubles": len(self.room.site.ledger.doubles()),
        }

    async def watch(self) -> None:
        """Push changes until cancelled."""
        with suppress(Exception):  # callers of environment() get the error
            await self.room.environment()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await self._stir.wait()
                await asyncio.sleep(SETTLE)
            self._stir.clear()
            if not len(self.room.feed):
                continue
            try:
                await self._tell_changes()
            except Exception:  # noqa: BLE001 - the next look may work
                _log.exception("operator_panel.failed")

    async def _tell_changes(self) -> None:
        """Push what has changed since the last push."""
        with suppress(BotError):  # a busy database: the next look will do
            self._tell("deliveries", await self.deliveries())
        self._tell("backstage", self.backstage())
        clock = await self.clock()
        if self._told.get("next_slot") != (clock["ahead"], clock["next_slot"]):
            self._told["next_slot"] = (clock["ahead"], clock["next_slot"])
            self.room.feed.tell({"type": "clock", "clock": clock})

    def _tell(self, kind: str, now: dict[str, Any]) -> None:
        if self._told.get(kind) != now:
            self._told[kind] = now
            self.room.feed.tell({"type": kind, kind: now})

    # -- the clock -----------------------------------------------------------------------------------------------------

    async def _next_slot(self, _: Body) -> dict[str, Any]:
        environment = await self.room.environment()
        slots = await self._slots(environment)
        if not slots:
            raise CannotError(
                "No channel has a set time for its digests yet. Subscribe one first, for example every Monday."
            )
        return await self._forward(environment, min(slots))

    async def _week(self, _: Body) -> dict[str, Any]:
        """Put the clock forward by a week, with a stop at each slot on the way.

        An app that slept through a whole week would post nothing, as its slots are long past (docs/delivery.md).
        """
        environment, clock = await self.room.environment(), self.room.clock
        seconds = asyncio.get_running_loop().time
        end, patient = clock.ahead + WEEK, seconds() + CATCH_UP_TIMEOUT_SECONDS
        # With a fault, or with much to post, the rest of the week is jumped.
        while not (jumped := seconds() >= patient):
            if not await self._begun(environment):
                await asyncio.sleep(SETTLE)
                continue
            ahead = [by for by in await self._slots(environment) if clock.ahead + by < end]
            if not ahead:
                break
            await self._forward(environment, min(ahead))
        await self._forward(environment, end - clock.ahead)
        return {"note": _JUMPED} if jumped else {}

    async def _begun(self, environment: Environment) -> bool:
        """Return whether a digest has begun in every channel in which one is due, even without its replies."""
        now = self.room.clock.now()
        rows = (await delivery_log(environment, now))["deliveries"]
        due = {
            row["channel"] for row in rows if row["state"] == "waiting" and datetime.fromisoformat(row["due"]) <= now
        }
        for each in await self._subscriptions(environment):
            slot = upcoming(each, each.cursor or now)
            if slot is not None and slot <= now:  # not decided yet
                due.add(each.channel)
        posting = [row for row in rows if row["state"] == "posting"]
        return not due - {row["channel"] for row in posting} and all(row["sent"] for row in posting)

    async def _slots(self, environment: Environment) -> list[timedelta]:
        """Return how far ahead each scheduled channel's next slot is, and `MOMENT` more."""
        now = self.room.clock.now()
        found = [upcoming(each, now) for each in await self._subscriptions(environment)]
        return [at - now + MOMENT for at in found if at is not None]

    async def _forward(self, environment: Environment, by: timedelta) -> dict[str, Any]:
        self.room.clock.forward(max(by, timedelta()))
        await environment.tick()
        return {}

    async def _upcoming(self, environment: Environment) -> str | None:
        now = self.room.clock.now()
        with suppress(BotError):
            found = [at for each in await self._subscriptions(environment) if (at := upcoming(each, now)) is not None]
            return min(found).isoformat() if found else None
        return None

    async def _subscriptions(self, environment: Environment) -> tuple[Any, ...]:
        workspace = environment.workspace
        return await environment.app.ports.store.subscriptions.list(workspace_id(workspace.enterprise, workspace.team))

    # -- the archive and the line --------------------------------------------------------------------------------------

    async def _publish(self, _: Body) -> dict[str, Any]:
        environment = await self.room.environment()
        issue = await asyncio.to_thread(environment.held.release)
        if issue is None:
            raise CannotError("Every issue of this archive is out; there is no next one.")
        # The watch would notice within a second: too late for somebody who puts the clock forward at once.
        await environment.library.refresh()
        await environment.library.listeners_idle()
        return {"issue": title(issue)}

    async def _break(self, body: Body) -> dict[str, Any]:
        what, name = body.text("what"), body.text("channel", empty=True)
        if what not in FAULTS:
            raise PageError(f"`what` must be one of {', '.join(FAULTS)}")
        channel = self.room.workspace.channels.get(name or self.room.home)
        if channel is None or channel.kind == "im":
            raise PageError("there is no such channel", 404)
        apply(what, self.room.site, self.room.workspace, channel)
        if FAULTS[what].fault is None:
            self.room.relist(channel)
        return {}

    async def _mend(self, _: Body) -> dict[str, Any]:
        mended = mend(self.room.site, self.room.workspace)
        for channel in mended:
            self.room.relist(channel)
        environment = self.room.here
        paused = (
            {each.channel for each in await self._subscriptions(environment) if each.paused} if environment else set()
        )
        names = " and ".join(f"#{channel.name}" for channel in mended if channel.id in paused)
        return {"note": _RESUME.format(names, environment.settings.command)} if environment and names else {}

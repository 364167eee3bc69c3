"""A worker's part in the database's heartbeat."""

from __future__ import annotations

from datetime import datetime

import structlog

from bot.domain.clock import Clock
from bot.domain.gap import Gap
from bot.store.heartbeats import Heartbeats

_log = structlog.get_logger(__name__)
BEAT_SECONDS = 60.0


class Pulse:
    """Writes the heartbeat, and holds the `gaps` in it for which channels are looked at before they are posted to."""

    def __init__(self, heartbeats: Heartbeats, clock: Clock) -> None:
        """Write `heartbeats` by `clock`."""
        self._heartbeats, self._clock = heartbeats, clock
        self._mine: datetime | None = None
        self.gaps: tuple[Gap, ...] = ()

    async def beat(self) -> None:
        """Write the heartbeat and read the gaps. Call it before anything is posted, and every minute."""
        now = self._clock.now()
        gap = await self._heartbeats.beat(now, self._mine)
        if gap is not None:
            since, until = gap.since.isoformat(), gap.until.isoformat()
            _log.warning("heartbeat_gap.found", since=since, until=until, stopped=gap.stopped)
        self._mine = now
        self.gaps = await self._heartbeats.gaps()

    async def stop(self) -> None:
        """Record that this worker stops by itself."""
        await self._heartbeats.stop()

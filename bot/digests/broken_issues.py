"""New issues whose files cannot be read: logged once, and told once to those who would have got them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import structlog

from bot.digests.alerting import AlertRoute, alert
from bot.digests.views.alerts import unreadable
from bot.domain.broken import BrokenFile
from bot.domain.clock import Clock
from bot.domain.workspace import WorkspaceId
from bot.slack.api.ports import Poster
from bot.slack.blocks.message import Message
from bot.store.store import Store

_log = structlog.get_logger(__name__)
QUIET = timedelta(minutes=2)
"""A file that becomes readable within this time was being written: nobody is told of it."""
CHECK_SECONDS = 60.0


class BrokenSource(Protocol):
    """The archive in use; `bot.source.library` implements it."""

    def broken(self) -> Sequence[BrokenFile]:
        """Return the files that give no issue because of what is wrong with them."""
        ...


@dataclass(frozen=True, slots=True)
class BrokenIssues:
    """Tells people of broken files.

    The message goes to the operators' channel; without one, to each person who subscribed a channel, or to the next who
    can be told in the first of that person's channels.
    """

    store: Store
    archive: BrokenSource
    slack: Poster
    clock: Clock
    route: AlertRoute = field(default_factory=AlertRoute)

    async def check(self) -> None:
        """Record what cannot be read, log what is new, and tell people of what stays so. Call it every minute."""
        now = self.clock.now()
        for broken in await self.store.broken_files.register(self.archive.broken(), now):
            _log.error("file.broken", file=broken.file, line=broken.line, what=broken.problem, do=broken.advice)
        if taken := await self.store.broken_files.take(now, QUIET):
            await self._tell(taken)

    async def _tell(self, files: Sequence[BrokenFile]) -> None:
        theirs: dict[tuple[WorkspaceId, str], list[str]] = defaultdict(list)
        for each in await self.store.subscriptions.list():
            theirs[each.workspace, each.user].append(each.channel)
        if self.route.operators:
            # The channel is in one workspace only: the first that knows it has it.
            for workspace in dict.fromkeys(workspace for workspace, _ in theirs):
                if await self._write(workspace, (self.route.operators,), unreadable(files, ())):
                    return
        for (workspace, user), channels in theirs.items():
            await self._write(workspace, self.route.to(user, channels[0]), unreadable(files, channels))

    async def _write(self, workspace: WorkspaceId, to: Sequence[str], said: Message) -> bool:
        return await alert(self.slack, workspace, to, said, "broken files")

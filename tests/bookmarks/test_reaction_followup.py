"""What follows a reaction on a message that the bot did not post."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.bookmarks.link_lookup import LinkLookup
from bot.bookmarks.ports import BookmarkTables
from bot.bookmarks.reactions import Reaction
from bot.bookmarks.service import BookmarkUseCases
from bot.domain.bookmark import Member, ReactionOutcome
from bot.domain.workspace import WorkspaceId
from tests.fakes.talk import FakeSlack
from tests.handlers.people import People, StillClock


class SlowReads(FakeSlack):
    """Slack that answers a read only when the test lets it, and may not show the message."""

    def __init__(self) -> None:
        """Start with no read."""
        super().__init__()
        self.begun: asyncio.Queue[None] = asyncio.Queue()
        self.gate = asyncio.Semaphore(0)
        self.running = self.most = 0

    async def read(self, workspace: WorkspaceId, channel: str, ts: str) -> Mapping[str, Any] | None:
        """Wait for the gate, counting how many wait with it."""
        self.running += 1
        self.most = max(self.most, self.running)
        self.begun.put_nowait(None)
        try:
            await self.gate.acquire()
        finally:
            self.running -= 1
        return await super().read(workspace, channel, ts)


def bookmarking(slack: FakeSlack) -> BookmarkUseCases:
    """Return the use cases over an empty archive and an empty database."""
    people = People(())
    store, answers, names = people.store.opened, people.services.answers, people.services.names
    tables = BookmarkTables(people.store, store.people, store.postings)
    return BookmarkUseCases.of(tables, LinkLookup(people.library, str), answers, slack, names, StillClock(), "secret")


async def test_one_message_is_read_once_at_a_time() -> None:
    """A third reaction waits too while the second, which waited for the first, reads."""
    slack = SlowReads()
    followup = bookmarking(slack).followup

    def react(user: str) -> asyncio.Task[None]:
        reaction = Reaction("-:T1", Member("T1", user), "C1", "7.000001", "bookmark", 8_000_001, added=True)
        following = followup.after(reaction, ReactionOutcome(fresh=True))
        assert following is not None
        return asyncio.create_task(following)

    first, second = react("U1"), react("U2")
    await slack.begun.get()
    slack.gate.release()
    await first
    await slack.begun.get()
    third = react("U3")
    for _ in range(100):  # long enough for the third to reach Slack, if nothing holds it
        await asyncio.sleep(0)
    assert slack.running == 1
    slack.gate.release()
    slack.gate.release()
    await asyncio.gather(second, third)
    assert (slack.most, slack.reads) == (1, 3)

"""What is said to a message in a thread, and who says it: conversations, imported when they are first needed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive.search.result import Grade
from bot.domain.ask_thread import AskThread
from bot.slack.blocks.message import Message

if TYPE_CHECKING:
    from bot.lookup.asking.conversation import Conversations
    from bot.lookup.asking.turn import Thread


@dataclass(frozen=True, slots=True)
class Said:
    """What is said to a message: a `message` (None: silence), and whether only this person may see it.

    `command` is a sub-command whose answer is the answer, "" for none: it is private. `after` is the thread to be
    remembered (see `Conversations.remember`), None where nothing changed. `missed` is a query without a strong answer,
    and `grade` that of the search, or None where nothing was searched for the first time.
    """

    message: Message | None = None
    private: bool = False
    command: str = ""
    after: Thread | None = None
    missed: tuple[str, Grade] | None = None
    grade: Grade | None = None

    @property
    def is_own(self) -> bool:
        """Return whether it concerns what one person has or changes, and not the archive."""
        return self.private and self.command not in {"help", "topics"}


class LateConversations:
    """`Conversations` that are made with the first message, or by `prepare`.

    They read messages by a hundred patterns, which take a tenth of a start to compile (measured), and nobody's first
    command needs them.
    """

    def __init__(self, make: Callable[[], Conversations]) -> None:
        """Call `make`, which imports them, once; it may be called in another thread."""
        self._make = make
        self._made: Conversations | None = None
        self._turn = asyncio.Lock()

    async def prepare(self) -> Conversations:
        """Return the conversations; make them first, in a thread, if there are none yet."""
        async with self._turn:
            if self._made is None:
                self._made = await asyncio.to_thread(self._make)
            return self._made

    async def answer(self, thread: AskThread, ts: str, text: str, bot: str, *, stranger: bool = False) -> Said:
        """See `Conversations.answer`."""
        return await (await self.prepare()).answer(thread, ts, text, bot, stranger=stranger)

    async def related(self, text: str, urls: Sequence[str]) -> Message:
        """See `Conversations.related`."""
        return (await self.prepare()).related(text, urls)

    async def remember(self, thread: AskThread, said: Said) -> None:
        """See `Conversations.remember`; nothing is to be remembered before anything was answered."""
        if said.after is not None:
            await (await self.prepare()).remember(thread, said)

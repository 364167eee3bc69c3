"""The Save buttons: each link looked up anew, kept or let go, and the answer it stood in shown as it is then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from archive.issue import Entry
from bot.answers import Answers
from bot.clock import Clock, at_or_now
from bot.keeping.catalogue import Catalogue, first_key
from bot.keeping.ports import Memory, People
from bot.messages import help as helping
from bot.messages import hints
from bot.messages.answer import Asked
from bot.messages.issue import PICKED
from bot.messages.keep import Token
from bot.messages.message import Message
from bot.messages.names import Names
from bot.record.bookmark import Keeper, Link


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a Save button came to: the `link`, None where there is none any more.

    `before` says whether it was kept before, `again` that a button did that.
    """

    link: Link | None
    before: bool = False
    again: bool = False


class Saving:
    """Keeps what people press Save on."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it works with
        self, memory: Memory, people: People, catalogue: Catalogue, answers: Answers, names: Names, clock: Clock
    ) -> None:
        """Keep in `memory` what `catalogue` finds; `answers` shows anew what a button stood in."""
        self._memory = memory
        self._people = people
        self._catalogue = catalogue
        self._answers = answers
        self._names = names
        self._clock = clock

    async def press(self, keeper: Keeper, token: Token, at: int | None, *, keep: bool = True) -> Pressed:
        """Keep the link that a button names, or let go of it; `at` is Slack's time of the click, None for now."""
        link = self._catalogue.named(token)
        if link is None:
            return Pressed(None)
        now = self._clock.now()
        moment = at_or_now(at, now)
        if keep:
            again = await self._memory.pressed(keeper, link.key)
            return Pressed(link, not await self._memory.save(keeper, [link], moment, now), again)
        return Pressed(link, bool(await self._memory.remove(keeper, [link.key], moment)))

    async def in_place(self, keeper: Keeper, value: str, at: int | None, *, keep: bool) -> Message:
        """Press a button of a message that only this person sees, and give that message as it is then."""
        token = Token.read(value)
        pressed = await self.press(keeper, token, at, keep=keep) if token else Pressed(None)
        if token is None or pressed.link is None:
            return helping.told(hints.STALE)
        if token.view == hints.ONE:
            return hints.one(pressed.link.url, pressed.link.headline, token, saved=keep)
        asked = Asked.read(token.view)
        if asked is not None:
            kept = await self._kept(keeper, (each for _, each in self._answers.entries(asked)))
            return self._answers.search(asked, kept=kept)
        found = self._answers.entry(token.slug, token.position)
        if found is None:
            return hints.kept(pressed.link.url, pressed.link.headline, self._names, anew=not pressed.before)
        issue, entry = found
        if token.view == PICKED:
            return self._answers.picked(issue, entry, saved=keep)
        kept = await self._kept(keeper, (each for _, each in issue.entries()))
        saved = frozenset(each.position for _, each in issue.entries() if first_key(each) in kept)
        return self._answers.page_with(issue, token.position, saved)

    async def beside(self, keeper: Keeper, value: str, at: int | None, *, keep: bool) -> Message | None:
        """Press a button of a message that all see: a hint at the first time, and nothing after that.

        Nobody sees whether somebody else keeps a link, so the message itself stays as it is. Who presses again is shown
        that they keep the link, with a way to drop it.
        """
        token = Token.read(value)
        pressed = await self.press(keeper, token, at, keep=keep) if token else Pressed(None)
        if token is None or pressed.link is None:
            return helping.told(hints.STALE)
        if not keep:
            return None
        if pressed.again:
            return hints.one(pressed.link.url, pressed.link.headline, token, saved=True)
        first = await self._people.hint(keeper, self._clock.now())
        return hints.kept_first(self._names, "press Save again to drop it") if first else None

    async def _kept(self, keeper: Keeper, entries: Iterable[Entry]) -> frozenset[str]:
        return await self._memory.which(keeper, [first_key(entry) for entry in entries if entry.links])

"""The demo's screen: what changes in the workspace is printed as it happens, and everything gets a number to act on."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from rich.console import Console, RenderableType
from rich.text import Text

from playground.demo import draw
from playground.demo.rich_text import Hand
from playground.slack import forms
from playground.slack.channel import Channel, ChannelMessage
from playground.slack.workspace import Change, User, View, Workspace

Drawn = TypeVar("Drawn")


class Numbers(Generic[Drawn]):
    """Things by number, from 1 in the order of drawing. A thing that is drawn again keeps its number."""

    def __init__(self) -> None:
        """Start with none."""
        self._numbers: dict[tuple[str, ...], int] = {}
        self._things: dict[int, Drawn] = {}

    def give(self, key: tuple[str, ...], thing: Drawn) -> int:
        """Give the number of what `key` names, which is now `thing`."""
        number = self._numbers.setdefault(key, len(self._numbers) + 1)
        self._things[number] = thing
        return number

    def get(self, number: int) -> Drawn | None:
        """Give what has a number."""
        return self._things.get(number)


@dataclass(frozen=True, slots=True)
class Element:
    """Something to click or fill in, the message or view that it stands in, and its block there."""

    where: ChannelMessage | View
    json: forms.Element
    block: str = ""

    @property
    def name(self) -> str:
        """Give what it is found by there: its action_id, or what is written on it."""
        return str(self.json.get("action_id") or forms.label(self.json))

    @property
    def still_there(self) -> bool:
        """Tell whether its message or view still has it, and is still on the screen."""
        where = self.where
        if isinstance(where, View) and not where.open:
            return False
        blocks = where.blocks
        gone = isinstance(where, ChannelMessage) and where.deleted
        return not gone and any(
            (block, element.get("action_id")) == (self.block, self.json.get("action_id"))
            for block, element in forms.elements(blocks)
        )


class Board:
    """Prints for one person. Numbers are given in the order of drawing and kept: drawn again, a thing has its own."""

    def __init__(self, console: Console, workspace: Workspace, you: User) -> None:
        """Print on `console` what `you` see in `workspace`, from now on."""
        self.console = console
        self._workspace = workspace
        self.at_home = False
        """Whether the person looks at the app's Home tab: it is drawn when it changes."""
        self.become(you)
        self.messages = Numbers[ChannelMessage]()
        """What one can react to and what has a thread; what only one person sees has neither, and no number."""
        self.elements = Numbers[Element]()
        self._beside = ""
        """The thread that was drawn last, if that was the last thing drawn."""
        self._channel = ""
        """The conversation of which something was drawn last."""
        self._stir = asyncio.Event()
        workspace.watchers.append(self._changed)

    def become(self, you: User) -> None:
        """Print what somebody else sees from now on."""
        self._you = you
        self._hand = Hand(self._name, ZoneInfo(you.zone))

    def show(self, message: ChannelMessage) -> None:
        """Draw a message."""
        look = self._look(message, message.blocks)
        number = "" if message.ephemeral_to else str(self.messages.give((message.channel, message.ts), message))
        self._head(message)
        self._print(draw.message(message, look, number=number, in_thread=message.is_reply))

    def said(self) -> None:
        """Note that something else was printed: the next reply says whose thread it stands in."""
        self._beside = ""

    def thread(self, channel: Channel, parent: ChannelMessage) -> None:
        """Draw a thread: the parent and its replies."""
        for message in (parent, *channel.replies(parent.ts)):
            self.show(message)

    async def until(self, look: Callable[[], Any], within: float) -> bool:
        """Wait until `look` finds something, looking at every change; say whether it did within so many seconds."""
        try:
            async with asyncio.timeout(within):
                while not look():
                    self._stir.clear()
                    await self._stir.wait()
        except TimeoutError:
            return False
        return True

    async def quiet(self, seconds: float = 0.3, within: float = 5.0) -> None:
        """Wait until nothing has changed for so many seconds, or `within` seconds have gone."""
        try:
            async with asyncio.timeout(within):
                while True:
                    self._stir.clear()
                    async with asyncio.timeout(seconds):
                        await self._stir.wait()
        except TimeoutError:
            return

    def _head(self, message: ChannelMessage) -> None:
        """Say which conversation and thread a message stands in, where that cannot be seen from what stands above."""
        if message.channel != self._channel and self._channel:
            channel = self._workspace.channels[message.channel]
            name = f"your conversation with {self._workspace.bot.name}" if channel.kind == "im" else f"#{channel.name}"
            self._print("", Text(f"   ── in {name}", draw.DIM))
        self._channel = message.channel
        thread = message.thread_ts if message.is_reply else message.ts
        if message.is_reply and thread != self._beside:
            parent = self._workspace.channels[message.channel].find(thread or "")
            number = self.messages.give((message.channel, parent.ts), parent) if parent else "?"
            self._print("", Text(f"   ╭─ in the thread of message {number}", draw.DIM))
        self._beside = thread or ""

    def _changed(self, change: Change) -> None:
        self._stir.set()
        if change.message is not None and self._is_mine(change.message):
            if change.what == "deleted":
                self._print("[dim]    a message was taken away[/]")
            elif change.what in {"posted", "edited"}:
                self.show(change.message)
        if change.view is not None and change.view.user == self._you.id and change.what == "opened":
            self.show_view(change.view)

    def show_view(self, view: View) -> None:
        """Draw a modal, or the Home tab if that is what the person looks at."""
        look = self._look(view, view.payload["blocks"])
        if not view.is_home:
            self._print("", draw.view(view.payload, look))
        elif self.at_home:
            self._print("", draw.home(view.payload, look))

    def _is_mine(self, message: ChannelMessage) -> bool:
        return message.ephemeral_to in {None, self._you.id} and (
            self._you.id in self._workspace.channels[message.channel].members
        )

    def _look(self, where: ChannelMessage | View, blocks: list[dict[str, Any]]) -> draw.Look:
        """Number every element, so that it can be drawn with its number."""
        place = where.ts if isinstance(where, ChannelMessage) else where.id
        known: dict[int, int] = {}
        now: dict[int, Mapping[str, Any]] = {}
        draft = self._workspace.draft(self._you.id, where)
        often: Counter[str] = Counter()
        for block, element in forms.elements(blocks):
            name = str(element.get("action_id"))
            often[name] += 1  # a block's id is another one after each change; this stays
            known[id(element)] = self.elements.give((place, name, str(often[name])), Element(where, element, block))
            now[id(element)] = draft.get((block, name)) or forms.set_to(element)
        return draw.Look(
            self._hand, lambda element: str(known.get(id(element), "")), lambda element: now.get(id(element), {})
        )

    def _name(self, name: str) -> str:
        user, channel = self._workspace.users.get(name), self._workspace.channels.get(name)
        if name == "USLACKBOT":
            return "Slackbot"
        return user.name if user else channel.name if channel else name

    def _print(self, *drawn: RenderableType) -> None:
        for one in drawn:
            self.console.print(one, width=min(draw.WIDEST, self.console.width))


def errors_by_label(view: View, errors: Mapping[str, str]) -> list[str]:
    """Write a form's errors, each with the label of the field that it is about."""
    labels = {
        str(block.get("block_id")): str(block["label"]["text"]) for block in view.blocks if block.get("type") == "input"
    }
    return [f"{labels.get(name, name)}: {what}" for name, what in errors.items()]

"""What is typed at the demo's prompt, and doing it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from bot.domain.errors import BotError
from playground.demo.board import Board, Element, errors_by_label
from playground.demo.held_back import HeldBack
from playground.demo.rich_text import emoji
from playground.slack import forms
from playground.slack.channel import Channel, ChannelMessage
from playground.slack.people import Person
from playground.slack.request_sender import Answer
from playground.slack.workspace import View

HELP = (
    ("{command} TOPIC", "what the archive has on a topic, misspelt or not; {command} help has the rest"),
    ("{tools} TOPIC", "the same among tools only"),
    ("react N", "keep the link of message N: a bookmark; react N :tada: reacts with something else"),
    ("react N one", "keep entry 1 of a message with several; two, three … ten"),
    ("unreact N", "take the reaction back"),
    ("save N", "use the shortcut “Save links” on message N, be it anybody's"),
    ("home", "look at the bot's Home tab"),
    ("{command} saved", "what you kept"),
    ("click N", "use button N, or one by what is written on it; click N CHOICE sets a menu"),
    ("tick N 1 3", "tick boxes 1 and 3 of N; untick takes the ticks away"),
    ("fill N TEXT", "fill in field N, a field for files with a file's path; then submit the form, or cancel it"),
    ("next", "let the next issue appear in the archive's folder"),
    ("channel", "draw the channel again"),
    ("thread N", "draw the thread below message N"),
    ("as NAME", "be somebody else: {people}"),
    ("say TEXT", "write a message like anybody"),
    ("quit", "leave (or Ctrl-D)"),
)


class UnknownError(BotError):
    """What was typed means nothing here; the message says what would."""


@dataclass(slots=True)
class Prompt:
    """Does what is typed, as `you` in `channel`."""

    board: Board
    you: Person
    channel: Channel
    held: HeldBack
    emoji: str
    command: str = "/weekly"
    tools: str = "/tools"
    wait: float = 0.0
    """Seconds to wait for a numbered thing that is not there yet: for lines that come faster than a person types."""

    async def do(self, line: str) -> bool:
        """Do one line; say whether to go on. What makes no sense gets a line that says what would."""
        verb, _, rest = line.strip().partition(" ")
        self.board.said()
        if verb.lower() not in _STAYING:
            self.board.at_home = False
        if verb in {"quit", "exit", "q"}:
            return False
        try:
            if verb.startswith("/"):
                await self.you.types(line.strip(), self.channel)
            elif verb:
                await self._verbs().get(verb.lower(), self._nothing)(rest.strip())
        except (UnknownError, LookupError) as error:
            self._say(str(error.args[0] if error.args else error), "yellow")
        return True

    def _verbs(self) -> Mapping[str, Callable[[str], Awaitable[None]]]:
        return {
            "react": self._react,
            "unreact": self._unreact,
            "click": self._click,
            "tick": self._tick,
            "untick": self._untick,
            "fill": self._fill,
            "submit": self._submit,
            "cancel": self._cancel,
            "save": self._save,
            "shortcut": self._save,
            "home": self._home,
            "as": self._as,
            "say": self._said,
            "next": self._next,
            "channel": self._channel,
            "thread": self._thread,
            "help": self._help,
            "?": self._help,
        }

    async def _nothing(self, _rest: str) -> None:
        raise UnknownError(f"type a command such as {self.command} service mesh, or help")

    async def _help(self, _rest: str) -> None:
        table = Table.grid(padding=(0, 3, 0, 0))
        for typed, what in HELP:
            names = {"command": self.command, "tools": self.tools, "people": ", ".join(self._people())}
            table.add_row(f"[bold]{typed.format(**names)}[/]", f"[dim]{what.format(**names)}[/]")
        self.board.console.print("", table, emoji=False)

    async def _message(self, text: str) -> ChannelMessage:
        number = _number(text, "message")
        await self.board.until(lambda: self.board.messages.get(number), self.wait)
        message = self.board.messages.get(number)
        if message is None:
            raise UnknownError(f"there is no message {number}; the number of a message stands before its author")
        return message

    async def _react(self, rest: str) -> None:
        number, _, named = rest.partition(" ")
        message = await self._message(number)
        name = _emoji_named(named) or self.emoji
        answer = await self.you.reacts(message, name)
        self._reacted(answer, f"{emoji_of(name)} on message {number}", "you had reacted so already")

    async def _unreact(self, rest: str) -> None:
        number, _, named = rest.partition(" ")
        message = await self._message(number)
        name = _emoji_named(named) or self.emoji
        answer = await self.you.unreacts(message, name)
        self._reacted(answer, f"{emoji_of(name)} taken back from message {number}", "you had not reacted so")

    def _reacted(self, answer: Answer | None, done: str, undone: str) -> None:
        if answer is None:
            self._say(undone, "yellow")
        elif answer.ok:
            self._say(done, "dim")
        else:
            self._say(f"{done}; but the bot failed to take the event ({answer.reason})", "yellow")

    async def _click(self, rest: str) -> None:
        what, _, choice = rest.partition(" ")
        if what.isdigit():
            element = await self._element(what)
            answer = await self.you.acts(
                element.where, element.block, element.name, await self._chosen(element, choice.strip())
            )
        else:
            answer = await self.you.clicks(self._newest_with(rest), rest)
        self._told(answer)

    def _told(self, answer: Answer) -> None:
        if not answer.ok:
            self._say(f"the bot did not take the click ({answer.reason}); Slack would show a warning sign", "yellow")

    async def _chosen(self, element: Element, choice: str) -> Any:
        """Give what a menu or field is set to by what was typed: a suggestion, an option by its words, or the text."""
        kind = str(element.json["type"])
        options = forms.options(element.json)
        if kind == "overflow" or (options and choice):
            found = _option(options, choice)
            return [found] if kind.startswith("multi_") or kind == "checkboxes" else found
        if choice and _suggests(element):
            found = await self._offered(element, choice)
            return [found] if kind.startswith("multi_") else found
        return choice or None

    async def _tick(self, rest: str) -> None:
        await self._set_boxes(rest, on=True)

    async def _untick(self, rest: str) -> None:
        await self._set_boxes(rest, on=False)

    async def _set_boxes(self, rest: str, *, on: bool) -> None:
        number, *boxes = rest.split()
        element = await self._element(number)
        if element.json["type"] != "checkboxes":
            raise UnknownError(f"{number} has no boxes to tick; click it instead")
        options = forms.options(element.json)
        asked = [str(_option(options, box)["value"]) for box in boxes] or [str(one["value"]) for one in options]
        change = self.you.ticks if on else self.you.unticks
        self._told(await change(element.where, *asked))
        self._say(f"{len(asked)} of {len(options)} {'ticked' if on else 'unticked'}", "dim")

    async def _element(self, text: str) -> Element:
        """Find an element by its number."""
        number = _number(text, "button")
        await self.board.until(lambda: self.board.elements.get(number), min(self.wait, 2.0))
        element = self.board.elements.get(number)
        if element is None:
            raise UnknownError(f"there is no button {number}; the number of a button stands before it")
        if not self._is_mine(element):
            raise UnknownError(f"button {number} is on somebody else's screen; type channel or home to see your own")
        if not element.still_there:
            raise UnknownError(f"button {number} is gone: what it stood in has changed since or was closed")
        return element

    def _is_mine(self, element: Element) -> bool:
        where, user = element.where, self.you.user.id
        return where.user == user if isinstance(where, View) else where.ephemeral_to in {None, user}

    def _newest_with(self, label: str) -> ChannelMessage | View:
        """Find the newest place with a button, or a menu's option, of that label."""
        screen, home = self.you.screen, self.you.home if self.board.at_home else None
        places: list[ChannelMessage | View] = [one for one in (screen, home) if one]
        for where in (*places, *reversed(self.you.sees(self.channel))):
            blocks = where.blocks if isinstance(where, ChannelMessage) else where.payload["blocks"]
            with suppress(LookupError):
                forms.find(blocks, label)
                return where
        raise UnknownError(f"there is no button {label!r}; type click and the number that stands before one")

    async def _fill(self, rest: str) -> None:
        number, _, text = rest.partition(" ")
        element = await self._element(number)
        if element.where is not self.you.screen and not (isinstance(element.where, View) and element.where.is_home):
            raise UnknownError(f"{number} is no field of the open form; its fields have their numbers before them")
        kind = str(element.json["type"])
        if kind in {"button", "overflow"}:
            raise UnknownError(f"{number} is no field; click it instead")
        if kind == "file_input":
            await self._choose(element, number, text)
            return
        value: Any = await self._offered(element, text) if _suggests(element) else text
        if kind.startswith("multi_") or kind == "checkboxes":
            value = [one.strip() for one in text.split(",")] if isinstance(value, str) else [value]
        self._told(await self.you.acts(element.where, element.block, element.name, value))
        self._say(f"[{number}] is now {value['text']['text'] if isinstance(value, Mapping) else text}", "dim")

    async def _choose(self, element: Element, number: str, path: str) -> None:
        """Choose a file of this machine in a form's field, by its path."""
        try:
            name, content = await asyncio.to_thread(_read, path.strip())
        except (OSError, RuntimeError, ValueError) as error:
            raise UnknownError(
                f"there is no file {path!r} that can be read; type fill {number} and its path"
            ) from error
        if isinstance(element.where, View):
            self.you.chooses(element.where, element.name, name, content)
        self._say(f"[{number}] is now {name}", "dim")

    async def _offered(self, element: Element, text: str) -> Mapping[str, Any]:
        """Type into a menu that suggests, and take the first suggestion; the next ones are shown."""
        offered = await self.you.asks(element.where, element.name, text)
        if not offered:
            raise UnknownError(f"nothing fits {text!r}")
        if offered[1:]:
            self._say("also: " + " · ".join(str(option["text"]["text"]) for option in offered[1:6]), "dim")
        return offered[0]

    async def _submit(self, _rest: str) -> None:
        view = self._screen()
        answer = await self.you.submits(view)
        if answer.status == 0:
            self._say(answer.reason, "yellow")
        for line in errors_by_label(view, answer.json().get("errors") or {}):
            self._say(line, "red")
        if answer.ok and not view.open:
            self._say("sent", "dim")

    async def _cancel(self, _rest: str) -> None:
        await self.you.closes(self._screen())
        self._say("the form is closed", "dim")

    async def _save(self, rest: str) -> None:
        self._told(await self.you.uses(await self._message(rest)))

    async def _home(self, _rest: str) -> None:
        self.board.at_home = True
        before = self.you.home.hash if self.you.home else ""
        if await self.you.opens_home() is None:
            raise UnknownError("the bot has no Home tab")
        await self.board.until(lambda: self.you.home and self.you.home.hash != before, self.wait or 3.0)

    async def _as(self, rest: str) -> None:
        if rest not in self._people():
            raise UnknownError(f"there is nobody of that name here; there are: {', '.join(self._people())}")
        self.you = self.you.scene.person(rest)
        self.board.become(self.you.user)
        self._say(f"you are {rest} now", "dim")

    async def _said(self, rest: str) -> None:
        if not rest:
            raise UnknownError("say what?")
        self.you.writes(rest, self.channel)

    def _people(self) -> list[str]:
        users = self.you.scene.workspace.users
        return [users[name].name for name in users if name in self.channel.members and not users[name].is_bot]

    def _screen(self) -> View:
        view = self.you.screen
        if view is None:
            raise UnknownError(f"there is no form open; {self.command} subscribe opens one")
        return view

    async def _next(self, _rest: str) -> None:
        before = sum(1 for _ in self.channel.top)
        issue = self.held.release()
        if issue is None:
            raise UnknownError("that was the newest issue of this archive; there is no next one")
        self._say(f"{issue.slug} is in the folder; the bot notices by itself", "dim")
        await self.board.until(lambda: sum(1 for _ in self.channel.top) > before, self.wait * 3)

    async def _channel(self, _rest: str) -> None:
        for message in self.you.sees(self.channel):
            self.board.show(message)

    async def _thread(self, rest: str) -> None:
        message = await self._message(rest)
        parent = self.channel.find(message.thread_ts or message.ts)
        if parent is None:
            raise UnknownError("there is no thread below that message")
        self.board.thread(self.channel, parent)

    def _say(self, text: str, style: str) -> None:
        self.board.console.print(f"    {text}", style=style, markup=False, highlight=False, emoji=False)


_STAYING = frozenset({"home", "click", "fill", "tick", "untick", "submit", "cancel"})
"""What one types while looking at the Home tab."""


def _read(path: str) -> tuple[str, bytes]:
    """Read a file of this machine; give its name and content."""
    place = Path(path).expanduser()
    return place.name, place.read_bytes()


def _option(options: list[Mapping[str, Any]], asked: str) -> Mapping[str, Any]:
    """Find an option by the number it begins with, its place from 1, or by what is written on it or begins so."""
    if numbered := next((option for option in options if asked and forms.label(option).startswith(f"{asked}. ")), None):
        return numbered
    if asked.isascii() and asked.isdigit() and 1 <= int(asked) <= len(options):
        return options[int(asked) - 1]
    for option in options:
        if asked and (forms.is_option(option, asked) or forms.label(option).casefold().startswith(asked.casefold())):
            return option
    raise UnknownError(f"choose one of: {', '.join(forms.label(option) for option in options)}")


def _emoji_named(typed: str) -> str:
    """Read an emoji's name, with colons or without; ten's own is another."""
    name = typed.strip(" :")
    return "keycap_ten" if name == "ten" else name


def _suggests(element: Element) -> bool:
    return str(element.json["type"]).endswith("external_select")


def emoji_of(name: str) -> str:
    """Draw an emoji by its name."""
    return emoji(f":{name}:")


def _number(text: str, what: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise UnknownError(f"name a {what} by the number that stands before it")
    return int(text)

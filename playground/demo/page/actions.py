"""What people do on the page, done by the people of the stand-in workspace."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from playground.demo.page.body import Body
from playground.demo.page.problem import CannotError, PageError
from playground.demo.page.room import Room
from playground.slack import files, forms, payloads
from playground.slack.channel import Channel, ChannelMessage
from playground.slack.mrkdwn import typed
from playground.slack.people import Person
from playground.slack.request_sender import AppReply
from playground.slack.workspace import User, View

MESSAGE_MAX_CHARS = 12_000
"""Characters of a message that a person writes (Slack's own composer takes as many)."""
_EMOJI = re.compile(r"[a-z0-9_+'-]{1,100}")
INVITE = "/invite"
_REQUIRED = "Please complete this required field."

Fields: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Actions:
    """Does what a request asks in a room; `commands` are the slash commands that exist."""

    room: Room
    commands: tuple[str, ...]

    async def do(self, body: Body) -> Fields:
        """Do one thing and return the page's answer. Raises PageError, CannotError."""
        person = self.room.person(body.text("as", empty=True))
        verbs: Mapping[str, Callable[[User, Body], Awaitable[Fields]]] = {
            "say": self._say,
            "react": self._react,
            "unreact": self._unreact,
            "click": self._click,
            "suggest": self._suggest,
            "submit": self._submit,
            "close_view": self._close,
            "shortcut": self._shortcut,
            "open_home": self._open_home,
            "read": self._read,
        }
        verb = verbs.get(body.text("do"))
        if verb is None:
            raise PageError(f"`do` must be one of {', '.join(verbs)}")
        return await verb(person, body)

    def upload(self, body: Body, content: bytes) -> Fields:
        """Store a file chosen in a form, and return its id. Raises PageError, CannotError."""
        user = self.room.person(body.text("as", empty=True))
        view, name = self.room.view(user, body.text("view")), body.text("name")[:255]
        asked = (body.text("block_id"), body.text("action_id"))
        found = next(
            (one for block, one in forms.elements(view.blocks) if (block, one.get("action_id")) == asked), None
        )
        if found is None or found["type"] != "file_input":
            raise PageError("that form has no such field for files", 404)
        if wrong := files.refused(found, name, len(content)):
            raise CannotError(wrong)
        file = self.room.workspace.add_file(self.room.site.address, user, name, content)
        return {"id": file.id, "name": file.name, "size": file.length}

    async def _say(self, user: User, body: Body) -> Fields:
        channel = self.room.channel(user, body.text("channel"))
        text, thread = body.text("text").strip(), body.text("thread", empty=True)
        if not text:
            raise CannotError("Write something to send first.")
        if len(text) > MESSAGE_MAX_CHARS:
            raise CannotError(
                f"That is too long: {len(text):,} characters; a message takes at most {MESSAGE_MAX_CHARS:,}."
            )
        if text.startswith("/"):
            return await self._command(user, text, channel.id, thread)
        self._open_still(channel)
        parent = self.room.message(user, channel, thread) if thread else None
        now = self.room.clock.now()
        said = self.room.workspace.post(
            channel,
            now,
            user=user.id,
            text=self.room.named(typed(text)),
            thread_ts=(parent.thread_ts or parent.ts) if parent else None,
        )
        if self.room.workspace.hears(said):
            await (await self._person(user)).addresses(said)
        return {"ts": said.ts}

    @staticmethod
    def _open_still(channel: Channel) -> None:
        """Refuse actions that nobody can do in an archived channel."""
        if channel.archived:
            raise CannotError(f"#{channel.name} is archived: nobody can write or react there any more")

    async def _command(self, user: User, text: str, channel: str, thread: str) -> Fields:
        name, *rest = text.split(maxsplit=1)
        if name == INVITE:
            return self._invite(self.room.channel(user, channel), "".join(rest))
        if name not in self.commands:
            raise CannotError(f"There is no command {name} here. Try {', '.join(self.commands)} or {INVITE}.")
        if thread:
            raise CannotError(f"{name} does not work in threads. Type it in the channel itself.")
        person = await self._person(user)
        heard = await person.types(text, self.room.channel(user, channel))
        return {"ts": heard.message.ts if heard.message else None}

    def _invite(self, channel: Channel, whom: str) -> Fields:
        """Invite the bot to a channel: a command of Slack's own, of which this page has only this use."""
        bot = self.room.workspace.bot
        if whom.strip().lower().removeprefix("@") not in {bot.name, self.room.bot.lower()}:
            raise CannotError(f"Name the bot to invite: {INVITE} @{bot.name}")
        if bot.id in channel.members:
            raise CannotError(f"{self.room.bot} is here already.")
        channel.members.add(bot.id)
        self.room.relist(channel)
        return {"ts": None}

    async def _react(self, user: User, body: Body) -> Fields:
        await (await self._person(user)).reacts(self._reactable(user, body), _emoji(body))
        return {}

    async def _unreact(self, user: User, body: Body) -> Fields:
        await (await self._person(user)).unreacts(self._reactable(user, body), _emoji(body))
        return {}

    async def _click(self, user: User, body: Body) -> Fields:
        where, person = self._where(user, body), await self._person(user)
        self._fill(user, where, body)
        try:
            answer = await person.acts(where, body.text("block_id"), body.text("action_id"), body.fields.get("chosen"))
        except LookupError as error:
            raise CannotError(str(error.args[0])) from error
        except (TypeError, AttributeError) as error:
            raise PageError("that cannot be chosen there") from error
        return _taken(answer)

    async def _suggest(self, user: User, body: Body) -> Fields:
        where, person = self._where(user, body), await self._person(user)
        named = {"block_id": body.text("block_id"), "action_id": body.text("action_id")}
        so_far = body.text("typed", empty=True)[:500]
        payload = payloads.suggestion(self.room.workspace, user, where, named, so_far)
        answer = await person.fixture.sender.send("interactive", payload)
        _taken(answer)
        said = answer.json()
        return {"options": said.get("options") or said.get("option_groups") or []}

    async def _submit(self, user: User, body: Body) -> Fields:
        view, person = self.room.view(user, body.text("view")), await self._person(user)
        self._fill(user, view, body)
        if wanting := self._wanting(user, view):
            return {"errors": wanting}
        answer = await person.submits(view)
        _taken(answer)
        said = answer.json()
        return {"errors": said.get("errors") or {} if said.get("response_action") == "errors" else {}}

    async def _close(self, user: User, body: Body) -> Fields:
        view = self.room.view(user, body.text("view"))
        if not view.is_home:
            await (await self._person(user)).closes(view)
        return {}

    async def _shortcut(self, user: User, body: Body) -> Fields:
        if not body.text("ts", empty=True):
            return await self._shortcut_everywhere(user, body.text("callback_id"))
        message, person = self._message(user, body), await self._person(user)
        callback = body.text("callback_id")
        names = [one.name for one in self.room.workspace.shortcuts if one.callback == callback]
        try:
            return _taken(await person.uses(message, names[0] if names else callback))
        except LookupError as error:
            raise CannotError(str(error.args[0])) from error

    async def _shortcut_everywhere(self, user: User, callback: str) -> Fields:
        names = [one.name for one in self.room.workspace.shortcuts if one.callback == callback and one.kind == "global"]
        if not names:
            raise CannotError("There is no such shortcut here.")
        return _taken(await (await self._person(user)).searches(names[0]))

    async def _open_home(self, user: User, _: Body) -> Fields:
        answer = await (await self._person(user)).opens_home()
        return _taken(answer) if answer is not None else {}

    async def _read(self, user: User, body: Body) -> Fields:
        self.room.read(user, self.room.channel(user, body.text("channel")), body.text("ts"))
        return {}

    # -- the parts -----------------------------------------------------------------------------------------------------

    async def _person(self, user: User) -> Person:
        return (await self.room.environment()).fixture.person(user)

    def _message(self, user: User, body: Body) -> ChannelMessage:
        return self.room.message(user, self.room.channel(user, body.text("channel")), body.text("ts"))

    def _reactable(self, user: User, body: Body) -> ChannelMessage:
        self._open_still(self.room.channel(user, body.text("channel")))
        return self._message(user, body)

    def _where(self, user: User, body: Body) -> ChannelMessage | View:
        view = body.text("view", empty=True)
        return self.room.view(user, view) if view else self._message(user, body)

    def _fill(self, user: User, where: ChannelMessage | View, body: Body) -> None:
        """Set the values that the page sends, element by element; elements that do not exist are ignored."""
        values, draft = body.table("values"), self.room.workspace.draft(user.id, where)
        for block, element in forms.elements(where.blocks):
            name = str(element.get("action_id", ""))
            if name in values.get(block, {}):
                given = values[block][name]
                if element["type"] == "file_input":
                    given = [self._own_file(user, one) for one in _listed(given)]
                draft[block, name] = chosen(element, given)

    def _own_file(self, user: User, given: Any) -> dict[str, Any]:
        """Return a file that a person chose. Raises PageError."""
        file = self.room.workspace.files.get(str(given.get("id"))) if isinstance(given, dict) else None
        if file is None or file.user != user.id:
            raise PageError("there is no such file; choose it again", 404)
        return files.described(file, self.room.workspace.team, self.room.clock.now())

    def _wanting(self, user: User, view: View) -> dict[str, str]:
        """Return, by block, what Slack itself would refuse."""
        blocks = view.blocks
        state = forms.state(blocks, self.room.workspace.draft(user.id, view))
        return {str(block.get("block_id")): _REQUIRED for block in blocks if forms.missing([block], state)}


def chosen(element: forms.Element, given: Any) -> dict[str, Any]:
    """Return an element's state from the page's value; None: nothing is chosen. Raises PageError."""
    try:
        state = forms.set_to(element, given)
    except (TypeError, KeyError, AttributeError) as error:
        raise PageError(f"that cannot be chosen in {element.get('action_id')!r}") from error
    if given is None:
        return {name: [] if isinstance(value, list) else None for name, value in state.items()}
    return state


def _listed(given: Any) -> list[Any]:
    return given if isinstance(given, list) else []


def _emoji(body: Body) -> str:
    name = body.text("emoji").strip(":")
    if not _EMOJI.fullmatch(name):
        raise PageError(f"{name[:40]!r} is no emoji's name")
    return name


def _taken(answer: AppReply) -> Fields:
    """Return nothing, or raise CannotError if the bot did not accept it, as Slack shows a warning sign."""
    if answer.ok:
        return {}
    why = "took longer than three seconds" if answer.reason == "http_timeout" else answer.reason or "did not take it"
    raise CannotError(f"The bot did not answer properly ({why}). Try again in a moment.")

"""People in the stand-in workspace and what they do: type, react, click, fill in, read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import aiohttp

from playground.slack import files, forms, payloads
from playground.slack.channel import Channel, ChannelMessage
from playground.slack.limits import message_breaches, refusal
from playground.slack.methods import views
from playground.slack.mrkdwn import typed
from playground.slack.request_sender import AppReply, RequestSender
from playground.slack.respond import apply
from playground.slack.server import Server
from playground.slack.workspace import User, View, VisibleChange, Workspace

Found = TypeVar("Found")
SLACKBOT = User("USLACKBOT", "Slackbot", is_bot=True)


@dataclass(slots=True)
class WorkspaceFixture:
    """A workspace connected to its app; `person` returns the people who act in it."""

    server: Server
    workspace: Workspace
    sender: RequestSender
    _stir: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Watch the workspace, for `until`."""
        self.workspace.watchers.append(lambda _: self._stir.set())

    def person(self, who: str | User) -> Person:
        """Return a person by name or user; an unknown name is added to the workspace."""
        if isinstance(who, User):
            return Person(self, who)
        known = next((user for user in self.workspace.users.values() if user.name == who), None)
        return Person(self, known or self.workspace.add_user(who))

    async def until(self, look: Callable[[], Found], within: float = 5.0) -> Found:
        """Wait until `look` finds something, looking whenever anything changes; TimeoutError after `within` seconds."""
        async with asyncio.timeout(within):
            while not (found := look()):
                self._stir.clear()
                await self._stir.wait()
        return found


@asynccontextmanager
async def workspace_fixture(
    server: Server,
    workspace: Workspace,
    app_url: str,
    secret: str,
    *,
    wait: Callable[[float], Any] = asyncio.sleep,
    answer_seconds: float = 3.0,
) -> AsyncIterator[WorkspaceFixture]:
    """Connect a workspace's people to the app that listens at `app_url` (the whole path included).

    `secret` signs what they do; `wait` is how retries wait; an answer may take `answer_seconds`.
    """
    async with aiohttp.ClientSession() as session:
        sender = RequestSender(
            app_url, secret, server.clock, server.sockets, session, wait=wait, answer_seconds=answer_seconds
        )
        yield WorkspaceFixture(server, workspace, sender)


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    """The app's immediate `answer` to a command, and the `message` that it made the person see, if any."""

    answer: AppReply
    message: ChannelMessage | None = None

    @property
    def text(self) -> str:
        """Return the words of the message."""
        return readable(self.message) if self.message else ""


@dataclass(frozen=True, slots=True)
class Person:
    """A person in the workspace."""

    fixture: WorkspaceFixture
    user: User

    def sees(self, channel: Channel) -> list[ChannelMessage]:
        """Return what is on this person's screen in a channel, oldest first."""
        return channel.shown_to(self.user.id)

    @property
    def screen(self) -> View | None:
        """Return the modal in front, if there is one."""
        return next(reversed(self.fixture.workspace.modals(self.user.id)), None)

    @property
    def home(self) -> View | None:
        """Return the app's Home tab as this person would see it, once it was published."""
        return self.fixture.workspace.homes.get(self.user.id)

    @property
    def direct(self) -> Channel:
        """Return the conversation with the app."""
        return self.fixture.workspace.direct(self.user.id)

    async def types(self, text: str, channel: Channel) -> CommandAnswer:
        """Type a slash command. The app's immediate answer appears; none within three seconds is a failure."""
        fixture, workspace = self.fixture, self.fixture.workspace
        now = fixture.server.clock.now()
        name = workspace.new_response_url(channel.id, self.user.id, now)
        url, answering = fixture.server.response_url(name), workspace.response_urls[name]
        payload = payloads.command(workspace, self.user, channel, text, response_url=url, now=now)
        answer = await fixture.sender.send("slash_commands", payload)
        if answer.status != 200:
            return CommandAnswer(answer, self._failed(channel, text.partition(" ")[0], answer))
        body = answer.json()
        if refused := refusal(message_breaches(body)) if body else None:
            return CommandAnswer(answer, self._fails(channel, text.partition(" ")[0], refused.code))
        if body.get("response_type") == "in_channel":
            workspace.post(channel, fixture.server.clock.now(), user=self.user.id, text=text)
        return CommandAnswer(answer, apply(workspace, answering, body, fixture.server.clock.now()))

    def writes(self, text: str, channel: Channel, *, thread: ChannelMessage | None = None) -> ChannelMessage:
        """Type a message: addresses in it become links, everything else is plain text."""
        return self.says(typed(text), channel, thread=thread)

    def says(self, text: str, channel: Channel, *, thread: ChannelMessage | None = None) -> ChannelMessage:
        """Post a message whose text is mrkdwn as Slack keeps it."""
        now = self.fixture.server.clock.now()
        return self.fixture.workspace.post(
            channel, now, user=self.user.id, text=text, thread_ts=thread.ts if thread else None
        )

    async def tells(
        self, text: str, channel: Channel, *, thread: ChannelMessage | None = None
    ) -> tuple[ChannelMessage, AppReply | None]:
        """Write a message, and tell the app if the message is for it (see `addresses`)."""
        message = self.says(text, channel, thread=thread)
        return message, await self.addresses(message)

    async def addresses(self, message: ChannelMessage) -> AppReply | None:
        """Tell the app of this person's message if it mentions the app or is written to it directly; else None.

        The app is told where it is a member, has the event and its scope.
        """
        workspace, now = self.fixture.workspace, self.fixture.server.clock.now()
        if not workspace.hears(message):
            return None
        channel = workspace.channels[message.channel]
        fields = payloads.said(message, self.user, mention=channel.kind != "im")
        return await self.fixture.sender.event(payloads.event(workspace, fields, now, shared=channel.shared))

    async def reacts(self, message: ChannelMessage, emoji: str) -> AppReply | None:
        """React to a message. The app is told where it is a member; None if it is not, or nothing changed."""
        people = message.reactions.setdefault(emoji, [])
        if self.user.id in people:
            return None
        people.append(self.user.id)
        return await self._reacted(message, emoji, added=True)

    async def unreacts(self, message: ChannelMessage, emoji: str) -> AppReply | None:
        """Take a reaction back."""
        people = message.reactions.get(emoji, [])
        if self.user.id not in people:
            return None
        people.remove(self.user.id)
        if not people:
            del message.reactions[emoji]
        return await self._reacted(message, emoji, added=False)

    async def opens_home(self) -> AppReply | None:
        """Open the app's Home tab; None if the app is not told. What it publishes later is `home`."""
        fixture, workspace = self.fixture, self.fixture.workspace
        if not workspace.home_tab or "app_home_opened" not in workspace.events:
            return None
        fields = payloads.home_opened(workspace, self.user)
        return await fixture.sender.event(payloads.event(workspace, fields, fixture.server.clock.now()))

    async def clicks(
        self, where: ChannelMessage | View, what: str, choose: Any = None, *, beside: str = ""
    ) -> AppReply:
        """Use a button or menu, by what is written on it or on one of its options, or by action_id.

        `choose` is what a menu is set to; `beside` words of the row that it stands in. Raises LookupError naming what
        there is, if it is not there.
        """
        block, element = forms.find(where.blocks, what, beside)
        if choose is None and any(forms.is_option(option, what) for option in forms.options(element)):
            choose = [what] if element["type"].startswith("multi_") or element["type"] == "checkboxes" else what
        return await self._uses(where, block, element, forms.set_to(element, choose))

    async def acts(self, where: ChannelMessage | View, block_id: str, action_id: str, chosen: Any = None) -> AppReply:
        """Use one element, by its ids; `chosen` is an option's value (a list of them where many are), or a text.

        What stands in an input is only noted until the form is sent, unless it has dispatch_action. LookupError if it
        is not there.
        """
        for block, element in forms.elements(where.blocks):
            if (block, element.get("action_id")) == (block_id, action_id):
                return await self._uses(where, block, element, forms.set_to(element, chosen))
        raise LookupError(f"there is no {action_id!r} in the block {block_id!r} any more")

    async def ticks(self, where: ChannelMessage | View, *options: str) -> AppReply:
        """Tick boxes, by what is written beside them or by value; they may be ticked already."""
        return await self._tick(where, options, on=True)

    async def unticks(self, where: ChannelMessage | View, *options: str) -> AppReply:
        """Untick boxes."""
        return await self._tick(where, options, on=False)

    async def fills(self, where: ChannelMessage | View, what: str, text: str) -> AppReply:
        """Type into a field (by its placeholder or action_id) and press Enter: a field with dispatch_action tells."""
        block, element = forms.find(where.blocks, what)
        return await self._uses(where, block, element, forms.set_to(element, text))

    def chooses(self, view: View, what: str, name: str, content: bytes) -> files.SlackFile:
        """Choose a file of one's own in a form's field (by its action_id): it is uploaded at once, as Slack does.

        Raises LookupError where the field is not there or takes no such file.
        """
        block, element = forms.find(view.blocks, what)
        if wrong := files.refused(element, name, len(content)):
            raise LookupError(wrong)
        file = self.uploads(name, content)
        self.fixture.workspace.draft(self.user.id, view)[block, str(element.get("action_id"))] = forms.set_to(
            element, [self.holds(file)]
        )
        return file

    def uploads(self, name: str, content: bytes) -> files.SlackFile:
        """Upload a file that is in no conversation."""
        workspace = self.fixture.workspace
        return workspace.add_file(self.fixture.server.url, self.user, name, content)

    def holds(self, file: files.SlackFile) -> dict[str, Any]:
        """Describe a file as a form's payload carries it."""
        return files.described(file, self.fixture.workspace.team, self.fixture.server.clock.now())

    async def uses(self, message: ChannelMessage, shortcut: str = "Save links") -> AppReply:
        """Use a shortcut on a message, by its name. LookupError if there is none, or on what only one person sees."""
        fixture, workspace = self.fixture, self.fixture.workspace
        found = next((one for one in workspace.shortcuts if one.name == shortcut and one.kind == "message"), None)
        if found is None or message.ephemeral_to is not None:
            offered = ", ".join(one.name for one in workspace.shortcuts if one.kind == "message")
            none = "nothing" if message.ephemeral_to is not None else offered or "nothing"
            raise LookupError(f"there is no shortcut {shortcut!r} on that message; there is: {none}")
        now = fixture.server.clock.now()
        url = fixture.server.response_url(workspace.new_response_url(message.channel, self.user.id, now))
        payload = payloads.shortcut(workspace, self.user, found, message, url, now)
        return await fixture.sender.send("interactive", payload)

    async def searches(self, shortcut: str = "Search the archive") -> AppReply:
        """Use a global shortcut, by its name. LookupError if there is none."""
        fixture, workspace = self.fixture, self.fixture.workspace
        found = next((one for one in workspace.shortcuts if one.name == shortcut and one.kind == "global"), None)
        if found is None:
            raise LookupError(f"there is no global shortcut {shortcut!r}")
        payload = payloads.global_shortcut(workspace, self.user, found, fixture.server.clock.now())
        return await fixture.sender.send("interactive", payload)

    async def closes(self, view: View) -> AppReply | None:
        """Close a modal without sending it; the app hears of it if the view asks for that."""
        workspace = self.fixture.workspace
        told = payloads.closed(workspace, self.user, view) if view.payload.get("notify_on_close") else None
        workspace.close(view)
        return await self.fixture.sender.send("interactive", told) if told else None

    async def asks(self, where: ChannelMessage | View, what: str, typed: str) -> list[Mapping[str, Any]]:
        """Type into a menu that suggests, and return the options that come (of all groups)."""
        block, element = forms.find(where.blocks, what)
        named = {"action_id": element.get("action_id", ""), "block_id": block}
        payload = payloads.suggestion(self.fixture.workspace, self.user, where, named, typed)
        answer = await self.fixture.sender.send("interactive", payload)
        body = answer.json() if answer.ok else {}
        return forms.options(body)

    async def submits(self, view: View, values: Mapping[str, Any] | None = None) -> AppReply:
        """Send a form off, filled in by action_id. It closes, changes or shows errors as the app answers.

        Slack itself keeps a form in which something is missing: status 0, and the labels of what is as the reason.
        """
        workspace, now = self.fixture.workspace, self.fixture.server.clock.now()
        state = forms.state(view.blocks, workspace.draft(self.user.id, view), values)
        if missing := forms.missing(view.blocks, state):
            return AppReply(0, reason=f"still to be filled in: {', '.join(missing)}")
        answer = await self.fixture.sender.send(
            "interactive", payloads.submission(workspace, self.user, view, state, now)
        )
        if answer.ok:
            self._follow(view, answer.json())
        return answer

    def _follow(self, view: View, body: Mapping[str, Any]) -> None:
        """Do what the answer to a form says (surfaces/modals: response_action)."""
        workspace, what = self.fixture.workspace, body.get("response_action")
        if what == "errors":
            return
        if what == "update":
            views.replace(workspace, view, views.check(body.get("view"), "modal"))
        elif what == "push":
            views.show(workspace, self.user.id, views.check(body.get("view"), "modal"))
        else:
            workspace.close(*(workspace.modals(self.user.id) if what == "clear" else [view]))

    async def _tick(self, where: ChannelMessage | View, options: tuple[str, ...], *, on: bool) -> AppReply:
        boxes = [(name, one) for name, one in forms.elements(where.blocks) if one["type"] == "checkboxes"]
        for block, element in boxes:
            if any(forms.is_option(option, options[0]) for option in forms.options(element)):
                now = self.fixture.workspace.draft(self.user.id, where).get((block, str(element.get("action_id"))))
                chosen = forms.ticked(element, now or forms.set_to(element), options, on=on)
                return await self._uses(where, block, element, {"selected_options": chosen})
        offered = [str(option["text"]["text"]) for _, element in boxes for option in forms.options(element)]
        raise LookupError(f"there is no {options[0]!r} to tick here; there is: {', '.join(offered) or 'nothing'}")

    async def _uses(
        self, where: ChannelMessage | View, block: str, element: forms.Element, state: Mapping[str, Any]
    ) -> AppReply:
        """Set an element, and tell the app unless that waits for the form."""
        fixture, workspace, now = self.fixture, self.fixture.workspace, self.fixture.server.clock.now()
        if state:
            workspace.draft(self.user.id, where)[block, str(element.get("action_id"))] = dict(state)
        if not forms.sent_at_once(where.blocks, block):
            return AppReply(200)
        url = ""
        if isinstance(where, ChannelMessage):
            url = fixture.server.response_url(workspace.new_response_url(where.channel, self.user.id, now, where))
        action = forms.action(block, element, state)
        payload = payloads.actions(workspace, self.user, where, action, response_url=url, now=now)
        return await fixture.sender.send("interactive", payload)

    async def _reacted(self, message: ChannelMessage, emoji: str, *, added: bool) -> AppReply | None:
        """Tell the app, once for each workspace in which it is in the channel, and return the last answer."""
        home = self.fixture.workspace
        home.changed(VisibleChange("reacted", message))
        kind: Literal["reaction_added", "reaction_removed"] = "reaction_added" if added else "reaction_removed"
        fields, now = payloads.reaction(message, self.user, emoji, added=added), self.fixture.server.clock.now()
        answer = None
        for workspace in self.fixture.server.site.sharing(home, message.channel):
            channel = workspace.channels[message.channel]
            if workspace.bot.id in channel.members and kind in workspace.events:
                other = "" if workspace is home else home.team
                told = payloads.event(workspace, fields, now, shared=channel.shared, home=other)
                answer = await self.fixture.sender.event(told)
        return answer

    def _failed(self, channel: Channel, name: str, answer: AppReply) -> ChannelMessage:
        """Show what Slack shows when an app fails: operation_timeout, or dispatch_failed."""
        return self._fails(channel, name, "operation_timeout" if answer.reason == "http_timeout" else "dispatch_failed")

    def _fails(self, channel: Channel, name: str, error: str) -> ChannelMessage:
        return self.fixture.workspace.post(
            channel,
            self.fixture.server.clock.now(),
            user=SLACKBOT.id,
            text=f"{name} failed with the error “{error}”",
            ephemeral_to=self.user.id,
        )


def readable(shown: ChannelMessage | View) -> str:
    """Return all the words of a message or view: those of its blocks, or a message's text if it has none."""
    blocks = shown.blocks
    return "\n".join(forms.words(blocks)) if blocks or isinstance(shown, View) else shown.text

"""The real Slack port: its Web API through the SDK's client, over one shared session.

One session feeds about 1,900 calls a second, a session per call about 1,350 over plain HTTP and an eighth over TLS. The
SDK's own connection-retry handler is off: it would send a message again whose connection broke after it was read
(slack_sdk http_retry: measured, chat.postMessage twice). No method here sends anything twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from time import monotonic
from typing import Any, TypeAlias

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.workspace import WorkspaceId
from bot.slack.api.concurrency import CallLimits
from bot.slack.api.errors import (
    SlackError,
    TryLaterError,
    UnknownOutcomeError,
    WorkspaceRefusedError,
)
from bot.slack.api.files import METHOD, fetch
from bot.slack.api.outcomes import CallOutcomes
from bot.slack.api.own_messages import BLIND, OwnMessages
from bot.slack.api.payload import body_of, posting
from bot.slack.api.ports import PartMarker, Posted, SlackUser
from bot.slack.api.responses import mapping, messages, posted, refused, slack_user
from bot.slack.api.session import StraightSession
from bot.slack.blocks.message import Message

Tokens: TypeAlias = Callable[[WorkspaceId], str | None]
"""Returns the bot token of a workspace, None if it has none (any more)."""

_SKEW = 60.0
"""Seconds by which the clocks of Slack's own machines may differ."""
_OUTSIDE = {"not_in_channel", "channel_not_found", "is_archived"}
_NEVER = "1000000000.000000"
"""A ts of before there was Slack: no message has it."""
_ABSENT = {"message_not_found", "thread_not_found", "bad_timestamp", "no_item_specified"}


def one_token(token: str) -> Tokens:
    """Return that token for any workspace, for a bot that is installed in one."""
    return lambda _workspace: token


class WebSlack(OwnMessages):
    """Slack's Web API. Make it inside a running event loop or before; `close` it inside the loop it was used in."""

    def __init__(
        self,
        tokens: Tokens | str,
        *,
        base_url: str = "https://slack.com/api/",
        timeout: float = 15.0,
        at_once: int = 512,
        alike: int = 16,
    ) -> None:
        """Call Slack at `base_url` with the workspace's token.

        A call takes at most `timeout` seconds, after which its outcome is unknown; at most `at_once` run at a time, and
        `alike` of one method in one workspace. The others wait their turn before anything of them is sent. (A process
        may often have no more than 1,024 files open; at 5 messages a second 16 at a time leave Slack 3 s for each.)
        """
        super().__init__()
        self._tokens = one_token(tokens) if isinstance(tokens, str) else tokens
        self._base_url = base_url
        self._timeout = timeout
        self._limits = CallLimits(at_once, alike)
        self._session: aiohttp.ClientSession | None = None
        self._clients: dict[str, AsyncWebClient] = {}
        self._dated = ""
        self.outcomes = CallOutcomes()

    async def post(
        self,
        workspace: WorkspaceId,
        channel: str,
        message: Message,
        *,
        thread: str | None = None,
        marker: PartMarker | None = None,
        within: float | None = None,
    ) -> Posted:
        """Post a message; see `bot.slack.api.ports.Poster`."""
        payload = posting(channel, message, thread, marker)
        answer = await self._call(workspace, "chat.postMessage", payload, channel=channel, within=within)
        return posted(answer, workspace, threaded=thread is not None)

    def since(self) -> str:
        """Return a ts of before Slack's last answer to this process; see `bot.slack.api.ports.Poster`."""
        try:
            dated = parsedate_to_datetime(self._dated).timestamp()
        except (ValueError, TypeError, OverflowError):
            return ""
        return f"{dated - _SKEW:.6f}"

    async def update(self, workspace: WorkspaceId, channel: str, ts: str, message: Message) -> None:
        """Replace a message of the bot's own; its metadata stays (Slack: reference/methods/chat.update)."""
        payload = {"channel": channel, "ts": ts, **body_of(message)}
        await self._call(workspace, "chat.update", payload, channel=channel)

    async def delete(self, workspace: WorkspaceId, channel: str, ts: str) -> None:
        """Delete a message of the bot's own (Slack: reference/methods/chat.delete)."""
        await self._call(workspace, "chat.delete", {"channel": channel, "ts": ts}, channel=channel)

    async def permalink(self, workspace: WorkspaceId, channel: str, ts: str) -> str:
        """Return a message's address."""
        query = {"channel": channel, "message_ts": ts}
        answer = await self._call(workspace, "chat.getPermalink", query, channel=channel, read=True)
        return str(answer.get("permalink", ""))

    async def direct(self, workspace: WorkspaceId, user: str, message: Message) -> Posted:
        """Post to a person (Slack: a user id as the channel posts to the conversation with them)."""
        return await self.post(workspace, user, message)

    async def check(self, workspace: WorkspaceId) -> None:
        """Raise a SlackError unless Slack takes the token."""
        self.outcomes.identity = await self._call(workspace, "auth.test", {})

    async def open_view(self, workspace: WorkspaceId, trigger: str, view: Mapping[str, Any]) -> str:
        """Open a modal and return its id."""
        answer = await self._call(workspace, "views.open", {"trigger_id": trigger, "view": dict(view)})
        return str(mapping(answer.get("view")).get("id", ""))

    async def update_view(self, workspace: WorkspaceId, view_id: str, view: Mapping[str, Any]) -> None:
        """Replace an open modal."""
        await self._call(workspace, "views.update", {"view_id": view_id, "view": dict(view)})

    async def publish_home(self, workspace: WorkspaceId, user: str, view: Mapping[str, Any], stamp: str = "") -> None:
        """Put `view` on a person's Home tab; with a `stamp`, only if that is still the tab's (Slack: `hash`)."""
        payload: dict[str, Any] = {"user_id": user, "view": dict(view)}
        await self._call(workspace, "views.publish", {**payload, "hash": stamp} if stamp else payload)

    async def upload(self, workspace: WorkspaceId, name: str, content: bytes) -> str:
        """Upload a file that nobody sees yet; return its id (Slack: messaging/working-with-files)."""
        asked = {"filename": name, "length": len(content)}
        answer = await self._call(workspace, "files.getUploadURLExternal", asked, read=True)
        file, address = str(answer.get("file_id") or ""), str(answer.get("upload_url") or "")
        if not (file and address):
            raise UnknownOutcomeError("files.getUploadURLExternal", "no_url", workspace=workspace)
        try:
            async with self._opened().post(address, data=content) as taken:
                if taken.status != 200:
                    raise TryLaterError("files.upload", f"http_{taken.status}", workspace=workspace)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise TryLaterError(
                "files.upload", "no_answer", workspace=workspace, detail=type(error).__name__
            ) from error
        return file

    async def share_file(self, workspace: WorkspaceId, channel: str, file: str, title: str) -> None:
        """Show an uploaded file in a conversation (an id, not a person's)."""
        shared = {"files": [{"id": file, "title": title}], "channel_id": channel}
        await self._call(workspace, "files.completeUploadExternal", shared, channel=channel)

    async def grants(self, workspace: WorkspaceId, scope: str) -> bool:
        """Return whether the bot has `scope`, as Slack says with each of its answers (x-oauth-scopes).

        A "no" is asked for again, as the scope may just have been granted. False where Slack does not say.
        """
        if scope not in self.outcomes.granted(workspace):
            with suppress(SlackError):
                await self.check(workspace)
        return scope in self.outcomes.granted(workspace)

    async def download(self, workspace: WorkspaceId, address: str, most: int) -> bytes:
        """Fetch a file that a person uploaded, of at most `most` bytes; see `files.fetch` for what it raises."""
        token = self._token(workspace, METHOD)
        return await fetch(self._opened(), address, token, most=most, api=self._base_url, workspace=workspace)

    async def whisper(
        self, workspace: WorkspaceId, channel: str, user: str, message: Message, *, thread: str | None = None
    ) -> None:
        """Show `message` to one person in a channel (an id), in the thread `thread` (a ts) if given.

        Slack promises no delivery, and forgets it when the person reloads (reference/methods/chat.postEphemeral).
        """
        payload = {"channel": channel, "user": user, **body_of(message)}
        payload |= {"thread_ts": thread} if thread else {}
        await self._call(workspace, "chat.postEphemeral", payload, channel=channel)

    async def set_status(self, workspace: WorkspaceId, channel: str, thread: str, status: str) -> None:
        """Say what the bot is doing in a thread of its Messages tab, "" for nothing more.

        Slack takes it away at the bot's next reply there, and after two minutes; chat:write is enough for it
        (reference/methods/assistant.threads.setStatus, changelog/2026/03/05/set-status-scope-update).
        """
        payload = {"channel_id": channel, "thread_ts": thread, "status": status}
        await self._call(workspace, "assistant.threads.setStatus", payload)

    async def read(self, workspace: WorkspaceId, channel: str, ts: str) -> Mapping[str, Any] | None:
        """Return a message of anybody's as Slack describes it, None where the bot may not read it.

        reactions.get gives the message that carries a reaction and asks for no history scope; whether it does for every
        reply is not documented, so conversations.replies is asked after it (its scopes are optional).
        """
        asked = {"channel": channel, "timestamp": ts}
        said = await self._look(workspace, "reactions.get", asked, channel)
        found = mapping(said.get("message"))
        if found.get("ts") == ts:
            return found
        window = {"channel": channel, "ts": ts, "oldest": ts, "latest": ts, "inclusive": True, "limit": 2}
        said = await self._look(workspace, "conversations.replies", window, channel)
        return next((each for each in messages(said) if each.get("ts") == ts), None)

    async def _look(
        self, workspace: WorkspaceId, method: str, query: dict[str, Any], channel: str
    ) -> Mapping[str, Any]:
        """Return a message, None if it is not there or may not be read."""
        try:
            return await self._call(workspace, method, query, channel=channel, read=True)
        except SlackError as error:
            if error.code in BLIND | _ABSENT:
                return {}
            raise

    async def owns(self, workspace: WorkspaceId, channel: str, ts: str) -> bool | None:
        """Return whether a message is the bot's own, None if it may not be read."""
        said = await self.read(workspace, channel, ts)
        return None if said is None else bool(await self._own(workspace) & {said.get("bot_id"), said.get("user")})

    async def check_channel(self, workspace: WorkspaceId, channel: str) -> None:
        """Raise ChannelRefusedError if Slack says that the bot is not in the channel; return if it is, or nobody says.

        conversations.info would need a scope more. A message that is not there is asked for instead: by reactions.get,
        whose scope every bot has, and by conversations.replies, which surely asks whether the bot is a member.
        """
        for method, name in (("reactions.get", "timestamp"), ("conversations.replies", "ts")):
            try:
                await self._call(workspace, method, {"channel": channel, name: _NEVER}, channel=channel, read=True)
            except SlackError as error:
                if error.code in _OUTSIDE:
                    raise

    async def person(self, workspace: WorkspaceId, user: str) -> SlackUser:
        """Return what Slack tells about a person."""
        answer = await self._call(workspace, "users.info", {"user": user}, read=True)
        return slack_user(user, mapping(answer.get("user")))

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
            self._clients.clear()

    def _token(self, workspace: WorkspaceId, method: str) -> str:
        """Return the workspace's token. Raises WorkspaceRefusedError where it has none, which `method` needs."""
        token = self._tokens(workspace)
        if not token:
            raise WorkspaceRefusedError(method, "not_authed", workspace=workspace)
        return token

    def _opened(self) -> aiohttp.ClientSession:
        """Return the one session, opened when it is first needed."""
        if self._session is None:
            # Connections are bounded by turns: a call that waits for one has not begun, so its time does not run.
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30),
                timeout=aiohttp.ClientTimeout(total=self._timeout, sock_connect=min(5.0, self._timeout)),
            )
        return self._session

    def _client(self, workspace: WorkspaceId, method: str) -> AsyncWebClient:
        """Return the SDK's client of the workspace's token, over the one session."""
        token = self._token(workspace, method)
        if token not in self._clients:
            options: dict[str, Any] = {
                "session": StraightSession(self._opened()),
                "retry_handlers": [],
                "timeout": int(self._timeout) or 1,
                "user_agent_prefix": f"backissue/{version('backissue')}",
            }
            self._clients[token] = AsyncWebClient(token, base_url=self._base_url, **options)
        return self._clients[token]

    async def _call(
        self,
        workspace: WorkspaceId,
        method: str,
        arguments: dict[str, Any],
        *,
        channel: str = "",
        read: bool = False,
        within: float | None = None,
    ) -> Mapping[str, Any]:
        """Call a method once, and note the outcome. Raises the SlackError that says what is known of it."""
        began = monotonic()
        try:
            said = await self._sent(workspace, method, arguments, channel, within, read=read)
        except SlackError as error:
            self.outcomes.failed(error, began)
            raise
        self.outcomes.worked(method, began)
        return said

    async def _sent(
        self,
        workspace: WorkspaceId,
        method: str,
        arguments: dict[str, Any],
        channel: str,
        within: float | None,
        *,
        read: bool,
    ) -> Mapping[str, Any]:
        client = self._client(workspace, method)
        where = {"workspace": workspace, "channel": channel}
        given: dict[str, Any] = {"http_verb": "GET", "params": arguments} if read else {"json": arguments}
        try:
            async with self._limits.of(workspace, method, within):
                answer = await client.api_call(method, **given)
        except SlackApiError as error:
            self.outcomes.heard(workspace, error.response.headers)
            raise refused(error.response, method, where) from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            # There was no connection to send anything over.
            raise TryLaterError(method, "no_connection", **where, detail=type(error).__name__) from error
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, AttributeError) as error:
            code = "timeout" if isinstance(error, TimeoutError) else "no_answer"
            raise UnknownOutcomeError(method, code, **where, detail=type(error).__name__) from error
        self._dated = answer.headers.get("Date") or self._dated
        self.outcomes.heard(workspace, answer.headers)
        return mapping(answer.data)

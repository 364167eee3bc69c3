"""Finding the bot's own messages in a channel's history or in a thread, by their metadata."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any

from bot.domain.workspace import WorkspaceId
from bot.slack.api.errors import CannotLookError, SlackError, ThreadRefusedError
from bot.slack.api.ports import TOMBSTONE, PartMarker, Posted
from bot.slack.api.responses import carries, is_tombstone, is_whole, mapping, messages, thread_of
from bot.slack.api.retry import retry_when_limited

PAGE_MESSAGES = 200
"""Messages asked for at a time (Slack: at most 200 are recommended)."""
MAX_PAGES = 15
"""Pages read before a look is given up: 3,000 messages, within a minute's calls of Tier 3."""
MAX_WAITS = 5
"""Waits for one page of a look that has begun. An app may have one call a minute, of 15 messages (Slack: changelog
2025-05-29, apps outside the Marketplace): to begin again after each 429 would never reach a second page."""
_WAIT_MAX_SECONDS = 90.0
"""Seconds that such a wait may take."""
BLIND = {"missing_scope", "not_in_channel", "channel_not_found", "no_permission", "restricted_action", "is_archived"}
"""Slack's words for what the bot may not read."""


class OwnMessages(ABC):
    """The part of Slack's Web API that finds what the bot has posted."""

    def __init__(self) -> None:
        """Start without knowing who the bot is in any workspace."""
        self._selves: dict[str, frozenset[str]] = {}

    async def find_own(
        self,
        workspace: WorkspaceId,
        channel: str,
        marker: PartMarker,
        *,
        thread: str | None = None,
        oldest: str | None = None,
        other: PartMarker | None = None,
    ) -> Posted | None:
        """Look for the message that carries `marker`; see `bot.slack.api.ports.Poster`."""
        method = "conversations.history" if thread is None else "conversations.replies"
        query: dict[str, Any] = {"channel": channel, "limit": PAGE_MESSAGES, "include_all_metadata": True}
        query |= {"ts": thread} if thread is not None else {}
        query |= {"oldest": oldest} if oldest is not None else {}
        where, deleted = {"workspace": workspace, "channel": channel}, False
        try:
            mine = await self._own(workspace)
            for _ in range(MAX_PAGES):
                answer = await self._page(workspace, method, query, channel)
                if found := _first(messages(answer), (marker, *([other] if other else [])), mine):
                    said, part = found
                    return Posted(channel, str(said["ts"]), thread_of(said, str(said["ts"])), part)
                cursor, begins = mapping(answer.get("response_metadata")).get("next_cursor"), "cursor" not in query
                deleted = deleted or is_tombstone(answer, thread)
                if not cursor and not is_whole(answer, thread if begins else None):
                    raise CannotLookError(method, "no_messages", **where)
                if not cursor and deleted:
                    raise ThreadRefusedError(method, TOMBSTONE, **where)
                if not cursor:
                    return None
                query["cursor"] = cursor
        except SlackError as error:
            if error.code in BLIND:
                raise CannotLookError(method, error.code, **where) from error
            raise
        raise CannotLookError(method, "too_many_messages", **where)

    async def own_copies(
        self, workspace: WorkspaceId, channel: str, marker: PartMarker, *, oldest: str
    ) -> tuple[str, ...]:
        """Return the ts of the bot's own messages that carry `marker`; see `bot.slack.api.ports.Poster`."""
        method = "conversations.history"
        query = {"channel": channel, "limit": PAGE_MESSAGES, "include_all_metadata": True, "oldest": oldest}
        try:
            mine = await self._own(workspace)
            answer = await self._call(workspace, method, query, channel=channel, read=True)
        except SlackError as error:
            if error.code in BLIND:
                raise CannotLookError(method, error.code, workspace=workspace, channel=channel) from error
            raise
        return tuple(str(said["ts"]) for said in messages(answer) if carries(said, marker, mine))

    async def _page(
        self, workspace: WorkspaceId, method: str, query: dict[str, Any], channel: str
    ) -> Mapping[str, Any]:
        """Read one page; a later one is waited for where Slack says to wait."""
        waits = MAX_WAITS if "cursor" in query else 0
        return await retry_when_limited(
            lambda: self._call(workspace, method, query, channel=channel, read=True),
            waits=waits,
            max_wait_seconds=_WAIT_MAX_SECONDS,
        )

    async def _own(self, workspace: WorkspaceId) -> frozenset[str]:
        """Return the ids under which the bot's own messages stand: its bot id and its user id."""
        if workspace not in self._selves:
            answer = await self._call(workspace, "auth.test", {})
            self._selves[workspace] = frozenset(str(answer[key]) for key in ("bot_id", "user_id") if answer.get(key))
        return self._selves[workspace]

    @abstractmethod
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
        """Call a method once. Raises the SlackError that says what is known of it."""


def _first(
    page: Iterable[Mapping[str, Any]], markers: Iterable[PartMarker], mine: frozenset[str]
) -> tuple[Mapping[str, Any], str] | None:
    """Return the first message of a page, newest first, that carries one of the markers, and that marker's part."""
    wanted = tuple(markers)
    return next(((said, each.part) for said in page for each in wanted if carries(said, each, mine)), None)

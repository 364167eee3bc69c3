"""Unconfirmed posts of which a person says that they are there: the message is found, or its link is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import structlog

from bot.digests.views import there as views
from bot.domain.clock import Clock
from bot.domain.delivery import RETRACTABLE, Delivery, PartRow, State
from bot.domain.workspace import WorkspaceId
from bot.slack.api.errors import CannotLookError, SlackError
from bot.slack.api.ports import PartMarker, Slack
from bot.slack.blocks import blocks
from bot.slack.blocks.message import Block
from bot.store.store import Store

_log = structlog.get_logger(__name__)
_VALUE = re.compile(r"(\d{1,18}):(\d{1,18})", re.ASCII)
_LINK = re.compile(r"https://[\w.-]+/archives/([A-Z0-9]{2,20})/p(\d{10})(\d{6})(?:[?#]\S*)?", re.ASCII)
_OVER = "That is settled already; nothing changes."
_UNKNOWN = "I do not know that message any more."


class PostsThere:
    """Settles unconfirmed posts as being there; the replies of such a digest then follow."""

    def __init__(self, store: Store, slack: Slack, clock: Clock) -> None:
        """Settle posts in `store`; ask `slack` where they are."""
        self._store, self._slack, self._clock = store, slack, clock

    async def confirm(self, workspace: WorkspaceId, value: str, trigger: str, user: str) -> str | None:
        """Settle the message if it can be found, and return what happens; else open a form for its link (None).

        `value` is a button's, "DELIVERY:PART", and untrusted.
        """
        found = await self._unconfirmed(workspace, value)
        if isinstance(found, str):
            return found
        delivery, part = found
        parent = delivery.parent
        thread = parent.ts if part.at and parent is not None else None
        try:
            posted = await self._slack.find_own(
                workspace, delivery.channel, PartMarker(delivery.issue, part.key), thread=thread, oldest=None
            )
            if posted is None:
                return "I looked, and it is not there. The first button posts it."
            return await self._settle(delivery, part, posted.ts, user)
        except CannotLookError:
            pass
        except SlackError as error:
            _log.info("look.failed", channel=delivery.channel, error=str(error))
        try:
            await self._slack.open_view(workspace, trigger, views.form(value))
        except SlackError as error:
            _log.info("there_form.failed", workspace=workspace, error=str(error))
            return "That did not work; please press the button again."
        return None

    async def submit(self, workspace: WorkspaceId, view: Mapping[str, Any], user: str) -> Block | str:
        """Settle the message at the link that the form holds; return a modal that says so, or what is wrong with it."""
        value, link = views.read(view)
        found = await self._unconfirmed(workspace, value)
        if isinstance(found, str):
            return blocks.window("It is there", blocks.says(found).blocks)
        delivery, part = found
        match = _LINK.fullmatch(link)
        if match is None:
            return "That is no link to a message: open the message's menu and choose “Copy link”"
        if match[1] != delivery.channel:
            return "That message is in another channel"
        ts = f"{match[2]}.{match[3]}"
        if await self._store.posted(workspace, delivery.channel, ts) is not None:
            return "I know that message: it is another one of mine"
        try:
            if await self._slack.owns(workspace, delivery.channel, ts) is False:
                return "That message is not mine"
        except SlackError as error:
            _log.info("look.failed", channel=delivery.channel, error=str(error))
        said = await self._settle(delivery, part, ts, user)
        return blocks.window("It is there", blocks.says(said).blocks)

    async def _unconfirmed(self, workspace: WorkspaceId, value: str) -> tuple[Delivery, PartRow] | str:
        """Return the message that a button's value names if it is unconfirmed, else what to say."""
        match = _VALUE.fullmatch(value)
        delivery = await self._store.deliveries.by_id(int(match[1])) if match else None
        if match is None or delivery is None or delivery.workspace != workspace:
            return _UNKNOWN
        part = next((part for part in delivery.parts if part.id == int(match[2])), None)
        if part is None or part.state is not State.UNKNOWN or delivery.progress not in RETRACTABLE:
            return _OVER
        return delivery, part

    async def _settle(self, delivery: Delivery, part: PartRow, ts: str, user: str) -> str:
        if not await self._store.deliveries.there(part, ts, self._clock.now()):
            return _OVER
        _log.info("doubt.settled", delivery=delivery.id, part=part.key, ts=ts, user=user)
        if part.at or not part.attempt:
            return "Noted: it is there. Nothing is posted again."
        return f"Noted: it is there. Its replies follow in <#{delivery.channel}>."

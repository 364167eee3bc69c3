"""Unconfirmed posts: a person who can see the channel decides whether they are posted again."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import ceil

import structlog

from bot.domain.clock import Clock
from bot.domain.delivery import ASKED, RETRACTABLE, Delivery, PartRow, State
from bot.domain.workspace import WorkspaceId
from bot.slack.blocks.mrkdwn import clip
from bot.store.store import Store

_log = structlog.get_logger(__name__)
_VALUE = re.compile(r"(\d{1,18}):(\d{1,18})", re.ASCII)
_SHORT_WAIT_SECONDS = 60.0
"""Seconds of waiting that the answer does not mention."""
_OVER = "That is settled already; nothing changes."


class UnconfirmedPosts:
    """Settles unconfirmed and refused posts as a person decides."""

    def __init__(self, store: Store, clock: Clock, there: Callable[[str], bool] = lambda _: True) -> None:
        """Settle posts in `store`; `there` returns whether an issue (by identity) is in the archive."""
        self._store, self._clock, self._there = store, clock, there

    async def decide(self, workspace: WorkspaceId, value: str, *, post: bool, user: str) -> str:
        """Have a message posted (again) or leave it; return a line that says what happens.

        `value` is a button's, "DELIVERY:PART", and untrusted. Only unconfirmed and refused messages of the person's own
        workspace can be settled, so pressing the button twice does no more than pressing it once.
        """
        found = _VALUE.fullmatch(value)
        delivery = await self._store.deliveries.by_id(int(found[1])) if found else None
        if found is None or delivery is None or delivery.workspace != workspace:
            return "I do not know that message any more."
        part = next((part for part in delivery.parts if part.id == int(found[2])), None)
        if delivery.progress not in RETRACTABLE:
            return "That digest was taken back; nothing is posted."
        if part is None or part.state not in {State.UNKNOWN, State.REFUSED}:
            return _OVER
        _log.info("post.settled", delivery=delivery.id, part=part.key, post=post, user=user)
        if post and not (part.at and delivery.closed):
            return await self._posting(delivery, part)
        left = await self._store.deliveries.leave(part, "somebody said to leave it")
        if not left:
            return _OVER
        return f"Nothing is posted: {delivery.closed}." if post else "Left as it is."

    async def _posting(self, delivery: Delivery, part: PartRow) -> str:
        """Schedule the part, and return a line that says when it will be posted."""
        subscription = await self._store.subscriptions.by_id(delivery.subscription)
        if subscription is None:
            return f"Nothing is posted: <#{delivery.channel}> is not subscribed any more."
        now = self._clock.now()
        if not await self._store.deliveries.post_after_all(part, now, ASKED):
            return _OVER
        if subscription.paused is not None:
            why = clip(subscription.paused.reason, 300)
            return f"Posts in <#{delivery.channel}> are paused ({why}). It goes out once they go on."
        if not self._there(delivery.issue):
            return f"It is posted in <#{delivery.channel}> as soon as its issue is in the archive again."
        if subscription.limit is not None and (rest := subscription.limit.rest(now)) > _SHORT_WAIT_SECONDS:
            return f"It is posted in <#{delivery.channel}> in {ceil(rest / 60)} min: Slack takes nothing there before."
        return f"Posting it now in <#{delivery.channel}>."

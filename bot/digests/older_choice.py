"""The subscriber's answer about issues that are not posted by themselves: all of them, some, or none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog

from archive.issue import Issue
from bot.digests.views import older_issues as views
from bot.domain.catalogue import IssueCatalogue
from bot.domain.clock import Clock
from bot.domain.subscription import Subscription
from bot.domain.workspace import WorkspaceId
from bot.slack.api.errors import SlackError
from bot.slack.api.ports import Slack
from bot.slack.blocks import blocks
from bot.slack.blocks.message import Block, Message
from bot.slack.blocks.mrkdwn import clip
from bot.store.older_issues import OlderQuestion
from bot.store.store import Store

_log = structlog.get_logger(__name__)
_ID = re.compile(r"\d{1,18}", re.ASCII)
_UNKNOWN = "I do not know that question any more."
_OVER = "That is settled already; nothing changes."
_NONE = "None of them is posted. They can be read and searched as before."


class OlderIssueChoice:
    """Posts issues that are not posted by themselves, as the subscriber answers. A question is answered once."""

    def __init__(self, store: Store, slack: Slack, clock: Clock, catalogue: Callable[[], IssueCatalogue]) -> None:
        """Read and write `store`; the issues are those of `catalogue`."""
        self._store, self._slack, self._clock, self._catalogue = store, slack, clock, catalogue

    async def answer(self, workspace: WorkspaceId, value: str, *, post: bool, user: str) -> Message:
        """Post all issues of a question, or none; return what happens. `value` is a button's, and untrusted."""
        found = await self._find(workspace, value)
        if found is None:
            return blocks.says(_UNKNOWN)
        question, subscription = found
        identities = [key for _, key, _ in self._offered(question)] if post else []
        return await self._settle(question, subscription, identities, "all" if post else "none", user)

    async def choose(self, workspace: WorkspaceId, value: str, trigger: str) -> Message | None:
        """Open the form with the issues of a question; return what is wrong, None if nothing is."""
        found = await self._find(workspace, value)
        if found is None:
            return blocks.says(_UNKNOWN)
        question, _ = found
        offered = [(number, issue) for number, _, issue in self._offered(question)]
        if question.answer or not offered:
            return blocks.says(_OVER if question.answer else "None of these issues is in the archive now.")
        try:
            await self._slack.open_view(workspace, trigger, views.form(question.id, offered))
        except SlackError as error:
            _log.info("older_issues_form.failed", error=str(error), workspace=workspace)
            return blocks.line_message("that did not work; please press the button again")
        return None

    async def submit(self, workspace: WorkspaceId, view: Mapping[str, Any], user: str) -> Block:
        """Post the issues chosen in the form; return a modal that says what happens."""
        value, chosen = views.read(view)
        found = await self._find(workspace, value)
        if found is None:
            return blocks.window("Post older issues", blocks.says(_UNKNOWN).blocks)
        question, subscription = found
        identities = [key for number, key, _ in self._offered(question) if str(number) in chosen]
        said = await self._settle(question, subscription, identities, "some", user)
        return blocks.window("Post older issues", said.blocks)

    async def _find(self, workspace: WorkspaceId, value: str) -> tuple[OlderQuestion, Subscription] | None:
        """Return the question and its subscription if both are there and of this workspace."""
        question = await self._store.older_issues.get(int(value)) if _ID.fullmatch(value) else None
        if question is None:
            return None
        mine = await self._store.subscriptions.list(workspace)
        return next(((question, each) for each in mine if each.id == question.subscription), None)

    def _offered(self, question: OlderQuestion) -> list[tuple[int, str, Issue]]:
        """Return the question's issues that are there: order number, identity and issue, oldest first."""
        catalogue = self._catalogue()
        there = [(catalogue.order[key], key, catalogue.issues[key]) for key in catalogue.by_number(question.numbers)]
        return sorted(there, key=lambda one: one[2].published)

    async def _settle(
        self, question: OlderQuestion, subscription: Subscription, identities: Iterable[str], answer: str, user: str
    ) -> Message:
        wanted = tuple(identities)
        count = await self._store.older_issues.answer(question, wanted, answer, self._clock.now())
        if count is None:
            return blocks.says(_OVER)
        _log.info("older_issues.settled", question=question.id, answer=answer, count=count, user=user)
        return blocks.says(_NONE if not wanted else _posting(count, subscription))


def _posting(count: int, subscription: Subscription) -> str:
    channel = f"<#{subscription.channel}>"
    if not count:
        return f"Nothing is posted: {channel} has them already."
    them = "the issue" if count == 1 else f"{count} issues, one after the other,"
    if subscription.paused is not None:
        why = clip(subscription.paused.reason, 300)
        return f"Posts in {channel} are paused ({why}). I post {them} there once they go on."
    return f"I post {them} in {channel} now."

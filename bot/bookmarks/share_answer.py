"""Sharing an answer, a link or an issue with a channel, in a message whose links people can save by reacting."""

from __future__ import annotations

import structlog

from bot.bookmarks.link_lookup import LinkLookup
from bot.domain.clock import Clock
from bot.domain.workspace import WorkspaceId
from bot.lookup.search import Answers
from bot.lookup.views.sharing import Shareable, ShareForm
from bot.slack.api.errors import SlackError, UnknownOutcomeError
from bot.slack.api.ports import Slack
from bot.slack.blocks.message import Message
from bot.store.postings import Postings

_log = structlog.get_logger(__name__)


class Sharing:
    """Posts answers, and remembers the links they show."""

    def __init__(
        self, postings: Postings, link_lookup: LinkLookup, answers: Answers, slack: Slack, clock: Clock
    ) -> None:
        """Post through `slack`, and record the links in `postings`."""
        self._postings = postings
        self._link_lookup = link_lookup
        self._answers = answers
        self._slack = slack
        self._clock = clock

    async def open(self, workspace: WorkspaceId, trigger: str, what: Shareable, channel: str, url: str) -> bool:
        """Open the form that shares `what`; return whether that is still there."""
        form = self._answers.sharing.form(what, channel, url)
        if form is not None:
            await self._slack.open_view(workspace, trigger, form)
        return form is not None

    async def share(self, workspace: WorkspaceId, user: str, asked: ShareForm) -> Message | None:
        """Post what `user` shares; return the message if the caller has to send it by the response URL.

        That is so where the bot cannot post, such as a channel it is not a member of. It is the second choice since
        Slack does not return the ts of such a message. None means that it was posted or may have been (sending it again
        could show it twice), or that nothing of it is left.
        """
        content = self._answers.sharing.content(asked, user)
        if content is None:
            return None
        links = tuple(self._link_lookup.of(issue, entry) for issue, entry in content.entries)
        posting = await self._postings.begin(workspace, asked.channel, links, self._clock.now())
        try:
            posted = await self._slack.post(workspace, asked.channel, content.message)
        except UnknownOutcomeError as error:
            _log.warning("share.unconfirmed", channel=asked.channel, error=str(error))
            return None
        except SlackError as error:
            _log.info("share.redirected", channel=asked.channel, error=str(error))
            await self._postings.dropped(posting)
            return content.message
        await self._postings.sent(posting, posted.channel, posted.ts)
        return None

"""Sharing an answer with a channel, in a message whose links people can save by reacting."""

from __future__ import annotations

import structlog

from bot.bookmarks.link_lookup import LinkLookup
from bot.bookmarks.ports import BookmarkSlack
from bot.domain.clock import Clock
from bot.domain.workspace import WorkspaceId
from bot.lookup.search import Answers
from bot.lookup.views.answer import SearchRequest
from bot.slack.api.errors import SlackError, UnknownOutcomeError
from bot.slack.blocks.message import Message
from bot.store.postings import Postings

_log = structlog.get_logger(__name__)


class Sharing:
    """Posts answers, and remembers the links they show."""

    def __init__(
        self, postings: Postings, link_lookup: LinkLookup, answers: Answers, slack: BookmarkSlack, clock: Clock
    ) -> None:
        """Post through `slack`, and record the links in `postings`."""
        self._postings = postings
        self._link_lookup = link_lookup
        self._answers = answers
        self._slack = slack
        self._clock = clock

    async def share(self, workspace: WorkspaceId, channel: str, user: str, request: SearchRequest) -> Message | None:
        """Post an answer on behalf of `user`; return the message if the caller has to send it by the response URL.

        That is so where the bot cannot post, such as a channel it is not a member of. It is the second choice since
        Slack does not return the ts of such a message. None means that the answer was posted or may have been: sending
        it again could show it twice.
        """
        said = self._answers.share(request, user)
        if said is None:
            return None
        links = tuple(self._link_lookup.of(issue, entry) for issue, entry in self._answers.entries(request))
        posting = await self._postings.begin(workspace, channel, links, self._clock.now())
        try:
            posted = await self._slack.post(workspace, channel, said)
        except UnknownOutcomeError as error:
            _log.warning("share.unconfirmed", channel=channel, error=str(error))
            return None
        except SlackError as error:
            _log.info("share.redirected", channel=channel, error=str(error))
            await self._postings.dropped(posting)
            return said
        await self._postings.sent(posting, posted.channel, posted.ts)
        return None

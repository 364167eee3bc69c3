"""Sharing an answer with a channel, so that a reaction to it means the links it shows."""

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
    """Posts answers where the bot may post, and remembers what they show."""

    def __init__(
        self, postings: Postings, link_lookup: LinkLookup, answers: Answers, slack: BookmarkSlack, clock: Clock
    ) -> None:
        """Post through `slack`; `postings` remembers."""
        self._postings = postings
        self._link_lookup = link_lookup
        self._answers = answers
        self._slack = slack
        self._clock = clock

    async def share(self, workspace: WorkspaceId, channel: str, user: str, request: SearchRequest) -> Message | None:
        """Share an answer on behalf of `user`; give the message if it is left to share by the click's own address.

        A message that is shared that way has no ts that the bot is told, so it is the second choice: where the bot is
        no member. None: it is shared or, for all anybody knows, may be: sharing it again could show it twice.
        """
        said = self._answers.share(request, user)
        if said is None:
            return None
        links = tuple(self._link_lookup.of(issue, entry) for issue, entry in self._answers.entries(request))
        posting = await self._postings.begin(workspace, channel, links, self._clock.now())
        try:
            posted = await self._slack.post(workspace, channel, said)
        except UnknownOutcomeError as error:
            _log.warning("whether an answer was shared is not known", channel=channel, error=str(error))
            return None
        except SlackError as error:
            _log.info("an answer is shared without the bot", channel=channel, error=str(error))
            await self._postings.dropped(posting)
            return said
        await self._postings.sent(posting, posted.channel, posted.ts)
        return None

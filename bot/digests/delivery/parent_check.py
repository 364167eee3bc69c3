"""Whether a digest's channel message is still there, asked before a reply follows one whose fate is unknown.

Slack takes a reply to a deleted message and shows it in the channel. Its answer tells, and the stray reply is deleted.
Where that answer was lost and nobody may read the channel, one stray reply may stand there. It must not become two: the
next answer could be lost as well.
"""

from __future__ import annotations

from collections import Counter

import structlog

from bot.digests.delivery.context import DeliveryContext, Reschedule
from bot.domain.delivery import Delivery, State
from bot.domain.subscription import Subscription
from bot.slack.api.errors import (
    ChannelRefusedError,
    RateLimitedError,
    SlackError,
    ThreadRefusedError,
    WorkspaceRefusedError,
)

_log = structlog.get_logger(__name__)


class ParentCheck:
    """Asks for one subscription's digests, once after each reply in doubt, and never where there is none.

    A message's address can be had without any scope for reading (Slack: reference/methods/chat.getPermalink).
    """

    def __init__(self, context: DeliveryContext, subscription: Subscription) -> None:
        """Ask for `subscription`'s digests."""
        self._context = context
        self._subscription = subscription
        self._doubts: Counter[int] = Counter()
        self._asked: dict[int, int] = {}

    def doubted(self, delivery: Delivery) -> None:
        """Take note that a reply of `delivery` is in doubt now."""
        self._doubts[delivery.id] += 1

    async def is_gone(self, delivery: Delivery, parent: str) -> bool:
        """Return whether the channel message with the ts `parent` is known to be gone.

        It counts as there where Slack does not say: no digest is held up for that. Raises Reschedule at a limit.
        """
        before = sum(part.at > 0 and part.state is State.UNKNOWN for part in delivery.parts)
        doubts = before + self._doubts[delivery.id]
        if self._asked.get(delivery.id, 0) == doubts:
            return False
        gone = await self._look(parent)
        self._asked[delivery.id] = doubts
        return gone

    async def _look(self, parent: str) -> bool:
        where = self._subscription
        try:
            await self._context.slack.permalink(where.workspace, where.channel, parent)
        except ThreadRefusedError:
            return True
        except RateLimitedError as error:
            raise Reschedule(self._context.after(error.retry_after)) from error
        except (WorkspaceRefusedError, ChannelRefusedError):
            raise
        except SlackError as error:
            _log.info("parent_look.failed", channel=where.channel, ts=parent, error=str(error))
        return False

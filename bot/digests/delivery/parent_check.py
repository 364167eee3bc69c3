"""Whether a digest's channel message is still there, asked before a reply follows one that is unconfirmed.

Slack takes a reply to a deleted message and shows it in the channel. Its answer tells, and the stray reply is deleted.
Where that answer was lost and nobody may read the channel, one stray reply may stand there. It must not become two: the
next answer could be lost as well.
"""

from __future__ import annotations

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
    """Asks for one subscription's digests, once after each unconfirmed reply, and never where there is none.

    A message's address can be had without any scope for reading (Slack: reference/methods/chat.getPermalink).
    """

    def __init__(self, context: DeliveryContext, subscription: Subscription) -> None:
        """Ask for `subscription`'s digests."""
        self._context = context
        self._subscription = subscription
        self._needed: dict[int, bool] = {}
        """By the delivery's id: whether its parent has to be looked for before the next reply."""

    def needed(self, delivery: Delivery) -> None:
        """Have the next `is_gone` ask Slack, because a reply of `delivery` has just become unconfirmed."""
        self._needed[delivery.id] = True

    async def is_gone(self, delivery: Delivery, parent: str) -> bool:
        """Return whether the channel message with the ts `parent` is known to be gone.

        It counts as there where Slack does not say: no digest is held up for that. Raises Reschedule at a limit.
        """
        unconfirmed = any(part.at > 0 and part.state is State.UNKNOWN for part in delivery.parts)
        if not self._needed.get(delivery.id, unconfirmed):
            return False
        gone = await self._look(parent)
        self._needed[delivery.id] = False
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

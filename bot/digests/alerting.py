"""Sending an alert to the first who can be told: the owner, an admin, the operators' channel, the channel itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import structlog

from bot.domain.workspace import WorkspaceId
from bot.slack.api.errors import ChannelRefusedError, SlackError
from bot.slack.api.ports import Poster
from bot.slack.api.retry import retry_when_limited
from bot.slack.blocks.message import Message

_log = structlog.get_logger(__name__)
_MAX_WAITS = 3
"""How often an alert is retried when Slack answers 429."""
_GONE = frozenset({"user_not_found", "users_not_found"})
"""Slack's words for a user id that it does not know (any more) (Slack: reference/methods/users.info)."""


@dataclass(frozen=True, slots=True)
class AlertRoute:
    """Who is told where the owner of a channel can't be: `admins` (user ids), then the channel `operators` (an id)."""

    admins: frozenset[str] = frozenset()
    operators: str = ""

    def to(self, owner: str, channel: str) -> tuple[str, ...]:
        """Return who is to be told of trouble in a channel, first choice first. A digest of one's own is one's own."""
        return (owner,) if channel.startswith("D") else (owner, *sorted(self.admins), self.operators, channel)


async def alert(slack: Poster, workspace: WorkspaceId, to: Iterable[str], said: Message, about: str) -> bool:
    """Send an alert to the first of these (ids, "" for nobody) who can be told; return whether anybody was.

    It is sent once: after an answer that is not clear nobody else is told. `about` names it in the log.
    """
    for each in dict.fromkeys(filter(None, to)):
        if not await _is_there(slack, workspace, each):
            continue
        try:
            await retry_when_limited(partial(slack.direct, workspace, each, said), waits=_MAX_WAITS)
        except ChannelRefusedError as error:
            _log.info("alert.refused", to=each, about=about, error=str(error))
            continue
        except SlackError as error:
            _log.warning("alert.failed", to=each, about=about, error=str(error))
            return False
        return True
    _log.warning("alert.failed", to="", about=about, error="nobody can be told")
    return False


async def _is_there(slack: Poster, workspace: WorkspaceId, to: str) -> bool:
    """Return whether a person can read what is sent to them: not where Slack says that they have left."""
    if not to.startswith(("U", "W")):
        return True
    try:
        return (await slack.person(workspace, to)).active
    except SlackError as error:
        return error.code not in _GONE

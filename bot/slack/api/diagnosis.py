"""What Slack says of the bot itself, for `backissue doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from bot.domain.workspace import WorkspaceId
from bot.slack.api.client import WebSlack


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is in Slack's words: names of its `team` and its `user`, its `scopes`, and Slack's own time."""

    team: str
    user: str
    scopes: frozenset[str]
    """Empty where Slack does not say."""
    at: datetime | None
    """By the header `Date` (aware, whole seconds), None where there is none."""


class Diagnosis(WebSlack):
    """Slack's Web API with the questions that only a diagnosis asks."""

    async def identity(self) -> Identity:
        """Return who the token belongs to. Raises SlackError."""
        nowhere = WorkspaceId("")
        answer = await self._call(nowhere, "auth.test", {})
        try:
            at = parsedate_to_datetime(self._dated)
        except (ValueError, TypeError):
            at = None
        scopes = self.outcomes.granted(nowhere)
        return Identity(str(answer.get("team", "")), str(answer.get("user", "")), scopes, at)

    async def connect(self) -> None:
        """Ask for an address of Socket Mode, which is then not used (Slack: apps.connections.open); raises SlackError.

        The token must be the app's.
        """
        await self._call(WorkspaceId(""), "apps.connections.open", {})

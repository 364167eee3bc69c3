"""Telling people the result of a form that was acknowledged before the result was known."""

from __future__ import annotations

from bot.domain.workspace import WorkspaceId
from bot.slack.api.errors import SlackError
from bot.slack.api.ports import Slack
from bot.slack.api.retry import retry_when_limited
from bot.slack.blocks.message import Block, Message


class FormResults:
    """Shows the result in place of the form, or in the direct conversation if the form was closed meanwhile."""

    def __init__(self, slack: Slack) -> None:
        """Tell through `slack`."""
        self._slack = slack

    async def tell(self, workspace: WorkspaceId, user: str, view_id: str, view: Block) -> None:
        """Show `view`, a modal without fields, or its text in a direct message. Raises SlackError if neither works."""
        try:
            await self._slack.update_view(workspace, view_id, view)
        except SlackError:
            said = Message(f"About the form you sent: {view['title']['text']}", tuple(view["blocks"]))
            await retry_when_limited(lambda: self._slack.direct(workspace, user, said))

"""Telling people what came of a form whose answer went out before it was known."""

from __future__ import annotations

from bot.domain.workspace import WorkspaceId
from bot.slack.api.errors import SlackError
from bot.slack.api.ports import Slack
from bot.slack.api.retry import retry_when_limited
from bot.slack.blocks.message import Block, Message


class FormResults:
    """Tells them in the form's place, or in the direct conversation where the form was closed meanwhile."""

    def __init__(self, slack: Slack) -> None:
        """Tell through `slack`."""
        self._slack = slack

    async def tell(self, workspace: WorkspaceId, user: str, view_id: str, view: Block) -> None:
        """Show `view`, a modal without fields, or what it says. Raises SlackError where neither can be had."""
        try:
            await self._slack.update_view(workspace, view_id, view)
        except SlackError:
            said = Message(f"About the form you sent: {view['title']['text']}", tuple(view["blocks"]))
            await retry_when_limited(lambda: self._slack.direct(workspace, user, said))

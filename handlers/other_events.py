"""Events that nothing has to be done for. This listener takes whatever the others leave, so it is registered last."""

from __future__ import annotations

import re

from slack_bolt.async_app import AsyncApp


def register(app: AsyncApp) -> None:
    """Acknowledge every event that no other listener takes.

    Without a listener an event would be answered with 404: Slack would send it again and count it as failed.
    """

    async def ignored() -> None:
        """Do nothing; Bolt acknowledges events itself."""

    app.event(re.compile(""))(ignored)

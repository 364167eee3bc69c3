"""The footnote: a line in a digest from elsewhere. Its failure or delay never keeps the digest from being posted."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import structlog

from bot.domain.decision import Decision
from bot.domain.workspace import WorkspaceId

_log = structlog.get_logger(__name__)
FOOTNOTE_TIMEOUT_SECONDS = 2.0
"""Seconds that a digest waits for its footnote."""
FOOTNOTE_MAX_CHARS = 300
"""Characters that a footnote may have; a longer one is left out, since cutting it could break a link."""


class Footnote(Protocol):
    """Supplies the line."""

    async def line(self, workspace: WorkspaceId, now: datetime) -> str:
        """Return one line for the digest that is decided `now` in the workspace, "" for none.

        The line is plain text, except for links as `bot.slack.blocks.mrkdwn.link` writes them.

        This is called once for each decision, for the newest of its issues, and the line is stored with that delivery,
        so that every rendering of the digest is the same. An error, or an answer that takes longer than
        `FOOTNOTE_TIMEOUT_SECONDS`, counts as "".
        """
        ...


async def with_footnote(
    decision: Decision, footnote: Footnote | None, workspace: WorkspaceId, channel: str, now: datetime
) -> Decision:
    """Return the decision with the footnote added to the note of its newest issue; unchanged if there is none."""
    if footnote is None or not decision.issues:
        return decision
    try:
        async with asyncio.timeout(FOOTNOTE_TIMEOUT_SECONDS):
            line = " ".join((await footnote.line(workspace, now)).split())
    except Exception as error:  # noqa: BLE001 - the digest is posted without its footnote
        _log.warning("footnote.failed", channel=channel, error=str(error) or type(error).__name__)
        return decision
    if not line or len(line) > FOOTNOTE_MAX_CHARS:
        return decision
    newest = decision.issues[-1]
    note = " ".join(filter(None, (decision.notes.get(newest, ""), line)))
    return replace(decision, notes={**decision.notes, newest: note})

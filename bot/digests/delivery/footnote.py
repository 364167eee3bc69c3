"""An aside: a line beside a digest that has nothing to do with whether it is posted."""

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
"""Seconds an aside may take; a digest does not wait longer for it."""
FOOTNOTE_MAX_CHARS = 300
"""Characters an aside may have; a longer one could be cut in the middle of a link, and is left out."""


class Footnote(Protocol):
    """Gives the line."""

    async def line(self, workspace: WorkspaceId, now: datetime) -> str:
        """Give one line for the digest that is decided `now` in the workspace, "" for none.

        It is plain text but for links, which are written as `bot.slack.blocks.mrkdwn.link` writes them.

        It is asked once for each decision, for the newest of its issues, and kept with that delivery: the digest stays
        the same however often it is rendered. What it raises, and what takes longer than `FOOTNOTE_TIMEOUT_SECONDS`,
        counts as "".
        """
        ...


async def with_footnote(
    decision: Decision, footnote: Footnote | None, workspace: WorkspaceId, channel: str, now: datetime
) -> Decision:
    """Give the decision with the aside's line in the note of its newest issue; as it is where there is none."""
    if footnote is None or not decision.issues:
        return decision
    try:
        async with asyncio.timeout(FOOTNOTE_TIMEOUT_SECONDS):
            line = " ".join((await footnote.line(workspace, now)).split())
    except Exception as error:  # noqa: BLE001 - whatever is wrong with an aside, the digest goes out
        _log.warning("delivery.aside_failed", channel=channel, error=str(error) or type(error).__name__)
        return decision
    if not line or len(line) > FOOTNOTE_MAX_CHARS:
        return decision
    newest = decision.issues[-1]
    note = " ".join(filter(None, (decision.notes.get(newest, ""), line)))
    return replace(decision, notes={**decision.notes, newest: note})

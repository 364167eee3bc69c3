"""Response URLs: answering a person after the acknowledgement (Slack: interactivity/handling-user-interaction)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from playground.slack.channel import ChannelMessage
from playground.slack.limits import message_breaches, refusal
from playground.slack.site import Site
from playground.slack.workspace import RESPONSE_URL_LIFE, ResponseUrl, Workspace

RESPONSE_URL_USES = 5
"""How often one may be used (Slack: interactivity/handling-user-interaction)."""


def respond(site: Site, name: str, payload: Mapping[str, Any], now: datetime) -> tuple[int, str]:
    """Use the response URL `name` once, and return the status and body of the answer.

    What Slack answers to a used-up or expired one is not documented beyond its not being 200: here 404 with a word.
    """
    workspace = site.workspaces.get(name.partition("-")[0])
    answering = workspace.response_urls.get(name) if workspace else None
    if workspace is None or answering is None:
        return 404, "no_such_url"
    if now - answering.at > RESPONSE_URL_LIFE:
        return 404, "expired_url"
    if answering.uses >= RESPONSE_URL_USES:
        return 404, "used_url"
    first = refusal(message_breaches(payload))
    if first is not None:
        return 400, first.code
    answering.uses += 1
    apply(workspace, answering, payload, now)
    return 200, "ok"


def apply(
    workspace: Workspace, answering: ResponseUrl, payload: Mapping[str, Any], now: datetime
) -> ChannelMessage | None:
    """Show `payload` to the person or channel it is for, and return the message shown, which may be the original."""
    original = answering.original
    if payload.get("delete_original"):
        if original is not None:
            workspace.delete(original)
        return None
    text, blocks = str(payload.get("text") or ""), payload.get("blocks") or []
    if payload.get("replace_original") and original is not None:
        workspace.edit(original, now, text, blocks)
        return original
    if not (text or blocks):
        return None
    public = payload.get("response_type") == "in_channel"
    message = workspace.post(
        workspace.channels[answering.channel],
        now,
        user=workspace.bot.id,
        is_bot=True,
        text=text,
        blocks=blocks,
        thread_ts=payload.get("thread_ts") if public else None,
        metadata=payload.get("metadata"),
        ephemeral_to=None if public else answering.user,
    )
    if not public:
        answering.original = answering.original or message
    return message

"""assistant.threads.*: what the bot says of a thread in its Messages tab (Slack: reference/methods)."""

from __future__ import annotations

from typing import Any

from playground.slack.call import Call, RefusalError


def set_status(call: Call) -> dict[str, Any]:
    """Say what the bot is doing in a thread of a direct conversation; the bot's next reply there takes it away."""
    call.need("chat:write")
    channel = call.workspace.channels.get(call.text("channel_id"))
    thread = call.text("thread_ts")
    if channel is None or channel.kind != "im":
        raise RefusalError("channel_not_found")
    if channel.find(thread) is None:
        raise RefusalError("invalid_thread_ts")
    channel.statuses[thread] = str(call.arguments.get("status") or "")
    return {}

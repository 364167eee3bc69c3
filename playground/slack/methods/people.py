"""auth.test, users.info and reactions.get (Slack: reference/methods)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playground.slack.call import Call, RefusalError, described


def whoami(call: Call) -> dict[str, Any]:
    """Return who the token belongs to."""
    workspace = call.workspace
    return {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.domain,
        "team_id": workspace.team,
        "user": workspace.bot.name,
        "user_id": workspace.bot.id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
        **({"enterprise_id": workspace.enterprise} if workspace.enterprise else {}),
    }


def user(call: Call) -> dict[str, Any]:
    """Describe a person, with their time zone."""
    call.need("users:read")
    found = call.workspace.users.get(call.text("user"))
    if found is None:
        raise RefusalError("user_not_found")
    offset = call.now.astimezone(ZoneInfo(found.zone)).utcoffset() or timedelta()
    return {
        "user": {
            "id": found.id,
            "team_id": call.workspace.team,
            "name": found.name,
            "real_name": found.name.title(),
            "tz": found.zone,
            "tz_label": found.zone,
            "tz_offset": int(offset.total_seconds()),
            "is_bot": found.is_bot,
            "deleted": found.deleted,
            "profile": {"display_name": found.name, "real_name": found.name.title()},
        }
    }


def reactions(call: Call) -> dict[str, Any]:
    """Return a message with its reactions."""
    call.need("reactions:read")
    channel = call.own_channel()
    message = call.message(channel, call.text("timestamp"))
    return {"type": "message", "channel": channel.id, "message": described(call.workspace, message)}

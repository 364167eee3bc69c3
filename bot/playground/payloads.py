"""What Slack sends to an app when people do things (Slack: reference/events, reference/interaction-payloads)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.playground.call import described
from bot.playground.channel import Channel, ChannelMessage, moment, stamp
from bot.playground.methods.views import described as described_view
from bot.playground.workspace import User, View, Workspace


def command(  # noqa: PLR0913 - each is a field of the payload
    workspace: Workspace, user: User, channel: Channel, typed: str, *, response_url: str, now: datetime
) -> dict[str, str]:
    """Build a slash command from what was typed: the name, and everything after the first space."""
    name, _, text = typed.partition(" ")
    return {
        "token": "unused",
        "team_id": workspace.team,
        "team_domain": workspace.domain,
        **({"enterprise_id": workspace.enterprise} if workspace.enterprise else {}),
        "channel_id": channel.id,
        "channel_name": {"public": channel.name, "private": "privategroup", "im": "directmessage"}[channel.kind],
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text.strip(),
        "api_app_id": workspace.app,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": workspace.new_trigger(user.id, now),
    }


def event(workspace: Workspace, fields: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Wrap an event as it is delivered: with an id of its own and one authorization."""
    return {
        "token": "unused",
        "type": "event_callback",
        "team_id": workspace.team,
        "api_app_id": workspace.app,
        "event_id": f"Ev{workspace.number():08d}",
        "event_time": int(now.timestamp()),
        "event": {**fields, "event_ts": stamp(moment(now))},
        "is_ext_shared_channel": False,
        "authorizations": [
            {
                "enterprise_id": workspace.enterprise,
                "team_id": workspace.team,
                "user_id": workspace.bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
    }


def reaction(message: ChannelMessage, user: User, name: str, *, added: bool) -> dict[str, Any]:
    """Build a reaction event: it says which message, and nothing of what is in it (reference/events/reaction_added)."""
    return {
        "type": "reaction_added" if added else "reaction_removed",
        "user": user.id,
        "reaction": name,
        "item_user": message.user,
        "item": {"type": "message", "channel": message.channel, "ts": message.ts},
    }


def _person(workspace: Workspace, user: User) -> dict[str, Any]:
    return {
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": workspace.team},
        "team": {"id": workspace.team, "domain": workspace.domain},
        "enterprise": {"id": workspace.enterprise, "name": workspace.domain} if workspace.enterprise else None,
        "api_app_id": workspace.app,
        "is_enterprise_install": False,
        "token": "unused",
    }


def _place(workspace: Workspace, where: ChannelMessage | View) -> dict[str, Any]:
    """Say where somebody clicked: a message (the ephemeral ones without their content) or a view."""
    if isinstance(where, View):
        return {"container": {"type": "view", "view_id": where.id}, "view": described_view(workspace, where)}
    channel = workspace.channels[where.channel]
    ephemeral = where.ephemeral_to is not None
    container = {
        "type": "message",
        "message_ts": where.ts,
        "channel_id": where.channel,
        "is_ephemeral": ephemeral,
        **({"thread_ts": where.thread_ts} if where.thread_ts else {}),
    }
    place: dict[str, Any] = {"container": container, "channel": {"id": channel.id, "name": channel.name}}
    return place if ephemeral else {**place, "message": described(workspace, where)}


def actions(  # noqa: PLR0913 - each is a field of the payload
    workspace: Workspace,
    user: User,
    where: ChannelMessage | View,
    action: Mapping[str, Any],
    *,
    response_url: str,
    now: datetime,
) -> dict[str, Any]:
    """Build a block_actions payload; only one from a message has a response_url."""
    payload = {
        "type": "block_actions",
        **_person(workspace, user),
        **_place(workspace, where),
        "trigger_id": workspace.new_trigger(user.id, now),
        "actions": [{**action, "action_ts": stamp(moment(now))}],
        "state": {"values": {}},
    }
    return payload if isinstance(where, View) else {**payload, "response_url": response_url}


def submission(
    workspace: Workspace, user: User, view: View, values: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Build a view_submission with `values`: block_id to action_id to the element's state."""
    return {
        "type": "view_submission",
        **_person(workspace, user),
        "trigger_id": workspace.new_trigger(user.id, now),
        "view": {**described_view(workspace, view), "state": {"values": values}},
        "response_urls": [],
    }


def suggestion(
    workspace: Workspace, user: User, where: ChannelMessage | View, action: Mapping[str, Any], typed: str
) -> dict[str, Any]:
    """Build a block_suggestion: what was typed so far into a menu."""
    return {
        "type": "block_suggestion",
        **_person(workspace, user),
        **_place(workspace, where),
        "action_id": action["action_id"],
        "block_id": action["block_id"],
        "value": typed,
    }

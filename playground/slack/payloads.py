"""What Slack sends to an app when people do things (Slack: reference/events, reference/interaction-payloads)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from playground.slack import forms
from playground.slack.call import described
from playground.slack.channel import Channel, ChannelMessage, moment, stamp
from playground.slack.methods.views import described as described_view
from playground.slack.workspace import Shortcut, User, View, Workspace


def command(
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


def event(
    workspace: Workspace, fields: Mapping[str, Any], now: datetime, *, shared: bool = False, home: str = ""
) -> dict[str, Any]:
    """Wrap an event as it is delivered to `workspace`: with an id of its own and one authorization.

    One in a channel that is `shared` is delivered once for each workspace that the app is in there. `home` is the team
    in which it happened, if that is another: what an app is authorized for is said by `authorizations` and
    `context_team_id` (apis/events-api).
    """
    return {
        "token": "unused",
        "type": "event_callback",
        "team_id": home or workspace.team,
        **({"enterprise_id": workspace.enterprise} if workspace.enterprise and not home else {}),
        "context_team_id": workspace.team,
        "context_enterprise_id": workspace.enterprise,
        "api_app_id": workspace.app,
        "event_id": f"Ev{workspace.team}{workspace.number():08d}",
        "event_time": int(now.timestamp()),
        "event": {**fields, "event_ts": stamp(moment(now))},
        "is_ext_shared_channel": shared,
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


def said(message: ChannelMessage, user: User, *, mention: bool) -> dict[str, Any]:
    """Build app_mention (reference/events/app_mention), or message.im for a direct message (…/message.im)."""
    return {
        "type": "app_mention" if mention else "message",
        **({} if mention else {"channel_type": "im"}),
        "user": user.id,
        "text": message.text,
        "ts": message.ts,
        "channel": message.channel,
        **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
    }


def home_opened(workspace: Workspace, user: User) -> dict[str, Any]:
    """Build app_home_opened for the Home tab: with the view that was published, if one was (surfaces/app-home)."""
    view = workspace.homes.get(user.id)
    return {
        "type": "app_home_opened",
        "user": user.id,
        "channel": workspace.direct(user.id).id,
        "tab": "home",
        **({"view": _view(workspace, user, view)} if view else {}),
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


def _view(workspace: Workspace, user: User, view: View) -> dict[str, Any]:
    """Write a view with all that its person has set in it."""
    values = forms.state(view.blocks, workspace.draft(user.id, view))
    return {**described_view(workspace, view), "state": {"values": values}}


def _place(workspace: Workspace, user: User, where: ChannelMessage | View) -> dict[str, Any]:
    """Say where somebody clicked: a message (the ephemeral ones without their content) or a view."""
    if isinstance(where, View):
        return {"container": {"type": "view", "view_id": where.id}, "view": _view(workspace, user, where)}
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


def actions(
    workspace: Workspace,
    user: User,
    where: ChannelMessage | View,
    action: Mapping[str, Any],
    *,
    response_url: str,
    now: datetime,
) -> dict[str, Any]:
    """Build a block_actions payload: a view's state stands in the view, a message's beside it, with a response_url."""
    payload = {
        "type": "block_actions",
        **_person(workspace, user),
        **_place(workspace, user, where),
        "trigger_id": workspace.new_trigger(user.id, now),
        "actions": [{**action, "action_ts": stamp(moment(now))}],
    }
    if isinstance(where, View):
        return payload
    state = {"values": forms.state(where.blocks, workspace.draft(user.id, where))}
    return {**payload, "state": state, "response_url": response_url}


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


def closed(workspace: Workspace, user: User, view: View) -> dict[str, Any]:
    """Build a view_closed, which only a view with notify_on_close sends (surfaces/modals)."""
    return {
        "type": "view_closed",
        **_person(workspace, user),
        "view": _view(workspace, user, view),
        "is_cleared": False,
    }


def shortcut(
    workspace: Workspace, user: User, used: Shortcut, message: ChannelMessage, response_url: str, now: datetime
) -> dict[str, Any]:
    """Build a message_action: with the whole message, whatever the app may read (interactivity/implementing-shortcuts).

    It comes from every conversation that its person is in, whether or not the app is in there.
    """
    channel = workspace.channels[message.channel]
    return {
        "type": "message_action",
        **_person(workspace, user),
        "action_ts": stamp(moment(now)),
        "callback_id": used.callback,
        "trigger_id": workspace.new_trigger(user.id, now),
        "response_url": response_url,
        "channel": {"id": channel.id, "name": "directmessage" if channel.kind == "im" else channel.name},
        "message_ts": message.ts,
        "message": described(workspace, message),
    }


def global_shortcut(workspace: Workspace, user: User, used: Shortcut, now: datetime) -> dict[str, Any]:
    """Build a shortcut: without a channel and a response URL (interactivity/implementing-shortcuts)."""
    return {
        "type": "shortcut",
        **_person(workspace, user),
        "action_ts": stamp(moment(now)),
        "callback_id": used.callback,
        "trigger_id": workspace.new_trigger(user.id, now),
    }


def suggestion(
    workspace: Workspace, user: User, where: ChannelMessage | View, action: Mapping[str, Any], typed: str
) -> dict[str, Any]:
    """Build a block_suggestion: what was typed so far into a menu."""
    return {
        "type": "block_suggestion",
        **_person(workspace, user),
        **_place(workspace, user, where),
        "action_id": action["action_id"],
        "block_id": action["block_id"],
        "value": typed,
    }

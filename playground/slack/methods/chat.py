"""chat.*: writing (Slack: reference/methods/chat.postMessage, .update, .postEphemeral, .delete, .getPermalink)."""

from __future__ import annotations

from typing import Any

from playground.slack.call import Call, RefusalError, described, limited
from playground.slack.channel import Channel, ChannelMessage
from playground.slack.limits import message_breaches, refusal


def post_message(call: Call) -> dict[str, Any]:
    """Post into a channel or a thread; a user's id posts to their direct conversation."""
    call.need("chat:write")
    channel = _writable(call)
    thread = _thread(channel, call.optional("thread_ts"))
    content = _content(call)
    if wait := call.workspace.pace.post_in(channel.id, call.now.timestamp()):
        raise limited(wait)
    message = call.workspace.post(
        channel,
        call.now,
        user=call.workspace.bot.id,
        is_bot=True,
        thread_ts=thread,
        broadcast=thread is not None and call.flag("reply_broadcast"),
        metadata=call.json("metadata") or None,
        unfurl=(call.arguments.get("unfurl_links"), call.arguments.get("unfurl_media")),
        **content,
    )
    return {"channel": channel.id, "ts": message.ts, "message": described(call.workspace, message)}


def post_ephemeral(call: Call) -> dict[str, Any]:
    """Show a message to one member of a channel."""
    call.need("chat:write")
    channel = _writable(call)
    user = call.text("user")
    if user not in channel.members:
        raise RefusalError("user_not_in_channel")
    thread = _thread(channel, call.optional("thread_ts"))
    message = call.workspace.post(
        channel,
        call.now,
        user=call.workspace.bot.id,
        is_bot=True,
        thread_ts=thread,
        ephemeral_to=user,
        **_content(call),
    )
    return {"message_ts": message.ts}


def update(call: Call) -> dict[str, Any]:
    """Change one of the bot's own messages. Metadata stays unless it is given; an empty object removes it."""
    call.need("chat:write")
    channel = call.workspace.channels.get(call.text("channel"))  # an id, never a name
    if channel is None:
        raise RefusalError("channel_not_found")
    message = _own(call, channel, "cant_update_message")
    if channel.archived:
        raise RefusalError("is_archived")
    content = _content(call)
    metadata = call.json("metadata")
    if metadata is not None:
        message.metadata = metadata or None
    call.workspace.edit(message, call.now, content["text"], content["blocks"])
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": described(call.workspace, message),
    }


def delete(call: Call) -> dict[str, Any]:
    """Take one of the bot's own messages away."""
    call.need("chat:write")
    channel = call.channel()
    message = _own(call, channel, "cant_delete_message")
    call.workspace.delete(message)
    return {"channel": channel.id, "ts": message.ts}


def permalink(call: Call) -> dict[str, Any]:
    """Return a message's address; a reply's carries its thread."""
    channel = call.channel()
    message = call.message(channel, call.text("message_ts"))
    return {"channel": channel.id, "permalink": address(call.workspace.domain, message)}


def address(domain: str, message: ChannelMessage) -> str:
    """Write a message's permalink."""
    url = f"https://{domain}.slack.com/archives/{message.channel}/p{message.ts.replace('.', '')}"
    return f"{url}?thread_ts={message.thread_ts}&cid={message.channel}" if message.is_reply else url


def _writable(call: Call) -> Channel:
    """Find the channel and check that the bot may write there (Slack: chat.postMessage, errors)."""
    channel = call.channel()
    if channel.archived:
        raise RefusalError("is_archived")
    member = call.workspace.bot.id in channel.members
    if not member and "chat:write.public" not in call.workspace.scopes:
        raise RefusalError("not_in_channel")
    return channel


def _thread(channel: Channel, thread_ts: str | None) -> str | None:
    """Return the thread that a message goes into: none where its parent is gone or was never there.

    Slack does not refuse such a reply: it stands in the channel, and its answer has no thread_ts (slack-go/slack#1571,
    langchain-ai/open-swe#2753, PostHog/posthog#83601: independent reports, one measured live).
    """
    parent = None if thread_ts is None else channel.find(thread_ts)
    if parent is None:
        return None
    if parent.is_reply:
        raise RefusalError("cannot_reply_to_message")
    return thread_ts


def _content(call: Call) -> dict[str, Any]:
    """Check and give text and blocks; the first breach of a limit decides the error."""
    payload = {
        name: value
        for name, value in (
            ("text", call.arguments.get("text")),
            ("blocks", call.json("blocks")),
            ("attachments", call.json("attachments")),
            ("markdown_text", call.arguments.get("markdown_text")),
            ("metadata", call.json("metadata")),
        )
        if value is not None
    }
    found = message_breaches(payload)
    first = refusal(found)
    if first is not None:
        details = [f"[ERROR] {one.what} [json-pointer:{one.pointer}]" for one in found if one.code == first.code]
        raise RefusalError(first.code, *details)
    return {"text": payload.get("text") or payload.get("markdown_text") or "", "blocks": payload.get("blocks") or []}


def _own(call: Call, channel: Channel, error: str) -> ChannelMessage:
    message = call.message(channel, call.text("ts"))
    if message.user != call.workspace.bot.id or message.ephemeral_to is not None:
        raise RefusalError(error)
    return message

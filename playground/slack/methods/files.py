"""files.*: announcing an upload and sharing what was uploaded (Slack: messaging/working-with-files).

Source: reference/methods/files.getUploadURLExternal, files.completeUploadExternal. In between the content is sent to
the address that the first one gives (`receive`), which is good once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playground.slack.call import Call, RefusalError
from playground.slack.channel import Channel
from playground.slack.files import SlackFile
from playground.slack.workspace import Workspace

FILE_MAX_BYTES = 1_000_000_000
"""Bytes (Slack: 1 GB)."""


def announce(call: Call) -> dict[str, Any]:
    """Return the URL to which a file of that name and length may be sent."""
    call.need("files:write")
    name = call.text("filename")
    length = str(call.arguments.get("length", ""))
    if not (length.isascii() and length.isdigit()) or not 0 < int(length) <= FILE_MAX_BYTES:
        raise RefusalError("invalid_arguments", "[ERROR] length must be the file's size in bytes")
    workspace = call.workspace
    file = SlackFile(f"F{workspace.number():08d}", name, int(length), workspace.bot.id, title=name)
    workspace.files[file.id] = file
    return {"file_id": file.id, "upload_url": f"{call.address}/upload/{workspace.team}-{file.id}"}


def receive(workspace: Workspace, name: str, content: bytes) -> tuple[int, str]:
    """Store the content of the file `name`; return the status and the text of the answer."""
    file = workspace.files.get(name)
    if file is None or file.content is not None:
        return 404, "no such upload"
    if len(content) != file.length:
        return 400, f"{file.length} bytes were announced"
    file.content = content
    return 200, f"OK - {file.length}"


def give(workspace: Workspace, token: str, name: str) -> tuple[int, bytes]:
    """Return the status and the content for the bot's request of the file `name`.

    A token that may not read it is redirected to the sign-in page (302), as in Slack.
    """
    if token != workspace.token or workspace.revoked or "files:read" not in workspace.scopes:
        return 302, b""
    file = workspace.files.get(name)
    return (200, file.content) if file is not None and file.content is not None else (404, b"")


def share(call: Call) -> dict[str, Any]:
    """Share uploaded files in one conversation, by its id: a user's id is none (python-slack-sdk #1426)."""
    call.need("files:write")
    found = [_uploaded(call, one) for one in _asked(call)]
    channel = _where(call)
    for file, title in found:
        file.title, file.shared = title, True
    if channel is not None:
        call.workspace.post(
            channel,
            call.now,
            user=call.workspace.bot.id,
            is_bot=True,
            text=str(call.arguments.get("initial_comment") or ""),
            thread_ts=call.optional("thread_ts"),
            files=[file for file, _ in found],
        )
    return {"files": [{"id": file.id, "title": file.title} for file, _ in found]}


def _asked(call: Call) -> list[Mapping[str, Any]]:
    files = call.json("files")
    if not isinstance(files, list) or not files or not all(isinstance(one, Mapping) for one in files):
        raise RefusalError("invalid_arguments", "[ERROR] files must be an array of objects")
    return files


def _uploaded(call: Call, asked: Mapping[str, Any]) -> tuple[SlackFile, str]:
    file = call.workspace.files.get(str(asked.get("id")))
    if file is None or file.content is None or file.shared:
        raise RefusalError("file_not_found")
    return file, str(asked.get("title") or file.name)


def _where(call: Call) -> Channel | None:
    """Return the conversation, None for a file that stays the bot's own."""
    asked = call.optional("channel_id")
    if asked is None:
        return None
    channel = call.workspace.channels.get(asked)
    if channel is None:
        raise RefusalError("channel_not_found")
    if call.workspace.bot.id not in channel.members:
        raise RefusalError("not_in_channel")
    if channel.archived:
        raise RefusalError("is_archived")
    return channel

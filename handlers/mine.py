"""Submitted forms about what one keeps: a note, and bookmarks that are brought along."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from bot.belongings import LONG
from bot.messages.belongings import FILE, IMPORT, Given, read_file, read_import
from bot.messages.home import Looking
from bot.messages.note import CALLBACK, FIELD, read_note
from bot.services import Services
from bot.slack.workspace import WorkspaceId
from handlers.home import show
from handlers.payload import answered, keeper, text, workspace

_log = structlog.get_logger(__name__)
_UNREADABLE = "That form is from an older version; please open it again."


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the two forms."""

    async def noted(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Keep the note, or show what is wrong with it beside the field."""
        form = read_note(_view(body))
        if form is None:
            return _wrong(ack, FIELD, _UNREADABLE)
        key, note, shown = form
        who = keeper(body, context)
        if wrong := await services.mine.note(who, key, note):
            return _wrong(ack, FIELD, wrong)
        if shown:
            services.later.start(show(services, workspace(context), who.user, Looking.read(shown)))
        return await ack()

    async def brought(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Keep what was brought and say what came of it in the form's place, or what is wrong beside the field."""
        if (file := read_file(_view(body))) is not None:
            return _chosen(services, ack, file, workspace(context), body)
        pasted = read_import(_view(body))
        if pasted is None:
            return _wrong(ack, _field_of(_view(body)), _UNREADABLE)
        where, user = workspace(context), text(body, "user", "id")
        if len(pasted) > LONG:
            work = services.belongings.bring_later(where, user, pasted, text(body, "view", "id"))
            services.later.start(_later(work))
            return answered(ack, json.dumps({"response_action": "update", "view": services.belongings.waiting()}))
        said = await services.belongings.bring(where, user, pasted)
        if isinstance(said, str):
            return _wrong(ack, IMPORT, said)
        return answered(ack, json.dumps({"response_action": "update", "view": said}))

    app.view(CALLBACK)(noted)
    app.view(IMPORT)(brought)


def _chosen(
    services: Services, ack: AsyncAck, file: Given, where: WorkspaceId, body: Mapping[str, Any]
) -> BoltResponse:
    """Have the file fetched after the acknowledgement, or say what is wrong with it beside the field."""
    user = text(body, "user", "id")
    if wrong := services.belongings.wrong_with(user, file):
        return _wrong(ack, FILE, wrong)
    services.later.start(_later(services.belongings.bring_file(where, user, file, text(body, "view", "id"))))
    return answered(ack, json.dumps({"response_action": "update", "view": services.belongings.waiting()}))


async def _later(work: Awaitable[None]) -> None:
    try:
        await work
    except Exception as error:  # noqa: BLE001 - nobody else would hear of it
        _log.warning("bookmarks were not brought, or not told of", error=str(error))


def _field_of(view: Mapping[str, Any]) -> str:
    """Give the field that an error of the form stands beside."""
    state = view.get("state")
    values = state.get("values") if isinstance(state, Mapping) else None
    return FILE if isinstance(values, Mapping) and FILE in values else IMPORT


def _view(body: Mapping[str, Any]) -> Mapping[str, Any]:
    view = body.get("view")
    return view if isinstance(view, Mapping) else {}


def _wrong(ack: AsyncAck, field: str, reason: str) -> BoltResponse:
    return answered(ack, json.dumps({"response_action": "errors", "errors": {field: reason}}))

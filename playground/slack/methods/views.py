"""views.*: modals and the Home tab (Slack: surfaces/modals, surfaces/app-home, reference/methods/views.*)."""

from __future__ import annotations

from typing import Any

from playground.slack.call import Call, RefusalError
from playground.slack.limits import asks_for_files, refusal, view_breaches
from playground.slack.workspace import VIEW_STACK_MAX, View, VisibleChange, Workspace


def open_view(call: Call) -> dict[str, Any]:
    """Open a modal for the person behind a trigger_id, which lasts three seconds and once."""
    payload = _payload(call, "modal")
    view = show(call.workspace, _trigger(call), payload)
    return {"view": described(call.workspace, view)}


def push(call: Call) -> dict[str, Any]:
    """Put a modal on top of another: three at most."""
    payload = _payload(call, "modal")
    user = _trigger(call)
    below = call.workspace.modals(user)
    if len(below) >= VIEW_STACK_MAX:
        raise RefusalError("push_limit_reached")
    view = show(call.workspace, user, payload)
    view.root = below[0].root if below else view.id
    return {"view": described(call.workspace, view)}


def update(call: Call) -> dict[str, Any]:
    """Change an open modal, by view_id or external_id; a stale hash is a conflict."""
    payload = _payload(call, "modal")
    view = _find(call)
    if (stale := call.optional("hash")) is not None and stale != view.hash:
        raise RefusalError("hash_conflict")
    replace(call.workspace, view, payload)
    return {"view": described(call.workspace, view)}


def publish(call: Call) -> dict[str, Any]:
    """Set somebody's Home tab: not_enabled where it is switched off, and a stale hash is a conflict."""
    payload = _payload(call, "home")
    if not call.workspace.home_tab:
        raise RefusalError("not_enabled")
    user = call.text("user_id")
    if user not in call.workspace.users:
        raise RefusalError("user_not_found")
    view = call.workspace.homes.get(user)
    stale = call.optional("hash")
    if stale is not None and (view is None or stale != view.hash):
        raise RefusalError("hash_conflict")
    if view is None:
        view = View(f"V{call.workspace.number():08d}", user, payload, "")
        call.workspace.homes[user] = view
    replace(call.workspace, view, payload)
    return {"view": described(call.workspace, view)}


def replace(workspace: Workspace, view: View, payload: dict[str, Any]) -> None:
    """Show `payload` in place of a view's content. Blocks without an id get one."""
    view.payload = {**payload, "blocks": workspace.identified(payload.get("blocks", ()))}
    view.hash = f"{workspace.number()}.hash"
    workspace.changed(VisibleChange("opened", view=view))


def described(workspace: Workspace, view: View) -> dict[str, Any]:
    """Write a view as Slack's answers and payloads do."""
    return {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        **view.payload,
        "id": view.id,
        "team_id": workspace.team,
        "app_id": workspace.app,
        "bot_id": workspace.bot_id,
        "hash": view.hash,
        "root_view_id": view.root or view.id,
        "previous_view_id": None,
        "state": {"values": {}},
    }


def show(workspace: Workspace, user: str, payload: dict[str, Any]) -> View:
    """Put a new modal on a person's screen. Raises RefusalError (duplicate_external_id)."""
    external = payload.get("external_id")
    if external and any(view.payload.get("external_id") == external for view in workspace.views.values()):
        raise RefusalError("duplicate_external_id")
    view = View(f"V{workspace.number():08d}", user, payload, "")
    view.root = view.id
    workspace.show(view)
    replace(workspace, view, payload)
    return view


def check(payload: Any, kind: str) -> dict[str, Any]:
    """Check a view's limits; the first breach decides the error."""
    if not isinstance(payload, dict) or payload.get("type") != kind:
        raise RefusalError("invalid_arguments", f"[ERROR] the view must be of type {kind}")
    found = view_breaches(payload)
    first = refusal(found)
    if first is not None:
        # Slack answers invalid_arguments for a view's blocks, with the details (reference/methods/views.open).
        code = "invalid_arguments" if first.code.startswith("invalid_blocks") else first.code
        details = [f"[ERROR] {one.what} [json-pointer:/view{one.pointer}]" for one in found if one.code]
        raise RefusalError(code, *details)
    return payload


def _payload(call: Call, kind: str) -> dict[str, Any]:
    payload = check(call.json("view"), kind)
    if asks_for_files(payload):
        call.need("files:read")  # the refusal is documented, its error is not
    return payload


def _trigger(call: Call) -> str:
    """Return the person of a trigger_id, which is used up."""
    trigger = call.workspace.triggers.get(call.text("trigger_id"))
    if trigger is None:
        raise RefusalError("invalid_trigger_id")
    if trigger.used:
        raise RefusalError("exchanged_trigger_id")
    if call.now - trigger.at > call.workspace.trigger_life:
        raise RefusalError("expired_trigger_id")
    trigger.used = True
    return trigger.user


def _find(call: Call) -> View:
    asked, external = call.optional("view_id"), call.optional("external_id")
    for view in call.workspace.views.values():
        if view.id == asked or (external and view.payload.get("external_id") == external):
            return view
    raise RefusalError("not_found")

"""A thread as it is stored: JSON, checked when it is read back."""

from __future__ import annotations

import json
from dataclasses import fields as fields_of
from datetime import date
from typing import Any

from bot.lookup.asking.request import Form, Limits, Manner, MessageKind, Request
from bot.lookup.asking.turn import Shown, Thread

_THREAD_FIELDS = fields_of(Thread)


def written(thread: Thread) -> str:
    """Return a thread as JSON."""
    fields = {each.name: getattr(thread, each.name) for each in _THREAD_FIELDS}
    return json.dumps(fields, default=_plainly, ensure_ascii=False)


def _plainly(value: object) -> object:
    """Return a value of a thread's as JSON can hold it: `dataclasses.asdict` takes ten times as long."""
    if isinstance(value, Shown | Request | Limits):
        return {name: getattr(value, name) for name in value.__slots__}
    return str(value)


def read_thread(stored: str) -> Thread | None:
    """Return a stored thread, None for what `written` would not have made: then the thread begins again."""
    try:
        found = json.loads(stored)
        return Thread(
            _request(found["request"]),
            int(found["page"]),
            str(found["topic_before"]),
            tuple(
                Shown(each["slug"], int(each["position"]), date.fromisoformat(each["day"])) for each in found["shown"]
            ),
            tuple(map(str, found["narrowed"])),
            int(found["pointed"]),
            str(found["wish"]),
            bool(found["asked_back"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _request(found: dict[str, Any]) -> Request:
    given = _tuples(found)
    given |= {"kind": MessageKind(found["kind"]), "manner": Manner(found["manner"]), "form": Form(found["form"])}
    return Request(**given | {"limits": Limits(**_tuples(found["limits"]))})


def _tuples(found: dict[str, Any]) -> dict[str, Any]:
    """Return fields with their lists as tuples again."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}

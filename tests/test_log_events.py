"""Every log event is named `noun.verb_past` ("delivery.failed"), so that an operator can search and filter for it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
IRREGULAR = ("broken", "found", "left", "lost", "shrank", "shrunk", "taken")
"""Past forms in use that do not end in -ed."""
EVENT = re.compile(rf"[a-z]+(_[a-z]+)*\.([a-z]+ed|{'|'.join(IRREGULAR)})")


def events(source: str) -> list[str | None]:
    """Return the event of every call of `_log` in order; None where it is no literal."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [_event(call) for call in calls if _is_logging(call.func)]


def _is_logging(called: ast.expr) -> bool:
    match called:
        case ast.Attribute(ast.Name("_log"), level):
            return level in LEVELS
    return False


def _event(call: ast.Call) -> str | None:
    match call.args:
        case [ast.Constant(str() as event)]:
            return event
    return None


def test_every_event_is_a_noun_and_what_happened_to_it() -> None:
    """All of the product is looked through; a text in the place of an event, or a computed event, is none."""
    found = {
        f"{path.relative_to(ROOT)}: {event}": event
        for room in ("archive", "bot", "handlers", "playground")
        for path in sorted((ROOT / room).rglob("*.py"))
        for event in events(path.read_text("utf-8"))
    }
    assert len(found) > 50
    assert [name for name, event in found.items() if not EVENT.fullmatch(event or "")] == []


def test_a_logger_has_one_name() -> None:
    """A logger with another name than `_log` would escape the test above."""
    for room in ("archive", "bot", "handlers", "playground"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for line in path.read_text("utf-8").splitlines():
                if "structlog.get_logger(" in line:
                    assert line == "_log = structlog.get_logger(__name__)", path


def test_a_sentence_is_no_event() -> None:
    """Neither is a noun alone, an adjective, or a name made up while running."""
    source = (
        '_log.info("it broke")\n_log.warning(name)\n_log.error("delivery.failed", x=1)\n_log.exception(f"{a}.failed")'
    )
    assert events(source) == ["it broke", None, "delivery.failed", None]
    assert not EVENT.fullmatch("it broke")
    assert not EVENT.fullmatch("serve.socket")
    assert EVENT.fullmatch("stray_reply.left")

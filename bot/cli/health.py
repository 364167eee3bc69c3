"""`backissue health`: how the bot on this machine is, for people and for containers."""

from __future__ import annotations

import json
from http.client import HTTPConnection, HTTPException
from typing import Any

from rich.text import Text

from bot.cli.terminal import out, safe
from bot.runtime.settings import Settings

TIMEOUT_SECONDS = 4.0
"""Below the five seconds that a container's check is given."""


def health() -> int:
    """Print what the health page of the bot on this machine says; return 0 if it is well, else 1."""
    settings = Settings.read()
    port = settings.health_port or settings.port
    try:
        status, said = _asked(port)
    except (OSError, HTTPException, ValueError) as error:
        reason = type(error).__name__ if not str(error) else str(error)
        out.print(Text(f"nothing that is healthy answers on port {port} ({reason}); is the bot running?", style="red"))
        return 1
    for name, value in said.items():
        if name != "checks":
            out.print(Text(f"{safe(name)}  {safe(str(value))}"))
    for check in said.get("checks", ()) if isinstance(said.get("checks"), list) else ():
        out.print(Text(safe(_line(check)), style="" if check.get("ok") else "red"))
    return 0 if status == 200 else 1


def _line(check: dict[str, Any]) -> str:
    """Return a check as a line: its name, whether it is well, its age and its limit, what is wrong, the next step."""
    age, limit = check.get("age"), check.get("limit")
    when = "" if age is None else f" {age} s ago" + ("" if limit is None else f" of {limit:.0f}")
    why = f": {check.get('fault')}; {check.get('step')}" if check.get("fault") else ""
    return f"{check.get('name')}  {'ok' if check.get('ok') else 'not well'}{when}{why}"


def _asked(port: int) -> tuple[int, dict[str, Any]]:
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        said = json.loads(answer.read(100_000))
    finally:
        connection.close()
    if not isinstance(said, dict):
        raise HTTPException("something else is served there")
    return answer.status, said

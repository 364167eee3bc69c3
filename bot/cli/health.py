"""`backissue health`: how the bot on this machine is, for people and for containers."""

from __future__ import annotations

import json
from http.client import HTTPConnection, HTTPException
from typing import Any

from rich.text import Text

from bot.cli.terminal import out, safe
from bot.runtime.settings import Settings

TIMEOUT_SECONDS = 4.0
"""A container's check is given five."""


def health() -> int:
    """Print what the health page of the bot on this machine says; return 0 if it is well, else 1."""
    port = Settings.read().port
    try:
        status, said = _asked(port)
    except (OSError, HTTPException, ValueError) as error:
        reason = type(error).__name__ if not str(error) else str(error)
        out.print(Text(f"nothing that is healthy answers on port {port} ({reason}); is the bot running?", style="red"))
        return 1
    for name, value in said.items():
        out.print(Text(f"{name}  {safe(str(value))}"))
    return 0 if status == 200 else 1


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

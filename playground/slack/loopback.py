"""Which requests a server on loopback accepts: those of programs, not of web pages."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""The names by which this machine reaches itself."""


def by_a_browser(headers: Mapping[str, str]) -> bool:
    """Return whether a web page sent a request, or it names a foreign host: the stand-in is for programs."""
    return (
        "Origin" in headers or "Sec-Fetch-Site" in headers or hostname(f"//{headers.get('Host', '')}") not in LOOPBACK
    )


def hostname(address: str) -> str:
    """Return the host that a URL names, "" for none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""

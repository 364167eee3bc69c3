"""Which requests the page's server answers: those of our own page in a browser here, and of programs without an origin.

The page has no password. A foreign site must not be able to use it from the operator's browser: neither
by a request of its own (refused by its origin) nor by a name of its own that leads here (refused by its Host).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from playground.slack.loopback import LOOPBACK, hostname

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""The headers of every answer."""
UPLOAD = "/page/upload"
"""The path of uploads: their bodies are not JSON."""
_OURS = frozenset({"same-origin", "none", ""})


def wrong_with(method: str, path: str, headers: Mapping[str, str]) -> str:
    """Return why a request is refused, "" if it is not."""
    host = headers.get("Host", "")
    if hostname(f"//{host}") not in LOOPBACK:
        return "this page answers on this machine's own names only: 127.0.0.1 or localhost"
    if not path.startswith("/page/"):
        return ""
    if headers.get("Sec-Fetch-Site", "") not in _OURS:
        return "another site may not use this page"
    origin = headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return "another site may not use this page"
    # A page of another site cannot send either kind without the browser asking first.
    wanted = "application/octet-stream" if path == UPLOAD else "application/json"
    if method == "POST" and headers.get("Content-Type", "").partition(";")[0].strip().lower() != wanted:
        kind = "a file" if path == UPLOAD else "JSON"
        return f"what is sent must be {kind}, with the content type {wanted}"
    return ""

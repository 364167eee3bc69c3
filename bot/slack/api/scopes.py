"""What the bot's scopes are for: the manifest asks for all of them, and some may be declined (docs/scopes.md)."""

from __future__ import annotations

from collections.abc import Mapping

SCOPES: Mapping[str, str] = {
    "commands": "the bot's commands do not work",
    "chat:write": "nothing is posted",
    "reactions:read": "a reaction saves nothing",
    "users:read": "time zones are not filled in, and an owner who left is not noticed",
    "channels:history": "a post whose outcome is unknown is not looked for in public channels",
    "groups:history": "a post whose outcome is unknown is not looked for in private channels",
    "files:write": "an export of bookmarks comes as text",
    "files:read": "a file of bookmarks cannot be chosen",
    "app_mentions:read": "mentions are not answered",
    "im:history": "direct messages are not answered",
}
"""What does not work without each scope of the manifest; docs/scopes.md says more."""
NEEDED = frozenset({"commands", "chat:write", "reactions:read"})
"""Those that may not be declined."""

UNSAID = "Slack does not say which are granted"
"""What is said where an answer names no scopes: nothing is known to be missing."""


def granted_in(header: str) -> frozenset[str]:
    """Return the scopes that Slack names in the header x-oauth-scopes of an answer."""
    return frozenset(filter(None, (each.strip() for each in header.split(","))))


def missing(granted: frozenset[str]) -> tuple[str, ...]:
    """Return the scopes of the manifest that are not granted, the needed ones first.

    >>> missing(frozenset(SCOPES) - {"im:history", "chat:write"})
    ('chat:write', 'im:history')
    """
    return tuple(sorted((name for name in SCOPES if name not in granted), key=lambda name: name not in NEEDED))

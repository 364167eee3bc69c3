"""The session that calls to Slack are made over."""

from __future__ import annotations

from typing import Any

import aiohttp


class StraightSession:
    """A session that follows no redirection: aiohttp would send a message again to where a 307 leads."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Call over `session`."""
        self._session = session

    @property
    def closed(self) -> bool:
        """Whether it can be used no more."""
        return self._session.closed

    def request(self, method: str, url: str, **options: Any) -> Any:
        """Begin a request, as aiohttp does."""
        return self._session.request(method, url, **{**options, "allow_redirects": False})

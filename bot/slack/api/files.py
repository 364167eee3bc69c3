"""Fetching a file that a person uploaded for the bot (Slack: messaging/working-with-files, `url_private_download`)."""

from __future__ import annotations

import aiohttp
from yarl import URL

from bot.domain.workspace import WorkspaceId
from bot.slack.api.errors import FileRefusedError, RateLimitedError, SlackError, TryLaterError

METHOD = "url_private_download"
HOME = URL("https://files.slack.com")
"""Where Slack keeps files. The token goes there, to the Web API's own address, and nowhere else."""
_LIMIT = aiohttp.ClientTimeout(total=60.0, sock_connect=5.0, sock_read=15.0)
_GONE = {404, 410}
_FORBIDDEN = {401, 403}


async def fetch(
    session: aiohttp.ClientSession, address: str, token: str, *, most: int, api: str, workspace: WorkspaceId
) -> bytes:
    """Fetch what is at `address` with the bot's `token`: at most `most` bytes, read as they come.

    `api` is the Web API's base. Raises FileRefusedError (`foreign_address`, `too_large`, `file_not_found`,
    `not_allowed`) where asking again would change nothing, TryLaterError and RateLimitedError where it may.
    """
    asked = _checked(address, api)
    if asked is None:
        raise FileRefusedError(METHOD, "foreign_address", workspace=workspace)
    headers = {"Authorization": f"Bearer {token}"}
    try:
        # Slack redirects a caller without access to its sign-in page: never follow, the token would come along.
        async with session.get(asked, headers=headers, allow_redirects=False, timeout=_LIMIT) as answer:
            if answer.status != 200:
                raise _refused(answer, workspace)
            if (answer.content_length or 0) > most:
                raise FileRefusedError(METHOD, "too_large", workspace=workspace)
            content = bytearray()
            async for piece in answer.content.iter_chunked(65_536):
                content += piece
                if len(content) > most:
                    raise FileRefusedError(METHOD, "too_large", workspace=workspace)
            return bytes(content)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        # An answer that is no HTTP is an error that holds the request's headers, and so the token.
        cause = None if isinstance(error, aiohttp.ClientResponseError) else error
        raise TryLaterError(METHOD, "no_answer", workspace=workspace, detail=type(error).__name__) from cause


def _checked(address: str, api: str) -> URL | None:
    """Read an address; None unless it is one of Slack's own, with nothing in it that could mislead."""
    try:
        asked = URL(address)
        ours = {HOME.origin(), URL(api).origin()}
        return asked if asked.origin() in ours and asked.user is None and asked.password is None else None
    except ValueError:
        return None


def _refused(answer: aiohttp.ClientResponse, workspace: WorkspaceId) -> SlackError:
    status = answer.status
    if status in _GONE:
        return FileRefusedError(METHOD, "file_not_found", workspace=workspace)
    if status in _FORBIDDEN or 300 <= status < 400:
        return FileRefusedError(METHOD, "not_allowed", workspace=workspace)
    kind = RateLimitedError if status == 429 else TryLaterError
    return kind(METHOD, f"http_{status}", workspace=workspace)

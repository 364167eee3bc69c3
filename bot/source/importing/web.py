"""Fetching what an operator named: over HTTP, within limits, and from nowhere but the public internet.

A name is resolved once for each request, the addresses are checked, and the connection goes to one of them: a second
lookup could give another. Redirects are followed one by one, each checked in the same way.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.source.importing.item import SourceError, UnreachableError
from bot.source.importing.network import PRIVATE, figures_of, is_public, without_secrets

TIMEOUT_SECONDS = 30
"""For one request with its redirects, from the first lookup to the last byte."""
MAX_BYTES = 25_000_000
"""Of a response when it is unpacked; a feed of 5,000 issues has about 10 MB."""
MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_AGENT = "Back Issue (a newsletter archive; it reads feeds that its operator named)"


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to tell whether something changed since (RFC 9110, 8.8); "" for nothing."""

    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """What was fetched: `data`, from `address` after all redirects. `data` is None if nothing changed."""

    data: bytes | None
    address: str
    content_type: str = ""
    validators: Validators = Validators()


class Fetch(Protocol):
    """Fetches an address."""

    def __call__(self, address: str, known: Validators = ...) -> Response:
        """Return what is there. Raises SourceError."""
        ...


@dataclass(frozen=True, slots=True)
class Web:
    """Fetches over HTTP. `private`: addresses in private networks are allowed, as the operator said."""

    private: bool = False
    trusted: ssl.SSLContext | None = None
    """Certificates that are trusted; None: those of the machine."""
    seconds: float = TIMEOUT_SECONDS

    def __call__(self, address: str, known: Validators = Validators()) -> Response:
        """See `Fetch`. Call it outside an event loop, in a thread of its own."""
        return asyncio.run(self._fetched(address, known))

    async def _fetched(self, address: str, known: Validators) -> Response:
        shown = without_secrets(address)
        try:
            async with asyncio.timeout(self.seconds), self._session() as session:
                return await _Request(session, address, known, private=self.private).response()
        except TimeoutError as error:
            raise UnreachableError(shown, f"it gave no whole answer within {self.seconds:g} seconds") from error
        except aiohttp.ClientConnectorCertificateError as error:
            raise SourceError(shown, f"its certificate is not valid ({_reason(error.certificate_error)})") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise UnreachableError(shown, f"it cannot be reached ({_reason(error)})") from error

    def _session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(resolver=_Checked(private=self.private), ssl=self.trusted or True)
        return aiohttp.ClientSession(connector=connector, headers={"User-Agent": _AGENT}, auto_decompress=True)


class _Request:
    """One request with its redirects."""

    def __init__(self, session: aiohttp.ClientSession, address: str, known: Validators, *, private: bool) -> None:
        self._session = session
        self._address = address
        self._known = known
        self._private = private
        self._shown = without_secrets(address)

    async def response(self) -> Response:
        """Follow the redirects, and return what is at their end."""
        address, seen = self._address, set[str]()
        while True:
            self._check(address)
            seen.add(address)
            async with self._session.get(URL(address), allow_redirects=False, headers=self._headers()) as answer:
                target = answer.headers.get("Location", "")
                if answer.status not in _REDIRECTS or not target:
                    return await self._read(answer, address)
            address = self._next(address, target)
            if address in seen or len(seen) > MAX_REDIRECTS:
                what = "in a circle" if address in seen else f"on and on, more than {MAX_REDIRECTS} times"
                raise SourceError(self._shown, f"it redirects {what}; name the address of the feed itself")

    def _next(self, address: str, target: str) -> str:
        found = urljoin(address, target)
        if address.startswith("https:") and found.startswith("http:"):
            raise SourceError(
                self._shown, f"it redirects from https to {without_secrets(found)}, which anybody can read"
            )
        return found

    def _check(self, address: str) -> None:
        """Raise SourceError unless an address is one of the web, and not a figure in a private network."""
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SourceError(self._shown, f"it leads to {without_secrets(address)[:100]}, which is no web address")
        if not self._private and (figures := figures_of(parts.hostname)) and not is_public(figures):
            raise SourceError(self._shown, PRIVATE.format(figures))

    def _headers(self) -> dict[str, str]:
        headers = {"If-None-Match": self._known.etag, "If-Modified-Since": self._known.modified}
        return {name: value for name, value in headers.items() if value}

    async def _read(self, answer: aiohttp.ClientResponse, address: str) -> Response:
        validators = Validators(answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", ""))
        kind = answer.headers.get("Content-Type", "")
        if answer.status == 304:
            return Response(None, address, kind, self._known)
        if answer.status != 200:
            raise _refusal(self._shown, answer)
        pieces, size = [], 0
        async for piece in answer.content.iter_chunked(65_536):
            size += len(piece)
            if size > MAX_BYTES:
                raise SourceError(self._shown, f"it has more than {MAX_BYTES / 1e6:.0f} MB; name a smaller feed")
            pieces.append(piece)
        return Response(b"".join(pieces), address, kind, validators)


def _refusal(shown: str, answer: aiohttp.ClientResponse) -> SourceError:
    """Return the error of an answer that is none."""
    status = answer.status
    if status in {401, 403, 407}:
        return SourceError(shown, f"it asks for a login, or refuses us ({status}); put user:password@ into the address")
    if status in {404, 410}:
        return SourceError(shown, f"there is nothing at this address ({status}); look for the feed's new one")
    after = answer.headers.get("Retry-After", "")
    return UnreachableError(shown, f"it answers with an error ({status})", float(after) if after.isdecimal() else 0)


class _Checked(AbstractResolver):
    """Resolves names, and refuses those that lead into a private network."""

    def __init__(self, *, private: bool) -> None:
        self._private = private

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_UNSPEC) -> list[ResolveResult]:
        """Return the addresses of a host, all of which were checked."""
        loop = asyncio.get_running_loop()
        # An AddressFamily to the loop; aiohttp passes it as a number.
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        addresses = [(kind, str(where[0])) for kind, _, _, _, where in found]
        inside = [figures for _, figures in addresses if not self._private and not is_public(figures)]
        if inside:
            raise SourceError(host, PRIVATE.format(inside[0]))
        return [
            ResolveResult(hostname=host, host=figures, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
            for kind, figures in addresses
        ]

    async def close(self) -> None:
        """Hold nothing that needs to be closed."""


def _reason(error: BaseException) -> str:
    """Return an error's own words in one line, without addresses that may hold secrets."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return str(error.verify_message)
    if isinstance(error, aiohttp.InvalidURL):
        return "the address is not written as one"
    words = getattr(error, "strerror", None) or type(error).__name__
    return " ".join(str(words).split())[:200]

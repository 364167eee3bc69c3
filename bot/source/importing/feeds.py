"""Feeds as sources: one in a file, and one at an address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.source.importing.feed import read_feed
from bot.source.importing.item import ItemOrFault, SourceError
from bot.source.importing.network import without_secrets
from bot.source.importing.web import MAX_BYTES, Fetch, Validators


class FeedFile:
    """A feed in a file."""

    def __init__(self, path: Path) -> None:
        """Read the file `path`."""
        self._path = path

    @property
    def name(self) -> str:
        """See `Source.name`."""
        return str(self._path)

    def __len__(self) -> int:
        """See `Source.__len__`."""
        return 0

    def items(self) -> Iterator[ItemOrFault]:
        """See `Source.items`."""
        try:
            with self._path.open("rb") as opened:
                data = opened.read(MAX_BYTES + 1)
        except OSError as error:
            raise SourceError(self.name, f"it cannot be read ({error.strerror}); let this user read it") from error
        if len(data) > MAX_BYTES:
            raise SourceError(self.name, f"it has more than {MAX_BYTES / 1e6:.0f} MB; name a smaller feed")
        yield from read_feed(data, self.name)


class WebFeed:
    """A feed at an address; see `Remote`. Its state is what the server gave to tell whether it changed."""

    def __init__(self, address: str, fetch: Fetch) -> None:
        """Fetch `address`."""
        self._address = address
        self._fetch = fetch
        self.state = ""

    @property
    def name(self) -> str:
        """See `Source.name`."""
        return without_secrets(self._address)

    def __len__(self) -> int:
        """See `Source.__len__`."""
        return 0

    def items(self) -> Iterator[ItemOrFault]:
        """See `Source.items`."""
        etag, _, modified = self.state.partition("\n")
        response = self._fetch(self._address, Validators(etag, modified))
        if response.data is not None:
            yield from read_feed(response.data, without_secrets(response.address), response.content_type)
            self.state = f"{response.validators.etag}\n{response.validators.modified}".strip(" ")

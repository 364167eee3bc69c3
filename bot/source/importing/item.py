"""What a source gives: issues as they came, and what could not become one."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from bot.domain.errors import BotError


class SourceError(BotError):
    """A source of issues cannot be read."""

    def __init__(self, source: str, reason: str) -> None:
        """Keep `source` (as it may be shown: without secrets) and `reason` (what is wrong and what to do)."""
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason


class UnreachableError(SourceError):
    """A source cannot be read now, and may be later. `after`: seconds that it asks to be left alone (0: none)."""

    def __init__(self, source: str, reason: str, after: float = 0) -> None:
        """Keep `after` beside what `SourceError` keeps."""
        super().__init__(source, reason)
        self.after = after


class MissingExtraError(SourceError):
    """A library that only importing needs is not installed."""

    def __init__(self, source: str, library: str) -> None:
        """Say which, and how it is installed."""
        super().__init__(source, f"importing needs {library}; install it with: pip install 'backissue[import]'")


@dataclass(frozen=True, slots=True)
class Item:
    """One issue of a source.

    `identity` tells it from the others of all sources, and is the same at every look. `origin` names it in messages.
    `source` is its address: a web page's, or a mail's as `mid:` (RFC 2392). `body` is Markdown. `seal` is a hash of
    what came, before it was converted. `published` has an offset; None where nothing says a date. `left_out` counts
    what of it is not in `body`, by what it was. `notes` are what its reader should know, a sentence each.
    `is_summary`: the source gives no more than the issue's beginning. `file`: the path of a file that is an issue
    already, and which `body` is the whole text of; "" for one that is to be written in our format.
    """

    identity: str
    origin: str
    title: str
    published: datetime | None
    source: str
    body: str
    seal: str
    left_out: Counter[str] = field(default_factory=Counter)
    notes: tuple[str, ...] = ()
    is_summary: bool = False
    file: str = ""


@dataclass(frozen=True, slots=True)
class ImportFault:
    """Something of a source that did not become an issue, or not as it should.

    `origin` names it, `reason` says what is wrong and what to do. `skipped`: nothing is lost by it, as with a file that
    is no mail.
    """

    origin: str
    reason: str
    skipped: bool = False

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.origin}: {self.reason}"


ItemOrFault: TypeAlias = Item | ImportFault


class Source(Protocol):
    """Where issues come from."""

    @property
    def name(self) -> str:
        """Return its name for messages, without secrets."""
        ...

    def items(self) -> Iterator[ItemOrFault]:
        """Yield each issue, and a fault for each one that cannot be read. Raises SourceError if nothing can."""
        ...

    def __len__(self) -> int:
        """Return about how many there are, for the progress bar; 0 for unknown."""
        ...


class Remote(Source, Protocol):
    """A source elsewhere, which can be looked at again and again.

    `state` says what was there at the last look ("" before the first): `items` then yields only what is new since,
    and sets it when all of them were yielded.
    """

    state: str


def guarded(origin: str, read: Callable[[], ItemOrFault]) -> ItemOrFault:
    """Return what `read` returns; a fault of ours in reading one issue is a line, and the others are read."""
    try:
        return read()
    except SourceError:
        raise
    except Exception as error:  # noqa: BLE001 - as said
        kind = type(error).__name__
        return ImportFault(
            origin, f"it cannot be read ({kind}): a fault of the importer, please report it with the issue"
        )


def hashed(*parts: str | bytes) -> str:
    """Return a hash of the parts, which tells `("ab", "c")` from `("a", "bc")`: 32 hexadecimal digits."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        total.update(len(data).to_bytes(8))
        total.update(data)
    return total.hexdigest()[:32]

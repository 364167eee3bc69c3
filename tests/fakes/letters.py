"""Mails of an invented newsletter, The Quarry Post, as several programs would send them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from bot.source.importing.importer import Report, run
from bot.source.importing.item import Item, ItemOrFault, Source, SourceError, hashed

BEGINNING = datetime(2024, 3, 3, 9, 30, tzinfo=UTC)
LASTS = "<br>How long it lasts in granite.</p>"
FOOTER = "You get this because you like stones. The Quarry Post, 1 Pit Lane, Slateford."


def sent(number: int) -> datetime:
    """Return when issue `number` (from 1) was sent: every seven days."""
    return BEGINNING + timedelta(days=7 * (number - 1))


def plain(number: int = 1) -> bytes:
    """Return an issue as a plain-text mail, with a masthead and a footer that repeat."""
    words = (
        "News\n====\n\nA report on drill bit {0}, and how long it lasts in granite.\n\nhttps://drills.example/bit-{0}\n"
    )
    more = (
        "\n\nTools\n=====\n\nHammer {0} sorts gravel by size while you sleep.\n\nhttps://hammers.example/{0}?a=1&b=2\n"
    )
    day = f"{sent(number):%d %B %Y}"
    body = f"THE QUARRY POST\nISSUE {number} - {day}\n\n{(words + more).format(number)}\n\n{FOOTER}\n"
    return letter(number, body)


def letter(number: int = 1, body: str = "Hello.", html: str = "", **headers: str) -> bytes:
    """Return a mail with a plain part, and an HTML part if there is one; `headers` replace the usual ones."""
    message = EmailMessage()
    usual = {
        "From": "The Quarry Post <post@quarry.example>",
        "Subject": f"The Quarry Post #{number}",
        "Date": format_datetime(sent(number)),
        "Message-ID": f"<{number}@quarry.example>",
    }
    for name, value in (usual | {key.replace("_", "-"): value for key, value in headers.items()}).items():
        if value:
            message[name] = value
    message.set_content(body)
    if html:
        message.add_alternative(html, subtype="html")
    return bytes(message)


def page(number: int = 1) -> str:
    """Return an issue as HTML like a mailing service's: tables in tables, a hidden preview, a pixel, redirects."""
    target = f"https%3A%2F%2Fdrills.example%2Fbit-{number}%3Futm_source%3Dquarry"
    coded = b64encode(f"https://hammers.example/{number}/handle".encode()).decode().rstrip("=")
    rows = [
        '<a href="https://mail.example/view/77">View in browser</a>',
        f'<h2>News</h2><p><a href="https://mail.example/go?id=5&amp;url={target}"><b>Drill bit {number}</b></a>{LASTS}',
        f'<h2>Tools</h2><ul><li><a href="https://mail.example/c/{coded}">Hammer {number}</a> sorts gravel.</li></ul>',
        f'<p>{FOOTER}</p><p><a href="https://mail.example/off/77">Unsubscribe</a></p>',
    ]
    cells = "".join(f"<tr><td><table role=presentation><tr><td>{row}</td></tr></table></td></tr>" for row in rows)
    hidden = '<div style="display:none;max-height:0">A preview that nobody reads</div>'
    pixel = '<img src="https://mail.example/open/77" width="1" height="1">'
    return f"<html><head><title>Quarry</title><style>p{{}}</style></head><body>{hidden}<table>{cells}</table>{pixel}"


def item(number: int = 1, body: str = "", **changed: object) -> Item:
    """Return an issue as a source gives it."""
    words = body or f"A report on drill bit {number}.\n\nhttps://drills.example/bit-{number}"
    given = {
        "identity": f"quarry:{number}",
        "origin": f"item {number}",
        "title": f"The Quarry Post #{number}",
        "published": sent(number),
        "source": f"https://quarry.example/{number}",
        "body": words,
        "seal": hashed(words),
    } | changed
    return Item(**given)  # type: ignore[arg-type]  # a test names the fields


class Shelf:
    """A source that holds what it is given; with `breaks_after`, it cannot be read on after so many items."""

    def __init__(self, *found: ItemOrFault, breaks_after: int | None = None) -> None:
        """Hold these."""
        self.found = list(found)
        self._breaks_after = breaks_after
        self.name = "a shelf"

    def __len__(self) -> int:
        """See `Source.__len__`."""
        return len(self.found)

    def items(self) -> Iterator[ItemOrFault]:
        """See `Source.items`."""
        for place, each in enumerate(self.found):
            if place == self._breaks_after:
                raise SourceError(self.name, "it broke")
            yield each


class Folder:
    """A destination in memory, on which somebody can edit and remove files; `full` after so many were written."""

    def __init__(self, *, full: int | None = None) -> None:
        """Begin empty."""
        self.files: dict[str, str] = {}
        self.writes = 0
        self._ledger: list[str] = []
        self._full = full

    def edited(self, name: str) -> None:
        """Let somebody add a line to a file."""
        self.files[name] += "A line by hand.\n"

    def removed(self, name: str) -> None:
        """Let somebody take a file away."""
        del self.files[name]

    def forgets(self, lines: int) -> None:
        """Lose the last lines of the ledger, as when the machine stops between the file and its line."""
        del self._ledger[-lines:]

    def names(self) -> frozenset[str]:
        """See `Destination.names`."""
        return frozenset(self.files)

    def text(self, name: str) -> str | None:
        """See `Destination.text`."""
        return self.files.get(name)

    def write(self, name: str, text: str) -> None:
        """See `Destination.write`."""
        if self.writes == self._full:
            raise SourceError("the folder", "no space is left")
        self.files[name] = text
        self.writes += 1

    def ledger(self) -> str:
        """See `Destination.ledger`."""
        return "\n".join(self._ledger)

    def note(self, line: str) -> None:
        """See `Destination.note`."""
        self._ledger.append(line)

    def takes(self, *found: ItemOrFault) -> Report:
        """Import these."""
        source: Source = Shelf(*found)
        return run(source, self)

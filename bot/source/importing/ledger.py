"""What was imported: for each item the file that it became, so that nothing is written twice or over an edit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from bot.source.importing.item import Item, hashed


@dataclass(frozen=True, slots=True)
class Record:
    """One item that was imported: its `identity` and `seal`, its `file`, and the `content` (hash) that we wrote.

    `title` and `published` tell it from another item that a careless source gave the same identity.
    """

    identity: str
    seal: str
    file: str
    content: str
    title: str
    published: str


class ImportLedger:
    """The records by identity, shapes of paragraphs that repeat, and each source's state by its name (`Remote`)."""

    def __init__(self) -> None:
        """Begin without any."""
        self.records: dict[str, Record] = {}
        self.repeated: frozenset[str] = frozenset()
        self.states: dict[str, str] = {}

    @classmethod
    def of(cls, text: str) -> ImportLedger:
        """Return the ledger that `text` holds: a JSON object a line, the last one for an identity counts.

        Lines that cannot be read are left out, as one that was cut off when the machine stopped.
        """
        ledger = cls()
        for line in text.splitlines():
            try:
                row = json.loads(line)
                if "repeated" in row:
                    ledger.repeated |= frozenset(map(str, row["repeated"]))
                elif "state" in row:
                    ledger.states[str(row["source"])] = str(row["state"])
                else:
                    ledger.add(Record(**{name: str(row[name]) for name in Record.__slots__}))
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
        return ledger

    def key(self, item: Item) -> str:
        """Return what an item is recorded under: its identity, unless that belongs to one of another title and date."""
        record = self.records.get(item.identity)
        if item.file or record is None or record.title == item.title or record.published == str(item.published):
            return item.identity
        return f"{item.identity}#{hashed(item.title, str(item.published))}"

    def add(self, record: Record) -> str:
        """Add a record; return its line."""
        self.records[record.identity] = record
        return json.dumps(asdict(record), ensure_ascii=True)

    def saw(self, source: str, state: str) -> str:
        """Keep a source's state; return its line, "" if it is the one that is known."""
        if self.states.get(source, "") == state:
            return ""
        self.states[source] = state
        return json.dumps({"source": source, "state": state})

    def learn(self, shapes: Iterable[str]) -> str:
        """Add shapes of repeated paragraphs; return their line, "" if all are known."""
        new = frozenset(shapes) - self.repeated
        self.repeated |= new
        return json.dumps({"repeated": sorted(new)}) if new else ""


def content_of(text: str) -> str:
    """Return the hash of a file's text that a record keeps; line ends do not count, as git may change them."""
    return hashed(text.replace("\r\n", "\n"))

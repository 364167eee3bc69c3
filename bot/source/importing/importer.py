"""One import: everything a source has, into a folder, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias

from archive.document import FILE_MAX_BYTES
from bot.source.importing import files
from bot.source.importing.boilerplate import Trimmed, repeated, trimmed
from bot.source.importing.destination import Destination
from bot.source.importing.item import ImportFault, Item, ItemOrFault, Source
from bot.source.importing.ledger import ImportLedger, Record, content_of

Watched: TypeAlias = Callable[[Iterable[ItemOrFault]], Iterable[ItemOrFault]]
"""Passes the items on, and shows the progress."""


@dataclass(slots=True)
class Report:
    """What one import did. Lists hold files' names, or a line for each fault."""

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: int = 0
    edited: list[str] = field(default_factory=list)
    """Files that changed at the source, and were edited here: they stay as they are here."""
    gone: list[str] = field(default_factory=list)
    """Files that were imported before and are not there any more: they are not written again."""
    faults: list[ImportFault] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    summaries: int = 0

    @property
    def lost(self) -> int:
        """Return how many issues could not be imported."""
        return sum(not fault.skipped for fault in self.faults)


def run(source: Source, destination: Destination, watched: Watched = iter) -> Report:
    """Import what is new or changed. Raises SourceError when the source or the folder as a whole cannot be used.

    What was written until then stays, and the next run goes on from there. A file is written only if it is not there,
    or if it is as we wrote it and its item changed since.
    """
    report = Report()
    items = _ordered(_separate(watched(source.items()), report))
    ledger = ImportLedger.of(destination.ledger())
    if line := ledger.learn(repeated(item.body for item in items if not item.file)):
        destination.note(line)
    writing = _Writing(destination, ledger, report)
    for item in items:
        writing.put(item)
    return report


def _separate(found: Iterable[ItemOrFault], report: Report) -> Iterator[Item]:
    """Yield the items; faults, and items that are there twice, go to the report."""
    seen: dict[str, Item] = {}
    for each in found:
        if isinstance(each, ImportFault):
            report.faults.append(each)
            continue
        report.faults += [ImportFault(each.origin, note, skipped=True) for note in each.notes]
        first = seen.setdefault(each.identity, each)
        if first is each:
            yield each
            continue
        another = each.title != first.title and each.published != first.published
        what = "both are read, for title and date differ" if another else "that one is read"
        report.faults.append(ImportFault(each.origin, f"it has the id of {first.origin}; {what}", skipped=True))
        if another:
            yield each


def _ordered(items: Iterable[Item]) -> list[Item]:
    """Return the items by date, those without one first, so that names do not depend on a source's order."""
    return sorted(items, key=lambda item: (item.published or _LONG_AGO, item.identity))


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class _Writing:
    """Writes items into a folder."""

    def __init__(self, destination: Destination, ledger: ImportLedger, report: Report) -> None:
        self._destination = destination
        self._ledger = ledger
        self._report = report
        # Some disks hold one file for both `A.md` and `a.md`.
        self._taken = {name.casefold() for name in destination.names()}
        self._recorded = {record.file for record in ledger.records.values()}
        self._taken |= {name.casefold() for name in self._recorded}

    def put(self, item: Item) -> None:
        """Write one item if it is new or changed."""
        shorter = trimmed(item.body, self._ledger.repeated) if not item.file else Trimmed(item.body, Counter())
        text = item.body if item.file else files.written(item, shorter.markdown)
        if len(text.encode("utf-8", "replace")) > FILE_MAX_BYTES:
            size = f"more than the {FILE_MAX_BYTES / 1e6:.0f} MB that an issue may have"
            self._report.faults.append(ImportFault(item.origin, f"its text has {size}; leave it out"))
            return
        record = self._ledger.records.get(self._ledger.key(item))
        written = self._add(item, text) if record is None else self._renew(item, record, text)
        if written:
            self._report.left_out += item.left_out + shorter.left_out
            self._report.summaries += item.is_summary
        if written and item.published is None:
            why = "it says no date; the archive guesses one, and says so"
            self._report.faults.append(ImportFault(item.origin, why, skipped=True))

    def _add(self, item: Item, text: str) -> bool:
        """Write a new file; one that is there already, word for word, was written by a run that was stopped."""
        new = True
        for name in files.names_of(item):
            if name.casefold() not in self._taken:
                self._destination.write(name, text)
                self._report.new.append(name)
                break
            if name not in self._recorded and self._destination.text(name) == text:
                self._report.unchanged += 1
                new = False
                break
        self._note(item, name, text)
        return new

    def _renew(self, item: Item, record: Record, text: str) -> bool:
        """Write a file again if its item changed, unless somebody edited it or took it away; return whether it did."""
        there = self._destination.text(record.file)
        if there is None:
            self._report.gone.append(record.file)
        elif item.seal == record.seal or there == text:
            self._report.unchanged += 1
        elif content_of(there) != record.content:
            self._report.edited.append(record.file)
        else:
            self._destination.write(record.file, text)
            self._report.updated.append(record.file)
            self._note(item, record.file, text)
            return True
        return False

    def _note(self, item: Item, name: str, text: str) -> None:
        self._taken.add(name.casefold())
        self._recorded.add(name)
        record = Record(self._ledger.key(item), item.seal, name, content_of(text), item.title, str(item.published))
        self._destination.note(self._ledger.add(record))

"""The ledger: every call that writes, and whether it took effect. Tests rely on it, not on what the bot reports."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import IO, Any


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One call: at `at` (seconds since 1970) `method` in a workspace (team id) and channel.

    `landed`: whether it took effect, `ts` and `thread_ts`: where. `answer` is what the caller received: "ok",
    Slack's error, or the fault ("hang", "cut", "broken").
    """

    at: float
    workspace: str
    channel: str
    method: str
    landed: bool
    answer: str
    ts: str = ""
    thread_ts: str = ""
    text: str = ""
    metadata: Mapping[str, Any] | None = None


class Ledger:
    """Lines in the order in which they happened; written to a file as JSON Lines too, if one is given."""

    def __init__(self, file: IO[str] | None = None) -> None:
        """Start empty; `file` is open for writing; each line is flushed, so that it survives a killed process."""
        self.lines: list[LedgerLine] = []
        self.calls: Counter[str] = Counter()
        """How often each method was called, reading ones too."""
        self._file = file

    def add(self, line: LedgerLine) -> None:
        """Write a line."""
        self.lines.append(line)
        if self._file is not None:
            self._file.write(json.dumps(asdict(line)) + "\n")
            self._file.flush()

    def posts(self, workspace: str | None = None, channel: str | None = None) -> list[LedgerLine]:
        """Return the posts that everybody in the channel can see, in order."""
        return [
            line
            for line in self.lines
            if line.landed
            and line.method == "chat.postMessage"
            and workspace in {None, line.workspace}
            and channel in {None, line.channel}
        ]

    def doubles(self) -> list[tuple[LedgerLine, LedgerLine]]:
        """Return the pairs of posts in one channel with the same metadata: there must never be one."""
        first: dict[tuple[str, str, str], LedgerLine] = {}
        found = []
        for line in self.posts():
            if line.metadata is None:
                continue
            key = (line.workspace, line.channel, json.dumps(line.metadata, sort_keys=True))
            if key in first:
                found.append((first[key], line))
            first.setdefault(key, line)
        return found


def read(lines: Iterator[str]) -> Ledger:
    """Read a ledger back from the JSON Lines that another process wrote."""
    ledger = Ledger()
    for line in lines:
        if line.endswith("\n"):  # a killed writer may leave half a line
            ledger.add(LedgerLine(**json.loads(line)))
    return ledger

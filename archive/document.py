"""One file of the archive: its bytes read into an issue, or into problems."""

from __future__ import annotations

import codecs
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from archive import body, date, front, label, notes, release
from archive.doubtful import DATE_ADVICE, doubt
from archive.front import BrokenError, shown
from archive.hidden import Hidden, Visible, visible
from archive.issue import Issue, Section
from archive.problem import Problem

FILE_MAX_BYTES = 5_000_000
"""Bytes of the largest file that is read. A real issue has some 10 kB; a larger file is there by mistake."""

SUFFIXES = frozenset({".md", ".markdown", ".mdown", ".mkd", ".txt"})
"""The suffixes of an issue's file. Only .txt must begin with front matter: other text files are common in folders."""

_CUT = re.compile(r"\)\n((?!www\.)[a-z0-9][\w./?&=%#~:+-]*[-./#][\w./?&=%#~:+-]*)[ \t]*(?=\n|\Z)")
# Text that every match of the pattern above or below contains, and that is found in a fraction of the time.
_MAYBE_CUT = re.compile(r"\n(?<=\)\n)[a-z0-9]")
_MAYBE_NO_HOST = re.compile(r":(?<=[ps]:)//[A-Za-z0-9_-]*+[^.]")
_NO_HOST = re.compile(r"http(?<!\whttp)s?://(?!localhost)[\w-]++(?=[/)\]\s])")


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of reading one file.

    `file`: its path below the folder, with /. `issue`: None if the file is broken, or no issue at all (then it has no
    problems either). `problems`: what is wrong; a file with an issue may have some. `stamp`: the file's when it was
    read; it changes when the file does. `draft`: the mark that makes it a draft, "" without one. `hidden`: what no
    reader of the page would see. `committed`: when the file was first committed, for an issue without a date.
    `left_out`: what `newsletter.toml` leaves out.
    """

    file: str
    issue: Issue | None
    problems: tuple[Problem, ...] = ()
    stamp: tuple[int, ...] = ()
    draft: str = ""
    hidden: tuple[Hidden, ...] = ()
    committed: datetime | None = None
    left_out: tuple[Section, ...] = ()


def read(file: str, data: bytes) -> Reading:
    """Read the bytes of the file named `file` (its path below the archive's folder).

    Never raises: errors are in the reading's problems.
    """
    try:
        return _Document(file, data).reading()
    except BrokenError as error:
        if mark := release.of_folder(file).draft:
            return Reading(file, None, draft=mark)
        return _unread(file, error.line, error.message, error.advice)
    except Exception as error:  # noqa: BLE001 - whatever is in one file, the others load
        return _unread(file, 0, f"it cannot be read: {type(error).__name__}", _REPORT)


_REPORT = "this is a fault of the reader: please report it with the file, and take the file away until it is mended"


def _unread(file: str, line: int, message: str, advice: str) -> Reading:
    return Reading(file, None, (Problem(file, line, message, advice, lost=True),))


def raw_body(file: str, data: bytes) -> tuple[str, int]:
    """Return the text below a file's front matter unchanged, and the number of its first line; for `archive.proof`."""
    return front.parts(_Document(file, data).text())[1:]


def fingerprint(text: str) -> str:
    """Return a hash of a file's text: the same with other line ends, another encoding, or empty lines at its end."""
    plain_text = unicodedata.normalize("NFC", text).rstrip()
    return hashlib.sha256(plain_text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""The placeholder for a missing date, until `archive.snapshot` guesses one."""


_CLOSE = "close it; what is below is hidden"


def _check_shown(sections: Iterable[Section], seen: Visible) -> None:
    """Raise BrokenError if a comment that is never closed hides every link: nobody would post such an issue."""
    if any(entry.links for section in sections for entry in section.entries):
        return
    hiding = next((piece for piece in seen.hidden if not piece.closed and "://" in piece.raw), None)
    if hiding is not None:
        what = f"what begins here is never closed and hides every link: {hiding.raw.splitlines()[0][:20]}"
        raise BrokenError(hiding.line, what, _CLOSE)


class _Document:
    """A file being read."""

    def __init__(self, file: str, data: bytes) -> None:
        self.file = file
        self.data = data
        self.problems: list[Problem] = []

    def reading(self) -> Reading:
        """Read the whole file."""
        if len(self.data) > FILE_MAX_BYTES:
            return too_large(self.file, len(self.data))
        text = self.text()
        start = text.lstrip()[:3]
        if self.file.lower().endswith(".txt") and start not in ("---", "+++", ";;;"):
            return Reading(self.file, None)
        metadata, content, line = front.parts(text)
        if not metadata and label.is_page(self.file):
            return Reading(self.file, None)
        marks = release.marks(self.file, metadata, text)
        seen = visible(content, line)
        if not (metadata or seen.text.strip()):
            self._note(0, "it is empty", "write the issue, or take the file away")
            return Reading(self.file, None, tuple(self.problems))
        heading, end = label.first_heading(seen.text)
        title = self._title(metadata, heading)
        published, day_only = self._published(metadata, title, heading)
        if published is None and marks.draft:
            return Reading(self.file, None, draft=marks.draft)
        held = marks.draft
        if published is None:
            held = release.unreadable_date(metadata)
            self._note(0, f"its date is a guess, {'and it is held back' if held else 'since it says none'}", _DATE)
        if marks.unclear:
            self._note(0, f"its expiry date {marks.unclear} is none; it is held back", "write it like `2014-09-21`")
        name = label.slug(self.file)
        number = label.number(metadata, title, self.file)
        body_text, first = seen.text, line
        if heading and (heading == title or heading in title):  # the title has the date
            first += body_text.count("\n", 0, end)
            body_text = body_text[end:]
        sections = seen.placed(body.parse(notes.linked(body_text), first), line)
        if not any(section.entries for section in sections):
            self._note(0, "it has no text below its front matter", "write the issue, or take the file away")
        _check_shown(sections, seen)
        self._doubt(seen, line)
        self._doubt_date(published, title)
        self._unclosed(seen)
        issue = Issue(
            name,
            title,
            number,
            published or _UNDATED,
            sections,
            held,
            marks.expires,
            fingerprint(text),
            date_guessed=published is None,
            day_only=day_only,
        )
        return Reading(self.file, issue, tuple(self.problems), draft=held, hidden=seen.hidden)

    def _unclosed(self, seen: Visible) -> None:
        """Note markup that hides more than its author may have meant."""
        for piece in seen.hidden:
            if not piece.closed:
                self._note(
                    piece.line,
                    f"what begins here is never closed: {piece.raw[:20]}",
                    _CLOSE,
                )

    def _doubt_date(self, published: datetime | None, title: str) -> None:
        """Note a date that no issue can be meant to have."""
        if published is not None and (why := doubt(published, label.slug(self.file), title)):
            self._note(0, f"{why}; it is not posted", DATE_ADVICE)

    def _doubt(self, seen: Visible, first_line: int) -> None:
        """Note addresses that cannot be complete; they stay as they are, for only the owner knows better."""
        content = seen.text
        for number, match in _numbered(_CUT, content) if _MAYBE_CUT.search(content) else ():
            if not _ends_linked(content[content.rfind("\n", 0, match.start()) + 1 : match.start()]):
                continue
            where = seen.line(first_line + number, first_line)
            self._note(where, f"the address seems to go on in the next line: {match[1][:60]}", "join the two lines")
        for number, match in _numbered(_NO_HOST, content) if _MAYBE_NO_HOST.search(content) else ():
            where = seen.line(first_line + number, first_line)
            self._note(where, f"the address has no site: {match[0][:60]}", "write the address in full")

    def _note(self, line: int, message: str, advice: str) -> None:
        self.problems.append(Problem(self.file, line, message, advice))

    def text(self) -> str:
        """Return the text, with lines that end with a line feed alone."""
        text = self._decoded()
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text

    def _decoded(self) -> str:
        data = self.data
        for marks, encoding in _MARKED:
            if data.startswith(marks):
                try:
                    return data.decode(encoding)
                except UnicodeDecodeError as error:
                    message = f"it is not the {encoding.upper()} it says it is: {error.reason}"
                    raise BrokenError(0, message, _SAVE) from error
        if b"\0" in data:
            raise BrokenError(0, "it is a binary file, not text", "move it out of the archive")
        try:
            return data.removeprefix(codecs.BOM_UTF8).decode()
        except UnicodeDecodeError as error:
            line = len(_LINE_END.findall(data[: error.start])) + 1
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError as error:
            raise BrokenError(line, "its text is neither UTF-8 nor Windows-1252", _SAVE) from error
        self._note(line, "it is not UTF-8; it was read as Windows-1252", _SAVE)
        return text

    def _title(self, metadata: dict[str, Any], heading: str) -> str:
        if title := _shown(label.title(metadata)) or heading:
            return title
        if metadata:
            self._note(0, "it has no title; its name stands in for it", "add a line `title: …` to its front matter")
        return label.spoken(label.slug(self.file))

    def _published(self, metadata: dict[str, Any], *titles: str) -> tuple[datetime | None, bool]:
        """Return the date in the front matter, a title or the path, None without one, and whether it has no time.

        If the front matter has only a month or a year, a day of that year in the title or the path is preferred.
        """
        given = release.date_of(metadata)
        published = date.moment(given)
        if published and (zone := date.unknown_zone(given)):
            self._note(0, f"nobody can tell which time {zone} is; its time is taken for UTC", _OFFSET)
        if published and not date.is_period(given):
            return published, not date.has_time(given)
        name = label.slug(self.file)
        places = [("title", title) for title in titles] + [("file name", name), ("path", self.file)]
        for source, found in ((source, date.written(text)) for source, text in places):
            if found and (published is None or found.year == published.year):
                if given is not None and published is None:
                    self._note(0, f"its date {shown(given)} is none; the one in its {source} is used", _DATE)
                return found, True
        if given is not None and published is None:
            self._note(0, f"its date {shown(given)} is none", _DATE)
        return published, published is not None


def _shown(title: str) -> str:
    """Return a title as a reader sees it; a tag that it names and does not close is one of its words."""
    seen = visible(title)
    told = all(piece.closed or piece.raw.startswith("<!--") for piece in seen.hidden)
    return " ".join(seen.text.split()) if seen.hidden and told else title


_MARKED = (
    # The longer mark first: it begins with the shorter one.
    ((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE), "utf-32"),
    ((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), "utf-16"),
)
_LINE_END = re.compile(rb"\r\n?|\n")
_SAVE = "save it as UTF-8"
_OFFSET = "write an offset after the time, like `09:00 +05:30`"
_DATE = "add a line like `date: 2014-09-21` to its front matter"


def too_large(file: str, size: int) -> Reading:
    """Return the reading of a file of `size` bytes, more than an issue can have: a problem."""
    message = f"it has {size / 1e6:.0f} MB, more than the {FILE_MAX_BYTES / 1e6:.0f} MB that an issue may have"
    return _unread(file, 0, message, "move it out of the archive")


def _numbered(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield every match of `pattern` with the number of its line, from 0.

    Lines are counted from the match before: counted from the top, 16,000 addresses in 400 kB took 2.1 s.
    """
    number = counted = 0
    for match in pattern.finditer(text):
        number += text.count("\n", counted, match.start())
        counted = match.start()
        yield number, match


def _ends_linked(line: str) -> bool:
    """Return whether `line`, which a closing bracket belongs to, ends with a link's target."""
    words = line.rsplit(None, 1)
    return bool(words) and not line[-1].isspace() and "](" in words[-1][:-1]

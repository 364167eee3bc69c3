"""One file of the archive: its bytes read into an issue, or into what is wrong with them."""

from __future__ import annotations

import codecs
import contextlib
import re
import tomllib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frontmatter
from frontmatter.default_handlers import BaseHandler, JSONHandler, YAMLHandler

from archive import body, date
from archive.issue import Issue
from archive.markup import is_plain, plain
from archive.problem import Problem

LARGEST = 5_000_000
"""Bytes of the largest file that is read. A real issue has some 10 kB; what is larger was put there by mistake."""

_LARGEST_FRONT_MATTER = 64_000
_DEEPEST_FRONT_MATTER = 100

SUFFIXES = frozenset({".md", ".markdown", ".mdown", ".mkd", ".txt"})
"""The suffixes of an issue's file. Only .txt must begin with front matter: other text lies about in folders too."""


class _TomlHandler(BaseHandler):
    """Front matter in TOML between lines of +++, read by the standard library."""

    FM_BOUNDARY = re.compile(r"^\+{3,}\s*$", re.MULTILINE)

    def load(self, fm: str) -> dict[str, Any]:
        """Read the TOML between the marks."""
        return tomllib.loads(fm)


_HEAD = re.compile(
    # The newsletter's own front matter: a title of plain words, a date.
    r"""---\n title:[ ]+
    (?P<title>[A-Za-z][^:#\n\r\t\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]*(?:\\\#[\w ,.-]*)?) \n
    date:[ ]+ (?P<date>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d) [ ]*\n
    ---\n\s*(?=\S)""",
    re.VERBOSE,
)
_YAML_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def _plain_parts(text: str) -> tuple[dict[str, Any], str, int] | None:
    """Give the parts of a file whose front matter is the newsletter's own two lines, or nothing if it is any other.

    They are what the parser of YAML gives, which takes as long for these lines as the body's whole reading may (see
    benchmarks.reading).
    """
    match = _HEAD.match(text)
    if not match or "\r" in text or (title := match["title"].rstrip(" ")).lower() in _YAML_WORDS:
        return None
    with contextlib.suppress(ValueError):
        metadata = {"title": title, "date": datetime.fromisoformat(match["date"])}
        start, end = match.end(), len(text)
        while text[end - 1].isspace():  # as rstrip() does, but without another copy of it all
            end -= 1
        return metadata, text[start:end], text.count("\n", 0, start) + 1
    return None


_HANDLERS = {"-": YAMLHandler(), "+": _TomlHandler(), "{": JSONHandler()}
_NUMBER = re.compile(r"(?:#|\bissue\s*(?:no\.?|number|#)?\s*|\bno\.\s*)(\d{1,6})\b", re.IGNORECASE)
_ISO_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|(?:19|20)\d{6}")
_LAST_NUMBER = re.compile(r"(?:^|[-_ #.])(\d{1,6})$")
_CUT = re.compile(r"\)\n((?!www\.)[a-z0-9][\w./?&=%#~:+-]*[-./#][\w./?&=%#~:+-]*)[ \t]*(?=\n|\Z)")
# What is in every text that the one above or below finds something in, and is looked for in a fraction of the time.
_MAYBE_CUT = re.compile(r"\n(?<=\)\n)[a-z0-9]")
_MAYBE_NO_HOST = re.compile(r":(?<=[ps]:)//[A-Za-z0-9_-]*+[^.]")
_NO_HOST = re.compile(r"://[\w-]++[/)\]\s]")
_NO_HOST = re.compile(r"http(?<!\whttp)s?://(?!localhost)[\w-]++(?=[/)\]\s])")
_DATE_KEYS = ("date", "published", "publishdate", "publish_date", "pubdate", "published_at", "created")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading of one file gave.

    `file`: its path below the folder, with /. `issue`: none if the file is broken, or no issue's at all (then there are
    no problems either). `problems`: what is wrong, also with files that did give an issue. `stamp`: the file's when it
    was read; it changes when the file does.
    """

    file: str
    issue: Issue | None
    problems: tuple[Problem, ...] = ()
    stamp: tuple[int, ...] = ()


def read(file: str, data: bytes) -> Reading:
    """Read the bytes of the file named `file` (its path below the archive's folder).

    Never raises: what is wrong is in the reading's problems.
    """
    try:
        return _Document(file, data).reading()
    except _BrokenError as error:
        return Reading(file, None, (Problem(file, error.line, error.message, error.advice, lost=True),))


def slug(file: str) -> str:
    """Give the slug of a file: its name without folders and suffix."""
    name = file.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def raw_body(file: str, data: bytes) -> tuple[str, int]:
    """Give the text below a file's front matter as it stands, and the number of its first line; for `archive.proof`."""
    document = _Document(file, data)
    return document.parts(document.text())[1:]


class _BrokenError(Exception):
    """The file cannot be read as an issue."""

    def __init__(self, line: int, message: str, advice: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message
        self.advice = advice


class _Document:
    """A file being read."""

    def __init__(self, file: str, data: bytes) -> None:
        self.file = file
        self.data = data
        self.problems: list[Problem] = []

    def reading(self) -> Reading:
        """Read it all."""
        if len(self.data) > LARGEST:
            return too_large(self.file, len(self.data))
        text = self.text()
        start = text.lstrip()[:3]
        if self.file.lower().endswith(".txt") and start not in ("---", "+++"):
            return Reading(self.file, None)
        metadata, content, line = self.parts(text)
        title = self._title(metadata)
        published = self._published(metadata, title)
        number = _number(metadata, title, slug(self.file))
        sections = body.parse(content, line)
        if not any(section.entries for section in sections):
            self._note(0, "it has no text below its front matter", "write the issue, or take the file away")
        self._doubt(content, line)
        return Reading(self.file, Issue(slug(self.file), title, number, published, sections), tuple(self.problems))

    def _doubt(self, content: str, first_line: int) -> None:
        """Note addresses that cannot be whole; they stay as they are, for only the owner knows better."""
        for match in _CUT.finditer(content) if _MAYBE_CUT.search(content) else ():
            if not _ends_linked(content[content.rfind("\n", 0, match.start()) + 1 : match.start()]):
                continue
            where = first_line + content.count("\n", 0, match.start())
            self._note(where, f"the address seems to go on in the next line: {match[1][:60]}", "join the two lines")
        for match in _NO_HOST.finditer(content) if _MAYBE_NO_HOST.search(content) else ():
            where = first_line + content.count("\n", 0, match.start())
            self._note(where, f"the address has no site: {match[0][:60]}", "write the address in full")

    def _note(self, line: int, message: str, advice: str) -> None:
        self.problems.append(Problem(self.file, line, message, advice))

    def text(self) -> str:
        data = self.data
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            try:
                return data.decode("utf-16")
            except UnicodeDecodeError as error:
                raise _BrokenError(0, f"it is not the UTF-16 it says it is: {error.reason}", _SAVE) from error
        if b"\0" in data:
            raise _BrokenError(0, "it is a binary file, not text", "move it out of the archive")
        try:
            return data.removeprefix(codecs.BOM_UTF8).decode()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError as error:
            raise _BrokenError(line, "its text is neither UTF-8 nor Windows-1252", _SAVE) from error
        self._note(line, "it is not UTF-8; it was read as Windows-1252", _SAVE)
        return text

    def parts(self, text: str) -> tuple[dict[str, Any], str, int]:
        """Give front matter, body and the number of the body's first line."""
        if plain_parts := _plain_parts(text):
            return plain_parts
        handler = _HANDLERS.get(text.lstrip()[:1])
        if handler is None or not handler.detect(text.lstrip()):
            return {}, text, 1
        if _bulky(text):
            raise _BrokenError(1, "its front matter is far too large for an issue's", "keep title and date in it")
        try:
            metadata, content = frontmatter.parse(text, handler=handler)
        except Exception as error:  # any parser of the three, with errors of its own
            raise _BrokenError(_line_of(error), f"its front matter cannot be read: {_reason(error)}", _MEND) from error
        whole = text.replace("\r\n", "\n").rstrip()  # as the parser gives it
        if content == whole.lstrip():
            raise _BrokenError(1, "its front matter has no end", "close it with the same line that opens it (---)")
        if not metadata and not _is_empty(handler, text):
            raise _BrokenError(1, "its front matter is no list of names and values", _MEND)
        line = whole.count("\n", 0, len(whole) - len(content)) + 1
        return {str(key).strip().lower(): value for key, value in metadata.items()}, content, line

    def _title(self, metadata: dict[str, Any]) -> str:
        value = metadata.get("title")
        if isinstance(value, str) and len(value) < 1000 and is_plain(quick := value.replace("\\#", "#")):
            return quick.strip()  # most titles, in a fraction of the time
        title = plain(str(value)[:1000])[0] if isinstance(value, str | int | float) else ""
        if title:
            return title
        self._note(0, "it has no title; its name stands in for it", "add a line `title: …` to its front matter")
        return slug(self.file)

    def _published(self, metadata: dict[str, Any], title: str) -> datetime:
        given = next((metadata[key] for key in _DATE_KEYS if metadata.get(key) is not None), None)
        published = date.moment(given)
        if published:
            return published
        for source, found in (("title", date.written(title)), ("file name", date.written(slug(self.file)))):
            if found:
                if given is not None:
                    self._note(0, f"its date {str(given)[:40]!r} is none; the one in its {source} is used", _DATE)
                return found
        what = "it has no date" if given is None else f"its date {str(given)[:40]!r} is none"
        raise _BrokenError(0, what, _DATE)


_SAVE = "save it as UTF-8"
_MEND = "mend the lines between the two --- at its top"
_DATE = "add a line like `date: 2014-09-21` to its front matter"


def too_large(file: str, size: int) -> Reading:
    """Give the reading of a file of `size` bytes, more than an issue can have: a problem."""
    message = f"it has {size / 1e6:.0f} MB, more than the {LARGEST / 1e6:.0f} MB that an issue may have"
    return Reading(file, None, (Problem(file, 0, message, "move it out of the archive", lost=True),))


def _number(metadata: dict[str, Any], title: str, name: str) -> int | None:
    for key in ("number", "issue"):
        value = metadata.get(key)
        if isinstance(value, int | str) and str(value).strip().lstrip("#").isdecimal():
            return int(str(value).strip().lstrip("#")[:9])
    match = _NUMBER.search(title) or _LAST_NUMBER.search(_ISO_DAY.sub("", name))
    return int(match[1]) if match else None


def _ends_linked(line: str) -> bool:
    """Tell whether `line`, to which a closing bracket belongs, ends with a link's target."""
    words = line.rsplit(None, 1)
    return bool(words) and not line[-1].isspace() and "](" in words[-1][:-1]


def _is_empty(handler: BaseHandler, text: str) -> bool:
    return not handler.split(text.strip())[0].strip("{} \t\r\n")


def _bulky(text: str) -> bool:
    """Tell whether the front matter would keep a parser busy for long, or fell it: large, or nested deeply."""
    end = text.find("\n---", 3) if text.lstrip()[:1] == "-" else text.find("\n+++", 3)
    head = text if end < 0 else text[:end]
    if text.lstrip()[:1] == "{":
        head = text[: _LARGEST_FRONT_MATTER + 1]
        return _depth(head) > _DEEPEST_FRONT_MATTER
    return end > _LARGEST_FRONT_MATTER or (end > 0 and _depth(head) > _DEEPEST_FRONT_MATTER)


def _depth(text: str) -> int:
    """Give how deep brackets are nested in `text` at most."""
    depth = deepest = 0
    for mark in re.findall(r"[\[\]{}]", text):
        depth += 1 if mark in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _line_of(error: Exception) -> int:
    mark = getattr(error, "problem_mark", None)
    return int(mark.line) + 1 if mark is not None else 1


def _reason(error: Exception) -> str:
    return " ".join(str(getattr(error, "problem", None) or error).split())[:200]

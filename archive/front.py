"""Front matter: the names and values above an issue's body, in YAML, TOML or JSON.

A value may be anything that its language can write, even a few bytes that would expand to fill the memory: values
are read only through `said` and `shown`.
"""

from __future__ import annotations

import contextlib
import json
import re
import tomllib
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, ClassVar

import frontmatter
from frontmatter.default_handlers import BaseHandler, SafeLoader, YAMLHandler

_FRONT_MATTER_MAX_CHARS = 64_000
_YAML_MAX_DEPTH = 100
_YAML_MAX_MERGES = 100
"""The most mappings that one may merge with `<<`, and the most names that it may get from them."""


class BrokenError(Exception):
    """The file cannot be read as an issue."""

    def __init__(self, line: int, message: str, advice: str) -> None:
        """Keep `line` (from 1; 0: the file as a whole), `message` (what is wrong) and `advice` (what to do)."""
        super().__init__(message)
        self.line = line
        self.message = message
        self.advice = advice


_AS_WRITTEN = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "bool"))
"""Kinds of YAML scalars that stay text: `0123` is no octal number, `12:30` is not 750, and `yes` is no boolean."""


class _Loader(SafeLoader):  # type: ignore[misc,valid-type]  # one of two classes, whichever the machine has
    """A YAML loader that keeps scalars as they are written and refuses mappings that would grow without limit."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, Any]]]] = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in _AS_WRITTEN]
        for first, resolvers in SafeLoader.yaml_implicit_resolvers.items()
    }

    def flatten_mapping(self, node: Any) -> None:
        """Merge the mappings named by `<<`. They can merge others in turn, so that a few lines could yield millions."""
        taken = [value for key, value in node.value if key.tag == "tag:yaml.org,2002:merge"]
        names = len(node.value)
        if sum(len(value.value) if value.id == "sequence" else 1 for value in taken) <= _YAML_MAX_MERGES:
            super().flatten_mapping(node)
            if len(node.value) <= names + _YAML_MAX_MERGES:
                return
        raise ValueError("it merges far too many names")


class _YamlHandler(YAMLHandler):
    """Front matter in YAML between lines of ---."""

    def load(self, fm: str, **_: object) -> Any:
        """Read the YAML between the marks."""
        return super().load(fm, Loader=_Loader)


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
    """Return the parts of a file whose front matter is the newsletter's own two lines, None for any other.

    They are what the YAML parser returns, which takes as long for these lines as reading the whole body may (see
    benchmarks.reading).
    """
    match = _HEAD.match(text)
    if not match or (title := match["title"].rstrip(" ")).lower() in _YAML_WORDS:
        return None
    with contextlib.suppress(ValueError):
        metadata = {"title": title, "date": datetime.fromisoformat(match["date"])}
        start, end = match.end(), len(text)
        while text[end - 1].isspace():  # as rstrip() does, but without copying the text once more
            end -= 1
        return metadata, text[start:end], text.count("\n", 0, start) + 1
    return None


_HANDLERS = {"-": _YamlHandler(), "+": _TomlHandler()}
_MEND = "mend the lines between the two --- at its top"
_BULKY = "its front matter is far too large for an issue's"
_FEWER = "keep title and date in it"


def parts(text: str) -> tuple[dict[str, Any], str, int]:
    """Return front matter (names in lower case), body and the number of the body's first line.

    The lines of `text` end with a line feed alone.

    Raises:
        BrokenError: what begins as front matter cannot be read as such.
    """
    if plain_parts := _plain_parts(text):
        return plain_parts
    if (above := _ABOVE.match(text)) and (below := _parts_below(text, above.end())):
        return below
    if _JSON.match(text):
        return _json_parts(text)
    if _FENCE.match(text):
        return _fenced_parts(text)
    handler = _HANDLERS.get(text.lstrip()[:1])
    if handler is None or not handler.detect(text.lstrip()):
        return _header_parts(text)
    if _bulky(text):
        raise BrokenError(1, _BULKY, _FEWER)
    try:
        metadata, content = frontmatter.parse(text, handler=handler)
    except Exception as error:  # either parser, with errors of its own
        raise BrokenError(_line_of(error), f"its front matter cannot be read: {_reason(error)}", _MEND) from error
    whole = text.rstrip()  # as the parser returns it
    if content == whole.lstrip():
        raise BrokenError(1, "its front matter has no end", "close it with the same line that opens it (---)")
    if not metadata and not _is_empty(handler, text):
        raise BrokenError(1, "its front matter is no list of names and values", _MEND)
    return _named(metadata), content, whole.count("\n", 0, len(whole) - len(content)) + 1


_ABOVE = re.compile(r"(?>\s*<!--(?s:.*?)-->)++\s*(?=---|\+\+\+|;;;)")
"""Comments above front matter: of a licence, or a note to the next editor."""


def _parts_below(text: str, start: int) -> tuple[dict[str, Any], str, int] | None:
    """Return the parts of a file whose front matter may begin at `start`; None if it has no title or date.

    A line of --- below a comment may be a rule across the page, too.
    """
    with contextlib.suppress(BrokenError):
        metadata, content, line = parts(text[start:])
        if _HEADER_NAMES & metadata.keys():
            return metadata, content, line + text.count("\n", 0, start)
    return None


_FENCE = re.compile(r"\s*(?:---[ \t]*(?P<language>toml|json|ya?ml)|(?P<mark>;;;))[ \t]*\n", re.IGNORECASE)
"""A first line that names the language of the front matter below it, or marks it as JSON, as gray-matter reads them."""
_LANGUAGES: dict[str, Callable[[str], Any]] = {
    "toml": tomllib.loads,
    "json": json.loads,
    "yaml": _YamlHandler().load,
    "yml": _YamlHandler().load,
}


def _fenced_parts(text: str) -> tuple[dict[str, Any], str, int]:
    """Return the parts of a file whose first line matches `_FENCE`; the same mark ends the front matter."""
    fence = _FENCE.match(text)
    mark = (fence and fence["mark"]) or "---"
    end = re.compile(rf"^{mark}[ \t]*$", re.MULTILINE).search(text, fence.end()) if fence else None
    if fence is None or end is None:
        raise BrokenError(1, "its front matter has no end", f"close it with a line of {mark}")
    matter = text[fence.end() : end.start()]
    if len(matter) > _FRONT_MATTER_MAX_CHARS or _depth(matter) > _YAML_MAX_DEPTH or _LADDER.search(matter):
        raise BrokenError(1, _BULKY, _FEWER)
    try:
        metadata = _LANGUAGES[(fence["language"] or "json").lower()](matter) if matter.strip() else {}
    except Exception as error:  # any of three parsers, with errors of its own
        raise BrokenError(_line_of(error), f"its front matter cannot be read: {_reason(error)}", _MEND) from error
    if not isinstance(metadata, dict):
        raise BrokenError(1, "its front matter is no list of names and values", _MEND)
    content = text[end.end() :].strip()
    whole = {name: _paired(value) if isinstance(value, str) else value for name, value in metadata.items()}
    return _named(whole), content, text.count("\n", 0, len(text.rstrip()) - len(content)) + 1


_JSON = re.compile(r"""\s*+\{(?:\s*["'][\w -]+["']\s*:|[ \t]*\n)""")
"""How front matter in JSON begins, on one line or several: with a name, or with a bracket alone."""


def _json_parts(text: str) -> tuple[dict[str, Any], str, int]:
    """Return the parts of a file that begins with a JSON object."""
    if _depth(text[: _FRONT_MATTER_MAX_CHARS + 1]) > _YAML_MAX_DEPTH:
        raise BrokenError(1, _BULKY, _FEWER)
    start = len(text) - len(text.lstrip())
    try:
        metadata, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError) as error:
        message = f"its front matter cannot be read: {getattr(error, 'msg', error)}"
        raise BrokenError(getattr(error, "lineno", 1), message, "mend the JSON at its top") from error
    content = text[end:].strip()
    whole = {name: _paired(value) if isinstance(value, str) else value for name, value in metadata.items()}
    return _named(whole), content, text.count("\n", 0, len(text.rstrip()) - len(content)) + 1


_HEADER = re.compile(r"\s*((?:[A-Za-z][\w -]{0,40}:[^\n]*\n(?:[ \t]+\S[^\n]*\n)*)+)(?=[ \t]*(?:\n|\Z))")
"""Lines of `Name: value` and a blank line below them, without marks around them, as Pelican writes them."""


def _header_parts(text: str) -> tuple[dict[str, Any], str, int]:
    """Return the parts of a file with a Pelican header, or without any front matter.

    A header has a title, or a date and only names of front matter: a text may begin with `Note: …`.
    """
    head = _HEADER.match(text if text.endswith("\n") else f"{text}\n")
    lines = [line.partition(":") for line in head[1].splitlines() if line[:1].strip()] if head else []
    metadata = {name.strip().lower(): value.strip() for name, _, value in lines}
    if head is None or not _HEADER_NAMES & metadata.keys() or len(head[1]) > _FRONT_MATTER_MAX_CHARS:
        return {}, text, 1
    content = text[head.end() :].lstrip("\n")
    return dict(metadata), content, text.count("\n", 0, len(text) - len(content)) + 1


_HEADER_NAMES = frozenset({"title", "date"})


def _paired(text: str) -> str:
    """Return `text` without lone surrogates, which JSON can write and no file or database can hold."""
    return text.encode("utf-8", "replace").decode()


def _named(metadata: dict[Any, Any]) -> dict[str, Any]:
    """Return the values whose names are words: YAML's may be numbers or dates, of any size."""
    return {name.strip().lower(): value for name, value in metadata.items() if isinstance(name, str)}


def said(value: object) -> str | None:
    """Return the text of a front matter's `value`, at most a thousand characters; "" for a value without one.

    Collections have no text, and neither do numbers with more digits than any label.
    """
    if isinstance(value, str):
        return value[:1000]
    if isinstance(value, float) or (isinstance(value, int) and value.bit_length() <= _NUMBER_MAX_BITS):
        return str(value)
    return None


_NUMBER_MAX_BITS = 64
"""Bits of a number that may be a date or a label. One of several thousand cannot be converted to digits."""


def shown(value: object) -> str:
    """Return a front matter's `value` for a message: its words, or only its type."""
    words = said(value)
    if words is None:
        words = value.isoformat() if isinstance(value, date) else f"{type(value).__name__} …"
    return repr(words[:40])


def _is_empty(handler: BaseHandler, text: str) -> bool:
    return not handler.split(text.strip())[0].strip()


def _bulky(text: str) -> bool:
    """Return whether the front matter would keep a parser busy for long, or crash it: large, or nested deeply."""
    end = text.find("\n---", 3) if text.lstrip()[:1] == "-" else text.find("\n+++", 3)
    head = text if end < 0 else text[:end]
    return end > _FRONT_MATTER_MAX_CHARS or (
        end > 0 and (_depth(head) > _YAML_MAX_DEPTH or _LADDER.search(head) is not None)
    )


_LADDER = re.compile(r"^[ \t]*(?:[-?:][ \t]+){10}", re.MULTILINE)
"""Items nested on one line: libyaml recurses into them until the process crashes."""


def _depth(text: str) -> int:
    """Return how deep brackets are nested in `text` at most."""
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

"""HTML elements that a browser does not show, because of their attributes or their name."""

from __future__ import annotations

import re
from collections.abc import Iterator

OPENING = r"""<(?P<element>[a-z][a-z0-9-]*+)(?P<attributes>(?=[\s/>])(?:[^<>"']|"[^"<]*+"|'[^'<]*+')*+)>"""
"""An opening tag. No value in it holds a `<`, so that a search for it scans no part of a text twice."""

_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>=`]++)))?""")
_STYLE = re.compile(r"(?:^|;)\s*+(?:display\s*+:\s*+none|visibility\s*+:\s*+hidden)\b", re.IGNORECASE)
_TAG = re.compile(
    rf"(?P<fence>^[ \t>]*+(?P<mark>`{{3,}}|~{{3,}}))|(?<!`)(?P<ticks>`++)[^`\n]++(?P=ticks)(?!`)"
    rf"|</(?P<closed>[a-z][a-z0-9-]*+)\s*+>|{OPENING}",
    re.IGNORECASE | re.MULTILINE,
)
_BLANK_LINE = re.compile(r"\n[ \t]*+\n")
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
NAMED = frozenset({"noscript", "svg"})
"""Elements whose text a reader never sees, whatever their attributes."""
BRIEF = frozenset({"p", "li", "dt", "dd", "tr", "td", "th", "option"})
"""Elements whose closing tag HTML lets an author leave out."""


def hides(name: str, attributes: str) -> bool:
    """Return whether an element is hidden, given its name and the text of its attributes."""
    if _BLANK_LINE.search(attributes):  # for Markdown these are two paragraphs, and no tag
        return False
    if name.lower() in NAMED:
        return True
    found = {key.lower(): "".join(values) for key, *values in _ATTRIBUTE.findall(attributes)}
    is_input = name.lower() == "input" and found.get("type", "").lower() == "hidden"
    return is_input or "hidden" in found or bool(_STYLE.search(found.get("style", "")))


def is_alone(name: str, attributes: str) -> bool:
    """Return whether an element ends with its opening tag, as `<img>` and `<svg/>` do."""
    return name.lower() in _VOID or attributes.endswith("/")


def end(text: str, start: int, limit: int) -> int | None:
    """Return where the element that begins at `start` ends, None if it has no end before `limit`.

    Elements of the same name may be nested in it. Reads no further than its end.
    """
    name, depth = "", 0
    for tag in _tags(text, start, limit):
        found = (tag["element"] or tag["closed"]).lower()
        name = name or found
        if found == name:
            depth += 1 if tag["element"] else -1
            if not depth:
                return tag.end()
    return None


def ends(text: str) -> dict[int, int]:
    """Return where each closed element of `text` ends, by where it begins, in linear time."""
    found: dict[int, int] = {}
    begun: dict[str, list[int]] = {}
    for tag in _tags(text, 0, len(text)):
        if tag["element"]:
            begun.setdefault(tag["element"].lower(), []).append(tag.start())
        elif starts := begun.get(tag["closed"].lower()):
            found[starts.pop()] = tag.end()
    return found


def _tags(text: str, start: int, limit: int) -> Iterator[re.Match[str]]:
    """Yield the tags from `start` to `limit` that begin or end an element and do not stand in code."""
    fence = ""
    for tag in _TAG.finditer(text, start, limit):
        if mark := tag["mark"]:
            fence = _fence(fence, mark)
        elif not fence and (tag["closed"] or (tag["element"] and not is_alone(tag["element"], tag["attributes"]))):
            yield tag


def _fence(fence: str, mark: str) -> str:
    """Return the mark of the code that continues after `mark`, "" if none does; `fence` is that of the code before."""
    return mark if not fence else "" if mark.startswith(fence) else fence

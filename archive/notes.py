"""Numbered references as people write them in plain text: `[1]` in a sentence, and `[1] https://…` below.

A reader takes the number in the sentence for the link, and each group of references for the text above it: numbers may
begin again in the next section. Markdown knows only `[1]: …`, once for a number. Both kinds are rewritten as references
whose names are unique; every line stays in its place.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict

_REFERENCE = re.compile(r"^ {0,3}\[(\d{1,3})\](:?)[ \t]+<?(https?://[^\s<>]+)>?[ \t]*$", re.MULTILINE)
_BEGIN = re.compile(r"\n {0,3}\[\d")
"""How a reference begins, below what it is for: looked for first, in a fraction of the time."""
_NUMBER = re.compile(r"\[(\d{1,3})\]")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)


def linked(text: str) -> str:
    r"""Return `text` with the numbers in its sentences linked to the addresses that its references give.

    >>> linked("The strike is over [1].\n\n[1] https://example.org/strike")
    'The strike is over [\\[1\\]][~2].\n\n[~2]: <https://example.org/strike>'
    """
    if _BEGIN.search(text) is None or _REFERENCE.search(text) is None or _FENCE.search(text):
        return text
    lines = text.split("\n")
    found = {number: match for number, line in enumerate(lines) if (match := _REFERENCE.match(line))}
    often = Counter(match[1] for match in found.values())
    plain = not all(match[2] for match in found.values())
    used: dict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        reference = found.get(number)
        if reference is None:
            for label in _NUMBER.findall(line) if "[" in line else ():
                used[label].append(number)
            continue
        label = reference[1]
        if (plain or not reference[2] or often[label] > 1) and _is_apart(lines, number):
            linked = [_link(lines, place, label, number) for place in dict.fromkeys(used[label])]
            if any(linked):
                lines[number] = f"[~{number}]: <{reference[3]}>"
        used[label] = []
    return "\n".join(lines)


def _is_apart(lines: list[str], number: int) -> bool:
    """Return whether a reference follows an empty line, or another one."""
    above = lines[number - 1].strip() if number else ""
    return not above or above.startswith("[~") or _REFERENCE.match(above) is not None


def _link(lines: list[str], place: int, label: str, reference: int) -> bool:
    """Link a number in the line at `place` to the line of its reference, and return whether it stands there."""
    lines[place], count = re.subn(
        rf"(?<![\\!\]])\[{label}\](?![\[(:])", rf"[\\[{label}\\]][~{reference}]", lines[place]
    )
    return count > 0

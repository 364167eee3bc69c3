"""The line above an answer: how near it is to what was asked, in the same words wherever it is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from archive.search.result import Grade
from bot.lookup.asking.answering import Reply

MAX_NAMED = 4
"""Words named that the nearest entry lacks."""


def preamble(found: Reply, mark: Callable[[str], str]) -> tuple[str, ...]:
    """Return what is said above an answer, in parts. `mark` makes a person's words stand out, and safe to show."""
    said: list[str] = []
    if found.found:
        said += [f"showing {mark(each.assumed)}; nothing on {mark(each.typed)}" for each in found.found.assumed]
    if found.grade is Grade.NEAREST:
        said.append(_nearest(found, mark))
    return tuple(said)


def _nearest(found: Reply, mark: Callable[[str], str]) -> str:
    """Return what keeps the best entry from being what was asked for."""
    topic = mark(found.request.topic or "that")
    if found.undefined:
        return f"No sentence says what {topic} is. Nearest:"
    lacked = [word for word in found.unmet if word not in found.unknown]
    said = [f"nothing at all on {_listed(found.unknown, mark)}"] if found.unknown else []
    said += [f"the nearest lacks {_listed(lacked, mark)}"] if lacked else []
    nothing = f"Nothing squarely on {topic}"
    return f"{nothing}: {', and '.join(said)}." if said else f"{nothing}. Nearest:"


def _listed(named: Sequence[str], mark: Callable[[str], str]) -> str:
    *others, last = map(mark, named[:MAX_NAMED])
    return f"{', '.join(others)} and {last}" if others else last

"""The line above an answer: how near it is to what was asked, in the same words wherever it is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from archive.search.result import Grade
from bot.lookup.asking.answering import Reply
from bot.lookup.asking.request import Limits, Request

MAX_NAMED = 4
"""Words named that the nearest entry lacks."""


def preamble(found: Reply, mark: Callable[[str], str]) -> tuple[str, ...]:
    """Return what is said above an answer, in parts. `mark` makes a person's words stand out, and safe to show."""
    said: list[str] = []
    if found.found:
        said += [f"showing {mark(each.assumed)}; nothing on {mark(each.typed)}" for each in found.found.assumed]
    if found.grade is Grade.NEAREST:
        said.append(_nearest(found, mark))
    if found.quotes or found.results:
        said += filters(found.request, mark)
        said += ["oldest first"] if found.request.limits.order == "oldest" else []  # of the newest, the search says so
    return tuple(said)


def nothing(found: Reply, mark: Callable[[str], str]) -> str:
    """Return what is said where there is no answer: of the whole archive only if it has nothing without the filters."""
    topic = mark(found.request.topic or "that")
    if not dropped(found):
        return f"Nothing in the archive on {topic}."
    return f"Nothing on {topic} {', '.join(filters(found.request, mark))}."


def dropped(found: Reply) -> str:
    """Return the query of what has an answer without the filters, "" if that has none or there are none."""
    topic = found.request.topic
    answered = found.found is not None and topic.casefold() in map(str.casefold, found.found.did_you_mean)
    return topic if topic and answered and filters(found.request, str) else ""


def filters(request: Request, mark: Callable[[str], str]) -> tuple[str, ...]:
    """Return the filters of a request in words, those that a thread remembers too: "in 2017", "only tools"."""
    limits = request.limits
    said = [*_days(limits)]
    said += [f"in the newest {request.last} issues"] if request.last else []
    said += [f"in {', '.join(mark(str(issue)) for issue in request.issues)}"] if request.issues else []
    said += [f"only {limits.section}"] if limits.section else []
    said += [f"of {mark(limits.newsletter)}"] if limits.newsletter else []
    said += [f"on {mark(limits.site)}"] if limits.site else []
    said += [f"without {mark(each)}" for each in limits.without]
    said += [f"without {each}" for each in limits.without_sections]
    return tuple(said)


def _days(limits: Limits) -> tuple[str, ...]:
    """Return the days that count, in words; the first of January is said as its year."""
    if limits.year:
        return (f"in {limits.year}",)
    named = (("since", limits.after), ("before", limits.before))
    return tuple(f"{when} {day.removesuffix('-01-01')}" for when, day in named if day)


def _nearest(found: Reply, mark: Callable[[str], str]) -> str:
    """Return what keeps the best entry from being what was asked for."""
    topic = mark(found.request.topic or "that")
    if found.undefined:
        return f"No sentence says what {topic} is. Nearest:"
    if found.request.of_newsletter:
        return "Nothing sure about the newsletter itself. Nearest:"
    lacked = [word for word in found.unmet if word not in found.unknown]
    said = [f"nothing at all on {_listed(found.unknown, mark)}"] if found.unknown else []
    said += [f"the nearest lacks {_listed(lacked, mark)}"] if lacked else []
    nothing = f"Nothing squarely on {topic}"
    return f"{nothing}: {', and '.join(said)}." if said else f"{nothing}. Nearest:"


def _listed(named: Sequence[str], mark: Callable[[str], str]) -> str:
    *others, last = map(mark, named[:MAX_NAMED])
    return f"{', '.join(others)} and {last}" if others else last

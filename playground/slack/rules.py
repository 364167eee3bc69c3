"""Rules for JSON from outside: small checks that combine, each saying what is wrong and where.

A rule is a function of (value, pointer) that yields breaches. The words are like those that Slack puts into
`response_metadata.messages`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias


class Breach(NamedTuple):
    """One thing wrong.

    `code` is Slack's error, or "" where Slack would take the value but show something else than was meant. `pointer`
    is a JSON pointer to the value; `what` a clause such as "must be less than 3001 characters".
    """

    code: str
    pointer: str
    what: str

    def __str__(self) -> str:
        """Return one line: code, what, where."""
        return f"{self.code or 'unwise'}: {self.what} [json-pointer:{self.pointer or '/'}]"


Rule: TypeAlias = Callable[[Any, str], Iterator[Breach]]

REFUSED = "invalid_blocks"


def breach(pointer: str, what: str) -> Breach:
    """Return a breach for which Slack refuses the blocks."""
    return Breach(REFUSED, pointer, what)


def string(low: int, high: int) -> Rule:
    """Return a rule for a string of `low` to `high` code points."""

    def check(value: Any, at: str) -> Iterator[Breach]:
        if not isinstance(value, str):
            yield breach(at, "must be a string")
        elif len(value) < low:
            yield breach(at, f"must be more than {low - 1} characters")
        elif len(value) > high:
            yield breach(at, f"must be less than {high + 1} characters, is {len(value)}")

    return check


def choice(*allowed: object) -> Rule:
    """Return a rule for one of the `allowed` values."""

    def check(value: Any, at: str) -> Iterator[Breach]:
        if not any(value == one and type(value) is type(one) for one in allowed):
            yield breach(at, f"must be one of {', '.join(map(str, allowed))}")

    return check


FLAG = choice(True, False)


def number(low: int, high: int) -> Rule:
    """Return a rule for a whole number from `low` to `high`."""

    def check(value: Any, at: str) -> Iterator[Breach]:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            yield breach(at, f"must be a whole number from {low} to {high}")

    return check


def many(low: int, high: int, each: Rule) -> Rule:
    """Return a rule for a list of `low` to `high` items that each keep `each`."""

    def check(value: Any, at: str) -> Iterator[Breach]:
        if not isinstance(value, list | tuple):
            yield breach(at, "must be an array")
            return
        if len(value) < low:
            yield breach(at, f"must have at least {low} items")
        if len(value) > high:
            yield breach(at, f"no more than {high} items allowed [{len(value)}]")
        for index, item in enumerate(value):
            yield from each(item, f"{at}/{index}")

    return check


def shape(need: Mapping[str, Rule], may: Mapping[str, Rule] | None = None) -> Rule:
    """Return a rule for an object with all fields of `need`, any of `may`, and no other."""
    known = {**need, **(may or {})}

    def check(value: Any, at: str) -> Iterator[Breach]:
        if not isinstance(value, Mapping):
            yield breach(at, "must be an object")
            return
        for name in need:
            if name not in value:
                yield breach(at, f"missing required field: {name}")
        for name, field in value.items():
            rule = known.get(name)
            if rule is None:
                yield breach(at, f"invalid additional property: {name}")
            else:
                yield from rule(field, f"{at}/{name}")

    return check


def by_type(table: Mapping[str, Rule]) -> Rule:
    """Return a rule for an object by its `type`: `table` has one for each."""

    def check(value: Any, at: str) -> Iterator[Breach]:
        kind = value.get("type") if isinstance(value, Mapping) else None
        rule = table.get(kind) if isinstance(kind, str) else None
        if rule is None:
            yield breach(at, f"unsupported type: {kind}")
        else:
            yield from rule(value, at)

    return check


def also(rule: Rule, *more: Rule) -> Rule:
    """Return a rule that applies `more` only to values that keep `rule`."""

    def check(value: Any, at: str) -> Iterator[Breach]:
        found = list(rule(value, at))
        yield from found
        if not found:
            for another in more:
                yield from another(value, at)

    return check


def any_of(*names: str) -> Rule:
    """Return a rule for an object that has at least one of the fields `names`."""

    def check(value: Any, at: str) -> Iterator[Breach]:
        if not any(name in value for name in names):
            yield breach(at, f"needs one of: {', '.join(names)}")

    return check

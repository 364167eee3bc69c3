"""Requests of the page, checked field by field: they come from outside like everything else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playground.demo.page.pages import PAGE_MESSAGES, PageRequest
from playground.demo.page.problem import PageError
from playground.slack.channel import micros


@dataclass(frozen=True, slots=True)
class Body:
    """A request's fields."""

    fields: Mapping[str, Any]

    @classmethod
    def read(cls, data: bytes) -> Body:
        """Read JSON. Raises PageError unless it is an object."""
        try:
            found = json.loads(data)
            json.dumps(found, ensure_ascii=False).encode()  # a lone surrogate is not text
        except (ValueError, RecursionError) as error:
            raise PageError("what was sent is no JSON") from error
        if not isinstance(found, dict):
            raise PageError("what was sent is no JSON object")
        return cls(found)

    def text(self, name: str, *, empty: bool = False) -> str:
        """Return a required string; "" for none with `empty`. Raises PageError."""
        found = self.fields.get(name)
        if found is None and empty:
            return ""
        if not isinstance(found, str) or not (found or empty):
            raise PageError(f"`{name}` must be a text")
        return found

    def table(self, name: str) -> Mapping[str, Mapping[str, Any]]:
        """Return an object of objects, empty if there is none. Raises PageError for anything else."""
        found = self.fields.get(name)
        if found is None:
            return {}
        if not isinstance(found, dict) or not all(isinstance(inner, dict) for inner in found.values()):
            raise PageError(f"`{name}` must be an object of objects")
        return found


def asked(query: Mapping[str, str]) -> PageRequest:
    """Return the requested part of a channel. Raises PageError."""
    return PageRequest(
        before=_moment(query, "before"),
        after=_moment(query, "after"),
        thread=query.get("thread") or None,
        limit=_limit(query.get("limit", "")),
    )


def _moment(query: Mapping[str, str], name: str) -> int | None:
    given = query.get(name, "")
    if not given:
        return None
    found = micros(given) if len(given) < 40 else None
    if found is None:
        raise PageError(f"`{name}` must be a message's ts")
    return found


def _limit(given: str) -> int:
    if not given:
        return PageRequest().limit
    if not (given.isascii() and given.isdigit() and len(given) < 9 and int(given) > 0):
        raise PageError("`limit` must be a number from 1 on")
    return min(int(given), PAGE_MESSAGES)

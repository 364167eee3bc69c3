"""Telling sponsored entries from editorial ones where no heading says so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from archive.issue import Entry, Section
from archive.kind import Kind
from archive.link import canonical, domain

_CALL = re.compile(
    # Calls to action, and what is offered for them.
    r"\b(?:register|registration|sign up|get (?:your|started|certified)|download|learn more|enrol|book your|reserve"
    r"|rsvp|join (?:us|experts|leading|this|the|our)|submit a|call for papers|webinars?|schedule an?"
    r"|free \w+(?:[ -]\w+){0,2} (?:course|class|introduction|workshop)|free (?:trial|copy|introduction|e-?book)"
    r"|discount|save (?:up to )?\W?\d+|\d+% off)\b",
    re.IGNORECASE,
)
_CALL_WORDS = (
    # A call has one of these: looked for first, in a tenth of the time.
    "regist", "sign up", "get ", "download", "learn more", "enrol", "book your", "reserve", "rsvp", "join ", "submit a",
    "call for papers", "webinar", "schedule a", "free ", "discount", "save ", "% off",
)  # fmt: skip
_NAMED = re.compile(
    r"\A\W*(?:\w+\W+){0,5}(?:is|was) (?:kindly |proudly )?(?:sponsored|supported|brought to you) by\b"
    r"|\A\W*(?:\w+\W+){0,5}our sponsors?\b",
    re.IGNORECASE,
)
_FIRST_WORDS = 300
_ITS_OWN = (Kind.SPONSOR, Kind.INTRO)
"""Sections that no entry is moved out of."""


def kind_of(entries: list[Entry]) -> Kind:
    """Return the kind of a section whose heading names none: a sponsor's if every entry has a call to action.

    An advertisement is headed with the advertiser's name; so is a report from a conference. Only the first says
    "register", "download" or "join us" in every entry.
    """
    if entries and all(_calls(entry.text) for entry in entries):
        return Kind.SPONSOR
    return Kind.OTHER


def _calls(text: str) -> bool:
    """Return whether a text calls to an action."""
    low = text.lower()
    return any(words in low for words in _CALL_WORDS) and _CALL.search(text) is not None


def with_sponsors_apart(sections: list[Section]) -> tuple[Section, ...]:
    """Move entries that repeat a sponsor's links under another heading (mostly at the end) to sections of their own.

    Such a section has no heading (""), as none was written; the rest continues under the heading before.
    """
    paid = _Paid([link.url for s in sections if s.kind is Kind.SPONSOR for e in s.entries for link in e.links])
    if not paid.may_cover([e for s in sections if s.kind not in _ITS_OWN for e in s.entries]):
        return tuple(sections)
    apart: list[Section] = []
    for section in sections:
        if section.kind in _ITS_OWN or not paid.may_cover(section.entries):
            apart.append(section)
        else:
            apart += _split(section, paid)
    return tuple(apart)


class _Paid:
    """The links of an issue's sponsors."""

    def __init__(self, urls: list[str]) -> None:
        self._urls = urls
        self._hosts = tuple({domain(url) for url in urls})

    @cached_property
    def _canonical(self) -> set[str]:
        """Return their canonical forms, which few issues need."""
        return set(map(canonical, self._urls))

    def may_cover(self, entries: Sequence[Entry]) -> bool:
        """Return quickly whether it may cover any of `entries`."""
        for entry in entries:
            if "sponsor" in entry.text:
                return True
        if not self._hosts:
            return False
        firsts = " ".join([entry.links[0].url for entry in entries if entry.links]).lower()
        for host in self._hosts:  # noqa: SIM110 - in half the time of any()
            if host in firsts:
                return True
        return False

    def covers(self, entry: Entry) -> bool:
        """Return whether all links of `entry` are a sponsor's, or its text has one."""
        if links := entry.links:
            first = links[0].url.lower()
            for host in self._hosts:
                if host in first:
                    return all(canonical(link.url) in self._canonical for link in links)
        return "sponsor" in entry.text and _NAMED.search(entry.text[:_FIRST_WORDS]) is not None


def _split(section: Section, paid: _Paid) -> list[Section]:
    runs: list[tuple[bool, list[Entry]]] = []
    for entry in section.entries:
        sponsored = paid.covers(entry)
        if not runs or runs[-1][0] != sponsored:
            runs.append((sponsored, []))
        runs[-1][1].append(entry)
    if runs[0][0]:
        runs.insert(0, (False, []))
    return [
        Section("", Kind.SPONSOR, tuple(entries), entries[0].line)
        if sponsored
        else Section(section.heading, section.kind, tuple(entries), section.line)
        for sponsored, entries in runs
    ]

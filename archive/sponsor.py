"""Telling what was paid for from what was chosen, where no heading says so."""

from __future__ import annotations

import re

from archive.issue import Entry, Section
from archive.kind import Kind
from archive.link import canonical

_CALL = re.compile(
    # Asking the reader to do something, and what is given for it.
    r"\b(?:register|registration|sign up|get (?:your|started|certified)|download|learn more|enrol|book your|reserve|rsvp"
    r"|join (?:us|experts|leading|this|the|our)|submit (?:a|your)|call for papers|training|webinars?|schedule an?"
    r"|free \w+(?:[ -]\w+){0,2} (?:course|class|introduction|workshop)|free (?:trial|copy|introduction|e-?book)"
    r"|discount|save (?:up to )?\W?\d+|\d+% off)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\A(?:\W*\b[\w’'-]+\b){0,4}\W+(?:is|was) (?:kindly |proudly )?(?:sponsored|supported|brought to you) by\b"
    r"|\bour sponsors?\b",
    re.IGNORECASE,
)


def kind_of(entries: list[Entry]) -> Kind:
    """Give the kind of a section whose heading names none: a sponsor's if all its entries ask the reader to do something.

    An advertisement is headed with the advertiser's name; so is a report from a conference. Only the first says
    "register", "download" or "join us" in every entry.
    """
    if entries and all(_CALL.search(entry.text) for entry in entries):
        return Kind.SPONSOR
    return Kind.OTHER


def told_apart(sections: list[Section]) -> tuple[Section, ...]:
    """Set entries that repeat a sponsor's under another heading (at the end, mostly) apart, in sections of their own.

    Such a section has no heading (""), for none was written; what follows it goes on under the heading before.
    """
    paid = {canonical(link.url) for s in sections if s.kind is Kind.SPONSOR for e in s.entries for link in e.links}
    apart: list[Section] = []
    for section in sections:
        if section.kind in (Kind.SPONSOR, Kind.INTRO) or not any(_is_paid(e, paid) for e in section.entries):
            apart.append(section)
        else:
            apart += _split(section, paid)
    return tuple(apart)


def _is_paid(entry: Entry, paid: set[str]) -> bool:
    if entry.links and paid and all(canonical(link.url) in paid for link in entry.links):
        return True
    return "sponsor" in entry.text and _NAMED.search(entry.text) is not None


def _split(section: Section, paid: set[str]) -> list[Section]:
    runs: list[tuple[bool, list[Entry]]] = []
    for entry in section.entries:
        sponsored = _is_paid(entry, paid)
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

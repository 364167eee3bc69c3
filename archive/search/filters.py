"""Which entries a query's filters let through."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from archive.issue import Issue
from archive.kind import Kind
from archive.link import canonical
from archive.search.postings import Ints
from archive.search.query import Query
from archive.search.segment import KINDS, Dictionary
from archive.search.segments import Segments

Bools = NDArray[np.bool_]

ASKED_FOR = frozenset({Kind.SPONSOR, Kind.JOBS})
"""Advertisements stay out unless a query names their kind."""


def _table(kinds: frozenset[Kind]) -> Bools:
    """Tell by number which kinds are among `kinds`."""
    return np.array([kind in kinds for kind in KINDS])


_USUAL = _table(frozenset(Kind) - ASKED_FOR)
_INTRO = KINDS.index(Kind.INTRO)


def allowed(
    query: Query, kinds: frozenset[Kind] | None, segments: Segments, dictionary: Dictionary, docs: Ints
) -> Bools:
    """Tell which of `docs` pass the filters of `query` and are of one of `kinds` (None: all but advertisements).

    An introduction without a link is let through only when asked for by its kind: there is nothing in it to open.
    """
    kept = segments.alive(docs)
    kept &= _of_kind(query.kinds, kinds, segments, docs)
    if query.after or query.before:
        days = segments.gather("day", docs)
        if query.after:
            kept &= days >= query.after.toordinal()
        if query.before:
            kept &= days < query.before.toordinal()
    if query.issues:
        kept &= _of_issue(query.issues, segments, docs)
    if query.newsletters:
        kept &= _of_newsletter(query.newsletters, segments, docs)
    if query.sites:
        kept &= _of_site(query.sites, segments, dictionary, docs)
    return kept


def _of_kind(asked: frozenset[Kind], kinds: frozenset[Kind] | None, segments: Segments, docs: Ints) -> Bools:
    """Tell which of `docs` are of the kinds asked for."""
    kind = segments.gather("kind", docs)
    if not asked and not kinds:
        usual: Bools = _USUAL[kind] & ((kind != _INTRO) | segments.gather("linked", docs))
        return usual
    wanted = (asked or kinds or frozenset(Kind) - ASKED_FOR) & (kinds or frozenset(Kind))
    kept: Bools = _table(wanted)[kind]
    return kept


def _of_issue(asked: tuple[str, ...], segments: Segments, docs: Ints) -> Bools:
    """Tell which of `docs` are of an issue with the slug or the number asked for."""
    wanted = {issue.lower() for issue in asked}
    return _in(segments, docs, lambda issue: issue.slug.lower() in wanted or str(issue.number) in wanted)


def _of_newsletter(slugs: tuple[str, ...], segments: Segments, docs: Ints) -> Bools:
    """Tell which of `docs` are of an issue of one of the newsletters `slugs`."""
    return _in(segments, docs, lambda issue: issue.newsletter in slugs)


def _in(segments: Segments, docs: Ints, wanted: Callable[[Issue], bool]) -> Bools:
    """Tell which of `docs` are of an issue that is `wanted`."""
    kept = np.zeros(len(docs), np.bool_)
    for segment, start, end in segments.places():
        hits = [wanted(issue) for issue in segment.issues]
        here = (docs >= start) & (docs < end)
        kept[here] = np.array(hits, np.bool_)[segment.issue_of[docs[here] - start]]
    return kept


def _of_site(sites: tuple[str, ...], segments: Segments, dictionary: Dictionary, docs: Ints) -> Bools:
    """Tell which of `docs` have a link to one of `sites`, to a part of one, or below a path of one."""
    hosts = tuple(site.partition("/")[0] for site in sites)
    table = np.array([_fits(name, hosts) for name in dictionary.sites] or [False], np.bool_)
    kept = np.zeros(len(docs), np.bool_)
    for segment, start, end in segments.places():
        owners = np.repeat(np.arange(len(segment)), np.diff(segment.link_bounds))
        linked = np.zeros(len(segment), np.bool_)
        linked[owners[table[segment.link_sites]]] = True
        here = (docs >= start) & (docs < end)
        kept[here] = linked[docs[here] - start]
    if any("/" in site for site in sites):
        for at in kept.nonzero()[0].tolist():
            links = segments.entry(int(docs[at]))[2].links
            kept[at] = any(_below(canonical(link.url), site) for link in links for site in sites)
    return kept


def _fits(host: str, sites: tuple[str, ...]) -> bool:
    """Return whether `host` is one of `sites` or part of one."""
    return any(host == site or host.endswith("." + site) for site in sites)


def _below(url: str, site: str) -> bool:
    """Return whether the canonical `url` is `site` (a host and perhaps a path) or below it."""
    return (url + "/").startswith(site + "/") or ("/" not in site and _fits(url.partition("/")[0], (site,)))

"""From a query to the entries that answer it, and how sure the best of them is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from archive.kind import Kind
from archive.search.filters import Bools, allowed
from archive.search.grading import SQUARE_COVERAGE, confidence, grade, meant
from archive.search.newsletters import Newsletters
from archive.search.plan import any_form, corrected, either, guessed, named, phrase, plan, shared
from archive.search.postings import Ints
from archive.search.qualifiers import is_missed
from archive.search.query import Query, QueryWord, parse
from archive.search.rank import Matches, Ranker
from archive.search.rerank import QueryLeaves, leaves_of, second_look
from archive.search.result import Grade
from archive.search.segment import Dictionary
from archive.search.segments import Segments, common
from archive.search.terms import Term, TermLookup
from archive.search.wording import STOP_WORDS
from archive.search.words import Words

CACHED_KIND_TABLES = 4
"""For so many sets of kinds a table of the entries that are of them is kept: a byte an entry."""
CACHED_PLANS = 1_024
"""So many queries are kept as they were taken apart."""
COMPLETE_SHARE = 0.9
"""Where the newest come first, an entry has at least this part of what the best one has of the query."""
FIRST_ENTRIES = 3
"""So many entries at least are shown of an answer, and one of them has each name that was asked for."""
_NOTHING = Matches(np.zeros(0, np.int32), np.zeros(0, np.float32), np.zeros(0, np.float32))


@dataclass(frozen=True, slots=True)
class Plan:
    """A query taken apart, the terms that are looked for, and the kinds of section to look in (None: the usual).

    `corrected`: a term may be met by what a word may have been meant to be.
    """

    asked: Query
    terms: tuple[Term, ...]
    kinds: frozenset[Kind] | None
    leaves: QueryLeaves
    corrected: bool

    @property
    def lone(self) -> bool:
        """Return whether nothing is looked for: there are only filters, words to leave out or an order."""
        only = self.asked.narrows or self.asked.without or self.asked.newest
        return bool(only) and not self.terms


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found, in no order; the grade of the best of it, and its confidence."""

    matches: Matches
    grade: Grade = Grade.NONE
    confidence: float = 0.0
    listed: bool = False
    """Whether nothing was looked for by words: all that is listed is what was asked for."""


class Finder:
    """Finds entries in one state of the archive."""

    def __init__(
        self,
        segments: Segments,
        dictionary: Dictionary,
        lookup: TermLookup,
        own_name: frozenset[str],
        newsletters: Newsletters,
    ) -> None:
        """Find in `segments`; `own_name` holds the words of the newsletter's name, `newsletters` what `from:` names."""
        self._segments = segments
        self._dictionary = dictionary
        self._lookup = lookup
        self._own_name = own_name
        self._newsletters = newsletters
        self._ranker = Ranker(segments)
        self._usual: dict[frozenset[Kind] | None, Bools] = {}
        self._plans: dict[tuple[str, frozenset[Kind] | None, date], Plan] = {}

    def plan(self, query: str, kinds: frozenset[Kind] | None, today: date) -> Plan:
        """Return what `query` looks for; kept for when it is asked again, or for another page."""
        key = query, kinds, today
        found = self._plans.get(key)
        if found is None:
            asked = self._newsletters.resolved(parse(query, today))
            if not self._own_name.isdisjoint(word.text for word in asked.words):
                asked = replace(asked, words=self._less_own_name(asked.words))
            if len(self._plans) >= CACHED_PLANS:
                self._plans.clear()
            found = self._plans[key] = self.planned(asked, kinds)
        return found

    def planned(self, asked: Query, kinds: frozenset[Kind] | None) -> Plan:
        """Return what a query that was taken apart looks for."""
        terms = (
            *plan(asked.words, self._lookup),
            *(either(options, self._lookup) for options in asked.either),
            *(phrase(texts, self._lookup) for texts in asked.phrases),
        )
        return Plan(asked, terms, kinds, leaves_of(terms), corrected(terms))

    def sharing(self, texts: Words) -> Plan:
        """Return what looks for any of some words, in any of their forms."""
        term = shared(texts, self._lookup)
        return Plan(Query(either=(tuple((text,) for text in texts),)), (term,), None, leaves_of((term,)), False)

    def _less_own_name(self, asked: tuple[QueryWord, ...]) -> tuple[QueryWord, ...]:
        """Make the words of the archive's own name optional beside others: every entry is about them."""
        if all(word.text in self._own_name or word.optional for word in asked):
            if all(word.text in self._own_name or word.filler for word in asked):
                return asked
            return tuple(replace(word, optional=word.filler or word.text in self._own_name) for word in asked)
        return tuple(replace(word, optional=word.optional or word.text in self._own_name) for word in asked)

    def prepare(self, names: Iterable[Words]) -> None:
        """Score the terms of `names` beforehand, as many as leave half the room for others."""
        for name in names:
            if self._ranker.is_half_full:
                return
            for term in plan(tuple(map(QueryWord, name)), self._lookup):
                self._ranker.hits(term)

    def found(self, plan: Plan) -> Outcome:
        """Return the entries that answer."""
        if plan.asked.addresses and len((linked := self._linked(plan)).docs):
            return Outcome(self._newest(linked), Grade.STRONG, 1.0, listed=True)
        if not plan.terms:
            found = self._everything(plan) if plan.lone else _NOTHING
            return Outcome(
                self._newest(found), Grade.STRONG if len(found.docs) else Grade.NONE, float(plan.lone), listed=True
            )
        found = self._kept(plan, self._ranker.found(plan.terms))
        if found.pruned and not len(found.docs):
            found = self._kept(plan, self._ranker.found(plan.terms, whole=True))
        found = second_look(plan.leaves, self._segments, found)
        sure = confidence(found, self._segments.living)
        graded = grade(found, sure)
        if graded is Grade.STRONG and (
            self._is_vague(plan) or self._lacks_name(plan, found) or self._lacks_qualifier(plan, found)
        ):
            graded = Grade.NEAREST
        return Outcome(self._answers(plan, found), graded, sure)

    def is_answered(self, plan: Plan) -> bool:
        """Return whether the answer is strong; of one word, that is said without ranking what has it."""
        if len(plan.terms) == len(plan.leaves) == 1 and not (
            plan.asked.addresses or plan.asked.number or plan.asked.month or self._is_vague(plan)
        ):
            found = self._kept(plan, self._ranker.found(plan.terms))
            if float(found.met.max(initial=0)) >= SQUARE_COVERAGE:
                return True
        return self.found(plan).grade is Grade.STRONG

    def everything_with(self, plan: Plan) -> list[int]:
        """Return every entry that has something of what is looked for and passes the filters, in no order."""
        found = self._kept(plan, self._ranker.found(plan.terms, whole=True)) if plan.terms else _NOTHING
        return [int(doc) for doc in found.docs]

    def _answers(self, plan: Plan, found: Matches) -> Matches:
        """Return those of `found` that come, scored in the order that was asked for or that such a query has."""
        telling = [word for word in plan.asked.words if not word.optional]
        if plan.asked.newest or found.common or (telling and all(word.text in self._own_name for word in telling)):
            return self._newest(found)
        return meant(found, several=len(telling) + len(plan.asked.phrases) > 1)

    def _is_vague(self, plan: Plan) -> bool:
        """Return whether no entry can be what was asked for: a word had to be guessed, or there is only filler."""
        asked = plan.asked
        filler = not asked.phrases and not asked.either and all(word.text in STOP_WORDS for word in asked.words)
        return filler or guessed(plan.terms)

    def _lacks_name(self, plan: Plan, found: Matches) -> bool:
        """Return whether none of the first entries has a name of the query, by any of its names.

        What has the rest of `postgres replication lag` may be about MySQL's.
        """
        first = _first(found)
        names = named(plan.terms, self._lookup)
        return any(common(np.sort(first), self._ranker.hits(term).docs).size == 0 for term in names)

    def _lacks_qualifier(self, plan: Plan, found: Matches) -> bool:
        """Return whether none of the first entries has the version or the month that is asked for."""
        if not (plan.asked.number or plan.asked.month):
            return False
        return is_missed(plan.asked, [self._segments.entry(int(doc))[2] for doc in _first(found)])

    def _kept(self, plan: Plan, found: Matches) -> Matches:
        """Return those of `found` that the filters let through and that have nothing to be left out."""
        kept = self._allowed(plan, found.docs)
        for left_out in plan.asked.without:
            kept &= ~np.isin(found.docs, self._with(left_out))
        return found.only(kept & (found.met > 0))

    def _everything(self, plan: Plan) -> Matches:
        docs = np.arange(len(self._segments), dtype=np.int32)
        ones = np.ones(len(docs), np.float32)
        return self._kept(plan, Matches(docs, ones, ones, common=True))

    def _linked(self, plan: Plan) -> Matches:
        """Return the entries that have an address of the query."""
        docs = self._segments.with_links([hash(url) for url in plan.asked.addresses])
        ones = np.ones(len(docs), np.float32)
        return self._kept(plan, Matches(docs, ones, ones))

    def _allowed(self, plan: Plan, docs: Ints) -> Bools:
        """Return which of `docs` pass the filters; where there are none, by a table of all entries."""
        if plan.asked.narrows:
            return allowed(plan.asked, plan.kinds, self._segments, self._dictionary, docs)
        table = self._usual.get(plan.kinds)
        if table is None:
            if len(self._usual) >= CACHED_KIND_TABLES:
                self._usual.clear()
            every = np.arange(len(self._segments), dtype=np.int32)
            table = allowed(plan.asked, plan.kinds, self._segments, self._dictionary, every)
            self._usual[plan.kinds] = table
        return table[docs]

    def _newest(self, found: Matches) -> Matches:
        """Return those that have about all of the query that the best has, scored by date alone."""
        whole = found.only(found.met >= found.met.max(initial=0) * COMPLETE_SHARE)
        return replace(whole, scores=self._segments.gather("day", whole.docs).astype(np.float32) / 1e6)

    def _with(self, texts: tuple[str, ...]) -> NDArray[np.int32]:
        """Return the entries that have a word to be left out, in any form, or a phrase."""
        term = phrase(texts, self._lookup) if len(texts) > 1 else any_form(texts[0], self._lookup)
        found = self._ranker.found((term,))
        return found.docs[found.met > 0]


def _first(found: Matches) -> Ints:
    """Return the first entries of what was found, best first."""
    return found.docs[np.argsort(-found.scores, kind="stable")[:FIRST_ENTRIES]]

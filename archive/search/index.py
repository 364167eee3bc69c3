"""The index over a newsletter's entries, and the one way to ask it.

What an index is made of: `postings` (entries by word and words by entry, in numpy arrays), `segment` (issues indexed
together), `segments` (segments end to end). What a query goes through: `query` (taken apart), `plan` (each word's
inflections, synonyms and corrections), `rank` (entries by those), `rerank` (the best looked at again), `cutoff` (which
of them are answers), and here (filters, the same link once, a page, the reasons). An entry is an answer only if it
meets enough of the query, weighed by how much each word tells; that is what gives an honest nothing.

Why an index of our own. Compared on the public archive's judged queries, over the same entries in one run (`python -m
benchmarks.search`; MRR of known entries, nDCG of topics / misspelt topics / aliases / questions, share of "none"
queries left empty):

    engine                  known  topic  misspelt  alias  question  none empty
    this                     0.91   0.85      0.92   0.79      0.74        1.00
    tantivy                  0.85   0.82      0.23   0.55      0.57        0.17
    tantivy, fuzzy terms     0.85   0.82      0.36   0.55      0.57        0.08
    SQLite FTS5, porter      0.84   0.81      0.23   0.55      0.55        0.17
    SQLite FTS5, trigram     0.79   0.77      0.33   0.49      0.52        0.08
    bm25s, stemmed           0.83   0.81      0.22   0.56      0.57        0.17
    Whoosh, fuzzy            0.74   0.72      0.38   0.48      0.40        0.08

The engines differ little where the words are right, and all fail alike where they aren't, for none says how much of a
query an entry meets, which word met what, or lets a compound, a synonym and a correction weigh differently in one
query. Built upon one of them, each query would be dozens of theirs, and the coverage would be computed here anyway.
FTS5 and bm25s are moreover linear in the archive (10 to 130 times tantivy at a hundred copies), and bm25s is rebuilt
whole for a changed issue. Arrays of our own cost one and a half times tantivy's time for a query and to build, and at
most twice its memory (`python -m benchmarks searching`), and bring no dependency but numpy; rapidfuzz measures the
distance of a misspelt word to the few of the vocabulary with nearly its letters. Embeddings carried within a package
were not needed for any figure. What is still missed, and what was tried for it: `benchmarks/search/README.md`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby, islice, repeat

import numpy as np
from numpy.typing import NDArray

from archive.issue import Issue
from archive.kind import Kind
from archive.search import suggest
from archive.search import synonyms as synonym_table
from archive.search.cutoff import meant
from archive.search.explain import Explainer
from archive.search.filters import Bools, allowed
from archive.search.inflections import inflections
from archive.search.plan import Term, TermLookup, any_form, corrected, phrase, plan
from archive.search.postings import Ints
from archive.search.query import STOP_WORDS, Query, QueryWord, narrowing, parse
from archive.search.rank import Matches, Ranker
from archive.search.rerank import second_look
from archive.search.result import Answer, Result
from archive.search.segment import Dictionary, build
from archive.search.segments import EntryCounts, Segments
from archive.search.synonyms import Synonyms
from archive.search.words import words

CACHED_ANSWERS = 512
"""So many answers are kept: people ask the same things, and turn pages."""
MAX_RESULTS = 100
"""So many results at most come on one page."""
CACHED_KIND_TABLES = 4
"""For so many sets of kinds a table of the entries that are of them is kept: a byte an entry."""
MAX_SUGGESTIONS = 3
"""So many other queries at most are offered when there is nothing."""


class Index:
    """Every entry of some issues, ready to be searched.

    Immutable: readers may hold one while a newer is made from it. Make one with `Index.of`, the next with `changed`.
    """

    def __init__(self, dictionary: Dictionary, segments: Segments, synonyms: Synonyms, titles: Counter[str]) -> None:
        """Hold what `of` and `changed` have made; `titles` counts the issues by the words of their titles."""
        self._dictionary = dictionary
        self._segments = segments
        self._synonyms = synonyms
        self._titles = titles
        self._topics: tuple[str, ...] | None = None
        self._answers: dict[tuple[str, frozenset[Kind] | None, int, int, bool], Answer] = {}
        self._own_name = frozenset(word for word, count in titles.items() if count > segments.issue_count / 2)
        self._answered: dict[tuple[str, frozenset[Kind] | None], bool] = {}
        self._usual: dict[frozenset[Kind] | None, Bools] = {}
        self._ranker = Ranker(segments)
        self._lookup = TermLookup(
            dictionary.words, synonyms, EntryCounts(segments, dictionary.words), segments.together
        )
        self._explainer = Explainer(self._lookup)

    @classmethod
    def of(cls, issues: Iterable[Issue], synonyms: Synonyms | None = None) -> Index:
        """Index `issues`, in any order; the last of those that share a slug counts.

        `synonyms` is the table of synonyms (None: the one that ships).
        """
        kept = {issue.slug: issue for issue in issues}
        dictionary = Dictionary()
        segments = Segments((build(kept.values(), dictionary),), (None,))
        titles = Counter(word for issue in kept.values() for word in _title(issue))
        return cls(dictionary, segments, synonyms or synonym_table.shipped(), titles)

    def over(self, issues: Iterable[Issue]) -> Index:
        """Give an index over other `issues`, with this one's table of synonyms."""
        return Index.of(issues, self._synonyms)

    def changed(self, changed: Iterable[Issue], removed: Iterable[str] = ()) -> Index:
        """Give a new index with the `changed` issues added or put in place and those of the `removed` slugs gone.

        The cost is that of the issues named, not of the others; this index goes on unchanged. An unknown slug in
        `removed` is no error.
        """
        added = {issue.slug: issue for issue in changed}
        titles = Counter(self._titles)
        segments = self._segments
        for slug in {*added, *removed}:
            if (at := segments.find(slug)) is not None:
                titles.subtract(_title(segments.parts[at[0]].issues[at[1]]))
                segments = segments.without(*at)
        if added:
            titles.update(word for issue in added.values() for word in _title(issue))
            segments = segments.with_segment(build(added.values(), self._dictionary))
        return Index(self._dictionary, segments.tidied(self._dictionary), self._synonyms, +titles)

    def search(
        self,
        query: str,
        *,
        kinds: frozenset[Kind] | None = None,
        limit: int = 10,
        offset: int = 0,
        reasons: bool = True,
    ) -> Answer:
        """Answer `query` with the `limit` (at most 100) best entries from the `offset`th on.

        `kinds` narrows to kinds of section (None: all but sponsors and jobs, which come only when named here or by
        `in:`). The order is the same for every page. Without `reasons` the results have theirs only where a word may
        have been met by a correction: a fifth of a query's time goes into them. Never raises, whatever `query` holds.
        """
        asked = query, kinds, max(0, min(limit, MAX_RESULTS)), max(0, offset)
        key = (*asked, reasons)
        answer = self._answers.get(key)
        if answer is None:
            answer = self._search(*asked, reasons=reasons)
            if len(self._answers) >= CACHED_ANSWERS:
                self._answers.clear()
            self._answers[key] = answer
        return answer

    def forget(self) -> None:
        """Forget the answers given so far, for who measures; what is known of single words stays."""
        self._answers.clear()
        self._answered.clear()

    def suggest(self, typed: str, limit: int = 10) -> tuple[str, ...]:
        """Complete what was `typed` so far, at most `limit` ways, the likeliest first; () for nothing typed."""
        return suggest.complete(typed, limit, self._lookup, self._segments)

    def topics(self, limit: int = 20) -> tuple[str, ...]:
        """Give the `limit` topics that the archive says most about, by the names it uses, the most frequent first."""
        if self._topics is None or len(self._topics) < limit:
            found = suggest.topics(max(limit, 20) + len(self._own_name), self._lookup)
            self._topics = tuple(topic for topic in found if topic not in self._own_name)
        return self._topics[: max(0, limit)]

    def _search(self, query: str, kinds: frozenset[Kind] | None, limit: int, offset: int, *, reasons: bool) -> Answer:
        asked, terms = self._planned(query)
        found = self._found(asked, kinds, terms)
        told = terms if reasons or corrected(terms) else ()
        page = tuple(self._page(found, told, offset, limit))
        answer = Answer(query, page, self._distinct(found), problems=asked.problems)
        return answer if len(found.docs) else self._nothing(answer, asked, kinds)

    def _planned(self, query: str) -> tuple[Query, tuple[Term, ...]]:
        """Take `query` apart, and give what is looked for."""
        asked = parse(query)
        asked = replace(asked, words=self._less_own_name(asked.words))
        return asked, (*plan(asked.words, self._lookup), *(phrase(texts, self._lookup) for texts in asked.phrases))

    def _less_own_name(self, asked: tuple[QueryWord, ...]) -> tuple[QueryWord, ...]:
        """Make the words of the archive's own name welcome only, beside others: every entry is about them."""
        if all(word.text in self._own_name or word.optional for word in asked):
            return asked
        return tuple(QueryWord(word.text, optional=word.optional or word.text in self._own_name) for word in asked)

    def _found(self, asked: Query, kinds: frozenset[Kind] | None, terms: tuple[Term, ...]) -> Matches:
        """Give the entries that answer, in no order."""
        if terms:
            found = self._ranker.found(terms)
        elif asked.has_filters:
            docs = np.arange(len(self._segments), dtype=np.int32)
            found = Matches(docs, np.ones(len(docs), np.float32), np.ones(len(docs), np.float32), common=True)
        else:
            return Matches(np.zeros(0, np.int32), np.zeros(0, np.float32), np.zeros(0, np.float32))
        kept = self._allowed(asked, kinds, found.docs)
        for left_out in asked.without:
            kept &= ~np.isin(found.docs, self._with(left_out))
        found = found.only(kept & (found.met > 0))
        if found.common or all(word.text in self._own_name for word in asked.words if not word.optional):
            return self._newest(found)
        several = sum(not word.optional for word in asked.words) > 1
        return meant(second_look(terms, self._segments, found), found.met, several=several)

    def _allowed(self, asked: Query, kinds: frozenset[Kind] | None, docs: Ints) -> Bools:
        """Tell which of `docs` pass the filters; where there are none, by a table of all entries."""
        if asked.has_filters:
            return allowed(asked, kinds, self._segments, self._dictionary, docs)
        table = self._usual.get(kinds)
        if table is None:
            if len(self._usual) >= CACHED_KIND_TABLES:
                self._usual.clear()
            every = np.arange(len(self._segments), dtype=np.int32)
            table = self._usual[kinds] = allowed(asked, kinds, self._segments, self._dictionary, every)
        return table[docs]

    def _newest(self, found: Matches) -> Matches:
        """Score entries by date alone, those that meet most of the query first."""
        whole = found.only(found.met >= found.met.max(initial=0) * 0.9)
        return replace(whole, scores=self._segments.gather("day", whole.docs).astype(np.float32) / 1e6)

    def _with(self, texts: tuple[str, ...]) -> NDArray[np.int32]:
        """Give the entries that have a word to be left out, in any form, or a phrase."""
        term = phrase(texts, self._lookup) if len(texts) > 1 else any_form(texts[0], self._lookup)
        found = self._ranker.found((term,))
        return found.docs[found.met > 0]

    def _order(self, found: Matches) -> NDArray[np.intp]:
        """Give the places in `found` best first, then newest first, then in reading order."""
        days = self._segments.gather("day", found.docs)
        return np.lexsort((self._segments.gather("ordinal", found.docs), -days, -found.scores))

    def _first(self, found: Matches, count: int) -> tuple[Matches, list[int]]:
        """Give the first `count` places in order, a link once, in the part of `found` that it was enough to sort."""
        enough = 4 * count + 50
        if len(found.docs) > enough:
            least = np.partition(found.scores, len(found.docs) - enough)[len(found.docs) - enough]
            best = found.only(found.scores >= least)
            places = list(islice(self._once(best, self._order(best)), count))
            if len(places) == count:
                return best, places
        return found, list(islice(self._once(found, self._order(found)), count))

    def _distinct(self, found: Matches) -> int:
        """Count the entries found, those with the same first link as one."""
        linked = self._segments.gather("linked", found.docs)
        links = self._segments.gather("first_link", found.docs)[linked]
        links.sort()
        return int(np.count_nonzero(links[1:] != links[:-1])) + bool(len(links)) + int(np.count_nonzero(~linked))

    def _page(self, found: Matches, terms: tuple[Term, ...], offset: int, limit: int) -> Iterator[Result]:
        """Give one page of `found`, the best first."""
        found, places = self._first(found, offset + limit)
        at = np.array(places[offset:], np.intp)
        shown = found.docs[at]
        tokens = self._segments.words(shown) if terms else repeat(frozenset[int]())
        for doc, score, words_ in zip(shown.tolist(), found.scores[at].tolist(), tokens, strict=False):
            issue, section, entry = self._segments.entry(doc)
            reasons = self._explainer.reasons(terms, words_) if terms else ()
            yield Result(issue, section, entry, round(score, 4), self._also_in(doc, issue), reasons)

    def _once(self, found: Matches, order: NDArray[np.intp]) -> Iterator[int]:
        """Give the places of `order`, the first only of those with the same first link.

        Entries as good and as old as each other come by their issue's moment and slug, whatever order they were
        indexed in.
        """
        docs = found.docs[order]
        links = self._segments.gather("first_link", docs).tolist()
        linked = self._segments.gather("linked", docs).tolist()
        ranks = zip(found.scores[order].tolist(), self._segments.gather("day", docs).tolist(), strict=True)
        seen: set[int] = set()
        at = 0
        for _, equals in groupby(ranks):
            run = list(range(at, at := at + sum(1 for _ in equals)))
            if len(run) > 1:
                run.sort(key=lambda place: self._segments.rank(int(docs[place])))
            for place in run:
                if links[place] not in seen or not linked[place]:
                    seen.add(links[place])
                    yield int(order[place])

    def _also_in(self, doc: int, issue: Issue) -> tuple[Issue, ...]:
        """Give the other issues that have the first link of `doc`, newest first."""
        segment, local = self._segments.place(doc)
        if not segment.linked[local] or (len(self._segments.parts) == 1 and not segment.repeated[local]):
            return ()
        link = int(segment.first_link[local])
        others = {other.slug: other for other in self._segments.issues_with(link) if other.slug != issue.slug}
        if not others:
            return ()
        return tuple(sorted(others.values(), key=lambda other: (other.published, other.slug), reverse=True))

    def _nothing(self, answer: Answer, asked: Query, kinds: frozenset[Kind] | None) -> Answer:
        """Give the answer when there is nothing: what may have been meant, and what there is."""
        righted = (
            other for other in suggest.meant(answer.query, asked, self._lookup) if self._answers_to(other, kinds)
        )
        return replace(
            answer,
            did_you_mean=tuple(
                islice(dict.fromkeys([*righted, *self._parts(answer.query, asked, kinds)]), MAX_SUGGESTIONS)
            ),
            near_topics=suggest.near_topics(asked, self._lookup, self.topics(suggest.MAX_NEAR_TOPICS)),
        )

    def _parts(self, query: str, asked: Query, kinds: frozenset[Kind] | None) -> Iterator[str]:
        """Give the parts of `query` that by themselves have answers under the same filters, no word twice."""
        offered: set[str] = set()
        for name in suggest.parts(asked, self._lookup):
            other = f"{' '.join(name)} {narrowing(query)}".strip()
            if offered.isdisjoint(name) and self._answers_to(other, kinds):
                offered.update(name, *map(inflections, name))
                yield other

    def _answers_to(self, query: str, kinds: frozenset[Kind] | None) -> bool:
        """Tell whether any entry answers `query`; what is offered often is looked for once."""
        known = self._answered.get((query, kinds))
        if known is None:
            asked, terms = self._planned(query)
            known = len(self._found(asked, kinds, terms).docs) > 0
            if len(self._answered) >= CACHED_ANSWERS:
                self._answered.clear()
            self._answered[query, kinds] = known
        return known


def _title(issue: Issue) -> set[str]:
    """Give the words of an issue's title that may be the newsletter's name."""
    return {word for word in words(issue.title) if word.isalpha() and word not in STOP_WORDS and word != "issue"}

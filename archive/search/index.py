"""The index over a newsletter's entries, and the one way to ask it.

What an index is made of: `postings` (entries by word and words by entry, in numpy arrays), `segment` (issues indexed
together), `segments` (segments end to end). What a query goes through: `query` (taken apart), `plan` (each word's
inflections, synonyms and corrections), `rank` (entries by those), `rerank` (the best looked at again), `grading` (which
of them come, and how sure the best is), `finder` (all of that), `paging` (a link once, a page), and here (the reasons,
and what is said beside). Every query gets its best entries; one number says whether they are what was asked for.

Why an index of our own. Compared on the public archive's 305 judged queries, over the same entries in one run (`python
-m benchmarks.search`; means of four folds: MRR of known entries, nDCG of topics / misspelt topics / aliases /
questions, and the share of queries on which the archive has nothing that are not answered as if it had):

    engine                  known  topic  misspelt  alias  question  none: no strong
    this                     0.88   0.83      0.85   0.78      0.71             0.95
    tantivy                  0.84   0.79      0.27   0.49      0.60             0.13
    tantivy, fuzzy terms     0.84   0.79      0.40   0.49      0.60             0.04
    SQLite FTS5, porter      0.84   0.79      0.27   0.49      0.59             0.13
    SQLite FTS5, trigram     0.79   0.75      0.33   0.45      0.58             0.08
    bm25s, stemmed           0.83   0.79      0.27   0.49      0.61             0.13
    Whoosh, fuzzy            0.74   0.70      0.45   0.46      0.46             0.04

The engines differ little where the words are right, and all fail alike where they aren't, for none says how much of a
query an entry meets, which word met what, or lets a compound, a synonym and a correction weigh differently in one
query. Built upon one of them, each query would be dozens of theirs, and the coverage would be computed here anyway.
FTS5 and bm25s are moreover linear in the archive (10 to 130 times tantivy at a hundred copies), and bm25s is rebuilt
whole for a changed issue. Arrays of our own take about tantivy's time for a query whose words they know and twice as
long for one with new words, at most twice its memory (`python -m benchmarks searching`), and bring no dependency but
numpy; rapidfuzz measures the distance of a misspelt word to the few of the vocabulary with nearly its letters. What is
still missed, and what was tried for it: `benchmarks/search/README.md`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import chain, islice, repeat

import numpy as np

from archive.issue import Entry, Issue, Section
from archive.kind import Kind
from archive.search import mentions, notes, paging, suggest, typeahead
from archive.search import remedy as remedies
from archive.search import synonyms as synonym_table
from archive.search.dates import spoken
from archive.search.explain import Explainer
from archive.search.finder import Finder, Outcome, Plan
from archive.search.inflections import inflections
from archive.search.mentions import Mention
from archive.search.named_issues import NamedIssues
from archive.search.newsletters import Named, Newsletters
from archive.search.query import Query, loosened, narrowing, widened
from archive.search.remedy import Remedy
from archive.search.result import Answer, Grade, Result
from archive.search.segment import Dictionary, build, title_words
from archive.search.segments import EntryCounts, Segments
from archive.search.synonyms import Synonyms
from archive.search.terms import TermLookup, is_english
from archive.search.words import Words, words

CACHED_ANSWERS = 512
"""So many answers are kept: people ask the same things, and turn pages."""
CACHED_GRADES = 4_096
"""So many queries are known to have a strong answer or not: topics, completions and corrections are offered often."""
CACHED_ENTRIES = 16_384
"""So many entries are kept as they are shown: people find the same ones."""
MAX_RESULTS = 100
"""So many results at most come on one page."""
MAX_SUGGESTIONS = 3
"""So many other queries at most are offered where the answer is not strong."""


class Index:
    """Every entry of some issues, ready to be searched.

    Immutable: readers may hold one while a newer is made from it. Make one with `Index.of`, the next with `changed`.
    """

    def __init__(
        self, dictionary: Dictionary, segments: Segments, synonyms: Synonyms, titles: Counter[str], named: Named = None
    ) -> None:
        """Hold what `of` and `changed` have made; `titles` counts the issues by the words of their titles."""
        self._all_newsletters = named
        self._dictionary = dictionary
        self._segments = segments
        self._synonyms = synonyms
        self._titles = titles
        self._topics: tuple[str, ...] | None = None
        self._issues = NamedIssues(segments.issues)
        self._today: date | None = None
        self._named: remedies.Named | None = None
        self._shown: dict[int, tuple[Issue, Section, Entry, tuple[Issue, ...]]] = {}
        self._answers: dict[tuple[object, ...], Answer] = {}
        self._answered: dict[tuple[str, frozenset[Kind] | None], bool] = {}
        self._answered_topics: dict[str, bool] = {}
        self._own_name = frozenset(word for word, count in titles.items() if count > segments.issue_count / 2)
        counts = EntryCounts(segments, dictionary.words)
        self._lookup = TermLookup(dictionary.words, synonyms, counts, segments.together, dictionary.respelt)
        self._lookup = replace(self._lookup, stemmed=is_english(self._lookup))
        self.newsletters = named or Newsletters(segments.issues)
        self._finder = Finder(segments, dictionary, self._lookup, self._own_name, self.newsletters)
        self._explainer = Explainer(self._lookup)

    @classmethod
    def of(cls, issues: Iterable[Issue], synonyms: Synonyms | None = None, named: Newsletters | None = None) -> Index:
        """Index `issues`, in any order; the last of those that share a slug counts.

        `synonyms` is the table of synonyms (None: the one that ships), `named` the newsletters that may be named.
        """
        kept = {issue.slug: issue for issue in issues}
        dictionary = Dictionary()
        segments = Segments((build(kept.values(), dictionary),), (None,))
        titles = Counter(word for issue in kept.values() for word in title_words(issue))
        return cls(dictionary, segments, synonyms or synonym_table.shipped(), titles, named)

    def over(self, issues: Iterable[Issue]) -> Index:
        """Return an index over other `issues`, with this one's table of synonyms and newsletters."""
        return Index.of(issues, self._synonyms, self.newsletters.without_issues())

    def changed(self, changed: Iterable[Issue], removed: Iterable[str] = ()) -> Index:
        """Return a new index with the `changed` issues added or put in place and those of the `removed` slugs gone.

        The cost is that of the issues named, not of the others; this index goes on unchanged. An unknown slug in
        `removed` is no error.
        """
        added = {issue.slug: issue for issue in changed}
        titles = Counter(self._titles)
        segments = self._segments
        for slug in {*added, *removed}:
            if (at := segments.find(slug)) is not None:
                titles.subtract(title_words(segments.parts[at[0]].issues[at[1]]))
                segments = segments.without(*at)
        if added:
            titles.update(word for issue in added.values() for word in title_words(issue))
            segments = segments.with_segment(build(added.values(), self._dictionary))
        return Index(
            self._dictionary, segments.tidied(self._dictionary), self._synonyms, +titles, self._all_newsletters
        )

    def search(
        self,
        query: str,
        *,
        kinds: frozenset[Kind] | None = None,
        limit: int = 10,
        offset: int = 0,
        reasons: bool = False,
        today: date | None = None,
    ) -> Answer:
        """Answer `query` with the `limit` (at most 100) best entries from the `offset`th on.

        `kinds` narrows to kinds of section (None: all but sponsors and jobs, which come only when named here or by
        `in:`). The order is the same for every page. Results have their reasons with `reasons`, and otherwise only
        where a word may have been met by a correction, or the answer is not strong: a quarter of a query's time goes
        into them. Days in plain words ("last month") count back from `today` (None: the day of the newest issue). Never
        raises, whatever `query` holds.
        """
        key = query, kinds, max(0, min(limit, MAX_RESULTS)), max(0, offset), reasons, today
        answer = self._answers.get(key)
        if answer is None:
            plan = self._finder.plan(query, kinds, today or self._newest_day())
            answer = self._answer(query, plan, key[2], key[3], reasons=reasons)
            if len(self._answers) >= CACHED_ANSWERS:
                self._answers.clear()
            self._answers[key] = answer
        return answer

    def sharing(self, texts: Words, limit: int) -> tuple[Result, ...]:
        """Return the `limit` best entries that have any of some words, inflected or not, and by no other name."""
        plan = self._finder.sharing(texts)
        return tuple(self._page(plan, self._finder.found(plan), 0, limit, told=False)) if texts else ()

    def mentions(self, topic: str, query: str = "", today: date | None = None) -> tuple[Mention, ...]:
        """Return every entry that says `topic` (`archive.search.mentions` has the rule), oldest first.

        `query` holds filters in the query language; () for a topic of filler alone.
        """
        day = today or self._newest_day()
        # The language's name is a common verb, which the archive tells apart by its capital letter.
        named = "golang" if topic.casefold() == "go" else topic
        asked = dict.fromkeys((named, *self._slipped(named)))
        found = {
            (each[0].slug, each[2].position): each
            for one in asked
            for each in self._saying(f"{one} {query}".strip(), day)
        }
        return tuple(sorted(found.values(), key=lambda each: (each[0].published, each[0].slug, each[2].position)))

    def _saying(self, query: str, day: date) -> Iterator[Mention]:
        plan = self._finder.plan(query, None, day)
        entries = map(self._segments.entry, self._finder.everything_with(plan))
        return mentions.mentioning(plan.terms, self._lookup.vocabulary.words, entries)

    def _slipped(self, topic: str) -> Iterator[str]:
        """Return a topic with one of its words as the archive misspells it, for each misspelling."""
        vocabulary, asked = self._lookup.vocabulary, topic.casefold().split()
        for at, word in enumerate(asked):
            like = (vocabulary.words[number] for number in vocabulary.starting(word[:1]).tolist())
            for slip in mentions.slips(word, like, self._lookup.count):
                yield " ".join((*asked[:at], slip, *asked[at + 1 :]))

    def sites(self) -> frozenset[str]:
        """Return the hosts that the archive links to."""
        return frozenset(self._dictionary.sites)

    def weight(self, word: str) -> float:
        """Return what a word of a query counts: the more, the fewer entries have it; one or more words."""
        counts = [self._lookup.count(part) for part in words(word)]
        return math.log((self._segments.living + 1) / (min(counts, default=0) + 0.5))

    def prepare(self) -> None:
        """Look up beforehand what queries share: the names of the table, the topics, how words are put right.

        About 0.3 s, in any thread, beside searches; without it the first queries that need any of it take their part.
        """
        self._lookup.near("mispelling")
        self._finder.prepare(name for name in self._synonyms.topics if all(map(self._lookup.count, name)))
        self.topics()

    def forget(self) -> None:
        """Forget the answers given so far, for who measures; what is known of single words stays."""
        self._answers.clear()
        self._answered.clear()

    def suggest(self, typed: str, limit: int = 10) -> tuple[str, ...]:
        """Return topics, tools and titles that what was `typed` may become, at most `limit`, the likeliest first.

        Misspelt or not; () for nothing typed. Each is a query that the archive has an answer to.
        """
        found = typeahead.complete(typed, self._lookup, self._segments, self._is_topic_answered)
        return tuple(found[: max(0, limit)])

    def topics(self, limit: int = 20) -> tuple[str, ...]:
        """Return the `limit` topics that the archive says most about, by the names it uses, the most frequent first.

        Each has a strong answer.
        """
        if self._topics is None or len(self._topics) < limit:
            found = suggest.topics(max(limit, 20) + len(self._own_name), self._lookup)
            self._topics = tuple(
                topic for topic in found if topic not in self._own_name and self.is_answered(topic, None)
            )
        return self._topics[: max(0, limit)]

    def remedy(self, query: str) -> Remedy | None:
        """Return what would have given `query` a strong answer, such as a synonym; None if nothing is known.

        The first call reads every headline: about 0.1 s for 7,000.
        """
        if self._named is None:
            entries = (entry for issue in self._segments.issues() for _, entry in issue.entries())
            self._named = remedies.initials_of(entry.headline for entry in entries)
        return remedies.remedy(query, self._lookup, self._named, self._is_answered_with)

    def _is_answered_with(self, query: str, line: str) -> bool:
        """Return whether `query` has a strong answer with a `line` more in the table of synonyms."""
        if not line:
            return self.is_answered(query, None)
        extended = synonym_table.extended(self._synonyms, line)
        return Index(self._dictionary, self._segments, extended, self._titles).is_answered(query, None)

    def _answer(self, query: str, plan: Plan, limit: int, offset: int, *, reasons: bool) -> Answer:
        outcome = self._finder.found(plan)
        issue = self._issues.named(plan.asked)
        if issue and (plan.asked.day or not len(outcome.matches.docs)):
            plan = self._finder.planned(replace(plan.asked, words=(), issues=(issue.slug,)), plan.kinds)
            outcome = self._finder.found(plan)
        said = [*notes.of(plan.asked, lone=plan.lone and not issue), *notes.of_day(plan.asked.day, issue)]
        if plan.asked.spoken_days and not len(outcome.matches.docs):
            plan, outcome, said = self._without_days(plan, query)
        told = reasons or outcome.grade is not Grade.STRONG or plan.corrected
        page = tuple(self._page(plan, outcome, offset, limit, told=told))
        typed = frozenset(word.text for word in plan.asked.words if plan.corrected and self._lookup.count(word.text))
        assumed = tuple(notes.as_typed(query, notes.assumed(page, typed))) if plan.corrected else ()
        total = paging.distinct(outcome.matches, self._segments)
        grade = Grade.STRONG if issue else outcome.grade
        answer = Answer(
            query, page, total, (), (), plan.asked.problems, grade, outcome.confidence, assumed, tuple(said), issue
        )
        return answer if grade is Grade.STRONG else self._with_ways_on(answer, plan)

    def _without_days(self, plan: Plan, query: str) -> tuple[Plan, Outcome, list[str]]:
        """Search without the days in plain words, which left nothing: they may well have been meant as words."""
        asked = replace(plan.asked, after=None, before=None, spoken_days="")
        wider = self._finder.planned(asked, plan.kinds)
        outcome = self._finder.found(wider)
        if not len(outcome.matches.docs):
            return wider, outcome, []
        total = paging.distinct(outcome.matches, self._segments)
        topic = widened(spoken(query, self._newest_day())[0]).strip()
        return (
            wider,
            replace(outcome, grade=Grade.NEAREST),
            [f"{notes.emptied(plan.asked, topic, total)}: shown are all"],
        )

    def _page(self, plan: Plan, outcome: Outcome, offset: int, limit: int, *, told: bool) -> Iterator[Result]:
        """Return one page of what was found, the best first."""
        found, places = paging.first(outcome.matches, self._segments, offset + limit)
        at = np.array(places[offset:], np.intp)
        shown = found.docs[at]
        tokens = self._segments.words(shown) if told and plan.terms else repeat(frozenset[int]())
        terms = tuple(term for term in plan.terms if not term.filler) or plan.terms
        for doc, score, words_ in zip(shown.tolist(), found.scores[at].tolist(), tokens, strict=False):
            issue, section, entry, also = self._shown.get(doc) or self._show(doc)
            reasons = self._explainer.reasons(terms, words_) if told and plan.terms else ()
            lacks = notes.lacks(plan.asked, reasons, entry) if told and plan.terms and not outcome.listed else ()
            yield Result(issue, section, entry, round(score, 4), also, reasons, lacks)

    def _show(self, doc: int) -> tuple[Issue, Section, Entry, tuple[Issue, ...]]:
        """Return the entry numbered `doc` with its issue and section, and the other issues with its link."""
        if len(self._shown) >= CACHED_ENTRIES:
            self._shown.clear()
        issue, section, entry = self._segments.entry(doc)
        found = self._shown[doc] = issue, section, entry, paging.also_in(self._segments, doc, issue)
        return found

    def _newest_day(self) -> date:
        """Return the day of the newest issue, from which days in plain words count back."""
        if self._today is None:
            self._today = max((issue.published.date() for issue in self._segments.issues()), default=date.max)
        return self._today

    def _with_ways_on(self, answer: Answer, plan: Plan) -> Answer:
        """Return an answer that is not strong with other queries that have one, and with topics."""
        query, asked = answer.query, plan.asked
        said = list(answer.notes)
        wider: list[str] = []
        if not answer.results and plan.lone:
            said = [f"nothing {notes.limits(asked)}"]
        elif not answer.results and (asked.narrows or asked.without) and (plain := widened(query).strip()):
            found = self._finder.found(self._finder.plan(plain, plan.kinds, self._newest_day()))
            if total := paging.distinct(found.matches, self._segments):
                said = [notes.emptied(asked, plain, total)]
                wider.append(plain)
        if (elsewhere := self._left_out(answer, plan)) is not None:
            wider.insert(0, elsewhere[0])
            said.append(elsewhere[1])
        parts = dict(self._parts(query, plan))
        others = chain(wider, self._meant(answer, plan), (part for part, typed in parts.items() if not typed))
        meant = tuple(islice(suggest.once(other for other in others if other != query.strip()), MAX_SUGGESTIONS))
        typed = [part for part, typed in parts.items() if typed and part not in {*meant, query.strip()}]
        kept = tuple(typed[: MAX_SUGGESTIONS - len(meant)])
        return replace(answer, did_you_mean=meant, parts=kept, near_topics=self._near_topics(asked), notes=tuple(said))

    def _left_out(self, answer: Answer, plan: Plan) -> tuple[str, str] | None:
        """Return the query for what only a kind of section has that is left out, and the note on it; None for none."""
        if plan.kinds or plan.asked.kinds or plan.lone:
            return None
        for kind, other in suggest.left_out(answer):
            if self.is_answered(other, None):
                found = self._finder.found(self._finder.plan(other, None, self._newest_day())).matches
                return other, notes.left_out(kind, other, paging.distinct(found, self._segments))
        return None

    def _meant(self, answer: Answer, plan: Plan) -> Iterator[str]:
        """Yield the query with words put right, and without the quotes of a phrase where nothing has that."""
        assumed = [notes.replaced(answer.query, answer.assumed)] if answer.assumed else []
        righted = assumed if answer.results else suggest.meant(answer.query, plan.asked, self._lookup)
        yield from (other for other in righted if self.is_answered(other, plan.kinds))
        if plan.asked.phrases and not answer.results:
            loose = loosened(answer.query)
            if len(self._finder.found(self._finder.plan(loose, plan.kinds, self._newest_day())).matches.docs):
                yield loose

    def _near_topics(self, asked: Query) -> tuple[str, ...]:
        """Return topics that a query may have meant, and then the main ones; each has a strong answer."""
        near = suggest.near_topics(asked, self._lookup, self.topics(suggest.MAX_NEAR_TOPICS))
        return tuple(islice(suggest.once(filter(self._is_topic_answered, near)), suggest.MAX_NEAR_TOPICS))

    def _parts(self, query: str, plan: Plan) -> Iterator[tuple[str, bool]]:
        """Yield the parts of `query` that by themselves have answers under the same filters, no word twice.

        Each with whether it was typed so, rather than put right.
        """
        offered: set[str] = set()
        for name in suggest.parts(plan.asked, self._lookup):
            other = f"{' '.join(name)} {narrowing(query)}".strip()
            if offered.isdisjoint(name) and self.is_answered(other, plan.kinds):
                offered.update(name, *map(inflections, name))
                yield other, suggest.is_typed(name, plan.asked)

    def _is_topic_answered(self, topic: str) -> bool:
        """Return whether a topic of the table has a strong answer, and so may be named; there are few of them."""
        if topic not in self._answered_topics:
            self._answered_topics[topic] = self.is_answered(topic, None)
        return self._answered_topics[topic]

    def is_answered(self, query: str, kinds: frozenset[Kind] | None) -> bool:
        """Return whether `query` has a strong answer; what is offered often is looked for once."""
        known = self._answered.get((query, kinds))
        if known is None:
            known = self._finder.is_answered(self._finder.plan(query, kinds, self._newest_day()))
            if len(self._answered) >= CACHED_GRADES:
                self._answered.clear()
            self._answered[query, kinds] = known
        return known

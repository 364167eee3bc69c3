"""The engines one could have used instead, each set up as its documentation says, over the same entries.

Each indexes an entry's text, the words of its addresses and its section as one field, and gives the numbers of the
entries that match any word, best first. An engine that is not installed is left out.
"""

from __future__ import annotations

import importlib.util
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from archive.issue import Entry, Issue

Ask = Callable[[str, int], list[int]]
Document = tuple[Issue, Entry, str]
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Peer:
    """An engine: its `name`, the package it `needs`, and how it is `built` over documents."""

    name: str
    needs: str
    built: Callable[[Sequence[str]], Ask]


def entries(issues: Sequence[Issue]) -> list[Document]:
    """Return every entry that has a link, with its one field."""
    found = []
    for issue in issues:
        for section, entry in issue.entries():
            if entry.links:
                urls = " ".join(" ".join(_WORD.findall(link.url)) for link in entry.links)
                found.append((issue, entry, f"{entry.text}\n{urls}\n{section.heading}"))
    return found


def present() -> Iterator[Peer]:
    """Return the peers that are installed."""
    for peer in PEERS:
        if importlib.util.find_spec(peer.needs):
            yield peer


def missing() -> list[str]:
    """Return the names of the peers that are not installed."""
    return [peer.name for peer in PEERS if not importlib.util.find_spec(peer.needs)]


def _tantivy_index(texts: Sequence[str]) -> Any:
    import tantivy  # noqa: PLC0415 - a peer is imported only when it runs

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="en_stem")
    builder.add_integer_field("number", stored=True)
    index = tantivy.Index(builder.build())
    writer = index.writer(50_000_000, 1)
    for number, text in enumerate(texts):
        document = tantivy.Document()
        document.add_text("text", text)
        document.add_integer("number", number)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index


def _hits(index: Any, query: Any, limit: int) -> list[int]:
    searcher = index.searcher()
    return [searcher.doc(address)["number"][0] for _, address in searcher.search(query, limit).hits]


def _tantivy(texts: Sequence[str]) -> Ask:
    index = _tantivy_index(texts)

    def ask(query: str, limit: int) -> list[int]:
        return _hits(index, index.parse_query(" ".join(_WORD.findall(query)) or "''", ["text"]), limit)

    return ask


def tantivy_fuzzy(texts: Sequence[str]) -> Ask:
    """Set tantivy up with every word both as it is (stemmed) and, for less, within one edit."""
    import tantivy  # noqa: PLC0415 - as above

    index = _tantivy_index(texts)
    one_edit = {"text": (False, 1, True)}  # no prefix, one edit, a swap is one edit
    should = tantivy.Occur.Should

    def ask(query: str, limit: int) -> list[int]:
        asked = " ".join(_WORD.findall(query.lower()))
        if not asked:
            return []
        exact = index.parse_query(asked, ["text"])
        near = tantivy.Query.boost_query(index.parse_query(asked, ["text"], fuzzy_fields=one_edit), 0.3)
        return _hits(index, tantivy.Query.boolean_query([(should, exact), (should, near)]), limit)

    return ask


def _fts5(texts: Sequence[str], tokenizer: str, shortest: int) -> Ask:
    database = sqlite3.connect(":memory:")
    database.execute(f"CREATE VIRTUAL TABLE entry USING fts5(text, tokenize='{tokenizer}')")
    database.executemany("INSERT INTO entry (rowid, text) VALUES (?, ?)", enumerate(texts))

    def ask(query: str, limit: int) -> list[int]:
        words = [f'"{word}"' for word in _WORD.findall(query) if len(word) >= shortest]
        found = "SELECT rowid FROM entry WHERE entry MATCH ? ORDER BY rank LIMIT ?"
        return [row[0] for row in database.execute(found, (" OR ".join(words), limit))] if words else []

    return ask


def _fts5_porter(texts: Sequence[str]) -> Ask:
    return _fts5(texts, "porter unicode61", 1)


def _fts5_trigram(texts: Sequence[str]) -> Ask:
    return _fts5(texts, "trigram", 3)


def _bm25s(texts: Sequence[str]) -> Ask:
    import bm25s  # noqa: PLC0415 - as above
    import Stemmer  # noqa: PLC0415 - as above

    stemmer = Stemmer.Stemmer("english")
    engine = bm25s.BM25()
    engine.index(bm25s.tokenize(list(texts), stopwords="en", stemmer=stemmer, show_progress=False), show_progress=False)

    def ask(query: str, limit: int) -> list[int]:
        tokens = bm25s.tokenize(query, stopwords="en", stemmer=stemmer, show_progress=False)
        if not any(tokens.ids):
            return []
        found, scores = engine.retrieve(tokens, k=min(limit, len(texts)), show_progress=False)
        return [int(number) for number, score in zip(found[0], scores[0], strict=True) if score > 0]

    return ask


def _whoosh_fuzzy(texts: Sequence[str]) -> Ask:
    from whoosh.analysis import StemmingAnalyzer  # noqa: PLC0415 - as above
    from whoosh.fields import NUMERIC, TEXT, Schema  # noqa: PLC0415 - as above
    from whoosh.filedb.filestore import RamStorage  # noqa: PLC0415 - as above
    from whoosh.query import FuzzyTerm, Or  # noqa: PLC0415 - as above

    analyzer = StemmingAnalyzer()
    index = RamStorage().create_index(Schema(text=TEXT(analyzer=analyzer), number=NUMERIC(stored=True)))
    writer = index.writer()
    for number, text in enumerate(texts):
        writer.add_document(text=text, number=number)
    writer.commit()
    searcher = index.searcher()

    def ask(query: str, limit: int) -> list[int]:
        words = [token.text for token in analyzer(query)]
        terms = [FuzzyTerm("text", word, maxdist=(len(word) > 3) + (len(word) > 7), prefixlength=1) for word in words]
        return [hit["number"] for hit in searcher.search(Or(terms), limit=limit)]

    return ask


def _rapidfuzz(texts: Sequence[str], scorer: str) -> Ask:
    from rapidfuzz import fuzz, process, utils  # noqa: PLC0415 - as above

    ready = [utils.default_process(text) for text in texts]
    score = getattr(fuzz, scorer)

    def ask(query: str, limit: int) -> list[int]:
        asked = utils.default_process(query)
        return [number for _, _, number in process.extract(asked, ready, scorer=score, limit=limit)]

    return ask


def _token_set(texts: Sequence[str]) -> Ask:
    return _rapidfuzz(texts, "token_set_ratio")


def _wratio(texts: Sequence[str]) -> Ask:
    return _rapidfuzz(texts, "WRatio")


PEERS = (
    Peer("tantivy", "tantivy", _tantivy),
    Peer("tantivy, fuzzy terms", "tantivy", tantivy_fuzzy),
    Peer("SQLite FTS5, porter", "sqlite3", _fts5_porter),
    Peer("SQLite FTS5, trigram", "sqlite3", _fts5_trigram),
    Peer("bm25s, stemmed", "bm25s", _bm25s),
    Peer("Whoosh, fuzzy", "whoosh", _whoosh_fuzzy),
    Peer("rapidfuzz token_set_ratio", "rapidfuzz", _token_set),
    Peer("rapidfuzz WRatio", "rapidfuzz", _wratio),
)

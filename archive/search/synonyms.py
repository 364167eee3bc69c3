"""Other names of things: a readable table that ships, and that an operator can extend with a file of the same form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from archive.search.wording import STOP_WORDS, compounded
from archive.search.words import Words, words

SYNONYM, NEAR_NAME = "synonym", "near name"
"""The rules by which another name matches."""
SYNONYM_WEIGHT = 0.85
"""What a match by a name of the same thing counts, against 1 for the word itself."""
NEAR_NAME_WEIGHT = 0.6
"""What a match by a narrower or broader name counts."""


@dataclass(frozen=True, slots=True)
class Synonym:
    """Another name of what was asked: its `words`, what a match by it counts (0 to 1), and the rule's name."""

    words: Words
    weight: float
    rule: str


@dataclass(frozen=True, slots=True)
class Synonyms:
    """A table from what people ask for (as words) to its other names, in the order of the table.

    `topics`: what the table knows, in its order, and `known` in none. `heads`: the length of the longest name by its
    first word.
    """

    table: Mapping[Words, tuple[Synonym, ...]]
    topics: tuple[Words, ...]
    heads: Mapping[str, int]
    known: frozenset[Words]

    def of(self, asked: Words) -> tuple[Synonym, ...]:
        """Return the other names of `asked`, none if the table has no such name."""
        return self.table.get(asked, ())


def parse(text: str) -> Synonyms:
    """Read a table in the form of `synonyms.txt`; a line that names fewer than two things adds nothing."""
    table: dict[Words, dict[Words, Synonym]] = {}
    topics: dict[Words, None] = {}
    for line in text.splitlines():
        body = line.partition("# ")[0].strip().removesuffix("#")
        general, body = body.startswith("~"), body.removeprefix("~")
        left, arrow, right = body.partition(">")
        asked = [_telling(name) for name in left.split(",")]
        others = [_found(name) for name in (right if arrow else left).split(",")]
        weight, rule = (NEAR_NAME_WEIGHT, NEAR_NAME) if arrow else (SYNONYM_WEIGHT, SYNONYM)
        if not general:
            written = (tuple(words(name)) for name in left.split(","))
            topics.update((name, None) for name in written if name and name in asked)
        for name in filter(None, asked):
            for other in filter(None, others):
                if other != name:
                    table.setdefault(name, {}).setdefault(other, Synonym(other, weight, rule))
    _close(table)
    heads: dict[str, int] = {}
    for name in table:
        heads[name[0]] = max(len(name), heads.get(name[0], 0))
    return Synonyms(
        {name: tuple(others.values()) for name, others in table.items()}, tuple(topics), heads, frozenset(topics)
    )


def _close(table: dict[Words, dict[Words, Synonym]]) -> None:
    """Add to the near names of each name what else they are called: who asks for `a` of `a > b` and `b, c` gets c."""
    same = {name: [other.words for other in others.values() if other.rule == SYNONYM] for name, others in table.items()}
    for name, others in table.items():
        for near in [other for other in others.values() if other.rule == NEAR_NAME]:
            for words_ in same.get(near.words, ()):
                if words_ != name:
                    others.setdefault(words_, Synonym(words_, NEAR_NAME_WEIGHT, NEAR_NAME))


def extended(synonyms: Synonyms, line: str) -> Synonyms:
    """Return the table with one more line, in the form of `synonyms.txt`."""
    more = parse(line)
    table = {name: tuple(dict.fromkeys((*more.of(name), *synonyms.of(name)))) for name in more.table}
    heads = {word: max(size, synonyms.heads.get(word, 0)) for word, size in more.heads.items()}
    return Synonyms(
        {**synonyms.table, **table},
        (*synonyms.topics, *more.topics),
        {**synonyms.heads, **heads},
        synonyms.known | more.known,
    )


def _telling(name: str) -> Words:
    """Return the words of `name` that a query would keep, so that both are compared alike."""
    found = compounded(words(name))
    return tuple(word for word in found if word not in STOP_WORDS or word == "go") or tuple(found)


def _found(name: str) -> Words:
    """Return the words of `name` as entries have them: one that filler is a part of stays whole ("on call")."""
    found = words(name)
    return _telling(name) if compounded(found) == found else tuple(found)


def shipped_text() -> str:
    """Return the text of the table that ships, to be shown or extended."""
    return resources.files("archive.search").joinpath("synonyms.txt").read_text(encoding="utf-8")


@lru_cache(maxsize=4)
def shipped(extra: str = "") -> Synonyms:
    """Return the table that ships, with the lines of `extra` (an operator's file) put before it so that they win."""
    return parse(extra + "\n" + shipped_text())

"""Other forms of a word: its inflections (plural, tense, spelling) and, further off, the words derived from it.

Forms are made by rule and then looked up in the archive's vocabulary, so nothing is cut off a word: "care" brings
"cares" and "caring" but never "car". The rules are those of English spelling (doubling, silent e, y to ie).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from archive.search.words import bag

_VOWEL = re.compile(r"[aeiouy]")
# One short syllable that ends in a single consonant doubles it ("scan", "scanning"); without the doubling the form
# belongs to a word in e ("tuning", "tune").
_SHORT = re.compile(r"^[^aeiou]*[aeiou][^aeiouwxy]$")
_DOUBLED = re.compile(r"([bdfgklmnprtz])\1$")
_HISSES = ("s", "x", "z", "ch", "sh")

# Words that end as if inflected and are names or other words by themselves.
_WHOLE = bag("""
    news windows aws dns ops os css tls kubernetes jenkins nagios mesos redis devops express less bus gas does has
    was atlas chaos canvas status virus focus series species lens sass saas paas iaas faas rails sms https rss jobs
    ios spring string thing nothing something anything everything during evening king ring bring sing wing red need
    feed seed speed embed shed sled bed
""")

_IRREGULAR = tuple(
    tuple(group.split())
    for group in (
        "run runs ran running",
        "write writes wrote written writing",
        "build builds built building",
        "break breaks broke broken breaking",
        "choose chooses chose chosen choosing",
        "grow grows grew grown growing",
        "make makes made making",
        "keep keeps kept keeping",
        "lead leads led leading",
        "learn learns learned learnt learning",
        "teach teaches taught teaching",
        "think thinks thought thinking",
        "buy buys bought buying",
        "sell sells sold selling",
        "find finds found finding",
        "hold holds held holding",
        "send sends sent sending",
        "spend spends spent spending",
        "lose loses lost losing",
        "get gets got getting",
        "give gives gave given giving",
        "drive drives drove driven driving",
        "speak speaks spoke spoken speaking",
        "hide hides hid hidden hiding",
        "freeze freezes froze frozen freezing",
        "person persons people",
        "man men",
        "woman women",
        "child children",
        "index indexes indices",
        "matrix matrices",
        "analysis analyses",
        "analyse analyze analyses analyzes analysing analyzing analysed analyzed",
        "crisis crises",
        "schema schemas schemata",
        "criterion criteria",
        "medium media",
        "licence license licences licenses",
        "defence defense",
        "centre center centres centers",
        "catalogue catalog catalogues catalogs",
        "programme program programmes programs",
        "grey gray",
        "postmortem postmortems",
        "twelve 12",
        "proxy proxies proxying proxied",
    )
)
_IRREGULARS: dict[str, tuple[str, ...]] = {}
for _group in _IRREGULAR:
    for _word in _group:
        _IRREGULARS[_word] = _IRREGULARS.get(_word, ()) + _group

# British and American spelling, both ways; the letters before each are those that any word it fits has.
_SPELLINGS = (
    ("is", re.compile(r"is(e|es|ed|ing|er|ers|ation|ations|ational)$"), r"iz\1"),
    ("iz", re.compile(r"iz(e|es|ed|ing|er|ers|ation|ations|ational)$"), r"is\1"),
    ("our", re.compile(r"(?<=[a-z]{3})our(s|al|ed|ing|ite|ites)?$"), r"or\1"),
    ("or", re.compile(r"^(behavio|colo|hono|labo|favo|flavo)r(s|al|ed|ing|ite|ites)?$"), r"\1ur\2"),
)

# Endings that derive one word from another; their order does not matter.
_ENDINGS = (
    "isational", "izational", "isations", "izations", "isation", "ization", "ability", "abilities", "ational",
    "ations", "ation", "ments", "ment", "ances", "ance", "ences", "ence", "ators", "ator", "ating", "ated", "ates",
    "ate", "ative", "ables", "able", "ness", "ities", "ity", "ants", "ant", "ents", "ent", "ions", "ion", "ors", "or",
    "ers", "er", "ive", "ally", "ic", "al", "ing", "ed", "es", "e", "s", "ise", "ize",
    "ised", "ized", "ising", "izing", "",
)  # fmt: skip
_DERIVING = frozenset(_ENDINGS)
_ENDING_MAX_CHARS = max(map(len, _ENDINGS))
_STEM_MIN_CHARS, _WORD_MAX_CHARS = 5, 40
# Words whose ending only looks derived; their "derivations" mean something else.
_NO_DERIVATIONS = bag("""
    container containers server servers cluster clusters service services master computer computers number numbers
    paper papers power matter letter letters order orders header headers folder folders border layer layers chapter
    general universal university universe community communication internal external manual personal native message
    messages package packages storage language languages image images page pages operator operators opera state
    states station stations practice practices rather another whether together under over ever never event events
    content contents moment comment comments document documents element elements component components environment
    environments experience experiences instance instances distance audience science sciences conference conferences
    reference references rational relation relations version versions session sessions mission permission
    permissions fashion region regions question questions section sections function functions fraction million
    billion option options action actions nation national
""")
_UNDERIVED = _NO_DERIVATIONS | _WHOLE


@lru_cache(maxsize=8192)
def inflections(word: str) -> tuple[str, ...]:
    """Return the spellings `word` may have by number, tense and side of the ocean; itself not among them.

    Many of them are in no archive: look them up. A word with a digit has at
    most a plural, a word of one or two letters nothing.
    """
    if word in _IRREGULARS:
        return tuple(form for form in _IRREGULARS[word] if form != word)
    if word.isdigit():
        return (word + "s",)
    if len(word) < 3 or word in _WHOLE:
        return ()
    if not word.isalpha():
        return (word[:-1],) if word.endswith("s") else (word + "s",)
    found: dict[str, None] = {}
    for base in _bases(word):
        found[base] = None
        found.update(dict.fromkeys(_inflect(base)))
    for form in list(found):
        for letters, pattern, other in _SPELLINGS:
            if letters in form and pattern.search(form):
                found[pattern.sub(other, form)] = None
    return tuple(form for form in found if form != word and form not in _WHOLE and len(form) > 1)


def _bases(word: str) -> list[str]:
    """Return what `word` may be an inflection of: itself, and its singular or infinitive."""
    bases = [word]
    if word.endswith("s") and not word.endswith("ss"):
        if word.endswith("ies") and len(word) > 4:
            bases.append(word[:-3] + "y")
        if word.endswith("es") and word[:-2].endswith(_HISSES):
            bases.append(word[:-2])
        bases.append(word[:-1])
    for ending in ("ing", "ed"):
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 3 or not _VOWEL.search(stem):
            continue
        if ending == "ed" and stem.endswith("i"):
            bases.append(stem[:-1] + "y")
        elif _DOUBLED.search(stem):
            bases += [stem[:-1], stem] if stem.endswith("ll") else [stem[:-1]]
        elif _SHORT.match(stem):
            bases.append(stem + "e")
        else:
            bases += [stem, stem + "e"]
    return bases


def _inflect(base: str) -> list[str]:
    """Return the plural and the tenses of `base`."""
    if base.endswith("e"):
        return [base + "s", base + "d", base[:-1] + "ing"]
    if base.endswith("y") and len(base) > 2 and base[-2] not in "aeiou":
        return [base[:-1] + "ies", base[:-1] + "ied", base + "ing", base + "s"]
    if base.endswith(_HISSES):
        return [base + "es", base + "ed", base + "ing"]
    forms = [base + "s"]
    short = _SHORT.match(base)
    if short or base.endswith("l"):
        forms += [base + base[-1] + "ed", base + base[-1] + "ing"]
    if not short:
        forms += [base + "ed", base + "ing"]
    if len(base) > 4 and base[-1] in "bdgmnprt" and base[-2] in "aeiou":
        forms += [base + base[-1] + "ed", base + base[-1] + "ing"]
    return forms


def _root(word: str) -> str:
    """Return what is left of `word` without the longest derivational ending that leaves enough of it."""
    for size in range(min(_ENDING_MAX_CHARS, len(word) - _STEM_MIN_CHARS), 0, -1):
        if word[-size:] in _DERIVING:
            return word[:-size]
    return word


@lru_cache(maxsize=8192)
def roots(word: str) -> tuple[str, ...]:
    """Return what the words begin with that may be derived from the same root as `word`; () if none may be.

    Short words have none, so that "docker" is no "dock".
    """
    if not _STEM_MIN_CHARS < len(word) <= _WORD_MAX_CHARS or word in _UNDERIVED or not word.isalpha():
        return ()
    root = _root(word)
    return (root, root[:-1]) if _DOUBLED.search(root) else (root, root + root[-1])


def derivations(word: str, beginning: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    """Return the known words that may be derived from the same root as `word` ("deployment", "deploy"), not itself.

    They are further from `word` than its inflections. `beginning` gives the known words that begin so.
    """
    found = {
        form: None
        for root in roots(word)
        for form in beginning(root)
        if form[len(root) :] in _DERIVING and form != word and form not in _UNDERIVED
    }
    return tuple(found)

"""Cutting text and addresses into words, the same way for the archive and for what people type."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_ACCENT = re.compile("[\u0300-\u036f]+")
_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:[^/@\s]*@)?([^/:?#\s]*)(?::\d+)?([^?#]*)", re.IGNORECASE)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
# The language's name is a common verb: only the capital letter within a sentence tells them apart.
_GO = re.compile(r"(?<=[\w,(] )Go(?=[\s,.;:)]|$)(?!\s+[A-Z])")
_SIGNS = (("c++", "cplusplus"), ("c#", "csharp"), ("f#", "fsharp"))
_DOTNET = re.compile(r"(?<!\w)\.net\b")


def bag(text: str) -> frozenset[str]:
    """Give the words of a constant, written with blanks between them."""
    return frozenset(text.split())


# Parts of an address that say nothing about what it leads to: suffixes of names, servers, formats, a blog's furniture.
_DULL = bag("""
    www com org net io co uk eu de fr nl us dev html htm php aspx asp jsp index default en en-us blob tree master
    main watch playlist comments amp ref utm md pdf wiki blog blogs post posts articles article p s a archive
    archives html5 github medium wordpress blogspot tumblr google docs drive file view edit document
""")
# What publishers glue to their name in a host: "exampleengineering", "exampletechblog".
_GLUED = re.compile(r"^(\w{3,}?)(engineering|techblog|devblog|blog|tech|technology|developers?|labs|hq|eng|dev)$")


def words(text: str) -> list[str]:
    """Give the words of `text` in order: lower case, no accents, no possessive; "c++" and the like by their names.

    Everything that is not a letter or digit separates, so "blue/green" and "blue-green" are the same two words. Signs,
    emoji and control characters are no words.
    """
    if not text.isascii():
        text = _ACCENT.sub("", unicodedata.normalize("NFKD", text.replace("’", "'")))
    if "Go" in text:
        text = _GO.sub("golang", text)
    text = text.lower()
    if "#" in text or "+" in text:
        for sign, name in _SIGNS:
            text = text.replace(sign, name)
    if ".net" in text:
        text = _DOTNET.sub("dotnet", text)
    found = _WORD.findall(text)
    if "'" in text:
        return [word.removesuffix("'s").replace("'", "") if "'" in word else word for word in found]
    return found


@lru_cache(maxsize=4096)
def host_words(host: str) -> tuple[str, ...]:
    """Give the telling words of a host's name: `engineering.example.co.uk` is ("engineering", "example")."""
    found: list[str] = []
    for word in words(host):
        if word in _DULL:
            continue
        found.append(word)
        if glued := _GLUED.match(word):
            found += glued.groups()
    return tuple(found)


def address_words(url: str) -> tuple[tuple[str, ...], list[str]]:
    """Give the words of an address: those of its host, and those of its path without numbers, hashes and furniture.

    "FanNetworking" gives its two words and then itself, since people remember either.
    """
    match = _HOST.match(url)
    if not match:
        return (), []
    host, path = match.groups()
    found = [word for word in words(_HUMP.sub(" ", path)) if word not in _DULL and not _is_code(word)]
    if _HUMP.search(path):
        found += [word for word in words(path) if not _is_code(word) and word not in found]
    return host_words(host.lower()), found


def _is_code(word: str) -> bool:
    """Tell whether `word` is a number or a hash rather than a word."""
    if word.isalpha():
        return len(word) > 30
    if word.isdigit():
        return True
    digits = sum(map(str.isdigit, word))
    return (len(word) >= 8 and digits >= 2) or len(word) > 30 or (len(word) >= 5 and digits >= len(word) // 2)

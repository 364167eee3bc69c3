"""What a web address says: the words of its host and of its path, and what it is compared by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from archive.link import canonical, domain
from archive.search.words import bag, words

_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:[^/@\s]*@)?([^/:?#\s]*)(?::\d+)?([^?#]*)", re.IGNORECASE)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
# Most addresses: nothing in them to be undone but the scheme and "www.", so that their canonical form is at hand.
_NUMBERED = re.compile(r"/[\d-]+(?=/|\Z)")
_PLAIN = re.compile(r"https?://(?:www\.)?((?!www\.)[a-z0-9.-]*[a-z0-9])(/[^?#\s]*)?\Z")

NUMBER_DIGITS = 4
"""A longer number in an address is an id."""

# Parts of an address that say nothing about what it leads to: suffixes of names, servers, formats, a blog's furniture.
_DULL = bag("""
    www com org net io co uk eu de fr nl us dev html htm php aspx asp jsp index default en en-us blob tree master
    main watch playlist comments amp ref utm md pdf wiki blog blogs post posts articles article p s a archive
    archives html5 github medium wordpress blogspot tumblr google docs drive file view edit document
""")
# What publishers glue to their name in a host: "exampleengineering", "exampletechblog".
_GLUED = re.compile(r"^(\w{3,}?)(engineering|techblog|devblog|blog|tech|technology|developers?|labs|hq|eng|dev)$")


@lru_cache(maxsize=4096)
def host_words(host: str) -> tuple[str, ...]:
    """Return the telling words of a host's name: `engineering.example.co.uk` is ("engineering", "example")."""
    found: list[str] = []
    for word in words(host):
        if word in _DULL:
            continue
        found.append(word)
        if glued := _GLUED.match(word):
            found += glued.groups()
    return tuple(found)


@dataclass(frozen=True, slots=True)
class AddressWords:
    """What an address says: its canonical form as `key`, its `site`, the telling words of its `host` and its `path`."""

    key: str
    site: str
    host: tuple[str, ...]
    path: list[str]


def address(url: str) -> AddressWords:
    """Take `url` apart. Its words are without numbers, hashes and furniture.

    "FanNetworking" gives its two words and then itself, since people remember either.
    """
    if plain := _PLAIN.match(url):
        site, path = plain[1], plain[2] or ""
        return AddressWords(site + path.rstrip("/"), site, host_words(site), _path_words(path))
    match = _HOST.match(url)
    host, path = match.groups() if match else ("", "")
    return AddressWords(canonical(url), domain(url), host_words(host.lower()), _path_words(path))


def _path_words(path: str) -> list[str]:
    """Return the telling words of a path: not numbers that are a part by themselves, most often a date or an id."""
    path = _NUMBERED.sub("/", path)
    if path.islower() or not _HUMP.search(path):
        return [word for word in words(path) if _telling(word)]
    found = [word for word in words(_HUMP.sub(" ", path)) if _telling(word)]
    return found + [word for word in words(path) if not _is_code(word) and word not in found]


@lru_cache(maxsize=16384)
def _telling(word: str) -> bool:
    """Return whether `word` says what an address leads to."""
    return word not in _DULL and not _is_code(word)


def _is_code(word: str) -> bool:
    """Return whether `word` is a long number or a hash rather than a word."""
    if word.isalpha():
        return len(word) > 30
    if word.isdigit():
        return len(word) > NUMBER_DIGITS
    digits = sum(map(str.isdigit, word))
    return (len(word) >= 8 and digits >= 2) or len(word) > 30 or (len(word) >= 5 and digits >= len(word) // 2)

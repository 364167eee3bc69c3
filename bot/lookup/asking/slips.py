"""Words that were typed with a letter missing, doubled or swapped: "waht is", "onyl tools", "isue 450"."""

from __future__ import annotations

import re

from rapidfuzz.distance import OSA

from archive.search.wording import STOP_WORDS
from archive.search.words import bag
from bot.lookup.asking.archive_port import Archive
from bot.lookup.asking.changes import ABOUT_US
from bot.lookup.asking.heard import QUESTION_WORDS

_ASKED_WITH = ("which", "what", "when", "where", "why", "how", "who", "does", "should", "could")
_SAID_TO_US = sorted(
    bag("""
    issue issues latest newest oldest tools bookmarks bookmark bookmarked saved digest newsletter subscribe unsubscribe
    pause resume without since before
    """)
)
"""What a message says to us rather than of its topic."""
_SAID_AFTER = sorted(
    bag("""
    more only tool tools news jobs events next previous newer older newest oldest latest first second third save open
    share similar related another without instead page issue remove everything anything please year years
    """)
)
"""What a follow-up is made of."""
_RIGHT = STOP_WORDS | ABOUT_US | QUESTION_WORDS | frozenset((*_SAID_TO_US, *_SAID_AFTER)) | bag("save job event")
"""What is spelled right, whether an archive has it or not."""
_FEW_WORDS = 4
_WORD = re.compile(r"(?<![\w./#@\"-])[a-z]{4,14}(?![\w./@\"-])", re.IGNORECASE)


def with_question_word(text: str, archive: Archive) -> str:
    """Return a text with the question word that its first word is a slip of: "wich tool", "waht is"."""
    first, _, rest = text.partition(" ")
    said = first.casefold()
    if len(rest.split()) < 2 or said in QUESTION_WORDS or not said.isalpha() or archive.knows(said):
        return text
    return f"{next((word for word in _ASKED_WITH if is_slip(said, word)), first)} {rest}"


def spelled(text: str, archive: Archive) -> str:
    """Return a message with what it says to us spelled right; a word that the archive has stays as it is."""
    return _spelled(text, archive, [word for word in _SAID_TO_US if len(word) > _FEW_WORDS])


def spelled_after(text: str, archive: Archive) -> str:
    """Return a follow-up of a few words with what it is made of spelled right."""
    return text if len(text.split()) > _FEW_WORDS else _spelled(text, archive, _SAID_AFTER)


def _spelled(text: str, archive: Archive, meant: list[str]) -> str:
    def right(match: re.Match[str]) -> str:
        said = match[0].casefold()
        found = "" if said in _RIGHT else next((word for word in meant if is_slip(said, word)), "")
        return found if found and not archive.knows(said) else match[0]

    return _WORD.sub(right, text)


def is_slip(typed: str, word: str) -> bool:
    """Return whether a letter of `word` is missing, doubled or swapped with its neighbour."""
    if len(typed) > len(word):
        return typed in {word[:at] + word[at - 1 :] for at in range(1, len(word) + 1)}
    return OSA.distance(typed, word) == 1 and (len(typed) < len(word) or sorted(typed) == sorted(word))

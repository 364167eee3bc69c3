"""A text that starts like a sub-command and goes on with what that cannot take: which command was likely meant.

A text is a topic wherever the archive answers it: strongly as a whole, or with a best entry that has the first word and
another of the text (any entry will do if the first word is one that questions start with, as `why` is). Otherwise a
first word that is a command, or one letter off one, means the command. So `pause containers` searches an archive that
writes about pause containers, and `pause now` asks for the command. A command's word with nothing but filler after it
(`help me`) is the command as well, as the word alone is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from archive.search.plan import CORRECTIONS
from archive.search.result import Answer, Grade
from archive.search.wording import STOP_WORDS
from bot.lookup import commands, typed_command
from bot.lookup.misspelt import first_word

_BARE_HOUR = re.compile(r"\bat (\d{1,2})\b(?![:.]?\d|\s*[ap]m)", re.IGNORECASE)
_WHOLE = {"forget": "forget me", "issue": "issue latest", "why": "why latest"}
"""What to run for a first word that is no command by itself."""


@dataclass(frozen=True, slots=True)
class Mistyped:
    """The sub-command that was meant: its first `word`, what cannot follow it, and the `likely` whole command.

    `typed` is the first word as typed, another than `word` if that was misspelt. `tail` is "" if nothing is wrong but
    the first word.
    """

    typed: str
    word: str
    tail: str
    likely: str


def mistyped(query: str, found: Answer) -> Mistyped | None:
    """Return the command that a topic was likely meant to be, by what the archive has `found`; None for a topic."""
    typed, _, tail = query.partition(" ")
    plainly = found.grade is Grade.STRONG and not found.assumed  # most answers: these need no look for misspellings
    word = first_word(query) if not plainly or commands.starts(query) else ""
    if not word or (typed.casefold() != word and _is_known(typed, found)) or _is_topic(query, typed, found):
        return None
    likely = _likely(word, tail)
    return Mistyped(typed, word, "" if likely == f"{word} {tail}".strip() else tail, likely)


def _is_known(word: str, found: Answer) -> bool:
    """Return whether the archive has a word as typed: then it is no misspelling."""
    unknown = {each for assumed in found.assumed for each in assumed.typed.split()}
    return bool(found.results) and word.casefold() not in unknown and not _lacks(found, word)


def _is_topic(query: str, first: str, found: Answer) -> bool:
    """Return whether the archive answers the whole of `query`, whose first word is `first`.

    A single word that is one letter off a command is the command, as it would be without the slip.
    """
    word, *tail = query.casefold().split()
    if tail and first_word(word) == word and STOP_WORDS.issuperset(tail):
        return False
    if found.grade is Grade.STRONG:
        return " " in query or not found.assumed
    if not found.results:
        return False
    if first.casefold() in STOP_WORDS:  # a search looks for none of these: the rest alone was found
        return True
    met = {
        word for reason in found.results[0].reasons if reason.rule not in CORRECTIONS for word in reason.word.split()
    }
    return first.casefold() in met and len(met) > 1


def _lacks(found: Answer, word: str) -> bool:
    return any(word.casefold() in result.lacks for result in found.results)


def _likely(word: str, tail: str) -> str:
    """Return the command to offer: the one typed, if its word was all that was wrong, or one that can be run."""
    for whole in (f"{word} {tail}".strip(), f"{word} {_BARE_HOUR.sub(_on_the_hour, tail)}"):
        if typed_command.is_runnable(whole):
            return whole
    return _WHOLE.get(word, word)


def _on_the_hour(match: re.Match[str]) -> str:
    """Return the time of day that a bare hour may mean."""
    return f"at {int(match[1]):02}:00"

"""Questions about the newsletter itself: who writes it, how many read it, what it mentions most."""

from __future__ import annotations

import re

from archive.search.wording import STOP_WORDS
from archive.search.words import bag, words
from bot.lookup.asking.archive_port import Archive

_ASKS = re.compile(r"\b(?:who(?:'?s|se)?|when|how (?:many|old|long|often|much)|most)\b", re.IGNORECASE)
_ITSELF = bag("""
    newsletter newsletters mailing list email archive issue issues edition editions
    editor editors author authors writer writers curator curators publisher publishers founder founders owner owners
    maintainer creator contact name person team people edits edited write writes wrote written writing curates curated
    publish publishes published founded owns owned maintains creates created make makes made run runs running behind
    send sends sent start started starts begin began old long
    subscriber subscribers subscribed subscribe reader readers readership audience recipients members read reads
    mentioned mention mentions linked popular common frequent frequently discussed covered talked cited often most
    tool tools topic topics subject subjects link links site sites thing things project projects technology technologies
    company companies article articles post posts many much who whos whose when how
""")


def is_of_newsletter(text: str, archive: Archive) -> bool:
    """Return whether a question is about the newsletter itself: every word asks, frames or is about one, or names it.

    The issues seldom say such things of themselves, however many entries have the words.
    """
    said = words(text)
    return (
        _ASKS.search(text) is not None
        and any(word not in STOP_WORDS for word in said)
        and all(word in STOP_WORDS or word in _ITSELF or archive.is_own_name(word) for word in said)
    )

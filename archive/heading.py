"""What a section's heading says about its entries."""

from __future__ import annotations

import re
from functools import lru_cache

from archive.kind import Kind

_WORDS: tuple[tuple[Kind, str], ...] = (
    # The order decides: "Sponsored event" is a sponsor's, "Event jobs" are jobs.
    (Kind.SPONSOR, r"(?:co-?)?sponsor(?:s|ed|ship|ing)?|advert\w*|ads?|promot\w+|partners?|(?:special )?offers?"),
    (Kind.SPONSOR, r"supported by|brought to you by|discounts?|deals?|giveaways?"),
    (Kind.JOBS, r"jobs?|careers?|hiring|vacanc(?:y|ies)|work with us|job opportunities|positions|roles"),
    (Kind.EVENTS, r"events?|conferences?|meet-?ups?|webinars?|calendar|cfps?|call for \w+|summits?|workshops?|diary"),
    (Kind.TOOLS, r"tools?|toolbox|tooling|projects?|releases?|software|librar(?:y|ies)|code"),
    (Kind.NEWS, r"news|articles?|reading|reads?|links?|posts?|stor(?:y|ies)|blogs?|videos?|talks?|papers?|podcasts?"),
    (Kind.NEWS, r"headlines?|features?|tutorials?|community|culture"),
    (Kind.INTRO, r"intro|introduction|editorial|welcome|hello|editor.s (?:note|letter)"),
)
_RULES = tuple((kind, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for kind, words in _WORDS)


@lru_cache(maxsize=4096)
def kind(heading: str) -> Kind | None:
    """Give the kind that a heading's words name, or nothing for a heading of its own making (a conference, a firm).

    >>> kind("From our sponsor, Example")
    <Kind.SPONSOR: 'sponsor'>
    """
    return next((kind for kind, words in _RULES if words.search(heading)), None)

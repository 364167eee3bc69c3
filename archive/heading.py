"""What a section's heading says about its entries."""

from __future__ import annotations

import re
from functools import lru_cache

from archive.kind import Kind

_RULES: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for kind, words in (
        # The order decides: "Sponsored event" is a sponsor's, "Event jobs" are jobs.
        (Kind.SPONSOR, r"(?:co-?)?sponsor(?:s|ed|ship|ing)?|advert\w*|ads?|promot\w+|partners?|special offers?|offers?|"
                       r"supported by|brought to you by|discounts?|deals?|giveaways?|thanks to our \w+"),
        (Kind.JOBS, r"jobs?|careers?|hiring|vacanc(?:y|ies)|we.re hiring|who.s hiring|work with us|opportunit(?:y|ies)"),
        (Kind.EVENTS, r"events?|conferences?|confs?|meet-?ups?|webinars?|calendar|cfps?|call for \w+|summits?|"
                      r"workshops?|upcoming|diary"),
        (Kind.TOOLS, r"tools?|toolbox|tooling|projects?|releases?|software|librar(?:y|ies)|code|open[ -]source"),
        (Kind.NEWS, r"news|articles?|reading|reads?|links?|posts?|stor(?:y|ies)|blogs?|videos?|talks?|papers?|podcasts?|"
                    r"headlines?|features?|tutorials?|community|culture"),
        (Kind.INTRO, r"intro|introduction|editorial|welcome|hello|hi|editor.s (?:note|letter)"),
    )
)  # fmt: skip


@lru_cache(maxsize=4096)
def kind(heading: str) -> Kind | None:
    """Give the kind that a heading's words name, or nothing for a heading of its own making (a conference, a firm).

    >>> kind("From our sponsor, Example")
    <Kind.SPONSOR: 'sponsor'>
    """
    return next((kind for kind, words in _RULES if words.search(heading)), None)

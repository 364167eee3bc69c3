"""Which of several newsletters a message names: "the latest of sre weekly", "what did SRE Weekly say about queues"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archive.search.newsletters import Newsletters
from archive.search.words import bag

MAX_NAME_WORDS = 6
"""So many words of a message at most are taken for a newsletter's name."""
_WORD = re.compile(r"[^\s,;:?!\"()]+")
_BEFORE = re.compile(r"(?:\b(?:from|in|of|by|for) )?(?:\b(?:the|our|their) )?[\"(]?$", re.IGNORECASE)
_AFTER = re.compile(r"[\")]?(?:['’]s?\b)?(?: (?:newsletter|archive)\b)?", re.IGNORECASE)
_SAYS = re.compile(
    r" (?:ever |also )?(?:sa(?:y|ys|id)|wr(?:ite|ites|ote)|mention|cover|have|has|had|talk|report)", re.IGNORECASE
)
_CALLED_SO = bag("""
    weekly daily monthly fortnightly newsletter newsletters digest news bulletin gazette letter letters report review
    roundup times tidings herald journal
""")
"""A name with one of these is no topic."""
_ISSUE_ALONE = re.compile(
    r"^\W*(?:(?:and|show|open|read|give|send|get|see|me|us|can|could|you|i|we|have|please|pls|what|whats|what's|was|is|in"
    r"|inside|of|from|by|the|a|an|one|link|issue|edition|number|no|newsletter|and|(?P<meant>latest|newest|most recent"
    r"|last|random|previous|oldest|first|issue|edition|#?\d{1,6}))(?:\W+|$))+$",
    re.IGNORECASE,
)
"""What asks for an issue, or a link at random, and says no topic."""


def without_newsletter(text: str, newsletters: Newsletters) -> tuple[str, str]:
    """Return `text` without the newsletter that it names, and that one's slug; `text` and "" if it names none.

    A name of one word, or the beginning of one, counts only where an issue is asked for and nothing else: elsewhere it
    is likelier a topic. So does a longer one, unless it says that it is a newsletter's or stands behind "from" or "in".
    """
    if not newsletters.are_several():
        return text, ""
    found = [*_WORD.finditer(text)]
    for size in range(min(MAX_NAME_WORDS, len(found)), 0, -1):
        for at in range(len(found) - size + 1):
            if named := _named(text, found[at].start(), found[at + size - 1].end(), newsletters):
                return named
    return text, ""


def _named(text: str, start: int, end: int, newsletters: Newsletters) -> tuple[str, str] | None:
    """Return the text without its part from `start` to `end` if that names a newsletter, and the slug."""
    for name in _forms(text[start:end]):
        slug = newsletters.called(name)
        if not slug:
            continue
        before, after = _BEFORE.search(text[:start]), _AFTER.match(text, end)
        lead = before[0].strip(' "(') if before else ""
        first, last = start - len(before[0] if before else ""), after.end() if after else end
        kept = "the newsletter" if _SAYS.match(text, last) and not lead else ""  # the sentence needs its subject
        rest = " ".join(f"{text[:first]} {kept} {text[last:]}".split())
        if _is_sure(name, slug, lead, newsletters) or _asks_for_issue(rest):
            return rest, slug
    return None


def _forms(name: str) -> Iterator[str]:
    """Yield a name as written, and without what makes it a possessive."""
    yield name.strip(".'’")
    if plain := re.sub(r"['’]s$", "", name):
        yield plain


def _is_sure(name: str, slug: str, lead: str, newsletters: Newsletters) -> bool:
    """Return whether a name can hardly be a topic: it is whole and of several words, and is said to be a newsletter."""
    said = re.split(r"[\W_]+", name.casefold())
    whole = len(said) >= min(len(re.split(r"[\W_]+", each)) for each in (slug, newsletters.names[slug]))
    return len(said) > 1 and whole and (bool(lead) or any(word in _CALLED_SO for word in said))


def _asks_for_issue(rest: str) -> bool:
    match = _ISSUE_ALONE.match(rest)
    return match is not None and match["meant"] is not None

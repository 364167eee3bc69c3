"""Sub-commands that are misspelt: which one a text starts with."""

from __future__ import annotations

from bot.lookup.commands import ALONE, FIRST_WORDS, starts

# Shorter ones are one letter away from too many ordinary words.
_LONG_ENOUGH = sorted(word for word in FIRST_WORDS if len(word) > 4)
_RUN_TOGETHER = {name.replace(" ", ""): name.partition(" ")[0] for name in ALONE if " " in name}


def first_word(query: str) -> str:
    """Return the first word of the sub-command that a topic starts with, also where it is misspelt; "" for none.

    Of the shortest only a whole query is a misspelling.

    >>> first_word("export pdf"), first_word("exprot csv"), first_word("halp"), first_word("heap dumps")
    ('export', 'export', 'help', '')
    """
    typed = query.casefold()
    if starts(query):
        return typed.partition(" ")[0]
    return misspelt(query) or ("help" if _one_slip(typed, "help") else "")


def misspelt(query: str) -> str:
    """Return the sub-command that a `query` may be a misspelling of, "" for none.

    >>> misspelt("subscirbe mondays 09:00"), misspelt("Exprot"), misspelt("forgetme"), misspelt("service mesh")
    ('subscribe', 'export', 'forget', '')
    """
    typed = query.casefold()
    word = typed.partition(" ")[0]
    if typed in _RUN_TOGETHER:
        return _RUN_TOGETHER[typed]
    if not word.isalpha():  # a quotation mark or a minus sign makes it a topic
        return ""
    return next((name for name in _LONG_ENOUGH if _one_slip(word, name)), "")


def _one_slip(one: str, other: str) -> bool:
    """Return whether two words differ by one letter (added, dropped or changed) or by two swapped neighbours."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a == b[1:] or a[1:] == b or (a[:2] == b[1::-1] and a[2:] == b[2:])

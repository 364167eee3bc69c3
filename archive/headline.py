"""The display title of an entry, for the newsletter gives its entries none."""

from __future__ import annotations

import re
from urllib.parse import unquote

from archive.link import domain

LONGEST = 80
"""Characters of the longest headline: it fits a line of a phone and a Slack button's label (75) with little cut off."""

_FORGES = frozenset(["github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "sr.ht"])


def headline(url: str | None, text: str, label: str = "") -> str:
    """Give a short title (1 to 80 characters, one line) for the entry whose first link is `url`.

    In this order: `label`, when the issue itself gives its link words; the name of a project on a code host; the words
    of the address; the first clause of `text`; the site.
    """
    if label:
        return shortened(label)
    if url:
        host = domain(url)
        if host in _FORGES and (name := _project(url)):
            return name
    return shortened(text.partition("\n")[0]) or (domain(url) if url else "") or "Untitled"


def _project(url: str) -> str:
    parts = re.split(r"[?#]", url)[0].split("/")[3:5]
    return "/".join(part for part in parts if part)


def shortened(text: str, longest: int = LONGEST) -> str:
    """Give `text` on one line, cut at a word with … where it is longer than `longest` characters."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    return (cut[: cut.rfind(" ")] if " " in cut else cut).rstrip(" ,.;:-–—(") + "…"


_ = unquote

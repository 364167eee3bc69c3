"""What stands in every issue and belongs to none: mastheads, footers, "view in browser", "unsubscribe"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from bot.source.importing.item import hashed

REPEATED = "paragraphs that repeat from issue to issue"
SERVICE = "lines like “view in browser” and “unsubscribe”"

MIN_ISSUES = 3
"""Issues that a paragraph stands in at least before it counts as repeated; and in more than half of all."""
FIRST_BLOCKS, LAST_BLOCKS = 4, 8
"""Paragraphs from the top and from the end among which lines of service are looked for."""
SERVICE_MAX_WORDS = 60
_SHAPE_MAX_CHARS = 5_000
"""Characters of the longest paragraph that is compared but for its figures: no masthead or footer is longer."""

_SERVICE = re.compile(
    r"""(?:(?:click|tap)?\s*(?:here)?\s*(?:to\s+)?)?(?:
    unsubscribe(?:\s+(?:here|now|me|from\s+(?:this|our|these|all)\s+(?:list|e-?mails?|newsletter|mailings?)))?
    |(?:view|read|open|see)\s+(?:it\s+|this\s+)?(?:(?:issue|e-?mail|newsletter|message|post)\s+)?
        (?:in\s+(?:your\s+|a\s+|the\s+)?(?:web\s*)?browser|online|on\s+the\s+web)
    |(?:update|manage|change|edit|e-?mail)\s+(?:your\s+|my\s+)?(?:e-?mail\s+|subscription\s+|profile\s+)?
        (?:preferences|subscriptions?|settings|profile)
    |forward\s+(?:this\s+)?(?:e-?mail\s+)?to\s+a\s+friend|why\s+did\s+i\s+get\s+this\??
    |(?:newsletter\s+)?(?:abmelden|abbestellen)|im\s+browser\s+(?:ansehen|öffnen|anzeigen|lesen)
    |se\s+d[ée]sabonner|se\s+d[ée]sinscrire|voir\s+(?:en\s+ligne|dans\s+(?:le|votre)\s+navigateur)
    |darse\s+de\s+baja|cancelar\s+(?:la\s+)?(?:suscripción|inscrição|subscrição)|ver\s+(?:en|no)\s+(?:el\s+|tu\s+)?navegador
    |配信停止(?:はこちら)?|登録解除|ブラウザで(?:見る|表示)|退订|取消订阅|在浏览器中(?:查看|打开)
    )[\s.!?:→»>]*""",
    re.VERBOSE | re.IGNORECASE,
)
_LABEL = re.compile(r"\[([^\[\]\n]{1,120})\]\(")
_BARE = re.compile(r"(?m)^(?P<words>[^\n<>]{3,120}?)[:\s]*\s<?https?://\S+>?\s*$")
_FENCE = re.compile(r"\s{0,3}(?:`{3,}|~{3,})")
_DAYS = re.compile(
    r"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b|\d+(?:st|nd|rd|th)?\b|\d+"
)
_HEADING = re.compile(r"\s{0,3}#{1,6}\s|[^\n]+\n\s{0,3}(?:=+|-{3,})\s*\Z")
_RULE = re.compile(r"\s*(?:[-*_=]\s*){3,}")


@dataclass(frozen=True, slots=True)
class Trimmed:
    """An issue's text without what belongs to none, and how much was left out of each kind."""

    markdown: str
    left_out: Counter[str]


def blocks(markdown: str) -> list[str]:
    """Return the pieces of a text between its empty lines, each with those below it; what is fenced stays whole."""
    found: list[list[str]] = [[]]
    fence, ended = "", False
    for line in markdown.splitlines(keepends=True):
        empty = not line.strip()
        if ended and not empty:
            found.append([])
        found[-1].append(line)
        ended = empty and not fence
        if mark := _FENCE.match(line):
            fence = "" if fence and mark[0].strip()[:3] == fence else fence or mark[0].strip()[:3]
    return ["".join(lines) for lines in found if lines]


def repeated(markdowns: Iterable[str]) -> frozenset[str]:
    """Return the shapes (hashes) of the paragraphs that stand in more than half of the texts, and in three at least."""
    counts: Counter[str] = Counter()
    total = 0
    for markdown in markdowns:
        counts.update({_shape(block) for block in blocks(markdown)})
        total += 1
    return frozenset(shape for shape, count in counts.items() if count >= MIN_ISSUES and count * 2 > total)


def trimmed(markdown: str, shapes: Collection[str]) -> Trimmed:
    """Return an issue's text without lines of service, and without the paragraphs of these shapes at its two ends.

    Between the ends everything stays: what repeats there is a sponsor's text or a section's heading. Where nothing
    would be left, everything stays as well.
    """
    parts = blocks(markdown)
    kept = [
        part
        for place, part in enumerate(parts)
        if not (min(place - FIRST_BLOCKS, len(parts) - LAST_BLOCKS - place - 1) < 0 and _is_service(part))
    ]
    body = _inner(kept, shapes)
    left_out = Counter({SERVICE: len(parts) - len(kept), REPEATED: len(kept) - len(body)})
    if all(_is_frame(part) for part in body):
        return Trimmed(markdown, Counter())
    return Trimmed("".join(body).rstrip(), +left_out)


def _inner(parts: Sequence[str], shapes: Collection[str]) -> Sequence[str]:
    """Return the parts between repeated ones at the top and at the end."""
    start, end = 0, len(parts)
    while start < end and _shape(parts[start]) in shapes and not _HEADING.match(parts[start].rstrip()):
        start += 1
    while end > start and (_shape(parts[end - 1]) in shapes or _is_frame(parts[end - 1])):
        end -= 1
    while start < end and _RULE.fullmatch(parts[start].rstrip()):
        start += 1
    return parts[start:end]


def _is_frame(part: str) -> bool:
    """Return whether a part is a heading or a rule: nothing, where nothing stands below it."""
    heading = part.rstrip()
    return bool(_HEADING.match(heading) and "\n" not in heading.strip().rstrip("=-\n")) or bool(
        _RULE.fullmatch(part.rstrip())
    )


def _shape(block: str) -> str:
    """Return a hash of a paragraph that is the same for other figures, days and blanks."""
    if len(block) > _SHAPE_MAX_CHARS:
        return hashed(block)
    return hashed(_DAYS.sub("0", " ".join(block.lower().split())))


def _is_service(block: str) -> bool:
    if len(block.split()) > SERVICE_MAX_WORDS:
        return False
    labels = [" ".join(label.split()) for label in _LABEL.findall(block)]
    bare = [" ".join(match["words"].split()) for match in _BARE.finditer(block)]
    return any(_SERVICE.fullmatch(words) for words in (*labels, *bare))

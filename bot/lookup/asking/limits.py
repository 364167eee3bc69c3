"""Filters said in words: "only tools", "since 2021", "but not prometheus", "newest first", "last month", "on github".

Each phrase is taken out of the message and becomes a limit; what is left is the topic. Days are those of the person's
own zone.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from bot.lookup.asking.archive_port import Archive
from bot.lookup.asking.days import COUNT, cut_out, left_years, number_of, phrased, without_days
from bot.lookup.asking.request import Limits

SECTIONS = {
    "tool": "tools", "tools": "tools", "tooling": "tools", "software": "tools", "news": "news", "articles": "news",
    "job": "jobs", "jobs": "jobs", "vacancies": "jobs", "positions": "jobs", "openings": "jobs",
    "event": "events", "events": "events", "conferences": "events", "meetups": "events", "conference": "events",
    "ads": "sponsor", "ad": "sponsor", "adverts": "sponsor", "advertisements": "sponsor", "advertising": "sponsor",
    "sponsor": "sponsor", "sponsors": "sponsor", "sponsored": "sponsor", "sponsorship": "sponsor", "promos": "sponsor",
}  # fmt: skip
_SECTION = "|".join(sorted(SECTIONS, key=len, reverse=True))
_ONLY = r"(?:only|just|nothing but|limit(?:ed)? (?:it )?to|restrict(?:ed)? (?:it )?to)"
_ARTICLE = r"(?:all )?(?:the |some |any |its |their |those )?"


_NEWEST = (
    phrased(
        r"(?:(?:sorted|ordered|order|sort)(?: by)? )?(?:newest|latest|most recent|recent)(?: ones?| stuff|"
        r" things?)?(?: first)?"
    ),
    phrased(
        r"(?:recently|lately|these days|nowadays|(?:sort(?:ed)? )?by date|any ?more recent|newer(?: ones?| stuff)?)"
    ),
)
_NEW = re.compile(r"^(?:what'?s|what is|whats|anything|something|any|is there anything) new(?:s)?\b", re.IGNORECASE)
_OLDEST = phrased(
    r"(?:(?:sorted|ordered|order|sort)(?: by)? )?(?:oldest|earliest|older)(?: ones?| stuff| things?| first)?(?: first)?"
)
_LIMIT = phrased(
    r"(?:(?:the|your|give me|show me|just|only|top|best|first)\s+)*(?:top|best|at most|"
    rf"max(?:imum)?(?: of)?|no more than|up to|give me|show me|just|only|limit) (?P<count>\d{{1,2}}|"
    rf"{COUNT})"
    r"(?: (?:best|top|good|great|newest|latest|recent|oldest))?(?: (?:links?|posts?|articles?|things?|"
    r"results?|ones?|entries|items|of them))?"
)
_LIMIT_OF = phrased(
    rf"(?P<count>\d{{1,2}}|{COUNT})(?: (?:good|best|top|great|nice|more))? (?P<what>links?|posts?|"
    r"articles?|things?|results?|entries|items|reads)(?: (?:on|about|for|of))?"
)
_LIMIT_NEW = phrased(
    rf"(?P<count>\d{{1,2}}|{COUNT}) (?=(?:newest|latest|most recent|oldest)\b)|(?<=newest |"
    rf"latest )(?P<other>\d{{1,2}}|{COUNT})"
)
_SECTION_ONLY = phrased(
    rf"(?:(?:and|but|,)\s*)?{_ONLY} (?:(?:from|in|for|show|about|show me|give me|"
    rf"want) )?{_ARTICLE}(?P<section>{_SECTION})(?: section| links| entries)?(?: please)?"
)
_SECTION_LAST = phrased(rf",? ?(?:the )?(?P<section>{_SECTION})(?: section| links| entries)? only")
_SECTION_FIRST = re.compile(
    r"^\W*(?P<section>jobs?|vacancies|positions|openings|events?|meetups)"
    r"(?: (?:ads?|adverts?|offers?|listings|postings))?"
    r" (?:that mention |mentioning |about |on |for |regarding |asking for )(?=\S)",
    re.IGNORECASE,
)
"""What is asked of one section: "job ads mentioning nomad"."""
_TOOLS_FOR = re.compile(
    r"^\W*(?:(?:any|some|good|great|nice|the|best|more|useful|decent|cool|new|other) )*"
    r"(?P<section>tools|tooling) for (?=\S)",
    re.IGNORECASE,
)
_SECTION_IN = phrased(
    rf"(?:(?:in|from|under) (?:the )?(?P<section>{_SECTION}) (?:section|part|category))|(?:in|section|"
    rf"kind):(?P<name>{_SECTION})"
)
_SECTION_ASKED = phrased(
    r"(?:(?:are there |is there )?(?:any|got any|list|show(?: me)?(?: the)?|"
    r"find(?: me)?(?: some)?) )(?P<section>jobs?|vacancies|openings|events?|conferences|meetups)"
)
_NO_SECTION = phrased(
    r"(?:(?:and|but|,)\s*)?(?:without|no|not|minus|hide|skip|excluding|except(?: for)?|leave out|drop|"
    r"but not|exclude|ignore)(?: any| the| all)?(?: the)? "
    rf"(?P<section>{_SECTION})(?: section| links| entries| please)?"
)
_NOT = phrased(
    r"(?:(?:and|but)\s+)?(?:without|except(?: for)?|excluding|exclude|other than|apart from|"
    r"aside from|besides|minus|but no|but not|ignoring|ignore|leave out|skip|hide|(?<=, )no|(?<=, )not"
    r"|not about|nothing (?:on|about)|and not|and no|that (?:is|are)n't|that don'?t (?:mention|use|involve))"
    r" (?:mentioning |using |anything (?:on|about|with) |the |any )?(?P<word>\"[^\"]+\"|"
    r"[\w.+#/-]+(?: (?:or|and|nor) (?!since|before|only|in\b)[\w.+#/-]+)?)(?: (?:stuff|ones?|things?|"
    r"links?|posts?|please))?"
)
_MINUS = phrased(r"-(?P<word>\w[\w.+#/-]*)")
_HOST = r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}(?:/[\w./-]*)?"
_SITE = phrased(
    rf"(?:{_ONLY} )?(?:links? |posts? |articles? |stuff |things? |ones? |anything |hosted |"
    rf"published )?(?:from|on|at|site:|via|hosted (?:on|at)|linking to|(?<=links )to|(?<=link )to)"
    rf" ?(?:the )?(?P<host>{_HOST})"
)
_SITE_NAMED = phrased(
    rf"(?P<only>{_ONLY} )?(?P<what>links? |posts? |articles? |stuff |things? |ones? |anything |repos? |"
    r"projects? |videos? |hosted )?(?P<how>from|on|at) (?P<name>[a-z][\w-]+)"
    r"(?:'s(?: (?:engineering|tech|own))? (?:blog|site)|(?: links| repos| only)?)"
)
_SITE_FIRST = re.compile(
    rf"\W*(?P<host>{_HOST}) (?:links?|posts?|articles?|stuff|things?|videos?|repos?)(?: (?:about|on|for|of))?(?= \w)",
    re.IGNORECASE,
)
_SITE_NAMED_FIRST = re.compile(
    r"(?:(?:any|some|the|good|more) )*(?P<name>[a-z][\w-]+) (?:links?|posts?|articles?|stuff|things?|videos?|clips?"
    r"|repos?|repositories|projects?|gists?|decks?|slides?|talks?|threads?|presentations?)"
    r" (?:about|on|for|of|covering|regarding)(?= \w)",
    re.IGNORECASE,
)
"""A site's name before what lies there: "youtube talks on chaos"."""
_SITE_ONLY = re.compile(rf"(?:,|\band) ?(?P<name>{_HOST}|[a-z][\w-]+) only\W*$", re.IGNORECASE)
"""A site that is set off at the end, "docker security, github only"."""
_HOSTED = re.compile(r"(?:repos?|projects?|videos?|hosted) ", re.IGNORECASE)
_MOVES = re.compile(
    r"\b(?:migrat|mov|switch|chang|convert|transition|upgrad|import|away|off|differ|learn|recover|back)\w*\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r'"([^"]{2,})"')


def without_limits(text: str, today: date, names: Archive) -> tuple[str, Limits]:
    """Return `text` without the phrases that limit it, and the limits.

    "Without" leaves a name out ("without prometheus") and is part of a topic otherwise ("deploys without downtime").
    """
    limits = Limits()
    quoted = _QUOTED.search(text)
    if quoted:
        limits = replace(limits, phrase=quoted[1])
    for take in (_sections, _sites, left_years, without_days, _leaving_out, _orders, _counts):
        text, limits = take(text, limits, today, names)
    return _tidy(text), limits


def _tidy(text: str) -> str:
    text = re.sub(r"\s+([,.;:!?])", r"\1", " ".join(re.sub(r"\(\s*\)", " ", text).split()))
    text = re.sub(
        r"^(?:(?:and|but|or|only|just|also)\b|[,.;:])+\s*|\s*(?:[,;:]|\b(?:and|but|or|only|just))+$",
        "",
        text,
        flags=re.IGNORECASE,
    )
    return text.strip(" ,;:")


def without_sections(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a text without what it says of sections to be left out, and these: "435 without the ads"."""
    left_out: list[str] = []
    while match := _NO_SECTION.search(text):
        left_out.append(SECTIONS[match["section"].casefold()])
        text = cut_out(text, match)
    return text, tuple(dict.fromkeys(left_out))


def lacking(topic: str, left_out: tuple[str, ...]) -> str:
    """Return a topic without the words that are left out, unless it has no others: "with istio", "without istio"."""
    gone = {word.casefold() for word in left_out}
    return " ".join(word for word in topic.split() if word.casefold() not in gone) or topic


def _sections(text: str, limits: Limits, _today: date, _names: Archive) -> tuple[str, Limits]:
    text, left_out = without_sections(text)
    limits = replace(limits, without_sections=left_out)
    for pattern in (_SECTION_ONLY, _SECTION_LAST, _SECTION_IN, _SECTION_ASKED, _SECTION_FIRST, _TOOLS_FOR):
        if match := pattern.search(text):
            said = match.groupdict()
            name = said.get("section") or said.get("name") or ""
            return cut_out(text, match), replace(limits, section=SECTIONS[name.casefold()])
    return text, limits


def _sites(text: str, limits: Limits, _today: date, names: Archive) -> tuple[str, Limits]:
    if match := _SITE.search(text) or _SITE_FIRST.match(text):
        return cut_out(text, match), replace(limits, site=match["host"].casefold().removeprefix("www.").strip("/"))
    if (match := _SITE_ONLY.search(text)) and (host := names.site(match["name"].casefold())):
        return cut_out(text, match), replace(limits, site=host)
    match = _SITE_NAMED_FIRST.match(text)
    host = names.site(match["name"].casefold()) if match else ""
    if match and host and not names.is_topic(match["name"], host):
        return cut_out(text, match), replace(limits, site=host)
    for match in _SITE_NAMED.finditer(text):
        at_end = not text[match.end() :].strip(" ?!.,") and not _MOVES.search(text[: match.start()])
        hosted = _HOSTED.match(match["what"] or "") or match["only"]
        from_ = match["how"].casefold() == "from"
        meant = match["what"] or match["only"] or at_end if from_ else hosted
        host = names.site(match["name"].casefold()) if meant else ""
        sure = from_ and (match["what"] or match["only"])
        if host and (sure or not names.is_topic(match["name"], host)):  # "videos on kubernetes" are about it
            return cut_out(text, match), replace(limits, site=host)
    return text, limits


def _leaving_out(text: str, limits: Limits, _today: date, names: Archive) -> tuple[str, Limits]:
    for pattern in (_NOT, _MINUS):
        at = 0
        while match := pattern.search(text, at):
            left = tuple(re.split(r" (?:or|and|nor) ", match["word"].strip('".,')))
            before = text[: match.start()].rstrip()
            set_off = not before or before.endswith(",")
            if not before and re.match(r" \w", text[match.end() :]):
                at = match.end()  # "skip tests in ci" is a topic of its own
                continue
            if match[0].casefold().startswith("without") and not set_off and not all(map(names.is_name, left)):
                at = match.end()
                continue
            text = cut_out(text, match)
            limits = replace(limits, without=(*limits.without, *left))
    return text, limits


def _orders(text: str, limits: Limits, _today: date, _names: Archive) -> tuple[str, Limits]:
    count = _LIMIT_NEW.search(text)
    if count:
        said = count["count"] or count["other"]
        text, limits = cut_out(text, count), replace(limits, limit=number_of(said))
    if _NEW.match(text):
        return text, replace(limits, order="newest")
    for pattern in _NEWEST:
        if match := pattern.search(text):
            return cut_out(text, match), replace(limits, order="newest")
    if match := _OLDEST.search(text):
        return cut_out(text, match), replace(limits, order="oldest")
    return text, limits


def _counts(text: str, limits: Limits, _today: date, _names: Archive) -> tuple[str, Limits]:
    for pattern in (_LIMIT, _LIMIT_OF):
        if (match := pattern.search(text)) and (
            (count := number_of(match["count"])) > 1 or match["count"].casefold() in {"one", "1"}
        ):
            return cut_out(text, match), replace(limits, limit=count)
    return text, limits

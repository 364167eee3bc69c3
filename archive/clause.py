"""The first clause of a description: a title where the newsletter and the address give none."""

from __future__ import annotations

import re
from collections.abc import Iterator

HEADLINE_MAX_CHARS = 80
"""Characters of the longest headline: a line or two of a phone, and nearly all of it where Slack cuts labels at 75."""
_READ_MAX_CHARS = 1_000
"""Characters of a description that are read: a dozen titles. A longer one costs no more time, and no deeper stack."""
_SENTENCE_MIN_CHARS = 16
_CLAUSE_MIN_CHARS = 30
_END = re.compile(r"[.,;:!?(–—-](?:(?<=[.,;:!?]) |(?<= [–—-]) |(?<= \())")
"""The end of a clause; it begins with a rare character, which a search finds in a fraction of the time."""


def clause(text: str) -> str:
    """Return the first clause of a description that is long enough to say something.

    A sentence that fits is whole. A longer one loses its brackets, then ends at a break of its sense: its
    punctuation, or else the last word within reach that begins a part it can do without (`which …`, `for …`).

    >>> clause("Knots is a tool for tying things that works on any boat, with any rope, and in any weather there is.")
    'Knots is a tool for tying things that works on any boat'
    """
    line, _, more = text[:_READ_MAX_CHARS].partition("\n")
    while more and needs_more(line.rpartition(" ")[2].lower()):  # the line was wrapped, and not ended
        after, _, more = more.partition("\n")
        line = f"{line} {after}"
    line = line.lstrip("•*-–—>→⇒»›▶► ")
    if counted := _COUNTED.match(line):
        line = line[counted.end() :]
    line = _POINTING.sub("", _ADDRESS.sub("", line)) if "http" in line else line
    if is_wide_script(line):
        return _wide(line)
    line = (_NOTE.sub("", line) if "[" in line else line).rstrip(" →⇒»›▶►👉")
    if sentence := _sentence(line):
        return sentence
    return _shorter(line)


def _shorter(line: str) -> str:
    """Return as much of a sentence that is too long as makes sense."""
    bare = _BRACKETS.sub("", line) if "(" in line else line
    if bare != line and (sentence := _sentence(bare)):
        return sentence
    if (
        line[:2].lower() in _BEGINNINGS
        and (begun := _PREPOSITIONAL.match(bare))
        and len(bare) - begun.end() > _CLAUSE_MIN_CHARS
    ):
        return clause(bare[begun.end()].upper() + bare[begun.end() + 1 :])
    if said := bare[: next(_breaks(bare), 0)] or _up_to_part(bare) or _explained(line):
        return shortened(said)
    further = _FURTHER.search(bare, _PART_MIN_CHARS, HEADLINE_MAX_CHARS + _PART_MAX_CHARS)
    if further and not _SUBORDINATE.match(bare):
        return shortened(bare[: further.start()].rstrip(_TRAILING))
    return shortened(bare)


def _explained(line: str) -> str:
    """Return the name that a sentence explains, as in `Open Tide Works (OTW) is a …`."""
    named = _NAMED.match(line)
    return named[1] if named else ""


def _sentence(line: str) -> str:
    """Return the first sentence of a line that is long enough, "" if it is longer than a title."""
    at = _SENTENCE_MIN_CHARS
    while found := _STOP.search(line, at, HEADLINE_MAX_CHARS + 2):
        end, at = found.span()
        if not _is_short_form(line, end) and not _is_within(line, end):
            return shortened(line[: end + (line[end] != ".")])
    return shortened(line.rstrip(_TRAILING)) if len(line.rstrip(_TRAILING)) <= HEADLINE_MAX_CHARS else ""


def _breaks(line: str) -> Iterator[int]:
    """Yield where a clause of `line`, whose first sentence is too long, ends by its punctuation."""
    for found in _END.finditer(line, _SENTENCE_MIN_CHARS, HEADLINE_MAX_CHARS + 2):
        end = found.start()
        mark = line[end]
        if mark in ".!?" or _is_within(line, end) or (mark == "," and _goes_on(line, end)):
            continue
        end -= mark not in ",;:"
        if end >= _CLAUSE_MIN_CHARS and not (mark != "," and _BARELY_BEGUN.search(line[:end])):
            yield end


def _goes_on(line: str, end: int) -> bool:
    """Return whether the sense goes on after the comma at `end`."""
    return _is_introduction(line, end) or _is_list(line, end) or _is_adjective(line, end)


def _is_list(line: str, end: int) -> bool:
    """Return whether the comma at `end` separates several things: `A, B and C`, `A, B, and C`."""
    if _LISTED.match(line, end):
        return True
    return _LAST_OF_LIST.match(line, end) is not None and _LISTED_BEFORE.search(line, 0, end) is not None


def _is_introduction(line: str, end: int) -> bool:
    """Return whether what precedes the comma at `end` only introduces the sentence, as in `As part of the fair, …`."""
    return _INTRODUCING.match(line) is not None and "," not in line[:end]


def _is_adjective(line: str, end: int) -> bool:
    """Return whether the comma at `end` separates adjectives, as in `a lightweight, open structure`."""
    if not _MORE_OF_IT.match(line, end):
        return False
    before = line.rfind(",", 0, end)
    return _ONE_WORD.search(line, 0, end) is not None or (
        before > end - _ADJECTIVE_MAX_CHARS and _ONE_WORD.search(line, 0, before) is not None
    )


def _is_within(line: str, end: int) -> bool:
    """Return whether the mark at `end` stands in brackets or in a date, as in `June 3rd, 2021`."""
    if line.count("(", 0, end) > line.count(")", 0, end) or line.count("（", 0, end) > line.count("）", 0, end):
        return True
    return line[end] == "," and _YEAR_NEXT.match(line, end) is not None


def _is_short_form(line: str, end: int) -> bool:
    """Return whether the full stop at `end` ends an initial or an abbreviation, and not the sentence."""
    word = line[:end].rpartition(" ")[2].lower().strip("(")
    return line[end] == "." and (word in _SHORT_FORMS or (len(word) == 1 and word.isalpha()))


def _up_to_part(line: str) -> str:
    """Return `line` up to the last word within reach that begins a part which it can do without; "" if there is none.

    A sentence that begins with a clause (`If you …`) has its sense after that, which is out of reach.
    """
    comma = line.find(",") if _INTRODUCING.match(line) else 0
    if comma < 0 or _SUBORDINATE.match(line):
        return ""
    reach = HEADLINE_MAX_CHARS + _PART_MAX_CHARS
    for found in reversed([*_PART.finditer(line, max(comma, _PART_MIN_CHARS), reach)]):
        kept = line[: found.start()]
        if len(kept) > HEADLINE_MAX_CHARS:
            continue
        before, _, last = kept.rpartition(" ")
        if line.startswith(_NEW_CLAUSE, found.end()):
            if last not in LITTLE_WORDS - {"now"}:
                return kept.rstrip(_TRAILING)
            continue
        if _PARTICIPLE.fullmatch(last) and last not in _NOUNS:  # `a survey focused on …`: the part begins with it
            kept = before
        if len(kept) < _PART_MIN_CHARS:
            return ""
        if not (_goes_on_at(line, found.end(), kept) or needs_more(kept.rpartition(" ")[2].lower())):
            return kept.rstrip(_TRAILING)
    return ""


def _goes_on_at(line: str, at: int, kept: str) -> bool:
    """Return whether the word at `at` of `line` belongs to what is `kept` of it: within a name, or what it needs."""
    if _BARELY_BEGUN.search(kept) or (line.startswith(("to ", "until "), at) and _FOR_WHOM.search(kept)):
        return True
    if _REPORTED.search(kept) or _PARTICLE.match(line, at):
        return True
    if _SUBJECT.search(line, at, at + _SUBJECT_WITHIN_CHARS) and _WORK.match(line):
        return True
    return _NAME_BEFORE.search(kept) is not None and _NAME_ON.match(line, at) is not None


def needs_more(word: str) -> bool:
    """Return whether nothing can end with `word`."""
    return word in _HOLDING or word in LITTLE_WORDS or word in _AUXILIARY or not _APOSTROPHES.isdisjoint(word[-3:-1])


def _wide(line: str) -> str:
    """Return the first sentence of a Chinese, Japanese or Korean text, a long one up to its last break that fits."""
    breaks = [found.start() for found in _WIDE_END.finditer(line, 0, HEADLINE_MAX_CHARS)]
    sentence = next((at for at in breaks if line[at] in "。！？" and at >= _WIDE_MIN_CHARS), len(line))
    if sentence <= _WIDE_MAX_CHARS:
        return shortened(line[: sentence + (line[sentence : sentence + 1] in ("！", "？"))].rstrip("。：，；"))
    ends = [at for at in breaks if at >= _WIDE_MIN_CHARS and not _is_within(line, at)] or [len(line)]
    fitting = [at for at in ends if at <= _WIDE_MAX_CHARS] or ends[:1]
    return shortened(line[: fitting[-1]].rstrip("。：，；"))


def is_wide_script(text: str) -> bool:
    """Return whether a text is Chinese, Japanese or Korean: its URL's words are another language then."""
    if text.isascii():
        return False
    head = text[:200]
    # Each such letter takes three bytes: counting bytes is quicker, and enough for a text with a few curly quotes.
    if len(head.encode("utf-8", "replace")) - len(head) <= 2 * _FEW_WIDE:
        return False
    return len(WIDE_SCRIPT.findall(head)) > _FEW_WIDE


def shortened(text: str, longest: int = HEADLINE_MAX_CHARS) -> str:
    """Return `text` as one line, cut at a word with … if it is longer than `longest` characters."""
    text = text.strip()
    seen = text[: longest + 1]
    if "\n" in seen or "  " in seen or not seen.isprintable():
        seen = text = " ".join(text.split())
    if len(seen) <= longest:
        return text
    cut = text[: longest - 1]
    at = len(cut) if text[longest - 1] in _CUT else cut.rfind(" ")
    return _without_little_words((cut[:at] if at > longest // 2 else cut).rstrip(_CUT)) + "…"


def _without_little_words(title: str) -> str:
    """Return a title that was cut without words at its end that say nothing alone: `the`, `of`, `and`."""
    while (parts := title.rpartition(" "))[0] and parts[2].lower() in LITTLE_WORDS:
        title = parts[0].rstrip(_CUT)
    return title


WIDE_SCRIPT = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_FEW_WIDE = 4
_WIDE_MIN_CHARS = 6
_WIDE_MAX_CHARS = 40
"""Characters of a title in a wide script: each is as wide as two letters."""
_WIDE_END = re.compile(r"[。！？；，：](?!\d)")
_STOP = re.compile(r"[.!?](?= )")
_TRAILING = ".:,;– —-。：，；"
_CUT = " ,.;:-–—("
_YEAR_NEXT = re.compile(r", (?:19|20)\d\d\b")
_INTRODUCING = re.compile(
    r"(?:according to|after|although|as|at|based on|because|before|by|due to|during|following|for|from|given|in"
    r"|like|on|once|since|thanks to|though|to|under|unlike|until|when|whenever|while|with|without)"
    r"(?: on)? ",
    re.IGNORECASE,
)
_SUBORDINATE = re.compile(
    r"(?:although|after|as (?:I|we|you|more)|because|before|if|one of|since|though|unless|until|when|whenever|whether"
    r"|while) ",
    re.IGNORECASE,
)
_LAST_OF_LIST = re.compile(r", (?:and|or|&) ")
_FURTHER = re.compile(r" and (?=(?:the|I|I[’']\w+|we|you|they|it|this|there|has|have|is|are|will|now|hopefully|then) )")
"""What precedes a further clause: it has a verb."""
_NAMED = re.compile(r"([A-Z][^(]{10,60}) \([^()]*\) is (?:a|an|the) ")
"""A name that the sentence explains, with its short form."""
_LISTED_BEFORE = re.compile(r",(?! \d)(?: [^\s,;:.]+){1,3}$")
_LISTED = re.compile(
    r",(?! \w+ly\b)"
    r"(?! (?:a|an|the|both|this|these|which|who|where|and|but|so|or|with|in|on|at|for|to|by|from|we|you|it)\b)"
    r"(?: [^\s,;:.]+){1,3}(?:, | (?:and|or|&) )"
)
"""What follows the first of several things."""
_ADJECTIVE_MAX_CHARS = 20
_ONE_WORD = re.compile(r"\b(?:a|an)(?: (?:very|new|highly|more))? [\w-]+$")
_MORE_OF_IT = re.compile(
    r", (?!(?:which|that|who|whose|where|when|with|without|and|but|or|so|the|a|an|from|for|in|into|on|to|as|by|at|of|it"
    r"|this|these|we|you|they|i|both|all|now|here|then|also|not|written|based|made|built)\b)[a-z][\w-]*(?<!ing)[ ,]"
)
_COUNTED = re.compile(r"(?:\d{1,3}[.)]\s+|\d{1,3}、|[（(]\d{1,3}[）)]\s*)(?=\S)")
_ADDRESS = re.compile(r"\s*[-–—:]?\s*[(<]?https?://\S+")
_NOTE = re.compile(r"\s?\[\d{1,3}\](?=[\s.,;:!?)]|$)")
"""The number of a reference."""
_POINTING = re.compile(r"(?<=[.!?]) (?:at|from|here|see|source|via|visit)[.:]?$", re.IGNORECASE)
"""Words that led to an address which was taken out."""
_BRACKETS = re.compile(r"(?<=\w) \([^()]*\)(?=[ ,.;:!?]|$)")
_SHORT_FORMS = frozenset(
    """e.g i.e etc vs mr mrs ms dr st no inc jr sr prof approx jan feb mar apr jun jul aug sep sept oct nov dec mon tue
    wed thu fri sat sun ltd""".split()  # noqa: SIM905 - reads better
)
_PART = re.compile(
    r" (?=(?:which|who|whose|where|when|while|because|since|although|though|whereas|but|so|unless|until|before|after"
    r"|that|such|for|to|in|on|at|by|from|with|without|into|about|via|through|across|between|over|during|within|alongside"
    r"|using|including|featuring|covering|entitled|called|(?:focused|based|built) on|(?:looking|aimed) at"
    r"|(?:designed|intended) (?:for|to)|especially|rather|due|as part) )",
)
_NEW_CLAUSE = ("but ", "so ", "because ", "although ", "though ", "whereas ", "unless ")
"""Words that begin a clause of its own: what precedes them has a verb."""
_PART_MIN_CHARS = 40
"""Characters that remain at least where a part is left out: with fewer, more is lost than a cut word."""
_BARELY_BEGUN = re.compile(r"(?:,| (?:where|that|which|who|when|if|get|getting|keep|keeping)) \S+$")
"""A clause of which only its first word would remain."""
_NAME_BEFORE = re.compile(r"[A-Z]\S* [A-Z]\S*$")
_NAME_ON = re.compile(r"(?:in|for|to|with) [A-Z]")
"""What a name of several words goes on with, as in `New Directions in Operating Systems`."""
_PARTICLE = re.compile(r"(?:on|in|over|through|by|across) (?:beyond|from|to|into|onto|towards?|past|with)\b")
"""A word that belongs to the verb before it, as in `moves on beyond …`."""
_SUBJECT = re.compile(r"\babout (?=\S)")
_SUBJECT_WITHIN_CHARS = 40
_WORK = re.compile(
    r"(?=(?:\S+ ){1,8}?(?:article|discussion|interview|paper|podcast|post|presentation|slides|talk|video)s? )"
)
"""A talk or a post: what it is about says more than whose it is, or where it was given."""
_REPORTED = re.compile(r"(?:ed|said|says|wrote|shows|means) that (?!.* (?:is|are|was|has|have|can|will|may)\b)")
"""What somebody said, before its verb."""
_PREPOSITIONAL = re.compile(
    r"(?!(?:at|by) (?-i:[A-Z]\w+,))"
    r"(?:according to|as (?:part|a result) of|at|based on|by|due to|during|following|for|from|in|on|under"
    r"|within) [^,;:.!?]{4,60}, (?=[A-Za-z@])(?!(?:and|or|but|to|one of|both)\b)",
    re.IGNORECASE,
)
"""What introduces a sentence, which is whole without it; not who speaks, as in `At Dockworks, we …`."""
_BEGINNINGS = frozenset({"ac", "as", "at", "ba", "by", "du", "fo", "fr", "in", "on", "un", "wi"})
"""How that begins: most sentences don't, which is found in a fraction of the time."""
_FOR_WHOM = re.compile(r" (?:for|from) (?:\S+ )?\S+$")
"""Before `to …`: a request for people to do something, or a time from one day to another."""
_PART_MAX_CHARS = 16
"""Characters of the longest words that begin a part."""
_APOSTROPHES = frozenset("'’")
_PARTICIPLE = re.compile(r"[a-z-]+(?:ed|ing|ten|built|made|born)")
_NOUNS = frozenset(
    """anything building everything evening meeting morning nothing something spring string thing tooling training
    """.split()  # noqa: SIM905 - reads better
)
_AUXILIARY = frozenset(
    """also always am are aren't be been being currently get gets got had has have he i i'm is isn't it it's just never
    not now often recently she still they they're to was we we're were you you're""".split()  # noqa: SIM905 - reads better
)
_HOLDING = frozenset(
    # Words that need what follows them: `depends on …`, `an introduction to …`, `shows that …`.
    """able access addition aim aims all allow allows alternative any anything applies apply
    approach approaches are argue argues ask asks back believe belongs best both bring
    brings capable close collection come comes comparing comparison consist consists
    deal deals demand depend depends desire difficult down due each easier easy enable
    enables ensure ensures everything expect explain explains far find free glad go goes
    got great guide happy hard harder has have help helps hope i idea imagine interested
    intro introduction is it keen keep key kind know lack lead leads learn let lets like
    likely long look looks lot lots love make makes many mean means meant mention more
    most much need needs new not number off one only other out over part passion pattern
    patterns place plan plans potential quick quicker range ready reason reasons relate
    relates relevant relies rely relying reminder report reports response responsible
    return run runs said same say says see seem seems series set show shows similar
    simple some specific start starts suggest suggests supposed switch take takes talk
    talks tend tends these they think this those tips transition tries try up use used
    useful want wants was way ways we well were what why work works worth would you
    contribute contributes focus focuses focusing leading refer referred refers seeking something spend spending spends
    spent vision""".split()  # noqa: SIM905 - reads better
)
LITTLE_WORDS = frozenset(
    """& a about all along also an and any are as at be been before between both but by can do
    during for from had has have how if in into is it its just like my nor not of on or
    our quite really so some such than that the their these this those to too using very
    via was we were what when where which while who why will with without you your""".split()  # noqa: SIM905 - reads better
)
"""No title that was cut ends with one of these."""

"""Wishes to change something: subscribe, pause, save, share, export and the like, and nothing that only looks like one.

The rule: a verb of change asks for a change only if nothing is left in its clause that is not about us: times, days,
"this channel", "the digest", "us", an item that was shown. So "pause for two weeks" is one, and "pause containers in
kubernetes" is a topic.
"""

from __future__ import annotations

import re

from archive.search.wording import STOP_WORDS
from archive.search.words import bag, words
from bot.lookup.asking.days import NUMBERS
from bot.lookup.asking.heard import Heard
from bot.lookup.asking.limits import SECTIONS
from bot.lookup.asking.phrases import phrases
from bot.lookup.asking.request import Manner, MessageKind, Request

_PHRASES = phrases("changes")
ABOUT_US = bag("""
    us me we i you your our my mine this that it them here everyone everybody team channel channels room dm digest
    digests newsletter newsletters post posts posting message messages update updates issue issues notification
    notifications delivery deliveries subscription subscriptions bot back thing stuff all everything anything again
    now these those list enough today tonight tomorrow then anymore any more new next please the a an every each for
    to in into on at of from until till and or with by about as soon appears immediately once week weeks weekly day
    days daily weekday weekdays weekend weekends month months hour hours minute minutes while bit time times am pm
    noon midnight morning evening afternoon utc gmt est pst cet bst monday mondays tuesday tuesdays wednesday
    wednesdays thursday thursdays friday fridays saturday saturdays sunday sundays mon tue tues wed thu thur thurs fri
    sat sun january february march april june july august september october november december holiday holidays
    vacation christmas easter summer break offsite sending send sent just only also instead longer long up off out
    down over too been will be is are not can could would want like id lets let go going ahead start stop get getting
    receive receiving indefinitely forever permanently temporarily quiet way being
""") | frozenset(" ".join(NUMBERS).split())
ZONE = _PHRASES["zone"]
TIME = re.compile(r"\d{1,2}(?:[:.]\d{2})?(?:am|pm|h)?", re.IGNORECASE)
_LEAD = _PHRASES["lead"]
CLAUSE = _PHRASES["clause"]
_VERBS = phrases("verbs")
_ACTIONS: dict[str, tuple[str, ...]] = {
    "unsubscribe": ("unsubscribe", "pause"),
    "resume": ("resume",),
    "pause": ("pause",),
    "subscribe": ("subscribe",),
    "retime": ("subscribe", "schedule", "retime"),
    "deliver": ("subscribe", "schedule"),
}
"""What each verb asks for, the likeliest first, in the order in which they are looked for."""
ASKS = _PHRASES["asks"]
"""What asks for a fact. "Can it come on fridays?" does not."""
_TASTE = _PHRASES["taste"]
_LASTING = _PHRASES["lasting"]
_FROM_WHEN, _FROM_NOW, _AMOUNT = _PHRASES["from_when"], _PHRASES["from_now"], _PHRASES["amount"]
_US = re.compile(
    r"^\W*(?:only |just )*(?:send|post|deliver)\s+(?:us|this channel|here)\b|\bsend us only\b", re.IGNORECASE
)
ORDINALS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5,
    "5th": 5, "sixth": 6, "6th": 6, "seventh": 7, "7th": 7, "eighth": 8, "8th": 8, "ninth": 9, "9th": 9,
    "tenth": 10, "10th": 10, "last": -1, "top": 1, "bottom": -1,
}  # fmt: skip
_RANK = _PHRASES["rank"]
_SAVE = _PHRASES["save"]
_SHARE = re.compile(r"^(?:share|post|send|forward|put|drop|publish|show|tell)\b", re.IGNORECASE)
_SHARED = bag("""
    share post send forward put drop publish this that it them these those all link links one ones result
    results entry page answer answers the a to with in into here channel everyone everybody team us of for and
    please latest newest issue random first second third fourth fifth sixth seventh eighth ninth tenth last
    number top bottom end colleagues others group whole list no nr one two three four five six seven eight nine ten
    too also well as
""")
_ISSUE = re.compile(r"(?:\bissue (?:number |no\.? |nr\.? )?#?|(?<!\w)#(?=\d{3}))(\d{1,6})\b", re.IGNORECASE)
_SAVED = bag("""
    save bookmark keep remember star pin store add put this that it them these those all both link links one ones
    result results entry the a to in into for me my mine later list bookmarks bookmark saved of and please first
    second third fourth fifth sixth seventh eighth ninth tenth last number top bottom end as well too also
    reading read no nr one two three four five six seven eight nine ten
""")
_FORGET = _PHRASES["forget"]
_OWNED = STOP_WORDS | bag("""
    data personal stuff details information info bookmarks saved links saves list account history everything entry
    entries profile traces
""")
_UNSAVE = _PHRASES["unsave"]
_EXPORT = _PHRASES["export"]
_FORMATS = {
    "csv": "csv",
    "json": "json",
    "jsonl": "json",
    "html": "html",
    "md": "md",
    "markdown": "md",
    "opml": "opml",
    "netscape": "html",
}
_EXPORTED = bag("""
    my mine all the of as a an in to copy file bookmarks bookmark saved links link saves list everything i ive have
    saved format please browser for me them it kept reading csv json jsonl html md markdown netscape
""")


_REASON = re.compile(
    r"(?:(?:ok|okay|so|well|since|as|because|now that) )*(?:we|i|it|everyone|everybody|nobody)\b", re.IGNORECASE
)
_AGAIN = re.compile(r"\b(?:again|back|resum\w*|re-?start\w*|un-?\w+)\b", re.IGNORECASE)
_NUMBERED = re.compile(
    r"\b(?:number|no\.?|nr\.?|link|result|entry|item|option|save|open|share|show) "
    r"(?P<word>one|two|three|four|five|six|seven|eight|nine|ten)\b(?! of| more)",
    re.IGNORECASE,
)


OF_A_DAY = re.compile(r"\b(?:ones?|issues?|digest|newsletter|posts?|links?) (?:from|of|about)\b", re.IGNORECASE)
"""What names something that was sent already: "the one from monday"."""


def change(heard: Heard) -> Request | None:
    """Return what a message asks to be changed, None if it asks for no change. The reader's other parts come after."""
    for text in (heard.text, _after_reason(heard.text)):
        asked = _LEAD.sub("", CLAUSE.sub("", text).strip()).strip()
        for part in (_forgotten, _unsaved, _exported, _saved, _shared, _tasted, _subscribed):
            if asked and (found := part(asked, heard)):
                return found
    return None


def _after_reason(text: str) -> str:
    """Return the last clause of a text that says why before what: "we are back, resume"; "" for any other."""
    before, comma, last = text.rpartition(",")
    return last.strip() if comma and _REASON.match(before) else ""


def rank_in(text: str) -> int:
    """Return the place in a list that a text names, from 1; -1 for the last, 0 for none."""
    if worded := _NUMBERED.search(text):
        return ORDINALS[worded["word"].casefold()]
    match = _RANK.search(text)
    if not match:
        return 0
    word = (match["word"] or "").casefold()
    return ORDINALS.get(word) or (int(match["digit"]) if match["digit"] else int(re.sub(r"\D", "", word) or 0))


def confirm(action: tuple[str, ...], **more: object) -> Request:
    """Return a wish for a change, which a button has to confirm."""
    return Request(MessageKind.CHANGE, Manner.CONFIRM, action=action, **more)  # type: ignore[arg-type]  # fields by their names


def _forgotten(asked: str, _heard: Heard) -> Request | None:
    match = _FORGET.match(asked)
    theirs = match and match["what"]
    return confirm(("forget",)) if match and (theirs is None or set(words(theirs)) <= _OWNED) else None


def _unsaved(asked: str, _heard: Heard) -> Request | None:
    """Read "take the kubernetes one off my list": what is to go from one's bookmarks is named."""
    match = _UNSAVE.match(asked)
    if not match:
        return None
    what = match["what"] or match["other"]
    left = (word for word in what.split() if not set(words(word)) <= _SAVED | _OWNED)
    return confirm(("unsave",), topic=" ".join(left), rank=rank_in(what))


def _exported(asked: str, _heard: Heard) -> Request | None:
    match = _EXPORT.match(asked)
    if not match or not set(words(match["rest"])) <= _EXPORTED:
        return None
    kind = next((_FORMATS[word] for word in words(asked) if word in _FORMATS), "html")
    return Request(MessageKind.MINE, Manner.CONFIRM, action=("export",), export=kind)


def _saved(asked: str, heard: Heard) -> Request | None:
    match = _SAVE.match(asked)
    if not match:
        return None
    rest = without_addresses(asked, heard)
    issue = _ISSUE.search(rest)
    rest = _ISSUE.sub(" ", rest)
    if not _all_in(rest, _SAVED | frozenset({"from"})):
        return None
    if not (heard.urls or issue) and len(words(rest)) < 2:
        return Request(MessageKind.AMBIGUOUS, Manner.CLARIFY, action=("save",))
    issues = (int(issue[1]),) if issue else ()
    return confirm(("save",), issues=issues, rank=rank_in(rest), url=heard.urls[0] if heard.urls else "")


def _shared(asked: str, heard: Heard) -> Request | None:
    if not _SHARE.match(asked):
        return None
    rest = without_addresses(asked, heard)
    issue = _ISSUE.search(rest)
    rest = _ISSUE.sub(" issue ", rest)
    to = bool(heard.channels or heard.mentioned or re.search(r"\b(?:with|to|in|here)\b", rest, re.IGNORECASE))
    begins = re.match(r"(?:share|post|forward|publish)\b", asked, re.IGNORECASE)
    if not (begins or ((heard.channels or heard.mentioned) and to)) or not _all_in(
        rest, _SHARED | frozenset({"show", "tell"})
    ):
        return None
    if len(words(rest)) < 2 and not heard.urls:
        return Request(MessageKind.AMBIGUOUS, Manner.CLARIFY, action=("share",))
    return confirm(
        ("share",),
        issues=(int(issue[1]),) if issue else (),
        rank=rank_in(rest),
        channel=heard.channel,
        person=heard.mentioned[0] if heard.mentioned else "",
        url=heard.urls[0] if heard.urls else "",
    )


def without_addresses(text: str, heard: Heard) -> str:
    """Return a text without the addresses and the channels in it."""
    for gone in (*heard.urls, *(f"#{channel}" for channel in heard.channels)):
        text = text.replace(gone, " ")
    return re.sub(r"(?<!\w)#[\w-]*[a-z][\w-]*", " ", text)


_AT_AN_END = re.compile(r"\b(?:on|at) (?:the )?(?:very )?(top|bottom|end)\b", re.IGNORECASE)


def _all_in(text: str, known: frozenset[str]) -> bool:
    """Return whether every word of a text is known or a number."""
    return all(
        word in known or word in NUMBERS or re.fullmatch(r"\d{1,2}(?:st|nd|rd|th)?", word)
        for word in words(_AT_AN_END.sub(r"\1", text))
    )


def _tasted(asked: str, _heard: Heard) -> Request | None:
    """Read a wish for what digests should hold, now and later."""
    begins = _FROM_WHEN.match(asked)
    asked = asked[begins.end() :] if begins else asked
    if not (_TASTE.match(asked) or ((begins or _FROM_NOW.search(asked)) and _AMOUNT.match(asked))):
        return None
    lasting = begins or _LASTING.search(asked)
    if lasting and not _named(asked):
        return None  # nothing is named that digests should or should not hold: they are not wanted at all
    named = any(word in SECTIONS for word in words(asked))
    if (
        lasting
        or (_US.match(asked) and named)
        or (
            named
            and re.match(
                r"no more|stop|quit|turn off|switch off|we don'?t|i don'?t|don'?t|do not", asked, re.IGNORECASE
            )
        )
    ):
        return confirm(("taste", "subscribe"))
    return None


def _named(text: str) -> bool:
    """Return whether a wish names something that digests hold: a section, a topic."""
    return any(word in SECTIONS or (word not in ABOUT_US and word not in _WISHING) for word in words(text))


def _subscribed(asked: str, heard: Heard) -> Request | None:
    if ASKS.match(heard.text):
        return None  # "what did you send on monday?"
    for name, action in _ACTIONS.items():
        match = _VERBS[name].search(asked) if name in {"retime", "deliver"} else _VERBS[name].match(asked)
        if not match or (name == "deliver" and OF_A_DAY.search(asked)):
            continue
        rest = without_addresses(asked[match.end() :], heard)
        if name == "resume" and not _AGAIN.search(asked) and schedule_in(rest):
            continue  # "start sending this every thursday" begins something
        if re.match(r"\s+(?:to|for) (?:the |your )?(?:newsletter|digest|weekly)\b", rest, re.IGNORECASE):
            rest = re.sub(r"^\s+(?:to|for)(?: the| your)? \S+", " ", rest, flags=re.IGNORECASE)
        about = ABOUT_US | _SOONER if name == "retime" else ABOUT_US
        left = [word for word in words(ZONE.sub(" ", rest)) if word not in about and not TIME.fullmatch(word)]
        if not left:
            return confirm(action, schedule=schedule_in(rest), channel=heard.channel)
        topic = re.sub(r"^\s*(?:us|me|this channel)?\s*(?:to|for)?\s+", "", rest, flags=re.IGNORECASE).strip(" ?.!")
        if action == ("subscribe",) and len(topic.split()) <= 2:
            return Request(MessageKind.AMBIGUOUS, Manner.CLARIFY, topic=topic, action=("subscribe",))
    return None


_SOONER = bag("later earlier sooner")
_WISHING = bag("""
    these those less fewer dont do not doesnt no longer never want wants need needs read reads keep leave alone include
    exclude drop hide
""")
_SCHEDULE_WORDS = bag("""
    monday mondays tuesday tuesdays wednesday wednesdays thursday thursdays friday fridays saturday saturdays
    sunday sundays mon tue tues wed thu thur thurs fri sat sun daily weekdays weekday every day weekly noon
    midnight immediately asap am pm and
""")


def schedule_in(rest: str) -> str:
    """Return the days, times and zone of a wish, in the words it has."""
    kept = [
        word
        for word in rest.replace(",", " , ").split()
        if word.casefold().strip(".,") in _SCHEDULE_WORDS
        or TIME.fullmatch(word.strip(".,"))
        or ZONE.fullmatch(word.strip(".,"))
    ]
    told = [word.casefold().strip(".,") for word in kept]
    return " ".join(kept).strip(" ,") if any(word not in {"and", "every", "day", ""} for word in told) else ""

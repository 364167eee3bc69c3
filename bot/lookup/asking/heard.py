"""A message of Slack's, made plain: without its markup, its courtesies and the mention of the bot."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from archive.search.words import bag
from bot.domain.text import one_line
from bot.lookup.asking.phrases import phrases

_PHRASES = phrases("heard")
MAX_CHARS = 2_000
"""More of a message is not read: nobody asks at such length. Slack allows 40,000 (methods/chat.postMessage)."""

_MENTION = re.compile(r"<@([UW][A-Z0-9]*)(?:\|[^<>]*)?>")
_TO_ANOTHER = re.compile(rf"^[\s>*_~-]*{_MENTION.pattern}")
_CHANNEL = re.compile(r"<#([CG][A-Z0-9]*)(?:\|([^<>]*))?>")
_HASHED = re.compile(r"(?<![\w&#/])#([a-z][\w-]+)")
_LINK = re.compile(r"<((?:https?:|mailto:)[^<>|\s]+)(?:\|[^<>]*)?>|\b(https?://[^\s<>]+)")
_SPECIAL = re.compile(r"<![^<>]*>")
_EMOJI_NAME = re.compile(r"(?<![\w/:])(?::[a-z0-9_+'-]+:)+(?![\w/])")
_EMOJI = re.compile("[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]+")
_CC = re.compile(r"[\s,;]*(?<![\w])/?(?:cc|fyi):?(?=\s*(?:<@[^<>]+>[\s,]*)+$)", re.IGNORECASE)
"""Who else should read a message, at its end."""
_CODE = re.compile(r"`+")
_MARKS = re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])|(?<![\w_])_([^_\n]+)_(?![\w_])|(?<![\w~])~([^~\n]+)~(?![\w~])")
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "…": "..."})
_GREETING = _PHRASES["greeting"]
_COURTESY = _PHRASES["courtesy"]
_COURTESY_FIRST = re.compile(
    r"^(?:please|pls|plz|sorry|kindly|(?:thanks|thx)(?: (?:a lot|a bunch|so much|again))?|cc)\b[\s,.:;!-]*",
    re.IGNORECASE,
)
_REQUEST = _PHRASES["request"]
QUESTION_WORDS = bag("""
    what whats what's which who whos who's whose when when's whens where where's wheres why how hows how's
    is are was were do does did can
    could should would will has have had am isn't aren't don't doesn't didn't can't
""")
_STATEMENT = _PHRASES["statement"]

_SHORT_FORMS = {
    "d'you": "do you", "d'ya": "do you", "y'all": "you all", "ya'll": "you all", "whatcha": "what have you",
    "gimme": "give me", "lemme": "let me", "wanna": "want to", "gotta": "have to", "gonna": "going to",
    "ur": "your", "w/o": "without", "w/": "with", "abt": "about", "how come": "why",
}  # fmt: skip
"""What people write short in a chat."""
_SHORT = re.compile(
    rf"(?<![\w./-])(?:{'|'.join(sorted(map(re.escape, _SHORT_FORMS), key=len, reverse=True))})(?![\w/-])",
    re.IGNORECASE,
)
_YOU = re.compile(
    r"\b((?:can|could|do|did|does|will|would|should|are|r|have|has|if|that|what|when|where|how|why|thank|thx|love|let"
    r"|tell|show|thanks|hope|bless|see|to|for)\s+)u\b(?![-.])"
    r"|(?:^|(?<=[,.!?] ))u(?=\s+(?:can|could|have|got|know|there|are|should|guys|all|think|do|did|recommend|rock)\b)",
    re.IGNORECASE,
)
"""The letter that stands for "you": beside a word that it can follow or begin, not in "u boot" or "a 2 u server"."""
_NOW = re.compile(
    r"(?<!\babout)(?<!\bon)(?<!\bin)(?<!\bof)(?<!\bfor)(?<!\bwith)(?<=\w) (?:rn|atm)(?=\W*$)", re.IGNORECASE
)
"""What is short for "now" where a message ends, and elsewhere a name: "pause it rn", but "links about atm fraud"."""
_CURSED = re.compile(
    r"^\W*(?:(?P<word>what|how|why|who|where) (?:the (?:heck|hell|fuck|f\w?|devil|actual \w+)|on earth|in the world|tf)"
    r"|wt[fh])(?= (?:is|are|was|were|does|do|did|has|have|can|would|should|'?s)\b)",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\b(what|where|how|who|when|why|which)'(re|d|ll|ve)\b", re.IGNORECASE)
_JOINED_FORMS = {"re": "are", "d": "did", "ll": "will", "ve": "have"}
_ENDS_OPEN = re.compile(
    r"\b(?:by|to|about|from|with|like|of|via|and|or|for|ask|asked|tried|try|use|see|than"
    r"|my|our|your|their|his|her|its|the|a|an|this|that|another)$",
    re.IGNORECASE,
)

_NAMES_IT = re.compile(r"\b(?:my|our|your|their|his|her|its|the|a|an|this|that|another)$", re.IGNORECASE)
_VERB_FIRST = re.compile(r"(?:is|are|was|were|has|had|does|did|do|can|could|will|would|should)\b", re.IGNORECASE)
"""What goes on a sentence in which the bot is named: "the @bot is broken"."""


_NEWS = re.compile(r"\b(?:fyi|btw|fwiw|heads[- ]up|psa|so|also|turns out|apparently)\W*$", re.IGNORECASE)
_DID = re.compile(
    r"\W*(?:just |also |now |still |again |really |apparently |finally )*(?:is|was|has|had|hasn't|isn't|wasn't|didn't"
    r"|doesn't|won't|will|does|did|keeps?|seems|looks|went|broke|died|got|works|posts|sends|says|sent|said|knows|misses"
    r"|runs|comes|can't|cannot|[a-z]{2,}ed)\b",
    re.IGNORECASE,
)
"""What goes on a sentence whose subject the bot is."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message made plain.

    `text` is one line without markup; `addressed` says whether it is meant for the bot. `mentioned` are the ids of
    other people, `channels` those of channels (as they are written), `urls` the addresses.
    `courtesy` says that there was thanks or a greeting, `wordless` that there was something without words (an emoji):
    for a message that is nothing else. `to_another` says that it begins with the name of a person, and not with the
    bot's anywhere: it speaks to that person.
    """

    text: str
    addressed: bool = True
    mentioned: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    courtesy: bool = False
    wordless: bool = False
    channel_ids: tuple[str, ...] = ()
    to_another: bool = False

    @property
    def channel(self) -> str:
        """Return the channel that is named first: its id where Slack gave one, else its name, "" for none."""
        return next(iter((*self.channel_ids, *self.channels)), "")


def hear(message: str, bot: str = "") -> Heard:
    """Return a message of Slack's made plain. `bot` is the bot's user id, "" in a conversation with the bot alone.

    Never raises, whatever the message holds.
    """
    named = not bot or any(who == bot for who in _MENTION.findall(message))
    message = message[: MAX_CHARS * 2]
    channels = tuple(match[2] or match[1] for match in _CHANNEL.finditer(message)) or tuple(_HASHED.findall(message))
    mentioned = tuple(dict.fromkeys(who for who in _MENTION.findall(message) if who != bot))
    parts = _around(message, bot)
    plain = [_plain(part) for part in parts]
    urls = tuple(dict.fromkeys(one or other for one, other in _LINK.findall(message)))
    addressed = not bot or (named and _is_addressed(plain))
    apart = len(plain) > 2 or _ENDS_OPEN.search(without_courtesy(plain[0])[0])
    told = [_asking(plain)] if bot and (apart or not addressed) else plain
    text, courtesy = without_courtesy(one_line(" ".join(told))[:MAX_CHARS])
    wordless = not text and any(part.strip() for part in parts)
    channel_ids = tuple(match[1] for match in _CHANNEL.finditer(message))
    to_another = bool(_TO_ANOTHER.match(message)) and bool(mentioned) and bot not in _MENTION.findall(message)
    return Heard(text, addressed, mentioned, channels, urls, courtesy, wordless, channel_ids, to_another)


def _around(message: str, bot: str) -> list[str]:
    """Return what stands before the bot's first mention and after it, mentions taken out; [message] without one."""
    if not bot:
        return [message]
    parts: list[str] = []
    start = 0
    for match in _MENTION.finditer(message):
        if match[1] == bot:
            parts.append(message[start : match.start()])
            start = match.end()
    return [*parts, message[start:]]


def _plain(text: str) -> str:
    """Return text without Slack's markup and emoji."""
    text = _SPECIAL.sub(" ", _MENTION.sub(" ", _CC.sub(" ", text)))
    text = _CHANNEL.sub(lambda match: f"#{match[2] or match[1]}", text)
    text = _LINK.sub(lambda match: match[1] or match[2], text)
    text = html.unescape(text).translate(_QUOTES)
    text = _MARKS.sub(lambda match: match[1] or match[2] or match[3], _CODE.sub(" ", text))
    return _in_full(one_line(_EMOJI.sub(" ", _EMOJI_NAME.sub(" ", text))).lstrip("> ").strip())


def _in_full(text: str) -> str:
    """Return text with its short forms written out ("wanna", "w/o", "where'd"), and no curse in a question."""
    text = _CURSED.sub(lambda match: match["word"] or "what", text, count=1)
    text = _YOU.sub(lambda match: f"{match[1] or ''}you", text)
    text = _NOW.sub(" now", _SHORT.sub(lambda match: _SHORT_FORMS[match[0].casefold()], text))
    return _JOINED.sub(lambda match: f"{match[1]} {_JOINED_FORMS[match[2].casefold()]}", text)


def without_courtesy(text: str) -> tuple[str, bool]:
    """Return `text` without greetings, thanks and please at its ends, and whether there were any."""
    before = None
    whole = text
    while before != text:
        before = text
        text = _COURTESY.sub("", _COURTESY_FIRST.sub("", _GREETING.sub("", text, count=1), count=1)).strip()
        text = text.strip(",;:- ")
    return text, text != whole


def is_asking(text: str) -> bool:
    """Return whether a text is a question or a request."""
    text = without_courtesy(text)[0]
    first = text.partition(" ")[0].casefold().strip(",")
    return text.endswith("?") or first in QUESTION_WORDS or bool(_REQUEST.match(text))


def _is_addressed(parts: list[str]) -> bool:
    """Return whether the bot is spoken to: its mention stands first or last, or the message is a question or request.

    A statement that ends with the mention ("that was posted by @bot") speaks about it, and so does news of it ("fyi
    @bot stopped working").
    """
    if _NEWS.search(parts[0]) and _DID.match(parts[-1]) and not parts[-1].endswith("?"):
        return False
    before, after = without_courtesy(parts[0])[0], without_courtesy(parts[-1])[0]
    if _NAMES_IT.search(before) and _VERB_FIRST.match(after) and not after.endswith("?"):
        return False
    if _ENDS_OPEN.search(before):  # a sentence to somebody else, unless a whole question follows: "try @bot yet?"
        return is_asking(after) and len(after.split()) > 1 + after.endswith("?")
    if not before or is_asking(after):
        return True
    if is_asking(before) and not re.match(r"(?:ask|see)\b", before, re.IGNORECASE):
        return True
    return not after and not _STATEMENT.match(before)


def _asking(parts: list[str]) -> str:
    """Return the part of a message that asks something, else all of it."""
    return next((part for part in reversed(parts) if part and is_asking(part)), " ".join(parts))

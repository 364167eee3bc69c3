"""What a message means: one reader for mentions, direct messages and the words that follow a command.

Each kind has a recogniser, and the first that is sure wins: what concerns the bot and the person comes before what
concerns the archive, since anything can be looked up. What no recogniser knows is a question if it is put as one, and a
topic otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from archive.search.wording import STOP_WORDS
from archive.search.words import bag, words
from bot.lookup.asking.archive_port import Archive
from bot.lookup.asking.asked_for import asked_for
from bot.lookup.asking.changes import ABOUT_US, change, rank_in
from bot.lookup.asking.heard import QUESTION_WORDS, Heard
from bot.lookup.asking.indirect_changes import indirect_change
from bot.lookup.asking.limits import SECTIONS, without_limits
from bot.lookup.asking.newsletter import is_of_newsletter
from bot.lookup.asking.of_newsletter import of_newsletter
from bot.lookup.asking.phrases import phrases
from bot.lookup.asking.request import Form, Limits, Manner, MessageKind, Request
from bot.lookup.asking.slips import spelled, with_question_word
from bot.lookup.asking.which_issue import issue_request

_PHRASES = phrases("reader")


@dataclass(frozen=True, slots=True)
class Context:
    """What a message is read with: the person's `today`, the `archive`, and whether it is in a private conversation."""

    today: date
    archive: Archive
    private: bool = False


_THANKS = _PHRASES["thanks"]
_SMALL_TALK = _PHRASES["small_talk"]
_JUDGED = _PHRASES["judged"]
_ABOUT = phrases("about")
_ABLE = _ABOUT["able"]
_TODAY = bag("today tonight tomorrow now yesterday right again really")
_PRAISE = bag("""
    perfect great nice useful helpful useless wrong bad lovely awesome cool funny interesting amazing brilliant
    excellent super spot job work bot lol haha night morning thanks thank cheers thx ty works worked wow ok okay
    well appreciated helped exactly needed sweet neat nifty dope rad superb fab fantastic wonderful
    splendid marvellous kudos bravo noice kthx kthxbye kthanks thnx thanx tnx tks tyvm thankyou yay woohoo hooray legend
    danke merci gracias grazie obrigado obrigada tack takk kiitos bedankt
    dzieki dziekuje spasibo
    arigato hvala mersi dank
""")
_PRAISE_FILLERS = bag("""
    beaucoup bien dir euch ihnen sehr schon schoen vielmals viel vielen mille tusen tusind mycket sa muito muita mucho
    muchas molte je wel mate buddy friend team folks guys u
""")
"""What stands beside praise in some languages."""
_NAMED = bag("bot all man dude pal everyone everybody lads love sir boss chief there again both")
"""Who is thanked or greeted."""
_OF_THE_BOT = ABOUT_US | bag("""
    subscribe subscribed subscribing unsubscribe pause paused pausing resume save saved saving bookmark bookmarks
    bookmarked export import share shared change schedule timezone timezones zone zones status state store stored
    know known delete erase remove forget wipe data privacy private gdpr read see log track record collect listen
    spy keep kept personal command commands usage manual instructions ask say type do does work works working use
    used talk help made make built build wrote runs created owns maintains version archive topics topic subjects
    tags categories cover covers search find late missing twice empty skipped stopped posted come comes came coming
    arrive arrives arrived nothing no hear heard broken running ok setup added signed changed ai robot llm chatgpt
    gpt language model human backissue open source yourself introduce entries links link got gets due happened
    scheduled filter company legal account set policy early boss others people anyone colleagues name possible muted
    mute often show muting different other slot there issue an pays pay paying funds hosts develops sponsors behind
    looks responsible showed shown never turned turn appeared appear land landed emoji emojis reaction reactions
    react reacting thumb thumbs button buttons press pressing click clicking tick number happens happen means mean
    else question questions query queries searches chats
    settings setting preferences prefs config configuration configured options filters current
    published publish last first yet still today's yesterday entry later something section sections kinds kind
    things write word words havent hasnt didnt real actual actually even person people machine program script talking
    chatting speaking live far years long old oldest earliest reach being
""")  # fmt: skip
_MINE_LIST = _PHRASES["mine_list"]
_SAVED_FIRST = _PHRASES["saved_first"]
_TEAM = _PHRASES["team"]
_MINE_FRAME = _PHRASES["mine_frame"]
_PERIODS = {"week": "week", "month": "month", "year": "year"}
_RANDOM = _PHRASES["random"]
_RANDOM_ISSUE = _PHRASES["random_issue"]
_RANDOM_WORDS = _PHRASES["random_words"]
"""What every phrase for something random has."""
_FIRST = _PHRASES["first"]
_LAST = _PHRASES["last"]
_COUNTS = _PHRASES["counts"]
_COUNT_ALL = _PHRASES["count_all"]
_COUNT_ISSUES = _PHRASES["count_issues"]
_FIGURES = {Form.ISSUES: _COUNT_ISSUES, Form.COUNTS: _COUNTS, Form.FIRST: _FIRST, Form.LAST: _LAST}
_COUNT_FRAME = _PHRASES["count_frame"]
_SCOPED = _PHRASES["scoped"]
_COUNTED = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "few": 3, "couple of": 2,
}  # fmt: skip
_LOOKUP_FRAME = _PHRASES["lookup_frame"]
_LOOKUP_NOUNS = _PHRASES["lookup_nouns"]
_LEADING = _PHRASES["leading"]
_TAIL = _PHRASES["tail"]
_MONTH_DAYS, _FEW_WORDS = 31, 3
_DEFINES = re.compile(
    r"^(?:what(?:'?s| is| are)|whats|define|explain|describe)\s+(?:an? |the )?(?:\S+\s*){1,4}\?*$", re.IGNORECASE
)
"""A question for what a thing is; a longer one asks something about it."""
_AUXILIARY = bag(
    "is are was were do does did can could should would will has have had am isnt arent dont doesnt didnt cant"
)
_POINTING = bag("this that it you i we they")
_QUESTION_HEAD = _PHRASES["question_head"]
_VERDICT = _PHRASES["verdict"]
_TOOL_ASKED = _PHRASES["tool_asked"]
"""A question for a thing by what it does: "is there a tool that compares clusters"."""
_QUESTION_NOISE = bag("""
    like explain five im eli5 old year remind tell wonder wondering idea any anyone anybody compare describe
    define recommend suggest understand choose decide something anything thing things stuff best top good three
    show find get got have do you your since only newest whats hello hey hi morning cc quick sorry exactly
    newsletter mention mentioned mentions actually really wrote written write say says said read difference
    differences advice tips thoughts opinions
    opinion experience still yet already
""")
_PARTICLES = bag("up down out off over")
_BARE = frozenset(SECTIONS) | bag("""
    either neither both none whatever
    more next it that this one ones save share post export latest newest top link links something anything
    everything all stuff subscribe schedule issue issues week month year today yesterday why when what who how
    which the other delete remove stop go back previous first second third fourth fifth last monday tuesday
    wednesday thursday friday saturday sunday often times frequently
""")


def read(heard: Heard, context: Context) -> Request:
    """Return what a message asks for. Any message gives a request: this never raises."""
    return of_newsletter(heard, context, _read)


def _read(heard: Heard, context: Context) -> Request:
    if not heard.addressed:
        return Request(MessageKind.CHATTER, Manner.NONE)
    if not heard.text.strip(" ?!.,"):
        return _bare(heard)
    text = spelled(with_question_word(asked_for(heard.text), context.archive), context.archive)
    heard = replace(heard, text=text)
    for part in (_chatter, _ability, change_of, _own, _the_bot, _random, _unclear, _facts, issue_of):
        if found := part(heard, context):
            return found
    return _about_the_archive(heard, context)


def _bare(heard: Heard) -> Request:
    """Read a message with nothing in it: a mention alone wants help, thanks want nothing."""
    if heard.courtesy or heard.wordless:
        return Request(MessageKind.CHATTER, Manner.SHORT)
    return (
        Request(MessageKind.BOT, Manner.SHORT, about="help")
        if not heard.text
        else Request(MessageKind.BOT, about="help")
    )


def is_small_talk(text: str) -> bool:
    """Return whether a message is thanks, praise, a greeting or talk that has nothing to do with the archive."""
    parts = [part for part in re.split(r"[,.!?;]+\s*", text.strip(" ?!.")) if part]
    return _is_aside(text) or (bool(parts) and all(map(_is_courtesy, parts)))


def _is_aside(text: str) -> bool:
    """Return whether a text begins as small talk and goes on as such: "what is the time series database" does not."""
    match = _SMALL_TALK.match(text)
    rest = words(text[match.end() :]) if match else []
    return match is not None and (not rest or rest[0] in STOP_WORDS or rest[0] in _TODAY)


def _is_courtesy(text: str) -> bool:
    """Return whether a clause is thanks, praise or a greeting: every word is one of those, or filler."""
    said = words(text)
    asks = len(said) > 1 and said[0] in QUESTION_WORDS and said[1] in _AUXILIARY | _POINTING  # "how does this work"
    return bool(_THANKS.match(text)) or (
        not asks
        and any(word in _PRAISE for word in said)
        and all(word in _PRAISE or word in STOP_WORDS or word in _PRAISE_FILLERS for word in said)
    )


def _chatter(heard: Heard, _context: Context) -> Request | None:
    named = heard.courtesy and all(word in _PRAISE_FILLERS or word in _NAMED for word in words(heard.text))
    said = named or is_small_talk(heard.text) or _JUDGED.match(heard.text.strip(" .!"))
    return Request(MessageKind.CHATTER, Manner.SHORT) if said else None


def _ability(heard: Heard, _context: Context) -> Request | None:
    """Read what asks whether we can do something: "can you save links?" names none to be saved."""
    return Request(MessageKind.BOT, about="help") if _ABLE.match(heard.text) else None


def change_of(heard: Heard, _context: Context) -> Request | None:
    """Return the change that a message asks for, None for none."""
    return change(heard) or indirect_change(heard)


def _the_bot(heard: Heard, _context: Context) -> Request | None:
    text = heard.text.strip()
    if _ABOUT["why_sent"].match(text):
        return Request(MessageKind.BOT, about="why")
    if any(word not in _OF_THE_BOT and word not in STOP_WORDS for word in words(text)):
        return None  # something is left that is not about the bot
    for about, pattern in _ABOUT.items():
        if pattern.search(text):
            counts = about == "size" or bool(_COUNT_ALL.match(text))
            form = Form.ISSUES if counts else Form.SENTENCES
            named = "topics" if about == "size" else about.partition("_")[0]
            return Request(MessageKind.BOT, about=named, form=form, of_newsletter=counts)
    return None


def _own(heard: Heard, context: Context) -> Request | None:
    """Read what asks for bookmarks, one's own or the team's."""
    text = heard.text.strip()
    team = bool(_TEAM.search(text))
    own = _MINE_LIST.search(text) or (_SAVED_FIRST.match(text) and not text.endswith("?"))
    if not (team or own) or re.match(
        r"(?:how|why|(?:in )?(?:which|what) (?:year|month)|can(?! (?:i|we|you) (?:see|have|get|show|find|list|read))"
        r"|forget|wipe|export|download|send|import|back ?up|who|do you|does)\b",
        text,
        re.IGNORECASE,
    ):
        return None
    period = next(
        (each for each in _PERIODS if re.search(rf"\b(?:this|last|past|of the) {each}\b", text, re.IGNORECASE)), ""
    )
    rest, limits = without_limits(text, context.today, context.archive)
    topic = " ".join(re.sub(r"[?!.,']|(?<!\w)'?s\b", " ", _MINE_FRAME.sub(" ", rest)).split())
    if team and period:
        limits = replace(limits, after="", before="", year=0)
        topic = re.sub(rf"\b{period}\b", "", topic, flags=re.IGNORECASE).strip()
    return Request(MessageKind.MINE, topic=topic, limits=limits, team=team, period=period if team else "")


def _random(heard: Heard, context: Context) -> Request | None:
    if not _RANDOM_WORDS.search(heard.text):
        return None  # to look for limits takes a while
    rest, limits = without_limits(heard.text, context.today, context.archive)
    if _RANDOM_ISSUE.match(rest.strip(" ?!.")):
        return Request(MessageKind.ISSUE, random=True)
    return Request(MessageKind.LOOKUP, random=True, limits=limits) if _RANDOM.match(rest.strip(" ?!.")) else None


def _unclear(heard: Heard, context: Context) -> Request | None:
    """Read what may mean several things: a year, a section, a place in a list that was never shown."""
    text = heard.text.strip(" ?!.,").casefold()
    if re.fullmatch(r"(?:19|20)\d\d", text):
        return Request(MessageKind.AMBIGUOUS, Manner.CLARIFY, limits=Limits(year=int(text)))
    if re.fullmatch(r"\d{1,6}", text) and not context.archive.has(int(text)):
        return Request(MessageKind.AMBIGUOUS, Manner.CLARIFY, topic=text)
    if re.fullmatch(r"(?:the )?(?:latest|newest)(?: (?:one|issue|edition|newsletter))?", text):
        return None
    said = words(text)
    if (
        said
        and all(word in _BARE or (word in STOP_WORDS and len(said) > 1) for word in said)
        and not text.endswith(("issue", "issues"))
        and not (len(said) > _FEW_WORDS and _of_days(without_limits(text, context.today, context.archive)[1], context))
        and not issue_of(heard, context)
    ):
        return Request(MessageKind.AMBIGUOUS, Manner.CLARIFY, rank=rank_in(text))
    return None


def _facts(heard: Heard, context: Context) -> Request | None:
    """Read a question that is answered by counting: first, last, how often."""
    text = heard.text.strip()
    for form, pattern in _FIGURES.items():
        if pattern.search(text):
            rest, limits = without_limits(_COUNT_FRAME.sub(" ", text), context.today, context.archive)
            topic = telling(rest)
            if topic or (form in {Form.ISSUES, Form.COUNTS} and limits.after and _COUNT_ALL.match(text)):
                return Request(MessageKind.QUESTION, topic=topic, form=form, limits=replace(limits, order="", limit=0))
    return None


def issue_of(heard: Heard, context: Context) -> Request | None:
    """Return the issue that is asked for, None for none; a question about what issues say is a question."""
    text = heard.text.strip()
    if match := _SCOPED.search(text):
        count = _COUNTED.get(match["count"].casefold()) or int(match["count"])
        rest, limits = without_limits(f"{text[: match.start()]} {text[match.end() :]}", context.today, context.archive)
        topic = telling(rest)
        return Request(
            MessageKind.QUESTION if topic else MessageKind.ISSUE,
            topic=topic,
            limits=replace(limits, limit=0),
            last=count,
        )
    return issue_request(text, context.today, context.archive, telling)


def _about_the_archive(heard: Heard, context: Context) -> Request:
    """Read a question or a topic."""
    text = heard.text.strip()
    rest, limits = without_limits(text, context.today, context.archive)
    framed = _LOOKUP_FRAME.sub("", rest).strip()
    nouns = _LOOKUP_NOUNS.match(framed)
    question = not (framed != rest and not _is_question(framed)) and not nouns and _is_question(rest)
    question = question or bool(_TOOL_ASKED.match(rest))
    url = heard.urls[0] if heard.urls else ""
    topic = telling(rest) if question else _looked_up(framed, nouns)
    topic = topic or limits.phrase
    if limits.set() and not limits.section and (section := SECTIONS.get(topic.casefold())):
        topic, limits = "", replace(limits, section=section)
    if not topic and (issues := _of_days(limits, context)):
        return Request(MessageKind.ISSUE, issues=issues)
    if not topic and not limits.set() and not url:
        return Request(MessageKind.CHATTER, Manner.SHORT)
    form = _form(rest) if question else Form.SENTENCES
    kind = MessageKind.QUESTION if question else MessageKind.LOOKUP
    itself = is_of_newsletter(rest, context.archive)
    return Request(kind, topic=topic, limits=limits, form=form, url=url, of_newsletter=itself)


def _form(text: str) -> Form:
    """Return what a question about the archive wants to know."""
    if _DEFINES.match(text):
        return Form.DEFINITION
    return Form.VERDICT if _VERDICT.match(text) else Form.SENTENCES


def _of_days(limits: Limits, context: Context) -> tuple[int | str, ...]:
    """Return the issues of the days that are all a message names, if these are a month at most."""
    if not limits.after or limits.section or limits.site:
        return ()
    first = date.fromisoformat(limits.after)
    past = date.fromisoformat(limits.before) if limits.before else context.today
    days = (past - first).days
    return context.archive.issue_on(first, days) if 0 < days <= _MONTH_DAYS else ()


def _is_question(text: str) -> bool:
    """Return whether a text is put as a question."""
    first = re.sub(r"[^a-z']", "", text.partition(" ")[0].casefold())
    many = len(text.split()) > 2
    return bool(_QUESTION_HEAD.match(text)) or (
        many and (first in QUESTION_WORDS or first.replace("'", "") in _AUXILIARY)
    )


def _looked_up(framed: str, nouns: re.Match[str] | None) -> str:
    topic = framed[nouns.end() :] if nouns else framed
    before = None
    while before != topic:
        before = topic
        topic = _TAIL.sub("", _LEADING.sub("", topic)).strip()
    return topic if telling(topic) else ""


def telling(text: str) -> str:
    """Return the telling words of a text, with a name's own signs; "" for a text of filler."""
    kept: list[str] = []
    before = ""
    for piece in (each.strip(".,;:?!()'\"") for each in text.split()):
        said = words(piece)
        noise = all(word in STOP_WORDS or word in _QUESTION_NOISE for word in said)
        with_verb = piece.casefold() in _PARTICLES and kept and kept[-1] == before  # "back up", "roll out"
        if said and (not noise or with_verb):
            kept.append(piece)
        before = piece
    return " ".join(kept)

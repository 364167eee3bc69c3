"""Follow-ups: what a message means after what was asked and shown before it in the same thread."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from archive.search.wording import STOP_WORDS
from archive.search.words import bag, words
from bot.lookup.asking.changes import ORDINALS, rank_in
from bot.lookup.asking.going_on import (
    DOES,
    SEARCHED,
    again,
    beyond,
    its_issue,
    nearby,
    open_it,
    other_place,
    repeated,
    scoped,
    shared_too,
    sort_of_link,
    wished,
    wished_too,
    within,
)
from bot.lookup.asking.heard import Heard, is_asking
from bot.lookup.asking.limits import SECTIONS, lacking, without_limits
from bot.lookup.asking.phrases import phrases
from bot.lookup.asking.plainly import is_aside, plainly, worded_as_limit
from bot.lookup.asking.reader import Context, is_small_talk, read, telling
from bot.lookup.asking.request import COUNTED, Form, Manner, MessageKind, Request
from bot.lookup.asking.slips import spelled_after
from bot.lookup.asking.taking_away import EVERYWHERE, let_in, part_of_topic, removed
from bot.lookup.asking.thread_forms import figure_asked, narrowed_to_newsletter
from bot.lookup.asking.turn import MAX_SHOWN, Thread, Turn

_PHRASES = phrases("thread")
_MORE = _PHRASES["more"]
_PAGE = _PHRASES["page"]
_PAGE_BEFORE = _PHRASES["page_before"]
_INSTEAD = _PHRASES["instead"]
_RELATED = _PHRASES["related"]
_CORRECTED = _PHRASES["corrected"]
_NOT_BUT = re.compile(r"^(?:no,? )?not (?P<wrong>.+?)(?:,? but |, (?:but )?|: ?|; ?)(?P<right>.+)$", re.IGNORECASE)
_OTHER = _PHRASES["other"]
_ABOUT = _PHRASES["about"]
_ADDED = _PHRASES["added"]
_ONLY = _PHRASES["only"]
_NEWER = _PHRASES["newer"]
_WHICH_ISSUE = _PHRASES["which_issue"]
_NEWEST = frozenset(
    {"newer", "more recent", "most recent", "more current", "fresher", "later", "newest", "latest", "recent"}
)
_BEYOND = frozenset({"newer", "older", "more recent", "earlier", "later", "from before", "before that"})
"""What asks for more than an order: for what lies beyond what was shown."""
_OPEN = _PHRASES["open"]
_POINTS = _PHRASES["points"]
_REST = _PHRASES["rest"]

_OF_A_LINK = frozenset(ORDINALS) | bag("""
    made built behind maintains name called mean
    link links read send dm show give tell details made maker posted
    still maintained free open source author authors old date written language license licence cost costs work
    works about link url site age paid safe active dead alive working available long worth reading trustworthy
    recommended published
""")


_UNSURE = frozenset({MessageKind.AMBIGUOUS, MessageKind.CHATTER, MessageKind.BOT})
"""What "who wrote this?" may be taken for by itself."""
_US = re.compile(r"\b(?:you|your|bot|digests?|newsletter|this (?:channel|thing|issue)|next)\b", re.IGNORECASE)
_WIDE = re.compile(
    r"\s*\b(?:everywhere|anywhere"
    r"|(?:in|over|across|through) (?:all (?:the )?issues|the (?:whole |entire |full )?archive))\b",
    re.IGNORECASE,
)
_LOOK = re.compile(r"^(?:search|look|find|check|try)\b(?: (?:up|for))*\s*", re.IGNORECASE)
_ASIDE = re.compile(
    r"^(?:i'?ll|i will|i think|we (?:should|could|must|already|have|use|had)"
    r"|let'?s(?! (?:see|have|try|look|talk about|do|move on|go|switch|search)\b)"
    r"|agreed?|same here|makes sense"
    r"|good point|@)",
    re.IGNORECASE,
)
"""What people in a thread say to each other."""
_AND_TOPIC = re.compile(
    r"^and (?!(?:for|with|in|on|using|only|just|then|the|a|an|no|not|from|since|before|after)\b)"
    r"(?P<topic>[\w.+#/-]+(?: [\w.+#/-]+)?)$",
    re.IGNORECASE,
)


_TOO_TOPIC = re.compile(r"^(?P<topic>[\w.+#/-]{2,}) (?:too|as well|also)$", re.IGNORECASE)
_NUMBER = re.compile(r"\b(?:no|nr|number)\.? ?(?=\d)|#(?=\d)|\b\d{1,2}(?:st|nd|rd|th)?\b", re.IGNORECASE)


def follow(heard: Heard, context: Context, thread: Thread | None) -> Turn:
    """Return what a message asks after what `thread` remembers; None: it is the first. Never raises."""
    if thread is None or not heard.addressed:
        return _new(read(heard, context))
    heard = replace(heard, text=spelled_after(heard.text, context.archive))
    request = read(heard, context)
    if request.limits.newsletter:
        return narrowed_to_newsletter(request, thread) or _new(request, thread)
    return _next(heard, context, thread, request)


def _next(heard: Heard, context: Context, thread: Thread, request: Request) -> Turn:
    """Return what a message asks after what its thread remembers; `request` is what it asks by itself."""
    text = heard.text.strip(" ?!.,;:")
    if request.manner is Manner.NONE or (is_small_talk(text) and not _CORRECTED.match(text)) or not text:
        return Turn("nothing", thread.request, thread.page)
    if (
        heard.to_another
        or (heard.courtesy and request.kind is MessageKind.CHATTER)
        or is_aside(heard, request)
        or (not is_asking(text) and (_ASIDE.match(text) or (heard.mentioned and not thread.shown)))
    ):
        rank = rank_in(text)
        return Turn("nothing", thread.request, thread.page, rank if 0 < rank <= len(thread.shown) else 0)
    changes = request.kind is MessageKind.CHANGE
    if wish := wished(thread, request) if changes else shared_too(text, heard, thread):
        return wish
    for said in plainly(text):
        for part in _PARTS:
            if found := part(said, context, thread, request):
                return found
    return _new(request, thread)


def _new(request: Request, thread: Thread | None = None) -> Turn:
    """Return the turn that a request is by itself."""
    do = DOES.get(request.kind, str(request.kind))
    if request.kind is MessageKind.CHANGE or (request.kind is MessageKind.MINE and request.action):
        do = request.action[0]
    before = thread.request.topic if thread else ""
    return Turn(do, request, rank=request.rank, narrowed=request.limits.set(), topic_before=before)


def _counted_again(text: str, context: Context, thread: Thread, request: Request) -> Turn | None:
    """Read "when first?", "how often in 2019?": of the same topic, and of all years unless the message names some."""
    before = thread.request
    if before.form in COUNTED and _WHICH_ISSUE.match(text):
        return again(thread, before, narrowed=thread.narrowed)
    if not before.topic or before.kind not in {MessageKind.LOOKUP, MessageKind.QUESTION}:
        return None
    if asked := figure_asked(text, context, before.form):
        form, limits = asked
        kept = replace(before.limits, after="", before="", year=0)
        limits = replace(limits.over(kept), order="", limit=0)
        counted = replace(before, kind=MessageKind.QUESTION, form=form, limits=limits, last=0)
        return again(thread, counted, narrowed=limits.set())
    if before.form not in COUNTED:
        return None
    about = _ABOUT.match(text) or re.match(r"^and (?P<topic>\S+)$", text, re.IGNORECASE)
    if about and telling(about["topic"]) and request.kind not in {MessageKind.MINE, MessageKind.BOT}:
        return _with_topic(about["topic"], context, thread)
    return None


def _related(text: str, _context: Context, thread: Thread, _request: Request) -> Turn | None:
    if not _RELATED.search(text):
        return None
    rank = rank_in(text)
    about = text.rpartition(" like ")[2] if " like " in text else text.rpartition(" to ")[2] if " to " in text else ""
    if not rank and telling(about) and not _POINTS.search(about):
        return None
    return Turn("related", thread.request, thread.page, rank or thread.pointed or 1)


def _paged(text: str, _context: Context, thread: Thread, _request: Request) -> Turn | None:
    named = _PAGE.match(text)
    if named or _MORE.match(text):
        page = thread.page + 1 if named is None else int(named["page"] or 1)
        return Turn("more", thread.request, page)
    return Turn("more", thread.request, thread.page - 1) if thread.page > 1 and _PAGE_BEFORE.match(text) else None


def _corrected(text: str, context: Context, thread: Thread, _request: Request) -> Turn | None:
    match = _NOT_BUT.match(text)
    if match and telling(match["right"]):
        return _with_topic(match["right"], context, thread)
    if _OTHER.match(re.sub(r"^(?:no|nope|sorry|wait)[, ]+", "", text, flags=re.IGNORECASE)):
        if thread.topic_before and "not what" not in text:
            swapped = replace(thread.request, topic=thread.topic_before)
            return again(thread, swapped, topic_before=thread.request.topic)
        return Turn("clarify", thread.request, thread.page)
    match = _CORRECTED.match(text)
    topic = match and (match["topic"] or match["other"] or match["last"])
    if not topic:
        return None
    inner = re.sub(r"^(?:the |in |about |on )+", "", topic, flags=re.IGNORECASE)
    if _OTHER.match(inner):
        return Turn("clarify", thread.request, thread.page)
    return _limited(inner, context, thread, thread.request) or (
        _with_topic(inner, context, thread) if telling(inner) else None
    )


def _with_topic(asked: str, context: Context, thread: Thread) -> Turn:
    """Return the thread's request with another topic; what limits it stays."""
    text = re.sub(r"\s+(?:instead|then|please|though|now)$", "", asked.strip(" ?!.,"), flags=re.IGNORECASE)
    wide = EVERYWHERE.search(text)
    if wide:
        thread = replace(thread, request=replace(thread.request, kind=MessageKind.LOOKUP, issues=(), last=0))
        text = _LOOK.sub("", _WIDE.sub("", text))
    rest, limits = without_limits(text, context.today, context.archive)
    kept = replace(thread.request.limits, phrase="")
    kind = thread.request.kind if thread.request.kind in SEARCHED else MessageKind.LOOKUP
    request = replace(
        thread.request, kind=kind, topic=telling(rest) or rest or thread.request.topic, limits=limits.over(kept), url=""
    )
    if thread.request.kind is MessageKind.ISSUE:
        request = replace(request, kind=MessageKind.QUESTION)
    return again(thread, request, narrowed=limits.set(), topic_before=thread.request.topic)


def _ordered(text: str, _context: Context, thread: Thread, _request: Request) -> Turn | None:
    """Read "newer": newest first, and newer than what was shown."""
    match = _NEWER.match(text)
    if not match or thread.request.kind not in SEARCHED:
        return None
    how = match["how"].casefold()
    newest, beyond = how in _NEWEST, how in _BEYOND
    days = [each.day for each in thread.shown]
    limits = thread.request.limits
    if thread.narrowed[:1] == ("order",):  # "newer", and then "older": not both
        after, before = ("" if name in thread.narrowed else getattr(limits, name) for name in ("after", "before"))
        limits = replace(limits, after=after, before=before)
    limits = replace(limits, order="newest" if newest else "oldest")
    if beyond and days and newest:
        limits = replace(limits, after=(max(days) + timedelta(days=1)).isoformat(), year=0)
    elif beyond and days:
        limits = replace(limits, before=min(days).isoformat(), year=0)
    asked = replace(thread.request, form=Form.SENTENCES, limits=limits)
    return again(thread, asked, narrowed=("order", *(("after",) if newest else ("before",))))


def _limited(text: str, context: Context, thread: Thread, _request: Request) -> Turn | None:
    """Read a message that is nothing but limits: "only tools", "since 2020", "but not prometheus"."""
    if thread.request.kind in {MessageKind.BOT, MessageKind.CHATTER, MessageKind.CHANGE, MessageKind.AMBIGUOUS}:
        return None
    rest, limits = without_limits(worded_as_limit(text, context.archive), context.today, context.archive)
    if not limits.set() or telling(_REST.sub(" ", rest)) or _REST.sub(" ", rest).strip():
        return None
    limits = replace(limits, phrase="")
    if not limits.set():
        return None
    if thread.request.kind is MessageKind.ISSUE and not (limits.section or limits.without_sections):
        return None
    asked = replace(thread.request, topic=lacking(thread.request.topic, limits.without))
    return again(thread, replace(asked, limits=limits.over(thread.request.limits)), narrowed=limits.set())


def _opened(text: str, _context: Context, thread: Thread, request: Request) -> Turn | None:
    rank = rank_in(text)
    if request.kind is MessageKind.ISSUE and (
        not (rank and rank <= len(thread.shown))
        or (rank < 0 and thread.request.kind is MessageKind.ISSUE)
        or re.search(r"\bissue", text, re.IGNORECASE)
    ):
        return None
    of_it = _OPEN.match(text) or _asks_of_a_place(text)
    if rank and of_it and (rank < 0 or rank <= max(MAX_SHOWN, len(thread.shown))):
        return Turn("open", thread.request, thread.page, rank)
    return None


def _asks_of_a_place(text: str) -> bool:
    """Return whether a text names a place and says nothing else but what is asked of any link: "who made the 2nd"."""
    left = [word for word in words(_NUMBER.sub(" ", text)) if word not in STOP_WORDS]
    return bool(left or _NUMBER.search(text)) and all(word in _OF_A_LINK for word in left)


def _topic_changed(text: str, context: Context, thread: Thread, request: Request) -> Turn | None:
    match = _ABOUT.match(text) or _INSTEAD.match(text) or _AND_TOPIC.match(text) or _TOO_TOPIC.match(text)
    if not match or not telling(match["topic"]) or request.kind in {MessageKind.MINE, MessageKind.BOT}:
        return None
    if thread.request.kind in {MessageKind.BOT, MessageKind.CHATTER, MessageKind.CHANGE}:
        return None
    if match["topic"].strip(" ?").casefold().removeprefix("the ") in SECTIONS:
        return _limited(match["topic"].strip(" ?"), context, thread, request)
    added = re.match(r"^(?:and )?(?:for|with|in|on|using)\b", text, re.IGNORECASE)
    return _narrowed(text, context, thread, request) if added else _with_topic(match["topic"], context, thread)


def _narrowed(text: str, context: Context, thread: Thread, request: Request) -> Turn | None:
    """Read what is added to the topic: "only for kubernetes", "in production"."""
    own = thread.request.kind is MessageKind.MINE
    if not (thread.request.topic or own) or request.kind in {MessageKind.MINE, MessageKind.BOT, MessageKind.ISSUE}:
        return None
    match = _ADDED.match(text) or _ONLY.match(text)
    if not match:
        return None
    said = next(filter(None, match.groupdict().values()), "")
    rest, limits = without_limits(said, context.today, context.archive)
    added = telling(rest)
    if not added:
        return None
    topic = " ".join(dict.fromkeys([*thread.request.topic.split(), *added.split()]))
    wanted = {word.casefold() for word in added.split()}
    kept = replace(
        thread.request.limits,
        without=tuple(word for word in thread.request.limits.without if word.casefold() not in wanted),
    )
    changed = replace(thread.request, topic=topic, limits=limits.over(kept))
    return again(thread, changed, narrowed=limits.set(), topic_before=thread.request.topic)


def _pointed(text: str, _context: Context, thread: Thread, request: Request) -> Turn | None:
    """Read a question about what was shown: "who wrote it?" is about the first link, or the one that is named."""
    asks = request.kind is MessageKind.QUESTION or (request.kind in _UNSURE and is_asking(text))
    if not asks or not thread.shown or not _POINTS.search(text) or _US.search(text):
        return None
    said = request.topic.split()
    left = [word for word in said if word.casefold() not in _OF_A_LINK and not _POINTS.fullmatch(word)]
    if not left:
        return Turn("open", thread.request, thread.page, rank_in(text) or thread.pointed or 1)
    topic = " ".join(dict.fromkeys([*thread.request.topic.split(), *left]))
    asked = replace(
        thread.request,
        kind=MessageKind.QUESTION,
        topic=topic,
        form=Form.SENTENCES,
        limits=request.limits.over(thread.request.limits),
    )
    return again(thread, asked, topic_before=thread.request.topic)


_PARTS = (
    _counted_again,
    its_issue,
    within,
    scoped,
    _related,
    nearby,
    repeated,
    open_it,
    sort_of_link,
    wished_too,
    other_place,
    _paged,
    beyond,
    removed,
    let_in,
    part_of_topic,
    _corrected,
    _ordered,
    _limited,
    _opened,
    _topic_changed,
    _pointed,
    _narrowed,
)
"""What a follow-up may be, the surest first."""

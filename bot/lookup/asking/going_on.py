"""Follow-ups that go on from a place: the issue beside the one shown, the time after the one named, the link meant."""

from __future__ import annotations

from dataclasses import replace

from bot.lookup.asking.changes import ORDINALS, confirm, rank_in
from bot.lookup.asking.heard import Heard
from bot.lookup.asking.phrases import phrases
from bot.lookup.asking.reader import Context, telling
from bot.lookup.asking.request import Limits, Manner, MessageKind, Request
from bot.lookup.asking.turn import Thread, Turn

_PHRASES = phrases("thread")
_NEXT = _PHRASES["next"]
_BEFORE = _PHRASES["before"]
_NEWEST_ISSUE = _PHRASES["newest_issue"]
_ISSUE = _PHRASES["issue"]
_TIME_AFTER = _PHRASES["time_after"]
_TIME_BEFORE = _PHRASES["time_before"]
_PLACE = _PHRASES["place"]
_TOO = _PHRASES["too"]
_ITS_ISSUE, _OTHER_ISSUE, _WITHIN = _PHRASES["its_issue"], _PHRASES["other_issue"], _PHRASES["within"]
_STEPS = _PHRASES["steps"]
_SCOPE = _PHRASES["scope"]
_REPEAT = _PHRASES["repeat"]
_OPEN_IT = _PHRASES["open_it"]
_SORT_OF_LINK = _PHRASES["sort_of_link"]
_SHARE_TO = _PHRASES["share_to"]
_OTHER_PLACE = _PHRASES["other_place"]
DOES = {MessageKind.LOOKUP: "search", MessageKind.CHATTER: "nothing", MessageKind.AMBIGUOUS: "clarify"}
SEARCHED = frozenset({MessageKind.LOOKUP, MessageKind.QUESTION, MessageKind.MINE})
_WITH_PLACES = frozenset({"save", "share"})


def again(thread: Thread, request: Request, *, narrowed: tuple[str, ...] = (), topic_before: str = "") -> Turn:
    """Return the turn that asks the thread's request again, changed to `request`."""
    return Turn(
        DOES.get(request.kind, str(request.kind)),
        replace(request, manner=Manner.FULL),
        1,
        0,
        narrowed,
        topic_before or thread.topic_before,
    )


def nearby(text: str, context: Context, thread: Thread, _request: Request) -> Turn | None:
    """Read "the week after", "one earlier", "back to the latest" where the thread is about an issue.

    After a question about an issue's content the issue has to be named: "next issue", not "the next one".
    """
    before = thread.request
    if not before.issues or (before.kind is not MessageKind.ISSUE and not _ISSUE.search(text)):
        return None
    other = _OTHER_ISSUE.match(text) if before.kind is MessageKind.ISSUE else None
    if other and context.archive.has(int(other["number"])):
        return again(thread, replace(before, issues=(int(other["number"]),)))
    newest = before.kind is MessageKind.ISSUE and _NEWEST_ISSUE.match(text)
    step = _step(text)
    if not step and not newest:
        return None
    found = context.archive.newest() if newest else context.archive.beside(before.issues[0], step)
    if found is None:
        return Turn("clarify", before, thread.page)
    return again(thread, replace(before, kind=MessageKind.ISSUE, topic="", issues=(found,)))


def _step(text: str) -> int:
    """Return how many issues a text goes on (back, if negative), 0 if it doesn't."""
    if steps := _STEPS.match(text):
        count = ORDINALS.get(steps["count"].casefold()) or int(steps["count"])
        return count if steps["way"].casefold().startswith(("later", "after", "for", "fur", "on", "ahead")) else -count
    return 1 if _NEXT.match(text) else -1 if _BEFORE.match(text) else 0


def its_issue(text: str, context: Context, thread: Thread, _request: Request) -> Turn | None:
    """Read "what else was in that issue": the issue of the link that was pointed at last, else of the first."""
    if not thread.shown or thread.request.issues or not _ITS_ISSUE.match(text):
        return None
    slug = thread.shown[max(thread.pointed, 1) - 1 if thread.pointed >= 0 else -1].slug
    found = context.archive.beside(slug, 0)
    return again(thread, Request(MessageKind.ISSUE, issues=(slug if found is None else found,)))


def within(text: str, _context: Context, thread: Thread, _request: Request) -> Turn | None:
    """Read "anything on docker in there" behind an issue: what that issue says."""
    match = _WITHIN.match(text)
    if not match or not thread.request.issues or not telling(match["topic"]):
        return None
    return again(thread, replace(thread.request, kind=MessageKind.QUESTION, topic=telling(match["topic"])))


def scoped(text: str, _context: Context, thread: Thread, request: Request) -> Turn | None:
    """Read "in issue 435", "in the last ten issues": what was looked up, within them."""
    before = thread.request
    if not before.topic or before.kind not in SEARCHED or request.kind is not MessageKind.ISSUE:
        return None
    if not _SCOPE.match(text) or not (request.issues or request.last):
        return None
    asked = replace(before, kind=MessageKind.QUESTION, issues=request.issues, last=request.last)
    return again(thread, asked)


def repeated(text: str, _context: Context, thread: Thread, _request: Request) -> Turn | None:
    """Read "again please": the same page once more."""
    if not _REPEAT.match(text) or thread.request.kind not in {*SEARCHED, MessageKind.ISSUE}:
        return None
    return replace(again(thread, thread.request, narrowed=thread.narrowed), page=thread.page)


def open_it(text: str, _context: Context, thread: Thread, _request: Request) -> Turn | None:
    """Read "open it": the link that was pointed at last, else the first."""
    if not _OPEN_IT.match(text) or thread.request.kind not in SEARCHED:
        return None
    return Turn("open", thread.request, thread.page, thread.pointed or 1)


def sort_of_link(text: str, _context: Context, thread: Thread, _request: Request) -> Turn | None:
    """Read "any videos?": what was looked up, of that sort."""
    match = _SORT_OF_LINK.match(text)
    topic = thread.request.topic
    if not match or not topic or thread.request.kind not in SEARCHED:
        return None
    if match["what"] in topic.split():
        return None
    return again(thread, replace(thread.request, topic=f"{topic} {match['what']}"), topic_before=topic)


def shared_too(text: str, heard: Heard, thread: Thread) -> Turn | None:
    """Read "and to #ops": the link that was pointed at last, in another channel."""
    if not heard.channel or not thread.pointed or not _SHARE_TO.match(text):
        return None
    return wished(thread, replace(confirm(("share",)), channel=heard.channel))


def beyond(text: str, _context: Context, thread: Thread, _request: Request) -> Turn | None:
    """Read "and after that" behind "before 2016", "earlier than that" behind "in 2019": the other side of a time."""
    limits = thread.request.limits
    if thread.request.kind not in SEARCHED or not (limits.after or limits.before):
        return None
    if _TIME_AFTER.match(text) and limits.before:
        asked = replace(limits, after=limits.before, before="", year=0)
    elif _TIME_BEFORE.match(text) and limits.after:
        asked = replace(limits, before=limits.after, after="", year=0)
    else:
        return None
    return again(thread, replace(thread.request, limits=asked), narrowed=_days_of(asked))


def _days_of(limits: Limits) -> tuple[str, ...]:
    return tuple(name for name in limits.set() if name in {"after", "before", "year"})


def wished(thread: Thread, request: Request) -> Turn:
    """Return the turn of a wish for a change, about the link that is named or was pointed at before.

    A place that nothing was shown at is asked about.
    """
    asked = replace(request, topic=thread.request.topic, limits=thread.request.limits, issues=thread.request.issues)
    do = request.action[0]
    rank = request.rank
    if do in _WITH_PLACES and not (rank or request.url or request.issues):
        rank = thread.pointed
    if do in _WITH_PLACES and thread.shown and rank > len(thread.shown):
        return Turn("clarify", replace(asked, manner=Manner.CLARIFY), thread.page, rank)
    return Turn(do, asked, rank=rank)


def wished_too(text: str, _context: Context, thread: Thread, request: Request) -> Turn | None:
    """Read "and the second too", "the first one then": the wish before it, for another link."""
    if not thread.wish or not (thread.asked_back or _TOO.search(text)) or not _PLACE.match(text):
        return None
    rank = rank_in(_TOO.sub(" ", text).strip())
    return wished(thread, replace(confirm((thread.wish,), rank=rank), channel=request.channel)) if rank else None


def other_place(text: str, _context: Context, thread: Thread, request: Request) -> Turn | None:
    """Read "not the second, the third", "sorry, the last one": what was done with one link is meant for another."""
    match = _OTHER_PLACE.match(text)
    rank = rank_in(match["right"]) if match else 0
    if (
        not match
        or match["right"] == text
        or not rank
        or not (thread.pointed or thread.wish)
        or rank > len(thread.shown)
    ):
        return None
    if match["wrong"] and not rank_in(f"the {match['wrong']}"):
        return None
    if thread.wish:
        return wished(thread, replace(confirm((thread.wish,), rank=rank), channel=request.channel))
    return Turn("open", thread.request, thread.page, rank)

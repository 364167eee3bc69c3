"""What somebody typed after a command, read into a value of `bot.lookup.commands`.

The rule: a sub-command's word counts as one only if the whole text is what that sub-command takes; anything else is a
topic (which `bot.lookup.mistyped` may read as a slip, where the archive has no answer to it). So `latest` shows the
latest issue and `latest kubernetes release` searches, `issue 435` opens an issue and `issue tracker` searches. Only
`saved` takes words of any kind: it searches the person's bookmarks, and the answer offers to search the whole archive.
Quotes make anything a topic: `"latest"`. Where there are several newsletters, some take one (`latest sre weekly`).
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import replace

from archive.search.newsletters import Newsletters
from bot.domain.text import one_line
from bot.lookup.commands import (
    ALONE,
    FIRST_WORDS,
    Allow,
    Command,
    Export,
    Latest,
    Owner,
    Pause,
    Preview,
    Random,
    Resume,
    Saved,
    ShowIssue,
    Status,
    Subscribe,
    SubscribeForm,
    SubscribeTopics,
    ToolsHelp,
    Top,
    Topic,
    Unsubscribe,
    Usage,
    Why,
)
from bot.lookup.schedule_signs import is_schedule
from bot.lookup.typed_issue import (
    issue_of_newsletter,
    leading,
    split_from,
    typed_issue,
    typed_newsletter,
    typed_subscription,
)
from bot.lookup.views.answer import QUERY_MAX_CHARS

_OF_AN_ISSUE: dict[str, type[ShowIssue | Why | Preview]] = {
    "issue": ShowIssue,
    "why": Why,
    "preview": Preview,
}
_OF_ANY: dict[str, type[Latest | Random]] = {"latest": Latest, "random": Random}
# Phones and word processors replace quotation marks by these.
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'"})
_ABOUT = re.compile(r"about\s+(.*[^\W_].*)", re.IGNORECASE)
# Topics are typed as in the form, with commas between them.
_LIST = re.compile(r"[^,]*[^\W_][^,]*(?:,[^,]*[^\W_][^,]*)+,?\s*")
# "@ada" as typed, or as Slack writes it with should_escape (Slack: interactivity/implementing-slash-commands).
_PERSON = re.compile(r"@\S.*|<@[UW][A-Z0-9]+(?:\|[^<>]*)?>")


_NO_NEWSLETTERS = Newsletters(tuple)


def parse(text: str, slugs: Container[str] = (), newsletters: Newsletters = _NO_NEWSLETTERS) -> Command:
    """Read what was typed after the main command.

    `slugs` are the archive's issues and `newsletters` its newsletters, which may be named. Any string gives a command:
    this never raises.
    """
    typed = _typed(text)
    if isinstance(typed, Usage):
        return typed
    alone = ALONE.get(typed.casefold())
    if alone is not None:
        return alone
    word, _, rest = typed.partition(" ")
    word = word.casefold()
    if (of_issue := _OF_AN_ISSUE.get(word)) and (asked := typed_issue(rest, slugs)):
        return of_issue(asked)
    return (
        _of_newsletter(word, rest, slugs, newsletters)
        or _with_words(word, rest)
        or Topic(typed, word if word in FIRST_WORDS else "")
    )


def _of_newsletter(word: str, rest: str, slugs: Container[str], newsletters: Newsletters) -> Command | None:
    """Read a sub-command that names one of several newsletters; None if it does not."""
    if (of_any := _OF_ANY.get(word)) and (slug := typed_newsletter(rest, newsletters)):
        return of_any(slug)
    if word in {"top", "export"}:
        before, slug = split_from(rest, newsletters)
        whole = ALONE.get(f"{word} {before}".strip().casefold()) if slug else None
        return replace(whole, newsletter=slug) if isinstance(whole, Top | Export) else None
    if word != "issue":
        return _of_subscription(word, rest, newsletters)
    asked, slug = issue_of_newsletter(rest, slugs, newsletters)
    return ShowIssue(asked, slug) if slug else None


def _of_subscription(word: str, rest: str, newsletters: Newsletters) -> Command | None:
    """Read a sub-command about one of a channel's subscriptions, named by its newsletter; None if it is none."""
    if word == "subscribe":
        read = ((slug, _subscribe(left) if left else SubscribeForm()) for slug, left in leading(rest, newsletters))
        return next((_to(command, slug) for slug, command in read if command is not None), None)
    access, _, left = rest.partition(" ")
    word, rest = (f"allow {access.casefold()}", left) if word == "allow" else (word, rest)
    whole, named = ALONE.get(word), typed_subscription(rest, newsletters)
    if named is not None and isinstance(whole, Pause | Resume | Unsubscribe | Status | Owner | Allow):
        return replace(whole, newsletter=named)
    return None


def _to(command: Subscribe | SubscribeTopics | SubscribeForm, newsletter: str) -> Command:
    """Return a command that begins with a newsletter: what else looks like topics is no list of days then."""
    if isinstance(command, SubscribeTopics):
        return replace(command, newsletter=newsletter, ask=False)
    return replace(command, newsletter=newsletter)


def _with_words(word: str, rest: str) -> Command | None:
    """Read a sub-command that takes words; None if `word` isn't one, or does not take `rest`."""
    if word == "subscribe":
        return _subscribe(rest)
    if word == "owner" and _PERSON.fullmatch(rest):
        return Owner(rest)
    return Saved(rest) if word == "saved" else None


def _subscribe(rest: str) -> Subscribe | SubscribeTopics | None:
    """Read what follows `subscribe`: a schedule, or topics; None for neither."""
    if is_schedule(rest):
        return Subscribe(rest)
    if about := _ABOUT.fullmatch(rest):
        return SubscribeTopics(about[1], ask=False)
    return SubscribeTopics(rest) if _LIST.fullmatch(rest) else None


def parse_search(text: str) -> Topic | ToolsHelp:
    """Read what was typed after the command that searches the tools only."""
    typed = _typed(text)
    if isinstance(typed, Usage):
        return ToolsHelp(typed.reason)
    return ToolsHelp() if typed.casefold() in {"help", "?"} else Topic(typed, tools=True)


def is_runnable(text: str) -> bool:
    """Return whether a text is a whole sub-command: no topic, and nothing missing."""
    return not isinstance(parse(text), Topic | Usage)


def _typed(text: str) -> str | Usage:
    typed = one_line(text.translate(_QUOTES))
    if not typed:
        return Usage("")
    if len(typed) > QUERY_MAX_CHARS:
        return Usage(f"that is {len(typed)} characters; a topic has at most {QUERY_MAX_CHARS}")
    return typed

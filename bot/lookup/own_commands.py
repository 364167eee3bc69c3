"""Commands of one newsletter, such as `/sre`: what is typed after one means that newsletter unless it names another."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Any, cast

from bot.lookup.commands import Command, Saved, ShowIssue, Topic, Usage
from bot.lookup.views.answer import QUERY_MAX_CHARS

_NAMES_ONE = re.compile(r"(?:^|\s)from:\S", re.IGNORECASE)


def of_newsletter(command: Command, newsletter: str) -> Command:
    """Return what was typed after the command of a `newsletter`, by its slug; "" stands for the main command.

    >>> of_newsletter(Topic("service mesh"), "sre-weekly").query
    'service mesh from:sre-weekly'
    """
    if not newsletter:
        return command
    if isinstance(command, Topic | Saved):
        return _searching(command, newsletter)
    if isinstance(command, ShowIssue) and "/" in command.asked:  # it names its newsletter
        return command
    left = next((each for each in fields(command) if each.name == "newsletter"), None)
    if left is None or getattr(command, "newsletter", None) != left.default:
        return command
    return cast("Command", replace(cast("Any", command), newsletter=newsletter))


def _searching(command: Topic | Saved, newsletter: str) -> Topic | Saved | Usage:
    if _NAMES_ONE.search(command.query):
        return command
    query = f"{command.query} from:{newsletter}".strip()
    if len(query) > QUERY_MAX_CHARS:
        return Usage(f"a topic has at most {QUERY_MAX_CHARS - len(newsletter) - len(' from:')} characters here")
    return replace(command, query=query)

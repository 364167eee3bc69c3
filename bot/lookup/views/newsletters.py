"""Which of several newsletters is meant: asked where it matters, offered where one was taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archive.issue import Issue
from bot.domain.title import title, whose, whose_beside_title
from bot.lookup.views.mistyped import COMMAND
from bot.slack.blocks import blocks
from bot.slack.blocks.message import Block, Message
from bot.slack.blocks.mrkdwn import clip
from bot.slack.cards.issue_date import long_issue_date

MAX_OFFERED = 10
"""So many newsletters are offered with a button each; the others can be typed."""


def which(number: int, issues: Sequence[Issue], action: str = COMMAND) -> Message:
    """Ask which newsletter's issue of this `number` is meant; `issues` has one of each.

    `action` is that of the buttons, whose values are sub-commands.
    """
    said = f"{len(issues)} newsletters have an issue #{number}. Which one?"
    lines = [" · ".join(filter(None, (*_named(issue), long_issue_date(issue)))) for issue in issues[:MAX_OFFERED]]
    ways = [(whose(issue), f"issue {issue.newsletter} {number}") for issue in issues]
    return Message(said, (blocks.section("\n".join((said, *lines))), *_row(ways, action)))


def _named(issue: Issue) -> tuple[str, str]:
    """Return an issue's newsletter in bold and its title, or the title in bold if that says whose it is."""
    named, said = whose_beside_title(issue), title(issue)
    return (f"*{clip(named, 80)}*", clip(said, 120)) if named else (f"*{clip(said, 120)}*", "")


def beside(shown: Message, newsletter: str, names: Mapping[str, str], command: str, action: str = COMMAND) -> Message:
    """Return a message about something of a `newsletter`, with what does the same for each of the others below.

    `names` are all newsletters' by their slugs; `command` is the sub-command, which takes a newsletter; `action` is the
    buttons'. The message is returned as it is where it has no room.
    """
    ways = [(name, f"{command} {slug}") for slug, name in names.items() if slug != newsletter]
    made = (
        *shown.blocks,
        blocks.context(f"From *{clip(names.get(newsletter, newsletter), 80)}*. Others:"),
        *_row(ways, action),
    )
    return Message(shown.text, made) if ways and blocks.have_room(made) else shown


def _row(ways: Sequence[tuple[str, str]], action: str) -> list[Block]:
    """Render a button for each name and what it runs."""
    each = enumerate(ways[:MAX_OFFERED])
    row = [blocks.button(name, f"{action}:{number}", value) for number, (name, value) in each]
    return [blocks.actions(row)] if row else []

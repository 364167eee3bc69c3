"""What a channel would get, shown to one person."""

from __future__ import annotations

from archive.issue import Issue
from bot.domain.preferences import Preferences
from bot.slack.blocks import blocks
from bot.slack.blocks.message import Message
from bot.slack.cards.digest import digest
from bot.slack.cards.issue_page import page_value
from bot.slack.cards.save_button import SLUG_MAX_CHARS


def preview(issue: Issue, preferences: Preferences, channel: str) -> Message:
    """Show in private what `channel` (an id) would get: the message, and how many replies would follow."""
    rendered = digest(issue, preferences)
    count = len(rendered.replies)
    follows = f"; {count} repl{'ies follow' if count > 1 else 'y follows'} in its thread" if count else ""
    head = blocks.context(f"Only you see this. In <#{channel}> it looks like this{follows}.")
    row = []
    if len(issue.slug) <= SLUG_MAX_CHARS and count:
        row = [blocks.actions([blocks.button("Read all of it", "issue:open", page_value(issue.slug, 1))])]
    parent = rendered.parent.message
    # Two blocks more than a digest, which leaves room for them.
    return Message(parent.text, (head, *parent.blocks, *row))

"""The use cases of bookmarks, put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from bot.bookmarks.link_lookup import LinkLookup
from bot.bookmarks.link_picker import LinkPicker
from bot.bookmarks.personal_data.erasure import Forgetting
from bot.bookmarks.personal_data.exporting import Exporting
from bot.bookmarks.personal_data.importing import Importing
from bot.bookmarks.ports import BookmarkTables
from bot.bookmarks.reaction_followup import ReactionFollowup
from bot.bookmarks.save_buttons import Saving
from bot.bookmarks.share_answer import Sharing
from bot.domain.clock import Clock
from bot.lookup.search import Answers
from bot.slack.api.ports import Slack
from bot.slack.blocks.command_names import CommandNames


@dataclass(frozen=True, slots=True)
class BookmarkUseCases:
    """Save buttons, the choice among several links, shared answers, and what follows a reaction."""

    saving: Saving
    link_picker: LinkPicker
    sharing: Sharing
    followup: ReactionFollowup

    @classmethod
    def of(
        cls,
        tables: BookmarkTables,
        link_lookup: LinkLookup,
        answers: Answers,
        slack: Slack,
        names: CommandNames,
        clock: Clock,
        secret: str,
    ) -> Self:
        """Build the use cases; `secret` signs the state of a choice (see `LinkPicker`)."""
        bookmarks, postings = tables.bookmarks, tables.postings
        link_picker = LinkPicker(bookmarks, postings, link_lookup, slack, names, clock, secret)
        return cls(
            Saving(bookmarks, tables.people, link_lookup, answers, slack, names, clock),
            link_picker,
            Sharing(postings, link_lookup, answers, slack, clock),
            ReactionFollowup(tables, link_lookup, link_picker, slack, names, clock),
        )


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Exporting one's bookmarks, importing others, and having everything erased."""

    exporting: Exporting
    importing: Importing
    forgetting: Forgetting

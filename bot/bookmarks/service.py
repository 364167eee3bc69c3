"""All that keeps links, put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from bot.bookmarks.link_lookup import LinkLookup
from bot.bookmarks.link_picker import LinkPicker
from bot.bookmarks.ports import BookmarkSlack, BookmarkStore, HintStore, PostingStore
from bot.bookmarks.reaction_followup import ReactionFollowup
from bot.bookmarks.save_buttons import Saving
from bot.bookmarks.share_answer import Sharing
from bot.domain.clock import Clock
from bot.lookup.search import Answers
from bot.slack.blocks.command_names import CommandNames


@dataclass(frozen=True, slots=True)
class BookmarkUseCases:
    """The use cases: Save buttons, choices among several links, shared answers, and what follows a reaction."""

    saving: Saving
    link_picker: LinkPicker
    sharing: Sharing
    followup: ReactionFollowup

    @classmethod
    def of(  # noqa: PLR0913, PLR0917 - what they work with
        cls,
        store: BookmarkStore,
        people: HintStore,
        postings: PostingStore,
        catalogue: LinkLookup,
        answers: Answers,
        slack: BookmarkSlack,
        names: CommandNames,
        clock: Clock,
        secret: str,
    ) -> Self:
        """Make them of what they work with; `secret` seals what is one person's alone (bot.bookmarks.link_picker)."""
        choosers = LinkPicker(store, postings, catalogue, slack, names, clock, secret)
        return cls(
            Saving(store, people, catalogue, answers, slack, names, clock),
            choosers,
            Sharing(postings, catalogue, answers, slack, clock),
            ReactionFollowup(store, people, postings, catalogue, choosers, slack, names, clock),
        )

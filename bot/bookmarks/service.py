"""All that keeps links, put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from bot.bookmarks.link_lookup import Catalogue
from bot.bookmarks.link_picker import Choosers
from bot.bookmarks.ports import Door, Memory, People, Postings
from bot.bookmarks.reaction_followup import Afterwards
from bot.bookmarks.save_buttons import Saving
from bot.bookmarks.share_answer import Sharing
from bot.domain.clock import Clock
from bot.lookup.search import Answers
from bot.slack.blocks.command_names import CommandNames


@dataclass(frozen=True, slots=True)
class Keeping:
    """The use cases: Save buttons, choices among several links, shared answers, and what follows a reaction."""

    saving: Saving
    choosers: Choosers
    sharing: Sharing
    afterwards: Afterwards

    @classmethod
    def of(  # noqa: PLR0913, PLR0917 - what they work with
        cls,
        memory: Memory,
        people: People,
        postings: Postings,
        catalogue: Catalogue,
        answers: Answers,
        slack: Door,
        names: CommandNames,
        clock: Clock,
        secret: str,
    ) -> Self:
        """Make them of what they work with; `secret` seals what is one person's alone (bot.bookmarks.link_picker)."""
        choosers = Choosers(memory, postings, catalogue, slack, names, clock, secret)
        return cls(
            Saving(memory, people, catalogue, answers, slack, names, clock),
            choosers,
            Sharing(postings, catalogue, answers, slack, clock),
            Afterwards(memory, people, postings, catalogue, choosers, slack, names, clock),
        )

"""What the handlers call: the use cases, put together once by `bot.app`."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.bookmarks.personal_data.service import PersonalData
from bot.bookmarks.reactions import Reactions
from bot.bookmarks.saved_links import SavedLinks
from bot.bookmarks.service import BookmarkUseCases
from bot.bookmarks.team_top import Team
from bot.digests.subscriptions import Subscribing
from bot.digests.unconfirmed import UnconfirmedPosts
from bot.home.home_tab import Home
from bot.lookup.search import Answers
from bot.runtime.background import BackgroundTasks
from bot.slack.api.form_results import FormResults
from bot.slack.api.response_urls import ResponseUrls
from bot.slack.blocks.command_names import CommandNames


def reference() -> str:
    """Give a short random reference, for an apology and the log."""
    return secrets.token_hex(4)


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases, and the few ports that handlers use themselves.

    `reference` names an unexpected error to the person and in the log; `later` runs what follows the acknowledgement
    and is drained at a stop; `replies` delivers it.
    """

    names: CommandNames
    answers: Answers
    bookmarks: Reactions
    mine: SavedLinks
    team: Team
    home: Home
    belongings: PersonalData
    keeping: BookmarkUseCases
    subscribing: Subscribing
    outcomes: FormResults
    replies: ResponseUrls
    doubts: UnconfirmedPosts
    later: BackgroundTasks = field(default_factory=BackgroundTasks)
    reference: Callable[[], str] = reference

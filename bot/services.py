"""The use cases that handlers call, put together once by `bot.app.wiring`."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bot.bookmarks.reactions import Reactions
from bot.bookmarks.saved_links import SavedLinks
from bot.bookmarks.service import BookmarkUseCases, PersonalData
from bot.bookmarks.team_top import Team
from bot.digests.broken_issues import BrokenIssues
from bot.digests.older_choice import OlderIssueChoice
from bot.digests.ownership import Ownership
from bot.digests.retracting import Retracting
from bot.digests.second_bot_alerts import SecondBotAlerts
from bot.digests.subscription_changes import SubscriptionChanges
from bot.digests.subscriptions import Subscribing
from bot.digests.there import PostsThere
from bot.digests.unconfirmed import UnconfirmedPosts
from bot.domain.workspace import WorkspaceId
from bot.home.home_tab import Home
from bot.lookup.asking.said import LateConversations
from bot.lookup.miss_counter import MissCounter
from bot.lookup.outcomes import CommandOutcomes
from bot.lookup.search import Answers
from bot.runtime.background import BackgroundTasks
from bot.runtime.request_faults import RequestFaults
from bot.runtime.start import Start
from bot.slack.api.form_results import FormResults
from bot.slack.api.ports import Slack
from bot.slack.api.response_urls import ResponseUrls
from bot.slack.blocks.command_names import CommandNames


def reference() -> str:
    """Return a short random reference, for an apology and the log."""
    return secrets.token_hex(4)


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases, and the few ports that handlers use themselves.

    `reference` names an unexpected error to the person and in the log; `background` runs the work that follows an
    acknowledgement and is drained at a stop; `response_urls` delivers its answers. `start` is waited for by what needs
    more than memory. `outcomes` is told of commands, `faults` of requests that fail. `own_commands` are the slash
    commands of one newsletter each, with its slug. `move_channel` moves what is
    stored of a channel (workspace, old id, new id).
    """

    names: CommandNames
    answers: Answers
    conversations: LateConversations
    slack: Slack
    reactions: Reactions
    saved_links: SavedLinks
    team: Team
    home: Home
    personal_data: PersonalData
    bookmarking: BookmarkUseCases
    subscribing: Subscribing
    changes: SubscriptionChanges
    ownership: Ownership
    form_results: FormResults
    response_urls: ResponseUrls
    unconfirmed: UnconfirmedPosts
    retracting: Retracting
    posts_there: PostsThere
    move_channel: Callable[[WorkspaceId, str, str], Awaitable[bool]]
    misses: MissCounter
    older_issues: OlderIssueChoice
    background: BackgroundTasks = field(default_factory=BackgroundTasks)
    outcomes: CommandOutcomes = field(default_factory=CommandOutcomes)
    reference: Callable[[], str] = reference
    broken_issues: BrokenIssues | None = None
    second_bots: SecondBotAlerts | None = None
    start: Start = field(default_factory=Start)
    faults: RequestFaults = field(default_factory=RequestFaults)
    own_commands: Mapping[str, str] = field(default_factory=dict)

"""The one file that wires everything together, and so the only one that imports everything.

`build` takes the parts that differ between a real workspace, the demo and a test (settings, library, store, Slack,
clock) and gives the app, which `bot.app.running` starts and stops.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

import handlers
from bot.app.running import App, Ports
from bot.bookmarks.link_lookup import LinkLookup
from bot.bookmarks.personal_data.erasure import Forgetting
from bot.bookmarks.personal_data.exporting import Exporting
from bot.bookmarks.personal_data.importing import Importing
from bot.bookmarks.personal_index import PersonalIndexes
from bot.bookmarks.ports import BookmarkTables
from bot.bookmarks.reactions import Reactions
from bot.bookmarks.saved_links import SavedLinks
from bot.bookmarks.service import BookmarkUseCases, PersonalData
from bot.bookmarks.team_top import Team
from bot.digests.alerting import AlertRoute
from bot.digests.broken_issues import BrokenIssues
from bot.digests.delivery.issue_registry import IssueRegistry
from bot.digests.delivery.several_registries import registry_for
from bot.digests.delivery.worker import DigestContent, Worker
from bot.digests.delivery_status import DeliveryReports
from bot.digests.older_choice import OlderIssueChoice
from bot.digests.ownership import Ownership
from bot.digests.retracting import Retracting
from bot.digests.second_bot_alerts import SecondBotAlerts
from bot.digests.subscription_changes import ChangeRules, SubscriptionChanges
from bot.digests.subscriptions import IssueQueries, Subscribing
from bot.digests.there import PostsThere
from bot.digests.unconfirmed import UnconfirmedPosts
from bot.domain.schedule import zone_of
from bot.domain.workspace import workspace_id
from bot.home.home_tab import Home, HomeSources
from bot.lookup.asking.said import LateConversations
from bot.lookup.miss_counter import MissCounter
from bot.lookup.outcomes import CommandOutcomes, SearchTally
from bot.lookup.search import Answers
from bot.runtime.background import BackgroundTasks
from bot.runtime.http import Verifying
from bot.runtime.settings import Settings, SlackCredentials
from bot.services import Services
from bot.slack.api.client import WebSlack
from bot.slack.api.form_results import FormResults
from bot.slack.api.introduction import Introduction
from bot.slack.api.ports import Slack
from bot.slack.api.response_urls import HttpResponseUrls
from bot.slack.blocks.command_names import CommandNames
from bot.slack.cards.digest import digest

if TYPE_CHECKING:
    from bot.lookup.asking.conversation import Conversations


def build(settings: Settings, credentials: SlackCredentials, ports: Ports) -> App:
    """Put the app together; nothing runs yet. Call it inside the event loop."""
    library, window, zone = ports.library, ports.policy.window, zone_of(settings.zone)
    registry = registry_for(ports.store.issues, library.newsletters, library.is_good, window=window, zone=zone)
    link_lookup = LinkLookup(library, registry.identity)
    services = _services(settings, credentials, ports, registry, link_lookup)
    route = AlertRoute(settings.admins, settings.operators_channel)
    content = DigestContent(digest, settings.command, services.team, route)
    worker = Worker(ports.store, ports.slack, registry, library, content, ports.clock, ports.policy)
    bolt = _bolt(settings, credentials, ports.slack)
    handlers.register(bolt, services)
    verifying = Verifying(credentials.signing_secret, ports.wall_clock)
    return App(bolt, verifying, ports, worker, registry, services, link_lookup)


def _services(
    settings: Settings, credentials: SlackCredentials, ports: Ports, registry: IssueRegistry, link_lookup: LinkLookup
) -> Services:
    """Put the use cases together."""
    library, store, slack, clock = ports.library, ports.store, ports.slack, ports.clock
    names = CommandNames(settings.command, settings.tools_command, min(settings.bookmark), settings.name)
    misses = MissCounter(store.misses, clock, counting=settings.count_misses, days=settings.misses_days)
    outcomes, route = CommandOutcomes(), AlertRoute(settings.admins, settings.operators_channel)
    tally = SearchTally(misses.note, outcomes.searched)
    answers = Answers(library, names, clock, ports.chance, tally.missed, tally.graded)
    indexes = PersonalIndexes(lambda: library.index, registry.issue)
    mine = SavedLinks(store.bookmarks, indexes, registry.issue, slack, names, clock)
    team = Team(store.bookmarks, store.people, store.teams, store.subscriptions, registry.issue, names, clock)
    standings = DeliveryReports(
        store, registry, slack, ports.policy, library.held_back, ports.source_fault, library.folder_fault
    )
    background = BackgroundTasks()
    rules = ChangeRules(background.start, settings.admins, lambda slug: registry.current.name(slug))  # noqa: PLW0108 - the catalogue of the moment
    changes = SubscriptionChanges(store.audit, slack, clock, rules)
    return Services(
        names=names,
        own_commands=settings.commands,
        answers=answers,
        conversations=LateConversations(lambda: _conversations(settings, ports, names, registry, tally)),
        slack=slack,
        reactions=Reactions(store.bookmarks, settings.bookmark, clock),
        saved_links=mine,
        team=team,
        home=Home(mine, team, store, HomeSources(answers.newest, standings.upcoming), slack, names, clock),
        personal_data=PersonalData(
            Exporting(store.bookmarks, slack, names, registry.issue),
            Importing(store.imports, slack, names, clock),
            Forgetting(store.people, names, clock, indexes.forget),
        ),
        bookmarking=BookmarkUseCases.of(
            BookmarkTables(store.bookmarks, store.people, store.postings),
            link_lookup,
            answers,
            slack,
            names,
            clock,
            credentials.bot_token,  # every process has it, and nobody else
        ),
        subscribing=Subscribing(
            changes,
            standings,
            slack,
            names,
            clock,
            IssueQueries(answers.find, lambda: library.snapshot.issues, library.held),
        ),
        changes=changes,
        ownership=Ownership(changes, slack, names),
        form_results=FormResults(slack),
        response_urls=ports.response_urls or HttpResponseUrls(settings.slack_api_url),
        move_channel=lambda workspace, old, new: store.channel_moves.move(workspace, old, new, clock.now()),
        posts_there=PostsThere(store, slack, clock),
        retracting=Retracting(
            store, clock, changes.check, settings.admins, lambda key: registry.issue(key) is not None
        ),
        broken_issues=BrokenIssues(store, library, slack, clock, route),
        second_bots=SecondBotAlerts(store, slack, clock, route),
        unconfirmed=UnconfirmedPosts(store, clock, lambda identity: registry.issue(identity) is not None),
        misses=misses,
        older_issues=OlderIssueChoice(store, slack, clock, lambda: registry.current),
        background=background,
        outcomes=outcomes,
    )


def _conversations(
    settings: Settings, ports: Ports, names: CommandNames, registry: IssueRegistry, tally: SearchTally
) -> Conversations:
    from bot.lookup.asking import askers, beneath, conversation  # noqa: PLC0415 - it would delay every start

    return conversation.Conversations(
        ports.library,
        ports.store.ask_threads,
        names,
        ports.clock,
        askers.Askers(ports.slack, ports.clock, lambda: zone_of(settings.zone)),
        beneath.Beneath(ports.store.postings, registry.issue),
        tally,
    )


def _bolt(settings: Settings, credentials: SlackCredentials, slack: Slack) -> AsyncApp:
    """Make Bolt's app.

    Its own client asks for Socket Mode's address alone: the Slack port makes all other calls. It verifies nothing:
    `bot.runtime.http` does so before it (`bot.runtime.verification` says why), and Socket Mode's line is Slack's. What
    no listener takes is an error, which `handlers.errors` logs in one line: Bolt's own words hold the payload. With
    `process_before_response` a command is answered from memory within its acknowledgement, without the 10 ms for which
    Bolt would otherwise poll for one (measured); what has to wait is started after it, in `Services.background`.
    """
    identity = (lambda: slack.outcomes.identity) if isinstance(slack, WebSlack) else dict
    introduction = Introduction(credentials.bot_token, lambda: slack.check(workspace_id(None, None)), identity)
    client = AsyncWebClient(base_url=settings.slack_api_url, retry_handlers=[])
    return AsyncApp(
        client=client,
        authorize=introduction.authorizing(),
        request_verification_enabled=False,
        raise_error_for_unhandled_request=True,
        process_before_response=True,
        name="backissue",
    )

"""People in a workspace, by what they do. Everything is sent signed to the real Bolt app and its real listeners."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import urlencode

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

import handlers
from archive.document import Reading
from archive.issue import Issue
from archive.search.index import Index
from archive.snapshot import Snapshot
from bot.bookmarks.link_lookup import LinkLookup
from bot.bookmarks.personal_data.erasure import Forgetting
from bot.bookmarks.personal_data.exporting import Exporting
from bot.bookmarks.personal_data.importing import Importing
from bot.bookmarks.personal_index import PersonalIndexes
from bot.bookmarks.ports import BookmarkStore, BookmarkTables
from bot.bookmarks.reactions import Reactions
from bot.bookmarks.saved_links import SavedLinks
from bot.bookmarks.service import BookmarkUseCases, PersonalData
from bot.bookmarks.team_top import Subscribers, Team
from bot.digests.older_choice import OlderIssueChoice
from bot.digests.ownership import Ownership
from bot.digests.retracting import Retracting
from bot.digests.subscription_changes import ChangeRules, SubscriptionChanges
from bot.digests.subscriptions import IssueQueries, Subscribing
from bot.digests.there import PostsThere
from bot.digests.unconfirmed import UnconfirmedPosts
from bot.domain.catalogue import IssueCatalogue
from bot.home.home_tab import Home, HomeSources, UserStateStore
from bot.lookup.asking.askers import Askers
from bot.lookup.asking.beneath import Beneath
from bot.lookup.asking.conversation import Conversations
from bot.lookup.asking.said import LateConversations
from bot.lookup.miss_counter import MissCounter
from bot.lookup.outcomes import SearchTally
from bot.lookup.search import Answers
from bot.runtime.background import BackgroundTasks
from bot.services import Services
from bot.slack.api.form_results import FormResults
from bot.slack.blocks.command_names import CommandNames
from bot.source.library import Current
from playground.slack.limits import problems
from tests.fakes.subscriptions import FakeChanges, FakeDeliveries, FakeMemory, FakeRegister
from tests.fakes.talk import FakeReplies, FakeSlack

SECRET = "a signing secret"
NOW = datetime(2024, 5, 6, 7, 0, tzinfo=UTC)
URL = "https://hooks.example/commands/1"


class StillClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        """Return Monday, 6 May 2024, 07:00 UTC."""
        return NOW


class FakeLibrary:
    """A library of given issues."""

    def __init__(self, issues: Iterable[Issue]) -> None:
        """Index the issues."""
        self.put(issues)

    def put(self, issues: Iterable[Issue]) -> None:
        """Replace the archive."""
        there = tuple(issues)
        snapshot = Snapshot.of([Reading(f"{issue.slug}.md", issue, ()) for issue in there])
        self.current = Current(snapshot, Index.of(there))


@dataclass(frozen=True, slots=True)
class Answered:
    """What Slack received: the HTTP `status` and the `body`, parsed if it is JSON."""

    status: int
    body: Any

    @property
    def said(self) -> str:
        """Return the body as text, to search in."""
        return json.dumps(self.body, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class HomeTables:
    """The Home tab's tables, with fake subscriptions."""

    people: UserStateStore
    bookmarks: BookmarkStore
    subscriptions: Subscribers


class People:
    """People who type, click, react and fill in forms. `replies` and `slack` show what came back later."""

    def __init__(self, issues: Iterable[Issue]) -> None:
        """Put the real listeners on a real app, with fakes behind the use cases."""
        self.library = FakeLibrary(issues)
        self.register, self.store, self.replies, self.slack = FakeRegister(), FakeMemory(), FakeReplies(), FakeSlack()
        self.deliveries = FakeDeliveries()
        names, clock = CommandNames(), StillClock()
        misses = MissCounter(self.store.opened.misses, clock)
        answers = Answers(self.library, names, clock, lambda _: 0, misses.note)
        background = BackgroundTasks()
        self.recorded = FakeChanges(self.register)
        self.changes = changes = SubscriptionChanges(self.recorded, self.slack, clock, ChangeRules(background.start))
        subscribing = Subscribing(
            changes,
            self.deliveries,
            self.slack,
            names,
            clock,
            IssueQueries(answers.find, lambda: self.library.current.snapshot.issues),
        )
        known = self.library.current.snapshot.get
        mine = SavedLinks(
            self.store, PersonalIndexes(lambda: self.library.current.index, known), known, self.slack, names, clock
        )
        store = self.store.opened
        team = Team(store.bookmarks, store.people, store.teams, self.register, known, names, clock)
        tables = HomeTables(store.people, store.bookmarks, self.register)
        sources = HomeSources(answers.newest, FakeDeliveries().upcoming)
        home = Home(mine, team, tables, sources, self.slack, names, clock)
        personal_data = PersonalData(
            Exporting(store.bookmarks, self.slack, names, known),
            Importing(store.imports, self.slack, names, clock),
            Forgetting(store.people, names, clock, lambda _: None),
        )
        bookmarks = Reactions(self.store, frozenset({"bookmark"}), clock)
        references = (f"ref-{number}" for number in count(1))
        self.services = Services(
            names,
            answers,
            LateConversations(
                lambda: Conversations(
                    self.library,
                    store.ask_threads,
                    names,
                    clock,
                    Askers(self.slack, clock, lambda: UTC),
                    Beneath(store.postings, known),
                    SearchTally(misses.note),
                )
            ),
            self.slack,
            bookmarks,
            mine,
            team,
            home,
            personal_data,
            BookmarkUseCases.of(
                BookmarkTables(self.store, store.people, store.postings),
                LinkLookup(self.library, str),
                answers,
                self.slack,
                names,
                clock,
                SECRET,
            ),
            subscribing,
            changes,
            Ownership(changes, self.slack, names),
            FormResults(self.slack),
            self.replies,
            UnconfirmedPosts(store, clock),
            Retracting(store, clock, changes.check),
            PostsThere(store, self.slack, clock),
            lambda workspace, old, new: store.channel_moves.move(workspace, old, new, clock.now()),
            misses,
            OlderIssueChoice(store, self.slack, clock, IssueCatalogue),
            background,
            reference=lambda: next(references),
        )
        self.serves()

    def renames(self, names: CommandNames) -> None:
        """Rename the commands."""
        answers = Answers(self.library, names, StillClock(), chance=lambda _: 0)
        self.serves(names=names, answers=answers)

    def serves(self, **services: Any) -> None:
        """Register the listeners again, with some of the services replaced."""
        self.services = replace(self.services, **services)
        self.app = AsyncApp(signing_secret=SECRET, authorize=_authorize, process_before_response=True)
        handlers.register(self.app, self.services)

    async def types(self, typed: str, command: str = "/weekly", **fields: str) -> Answered:
        """Type a command, as U1 in C1 of T1."""
        body = {
            "command": command, "text": typed, "team_id": "T1", "channel_id": "C1", "user_id": "U1",
            "response_url": URL, "trigger_id": "trigger-1",
        }  # fmt: skip
        return await self.sends(urlencode({**body, **fields}))

    async def clicks(self, action: str, value: Any = "", **fields: Any) -> Answered:
        """Click a button."""
        return await self.interacts("block_actions", actions=[{"action_id": action, "value": value}], **fields)

    async def submits(self, values: Any, callback: str = "subscribe", view_id: str = "V1") -> Answered:
        """Send a form; `values` are the view's state."""
        view = {"type": "modal", "id": view_id, "callback_id": callback, "state": {"values": values}}
        return await self.interacts("view_submission", view=view)

    async def asks_for_options(self, action: str, typed: Any) -> Answered:
        """Type into a menu that completes."""
        return await self.interacts("block_suggestion", action_id=action, block_id="b", value=typed)

    async def interacts(self, kind: str, **fields: Any) -> Answered:
        """Send an interaction of any kind."""
        payload = {
            "type": kind, "team": {"id": "T1"}, "user": {"id": "U1"}, "channel": {"id": "C1"},
            "response_url": URL, "trigger_id": "trigger-1", **fields,
        }  # fmt: skip
        return await self.sends(urlencode({"payload": json.dumps(payload)}))

    async def reacts(self, ts: str, event_ts: str, *, emoji: str = "bookmark", added: bool = True) -> Answered:
        """Add or remove a reaction."""
        kind = "reaction_added" if added else "reaction_removed"
        item = {"type": "message", "channel": "C1", "ts": ts}
        return await self.sees(type=kind, user="U1", reaction=emoji, item=item, event_ts=event_ts)

    async def sees(self, **event: Any) -> Answered:
        """Send an event."""
        body = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event}
        return await self.sends(json.dumps(body), "application/json")

    async def sends(self, body: str, content_type: str = "application/x-www-form-urlencoded") -> Answered:
        """Send a body, signed, and wait until everything after the acknowledgement is done too."""
        now = str(int(time.time()))  # noqa: TID251 - Bolt's own check of the signature reads the wall clock
        signature = SignatureVerifier(SECRET).generate_signature(timestamp=now, body=body)
        headers: dict[str, str | Sequence[str]] = {
            "content-type": [content_type],
            "x-slack-signature": [str(signature)],
            "x-slack-request-timestamp": [now],
        }
        response = await self.app.async_dispatch(AsyncBoltRequest(body=body, headers=headers))
        assert await self.services.background.drain(5)
        text = response.body
        return Answered(response.status, json.loads(text) if text.startswith("{") else text)

    @property
    def heard(self) -> list[dict[str, Any]]:
        """Return every answer after an acknowledgement, each checked against Slack's limits."""
        for _, payload in self.replies.sent:
            assert problems(payload) == []
        return [payload for _, payload in self.replies.sent]


async def _authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-1", bot_id="B1", bot_user_id="UBOT"
    )

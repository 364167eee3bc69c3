"""Submitted forms: a channel's subscription, links to save, a note on a bookmark, an import."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from bot.bookmarks.views import link_picker, saved_row
from bot.bookmarks.views.link_picker import PickerState, picked
from bot.bookmarks.views.personal_data import FILE, IMPORT, read_file, read_import
from bot.digests.subscription_form import SubscriptionRequest, read
from bot.digests.views import form, older_issues, there
from bot.domain.bookmark import Member
from bot.domain.workspace import WorkspaceId
from bot.home.views.home import HomeState
from bot.lookup.search import payload
from bot.lookup.views import help as helping
from bot.lookup.views import search_form, sharing
from bot.lookup.views.answer import SearchRequest
from bot.services import Services
from bot.slack.api.errors import SlackError
from bot.slack.api.response_urls import ResponseUrlError
from bot.slack.blocks import blocks
from bot.slack.blocks.message import Block, Message
from handlers.errors import explained
from handlers.home import show
from handlers.payload import acting_member, answered, text, workspace

FORM_TIMEOUT_SECONDS = 2.0
"""Seconds that a form waits for its outcome. Slack waits 3 for the answer; a busy database may take 15."""
FOLLOW_UP_SECONDS = 0.5
"""Seconds between the answer "still saving" and the outcome, so that they don't arrive in the wrong order."""
_UNREADABLE = "That form is from an older version; please open it again."
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a form: the `reason`, shown beside the `field`."""

    field: str
    reason: str


Outcome: TypeAlias = Block | Wrong | None
"""The outcome of a form: a modal in its place, what is wrong with it, or None if it simply closes."""


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the forms, and acknowledge every other modal."""

    async def submitted(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Subscribe, and show the confirmation in the form's place; or show what is wrong beside its field."""
        sent = _sent(services, ack, body, context)
        wanted = read(sent.view)
        if not isinstance(wanted, SubscriptionRequest):
            return sent.errors(wanted)
        return await sent.answer(_beside("channel", services.subscribing.submit(wanted, sent.here, sent.who.user)))

    async def chosen(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Save the ticked links, and say so in the form's place."""
        sent = _sent(services, ack, body, context)
        return await sent.answer(_choose(services, sent))

    async def noted(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Save the note, or show what is wrong with it beside the field."""
        sent = _sent(services, ack, body, context)
        return await sent.answer(_note(services, sent))

    async def imported(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Import bookmarks and show the result in the form's place, or what is wrong beside the field."""
        sent = _sent(services, ack, body, context)
        return await sent.answer(_import(services, sent))

    async def picked_older(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Post the chosen older issues, and say so in the form's place."""
        sent = _sent(services, ack, body, context)
        return await sent.answer(services.older_issues.submit(sent.here, sent.view, sent.who.user))

    async def shared(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Share what the form names, or say beside its field why that was not done."""
        sent = _sent(services, ack, body, context)
        return await sent.answer(_share(services, sent))

    async def located(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Settle an unconfirmed message at its link, or show what is wrong with the link beside the field."""
        sent = _sent(services, ack, body, context)
        work = services.posts_there.submit(sent.here, sent.view, sent.who.user)
        return await sent.answer(_beside(there.FIELD, work))

    async def searched(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Show what was found in the form's place; another search can follow."""
        sent = _sent(services, ack, body, context)
        return await sent.answer(_search(services, sent))

    app.view(form.CALLBACK)(submitted)
    app.view(link_picker.CALLBACK)(chosen)
    app.view(saved_row.NOTE_CALLBACK)(noted)
    app.view(IMPORT)(imported)
    app.view(sharing.FORM)(shared)
    app.view(search_form.CALLBACK)(searched)
    app.view(older_issues.CALLBACK)(picked_older)
    app.view(there.CALLBACK)(located)
    app.view(re.compile(""))(_closes)


async def _closes(ack: AsyncAck) -> BoltResponse:
    """Let a modal close."""
    return await ack()


@dataclass(frozen=True, slots=True)
class _Sent:
    """A form that `who` sent from `here`: its `view` as Slack describes it, and how to answer it."""

    services: Services
    ack: AsyncAck
    view: Mapping[str, Any]
    here: WorkspaceId
    who: Member

    async def answer(self, work: Coroutine[Any, Any, Outcome]) -> BoltResponse:
        """Answer with the outcome of `work`; if that takes longer than Slack waits, show it afterwards."""
        task = await self.services.background.within(work, FORM_TIMEOUT_SECONDS)
        if not task.done():
            self.services.background.start(self._tell(task))
            return self._update(self._window(helping.waiting()))
        outcome = task.result()
        if outcome is None:
            return await self.ack()
        if isinstance(outcome, Wrong):
            return self.errors({outcome.field: outcome.reason})
        return self._update(outcome)

    def errors(self, wrong: Mapping[str, str]) -> BoltResponse:
        """Answer with what is wrong, for each field."""
        return answered(self.ack, json.dumps({"response_action": "errors", "errors": wrong}))

    def _update(self, view: Block) -> BoltResponse:
        return answered(self.ack, json.dumps({"response_action": "update", "view": view}))

    async def _tell(self, work: Awaitable[Outcome]) -> None:
        """Show the outcome of a form that was answered before the outcome was known."""
        try:
            view = self._shown(await work)
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it
            view = self._window(explained(error, self.services, kind="view_submission"))
        await asyncio.sleep(FOLLOW_UP_SECONDS)
        try:
            await self.services.form_results.tell(self.here, self.who.user, text(self.view, "id"), view)
        except SlackError as error:
            _log.warning("form_result.failed", error=str(error), workspace=self.here)

    def _shown(self, outcome: Outcome) -> Block:
        """Return an outcome as a modal, because the form that could close or show an error is gone."""
        if outcome is None:
            return self._window(helping.saved(saved_row.noted_link(self.view)))
        return self._window(blocks.line_message(outcome.reason)) if isinstance(outcome, Wrong) else outcome

    def _window(self, message: Message) -> Block:
        return blocks.window(text(self.view, "title", "text") or self.services.names.bot, message.blocks)


def _sent(services: Services, ack: AsyncAck, body: Mapping[str, Any], context: AsyncBoltContext) -> _Sent:
    view = body.get("view")
    return _Sent(
        services, ack, view if isinstance(view, Mapping) else {}, workspace(context), acting_member(body, context)
    )


async def _choose(services: Services, sent: _Sent) -> Outcome:
    place, ticks = PickerState.read(text(sent.view, "private_metadata")), picked(_values(sent.view))
    return (await services.bookmarking.link_picker.submit(sent.who, sent.here, place, ticks, "save")).form()


async def _note(services: Services, sent: _Sent) -> Outcome:
    """Save a note, and update the Home tab if that is where it was written."""
    given = saved_row.read_note(sent.view)
    if given is None:
        return Wrong(saved_row.NOTE_FIELD, _UNREADABLE)
    key, words, shown = given
    if wrong := await services.saved_links.note(sent.who, key, words):
        return Wrong(saved_row.NOTE_FIELD, wrong)
    if shown:
        services.background.start(show(services, sent.here, sent.who.user, HomeState.read(shown)))
    return None


async def _share(services: Services, sent: _Sent) -> Outcome:
    """Share by the bot, or by the response URL of the click where the bot cannot post."""
    asked = sharing.read_form(sent.view)
    if asked is None:
        return Wrong(sharing.LINE, _UNREADABLE)
    said = await services.bookmarking.sharing.share(sent.here, sent.who.user, asked)
    if said is not None:
        try:
            await services.response_urls.send(
                asked.url, payload(said, response_type="in_channel", replace_original=False)
            )
        except ResponseUrlError:
            return Wrong(sharing.LINE, "I can’t post in that channel. Invite me, and share again.")
    return None


async def _search(services: Services, sent: _Sent) -> Outcome:
    typed = search_form.read(sent.view)
    if not typed:
        return Wrong(search_form.QUERY, "Say what to look for.")
    return search_form.form(typed, services.answers.search(SearchRequest(typed), shareable=False))


async def _import(services: Services, sent: _Sent) -> Outcome:
    """Import bookmarks from a file or from pasted text."""
    user, importing = sent.who.user, services.personal_data.importing
    if (file := read_file(sent.view)) is not None:
        return await _beside(FILE, importing.bring_file(sent.here, user, file))
    if (pasted := read_import(sent.view)) is not None:
        return await _beside(IMPORT, importing.bring(sent.here, user, pasted))
    values = _values(sent.view)
    return Wrong(FILE if isinstance(values, Mapping) and FILE in values else IMPORT, _UNREADABLE)


async def _beside(field: str, work: Awaitable[Block | str]) -> Outcome:
    """Return the outcome of `work`; a string is an error and is shown beside `field`."""
    done = await work
    return Wrong(field, done) if isinstance(done, str) else done


def _values(view: Mapping[str, Any]) -> Any:
    """Return the values entered in a form, as Slack describes them."""
    state = view.get("state")
    return state.get("values") if isinstance(state, Mapping) else None

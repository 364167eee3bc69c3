"""Clicks on the bot's buttons. A button's value comes from outside, so everything it names is looked up again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from archive.search.result import Grade
from bot.bookmarks.views import personal_data
from bot.bookmarks.views.link_picker import ACTION as CHOOSE
from bot.bookmarks.views.link_picker import PickerState, picked
from bot.bookmarks.views.personal_data import FORGET
from bot.bookmarks.views.saved_list import Listing
from bot.bookmarks.views.saved_row import ACTION, RowChoice
from bot.digests.command_context import CommandContext
from bot.digests.views import older_issues as older
from bot.digests.views.alerts import SETTLE_LEAVE, SETTLE_POST, SETTLE_THERE
from bot.digests.views.asking import KEEP, TOPICS, UNSUBSCRIBE, WHICH
from bot.digests.views.changes import UNDO, UNDO_ANYWAY, UndoRequest
from bot.digests.views.ownership import HAND_OVER, OF
from bot.digests.views.subscription import ALL, RETRACT
from bot.digests.views.why import POST_AGAIN
from bot.domain.period import Period
from bot.lookup.search import payload
from bot.lookup.views.answer import SearchRequest
from bot.lookup.views.feedback import ASK, FEEDBACK, thanked
from bot.lookup.views.mistyped import COMMAND
from bot.lookup.views.sharing import SHARE, SHARE_TO, Shareable, ShareForm, ShareTarget
from bot.services import Services
from bot.slack.blocks import blocks
from bot.slack.blocks.message import Message
from bot.slack.cards.issue_page import read_page
from bot.slack.cards.save_button import SAVE, SAVED
from handlers import commands, home
from handlers.click import Click, chosen, click_of
from handlers.errors import follow_up
from handlers.payload import text

_GONE = "that is not in the archive any more; ask again"
_STALE = "that button is from an older version; please ask again"


async def _page(click: Click) -> Message:
    request = SearchRequest.read(click.value)
    return click.services.answers.search(request) if request else blocks.line_message(_STALE)


async def _again(click: Click) -> Message:
    request = SearchRequest.read(click.value)
    return click.services.answers.again(request) if request else blocks.line_message(_STALE)


async def _share(click: Click) -> Message:
    request = SearchRequest.read(click.value)
    if request is None:
        return blocks.line_message(_STALE)
    place = click.place
    asked = ShareForm(place.channel, click.url, Shareable(request))
    said = await click.services.bookmarking.sharing.share(place.workspace, place.user, asked)
    if said is not None:
        await click.services.response_urls.send(
            click.url, payload(said, response_type="in_channel", replace_original=False)
        )
    # The answer stays, without the button: a second click would share it twice.
    return click.services.answers.search(request, shareable=False)


async def _share_form(click: Click) -> Message | None:
    """Open the form that shares with a line of one's own."""
    what, place = Shareable.read(click.value), click.place
    if what is None:
        return blocks.line_message(_STALE)
    opened = await click.services.bookmarking.sharing.open(
        place.workspace, click.trigger, what, place.channel, click.url
    )
    return None if opened else blocks.line_message(_GONE)


async def _share_to(click: Click) -> Message:
    """Share one link with the channel that the button names; it is looked up again."""
    target, place = ShareTarget.read(click.value), click.place
    if target is None:
        return blocks.line_message(_STALE)
    asked = ShareForm(target.channel, click.url, Shareable(None, target.slug, target.position))
    if click.services.answers.sharing.content(asked, place.user) is None:
        return blocks.line_message(_GONE)
    left = await click.services.bookmarking.sharing.share(place.workspace, place.user, asked)
    if left is not None:
        return blocks.says(f"I can’t post in <#{target.channel}>. Invite me there, and press the button again.")
    return blocks.says(f"Shared in <#{target.channel}>.")


async def _feedback(click: Click) -> Message:
    """Count an answer that did not help, by the words of its question only."""
    helpful = not click.value.startswith("-")
    if not helpful and (query := click.value[1:].strip()):
        click.services.misses.note(query, Grade.NEAREST)
    return thanked(helpful=helpful)


async def _issue(click: Click) -> Message:
    page = read_page(click.value)
    return click.services.answers.issue(*page) if page else blocks.line_message(_STALE)


async def _command(click: Click) -> Message | None:
    """Run the sub-command that a button offers; the value is read as if the person had typed it."""
    return await commands.run(click.services, click.value, click.place, click.trigger)


async def _random(click: Click) -> Message:
    return click.services.answers.random(click.value)


async def _help(click: Click) -> Message:
    return click.services.answers.help()


async def _saved(click: Click) -> Message:
    return await click.services.saved_links.saved(click.member, Listing.read(click.value) or Listing())


async def _row(click: Click) -> Message | None:
    """Do what was chosen beside a row, and show the updated list."""
    choice = RowChoice.parse(click.value)
    if choice is None:
        return blocks.line_message(_STALE)
    if wrong := await chosen(click, choice):
        return wrong
    return (
        await click.services.saved_links.saved(click.member, Listing.of_place(click.block)) if choice.at_once else None
    )


async def _top(click: Click) -> Message:
    named, _, newsletter = click.value.partition(" ")
    period = Period(named) if named in set(Period) else Period.ALL
    return await click.services.team.top(click.member.home, period, newsletter)


async def _forget(click: Click) -> Message:
    if click.action != FORGET:
        return personal_data.stayed()
    done = await click.services.personal_data.forgetting.forget(click.member, click.at)
    await click.services.home.blank(click.place.workspace, click.place.user)
    return done


async def _save(click: Click) -> Message:
    save = click.action.startswith(SAVE)
    return await click.services.bookmarking.saving.in_place(click.member, click.value, click.at, keep=save)


async def _save_beside(click: Click) -> Message | None:
    save = click.action.startswith(SAVE)
    return await click.services.bookmarking.saving.beside(click.member, click.value, click.at, keep=save)


async def _choose(click: Click) -> Message | None:
    """Save the ticked links, and show the result in the message or form that was clicked."""
    picker, how = click.services.bookmarking.link_picker, click.action.partition(":")[2]
    place, ticks = PickerState.read(click.value), picked(click.state)
    outcome = await picker.submit(click.member, click.place.workspace, place, ticks, how, click.at)
    if not click.view:
        return outcome.message()
    click.services.background.start(picker.show(click.place.workspace, text(click.view, "id"), outcome))
    return None


async def _change(click: Click) -> None:
    await click.services.subscribing.open_form(_of(click, click.value), click.trigger)


async def _pause(click: Click) -> Message | None:
    digests = click.services.subscribing

    async def pause(place: CommandContext) -> Message:
        await digests.pause(place)
        return await digests.status(place)

    return await digests.meant("pause", pause, _of(click, click.value))


async def _resume(click: Click) -> Message | None:
    digests = click.services.subscribing
    return await digests.meant("resume", digests.resume, _of(click, click.value))


async def _unsubscribe(click: Click) -> Message | None:
    digests = click.services.subscribing
    return await digests.meant("unsubscribe", digests.unsubscribe, _of(click, click.value))


async def _keep(click: Click) -> Message:
    return await click.services.subscribing.status(_of(click, click.value))


async def _topics(click: Click) -> Message | None:
    digests = click.services.subscribing
    subscribe = partial(digests.subscribe_topics, click.value)
    return await digests.meant(f"subscribe about {click.value}", subscribe, click.place)


async def _hand_over(click: Click) -> Message | None:
    whose = click.block.removeprefix(OF) if click.block.startswith(OF) else ""
    hand_over = partial(click.services.ownership.hand_over, click.value)
    return await click.services.subscribing.meant("owner", hand_over, _of(click, whose))


async def _which(click: Click) -> Message | None:
    """Run a sub-command for the subscription that the button names."""
    newsletter, _, command = click.value.partition(" ")
    return await commands.run(click.services, command, _of(click, newsletter), click.trigger)


def _of(click: Click, newsletter: str) -> CommandContext:
    """Return the place with the newsletter that a button names: a slug, or `ALL`; "" names none, as older ones do."""
    return replace(click.place, newsletter="" if newsletter == ALL else newsletter) if newsletter else click.place


async def _undo(click: Click) -> Message:
    return await click.services.changes.undo(click.place, UndoRequest.read(click.value))


async def _settle(click: Click) -> Message | None:
    if click.action == SETTLE_THERE:
        place = click.place
        said = await click.services.posts_there.confirm(place.workspace, click.value, click.trigger, place.user)
        return None if said is None else blocks.says(said)
    if click.action not in {SETTLE_POST, SETTLE_LEAVE}:
        return blocks.line_message(_STALE)
    post = click.action == SETTLE_POST
    line = await click.services.unconfirmed.decide(click.place.workspace, click.value, post=post, user=click.place.user)
    return blocks.says(line)


async def _retract(click: Click) -> Message:
    """Take a digest back: Slack asked for a confirmation before it sent the click."""
    return blocks.says(await click.services.retracting.take_back(click.place.workspace, click.value, click.place.user))


async def _post_again(click: Click) -> Message:
    """Post a digest again that was taken back, after a confirmation of Slack's too."""
    return blocks.says(await click.services.retracting.post_again(click.place, click.value))


async def _older(click: Click) -> Message | None:
    choice, place = click.services.older_issues, click.place
    if click.action == older.CHOOSE:
        return await choice.choose(place.workspace, click.value, click.trigger)
    if click.action not in {older.ALL, older.NONE}:
        return blocks.line_message(_STALE)
    return await choice.answer(place.workspace, click.value, post=click.action == older.ALL, user=place.user)


@dataclass(frozen=True, slots=True)
class _Act:
    """What a button does.

    `beside`: the answer is a message of its own and does not replace the one with the button. `first`: it is done
    before the acknowledgement.
    """

    do: Callable[[Click], Awaitable[Message | None]]
    beside: bool = False
    first: bool = False


_ACTS = {
    "page": _Act(_page),
    "search": _Act(_page),
    "again": _Act(_again),
    "share": _Act(_share),
    SHARE: _Act(_share_form, beside=True),
    SHARE_TO: _Act(_share_to, beside=True),
    FEEDBACK: _Act(_feedback, beside=True),
    "issue": _Act(_issue, beside=True),
    "issue:back": _Act(_issue),
    "issue:next": _Act(_issue),
    COMMAND: _Act(_command),
    ASK: _Act(_command, beside=True),
    "random": _Act(_random),
    "help": _Act(_help, beside=True),
    "saved": _Act(_saved),
    ACTION: _Act(_row),
    SAVE: _Act(_save, first=True),
    SAVED: _Act(_save, first=True),
    CHOOSE: _Act(_choose, first=True),
    "top": _Act(_top),
    "forget": _Act(_forget),
    "subscription": _Act(_change, beside=True),
    "pause": _Act(_pause),
    "resume": _Act(_resume),
    UNSUBSCRIBE: _Act(_unsubscribe),
    KEEP: _Act(_keep),
    TOPICS: _Act(_topics),
    WHICH: _Act(_which),
    HAND_OVER: _Act(_hand_over),
    RETRACT: _Act(_retract, beside=True),
    POST_AGAIN: _Act(_post_again, beside=True),
    UNDO: _Act(_undo, beside=True),
    UNDO_ANYWAY: _Act(_undo),
    SETTLE_POST.partition(":")[0]: _Act(_settle),
    older.ALL.partition(":")[0]: _Act(_older),
}
_PUBLIC = {
    SAVE: _Act(_save_beside, beside=True, first=True),
    SAVED: _Act(_save_beside, beside=True, first=True),
}
"""The same buttons on a message that everyone sees."""


def _act_of(click: Click, name: str) -> _Act | None:
    """Return what a click does; None for a link, which Slack opens itself."""
    public = None if click.private else _PUBLIC.get(name)
    return public or _ACTS.get(click.action) or _ACTS.get(name)


async def _answered(click: Click, work: Awaitable[Message | None]) -> Message | None:
    """Show the message that `work` returns in the button's thread and return None, or return it for the response URL.

    A response URL can answer one person in the channel, but not in a thread.
    """
    message = await work
    if message is None or click.private or not click.thread:
        return message
    place = click.place
    shown = await click.services.bookmarking.saving.whisper(
        place.workspace, place.channel, place.user, message, click.thread
    )
    return None if shown else message


def register(app: AsyncApp, services: Services) -> None:
    """Listen to every action with one listener, because Bolt asks listeners in order, and each takes time."""

    async def clicked(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Acknowledge at once (a click takes no other answer), then answer by response_url.

        A click that saves a link is written down first: once it is acknowledged, the link is saved.
        """
        click = click_of(services, body, context)
        name = click.action.partition(":")[0]
        if click.view and name != CHOOSE:
            await home.clicked(click)
        elif act := _act_of(click, name):
            work = asyncio.ensure_future(act.do(click))
            if act.first:
                await work
            if act.first or act.beside:
                work = asyncio.ensure_future(_answered(click, work))
            follow_up(services, click.url, lambda: work, response_type="ephemeral", replace_original=not act.beside)
        return await ack()

    app.action(re.compile(""))(clicked)

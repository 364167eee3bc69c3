"""The Home tab: people open it and click in it. It has no response URL, so messages open as a modal over it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from archive.errors import ArchiveError
from bot.bookmarks.views.saved_row import ACTION, RowChoice
from bot.domain.workspace import WorkspaceId
from bot.home.views.home import DROP, ISSUE, KEEP, HomeState, state_after
from bot.lookup.views import help as helping
from bot.services import Services
from bot.slack.api.errors import SlackError
from bot.slack.blocks import blocks
from bot.slack.blocks.message import Message
from bot.slack.cards.issue_page import read_page
from bot.slack.cards.save_button import SAVE, SAVED
from handlers.click import Click, chosen
from handlers.errors import explained
from handlers.payload import text, workspace

_log = structlog.get_logger(__name__)


def register(app: AsyncApp, services: Services) -> None:
    """Listen for people who open their Home tab."""

    async def opened(body: dict[str, Any], context: AsyncBoltContext) -> None:
        """Show the tab after the acknowledgement. Opening the Messages tab sends the same event."""
        user = text(body, "event", "user")
        if user and text(body, "event", "tab") == "home":
            services.background.start(_open(services, workspace(context), user, text(body, "event", "view", "hash")))

    app.event("app_home_opened")(opened)


async def clicked(click: Click) -> None:
    """Do what was clicked on a view: save or remove a link before the acknowledgement, do the rest after it."""
    try:
        show = await _written(click) or _ACTS.get(click.action.partition(":")[0])
    except Exception as error:  # noqa: BLE001 - nobody else would tell them
        show = partial(_tell, message=explained(error, click.services))
    if show is not None:
        click.services.background.start(_act(click, show))


async def _written(click: Click) -> Callable[[Click], Awaitable[None]] | None:
    """Save or remove a button's link and return the step that shows it; None for any other button."""
    name, button = click.action.partition(":")[0], click.action.rpartition(":")[0]
    if name in {SAVE, SAVED}:
        saving = click.services.bookmarking.saving
        page = await saving.in_place(click.member, click.value, click.at, keep=name == SAVE)
        return partial(_replace, page=page)
    if button in {KEEP, DROP} and _is_home(click):
        write = click.services.home.save if button == KEEP else click.services.home.remove
        await write(click.member, click.value, click.at)
        return _refresh
    return None


async def show(services: Services, where: WorkspaceId, user: str, state: HomeState) -> None:
    """Update a tab; an error is only logged."""
    try:
        await services.home.show(where, user, state)
    except Exception:  # noqa: BLE001 - nobody else would hear of it
        _log.exception("home_tab.failed")


async def _open(services: Services, where: WorkspaceId, user: str, stamp: str) -> None:
    try:
        await services.home.opened(where, user, stamp)
    except Exception as error:  # noqa: BLE001 - an empty tab would say nothing
        await _sorry(services, where, user, error)


async def _sorry(services: Services, where: WorkspaceId, user: str, error: Exception) -> None:
    try:
        await services.home.sorry(where, user, explained(error, services))
    except SlackError as again:
        _log.warning("home_tab.refused", error=str(again))


async def _act(click: Click, act: Callable[[Click], Awaitable[None]]) -> None:
    """Do `act`; if it fails, say so over the tab."""
    try:
        await act(click)
    except Exception as error:  # noqa: BLE001 - nobody else would hear of it
        await _tell(click, explained(error, click.services))


async def _tell(click: Click, message: Message) -> None:
    try:
        shown = helping.trouble(message, click.services.names)
        await click.services.home.tell(click.place.workspace, click.trigger, shown)
    except SlackError as error:
        _log.warning("apology.failed", error=str(error))


async def _row(click: Click) -> None:
    """Do what was chosen beside a row of the list."""
    choice = RowChoice.parse(click.value)
    if choice is None or not _is_home(click):
        return
    if wrong := await chosen(click, choice, _state(click).as_text()):
        await _tell(click, wrong)
    elif choice.at_once:
        await _refresh(click)


async def _home(click: Click) -> None:
    """Search, turn a page, or read the newest issue."""
    if click.action == ISSUE:
        await _issue(click)
    elif _is_home(click) and (state := state_after(click.action, click.value, _state(click))):
        await _again(click, state)


async def _issue(click: Click) -> None:
    """Open a page of an issue over the tab, or turn the one that is open."""
    page = read_page(click.value)
    if page is None:
        return
    try:
        issue = click.services.answers.find(page[0])
    except ArchiveError as error:
        await _tell(click, blocks.line_message(str(error)))
        return
    if _is_home(click):
        await click.services.home.read(click.member, click.place.workspace, click.trigger, issue, page[1])
    else:
        await click.services.home.show_page(click.member, click.place.workspace, text(click.view, "id"), issue, page[1])


async def _replace(click: Click, page: Message) -> None:
    await click.services.home.replace(click.place.workspace, text(click.view, "id"), page)


async def _refresh(click: Click) -> None:
    """Show the same state of the tab, updated."""
    await _again(click, _state(click))


async def _again(click: Click, state: HomeState) -> None:
    await click.services.home.show(click.place.workspace, click.place.user, state, text(click.view, "hash"))


def _state(click: Click) -> HomeState:
    return HomeState.read(click.view.get("private_metadata"))


def _is_home(click: Click) -> bool:
    return text(click.view, "type") == "home"


_ACTS: dict[str, Callable[[Click], Awaitable[None]]] = {ACTION: _row, "home": _home, "issue": _issue}

"""The order in which the doctor looks, and what it can still look at when something is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bot.cli.doctor import data, machine, workspace
from bot.cli.doctor.data import Stored
from bot.cli.doctor.finding import Area, Finding, Symptom
from bot.domain.errors import SettingsError
from bot.domain.workspace import WorkspaceId
from bot.runtime.settings import Settings
from bot.slack.api.diagnosis import Diagnosis
from bot.store.diagnosis import file_of
from bot.store.errors import StoreError

SLACK_SECONDS = 8.0
"""Seconds that Slack may take to answer."""


async def examine(folder: Path | None, now: datetime) -> list[Area]:
    """Return what was looked at, in the order in which an operator would mend it."""
    try:
        settings = Settings.read(archive=folder)
    except SettingsError as error:
        what, mend = f"{error.name}: {error.reason}", "mend that first; the rest is looked at after it"
        return [Area("settings", findings=(Finding(Symptom.SETTING_WRONG, what, mend),)), machine.zones()]
    held = await data.stored(settings.database_url)
    areas = [tokens(settings), machine.proxy(settings.proxy), *await _slack(settings, held, now), machine.zones()]
    areas.append(await asyncio.to_thread(machine.archive, settings.archive, settings.synonyms))
    areas.append(await asyncio.to_thread(data.database, settings.database_url))
    areas += [machine.disk(*_written(settings)), machine.files()]
    return [*areas, *await asyncio.to_thread(lambda: list(_running(settings, held, now)))]


def tokens(settings: Settings) -> Area:
    """Return whether the tokens are there and of the kinds that they should be; no token is shown."""
    bot, app, secret = (
        one.get_secret_value().strip() if one else ""
        for one in (settings.slack_bot_token, settings.slack_app_token, settings.slack_signing_secret)
    )
    page = f"on {workspace.APP_PAGE}"
    if bot.startswith("xapp-") and app.startswith("xoxb-"):
        what, mend = "SLACK_BOT_TOKEN and SLACK_APP_TOKEN are swapped", "exchange their values"
        return Area("tokens", findings=(Finding(Symptom.TOKENS_SWAPPED, what, mend),))
    found = []
    if not bot:
        mend = f"copy it from “OAuth & Permissions” {page}"
        found.append(Finding(Symptom.BOT_TOKEN_MISSING, "SLACK_BOT_TOKEN is not set", mend))
    elif not bot.startswith("xoxb-"):
        mend = f"copy the bot's token from “OAuth & Permissions” {page}"
        found.append(Finding(Symptom.BOT_TOKEN_WRONG_KIND, "SLACK_BOT_TOKEN does not start with xoxb-", mend))
    if app and not app.startswith("xapp-"):
        mend = f"copy the app-level token from “Basic Information” {page}"
        found.append(Finding(Symptom.APP_TOKEN_WRONG_KIND, "SLACK_APP_TOKEN does not start with xapp-", mend))
    if not app and not secret:
        what = "neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP) is set"
        mend = f"set one of the two, from “Basic Information” {page}; only `worker` needs neither"
        found.append(Finding(Symptom.NO_WAY_IN, what, mend))
    return Area("tokens", "Socket Mode" if app else "HTTP", tuple(found))


async def _slack(settings: Settings, held: Stored | None, now: datetime) -> list[Area]:
    """Ask Slack what its tokens allow: nothing where they are not even of the right kind."""
    areas: list[Area] = []
    bot, app = settings.slack_bot_token, settings.slack_app_token
    if bot is not None and (text := bot.get_secret_value().strip()).startswith("xoxb-"):
        slack = Diagnosis(text, base_url=settings.slack_api_url, timeout=SLACK_SECONDS)
        try:
            areas += await _bot(slack, settings, held, now)
        finally:
            await slack.close()
    if app is not None and (text := app.get_secret_value().strip()).startswith("xapp-"):
        slack = Diagnosis(text, base_url=settings.slack_api_url, timeout=SLACK_SECONDS)
        try:
            areas.append(await workspace.app_token(slack))
        finally:
            await slack.close()
    return areas


async def _bot(slack: Diagnosis, settings: Settings, held: Stored | None, now: datetime) -> list[Area]:
    said, who = await workspace.token(slack)
    if who is None:
        return [said]
    places = list(held.channels) if held else []
    if settings.operators_channel:
        places.insert(0, (WorkspaceId(""), settings.operators_channel))
    known = [workspace.scopes(who.scopes), workspace.events(who.scopes), workspace.clock(who.at, now)]
    return [said, *known, await workspace.channels(slack, places)]


def _written(settings: Settings) -> Iterator[Path]:
    """Yield where the bot writes on this machine."""
    try:
        file = file_of(settings.database_url)
    except StoreError:
        file = None
    if file is not None:
        yield file
    if settings.source and settings.archive:
        yield settings.archive


def _running(settings: Settings, held: Stored | None, now: datetime) -> Iterator[Area]:
    page = None
    if settings.slack_app_token is None:
        said, page = machine.port(settings.port)
        yield said
    if settings.health_port is not None:
        said, other = machine.port(settings.health_port)
        page = page or other
        yield said
    yield data.processes(page, held, now)
    yield data.second_bots(held)

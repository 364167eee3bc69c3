"""What the doctor asks Slack: the tokens, the scopes and the events that need them, channels, and the time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.cli.doctor.finding import Area, Finding, Symptom
from bot.domain.workspace import WorkspaceId
from bot.slack.api.diagnosis import Diagnosis, Identity
from bot.slack.api.errors import ChannelRefusedError, SlackError
from bot.slack.api.scopes import SCOPES, UNSAID, missing

EVENTS: Mapping[str, str] = {
    "app_home_opened": "",
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
}
"""The events of the manifest, each with the scope without which Slack does not send it, "" for none."""
MAX_SKEW_SECONDS = 60
"""Seconds that the clock may differ from Slack's: schedules count minutes, and 300 s off no request is accepted."""
MAX_CHANNELS = 20
"""Channels looked at: two calls each, of fifty a minute (Slack: apis/web-api/rate-limits, tier 3)."""
_SILENT = {"no_connection", "timeout", "no_answer"}
APP_PAGE = "api.slack.com/apps"


async def token(slack: Diagnosis) -> tuple[Area, Identity | None]:
    """Return whether Slack takes the bot's token, and who it belongs to."""
    try:
        found = await slack.identity()
    except SlackError as error:
        return Area("bot token", findings=(_refusal(error, Symptom.BOT_TOKEN_REFUSED, "SLACK_BOT_TOKEN"),)), None
    return Area("bot token", f"{found.user} in {found.team}"), found


async def app_token(slack: Diagnosis) -> Area:
    """Return whether Slack takes the app-level token for Socket Mode."""
    try:
        await slack.connect()
    except SlackError as error:
        return Area("app token", findings=(_refusal(error, Symptom.APP_TOKEN_REFUSED, "SLACK_APP_TOKEN"),))
    return Area("app token", "Socket Mode is open")


def _refusal(error: SlackError, fault: Symptom, variable: str) -> Finding:
    if error.code in _SILENT:
        mend = "check the network, HTTPS_PROXY and SLACK_API_URL (unset for Slack itself)"
        return Finding(Symptom.SLACK_UNREACHABLE, f"Slack does not answer ({error.detail or error.code})", mend)
    page = "Basic Information" if fault is Symptom.APP_TOKEN_REFUSED else "OAuth & Permissions"
    mend = f"copy {variable} again from “{page}” on {APP_PAGE}; install the app again if it was removed"
    if fault is Symptom.APP_TOKEN_REFUSED:
        mend += "; it needs the scope connections:write, and Socket Mode switched on"
    return Finding(fault, f"Slack refuses {variable} ({error.code})", mend)


def scopes(granted: frozenset[str]) -> Area:
    """Return which scopes of the manifest are missing, and which events are therefore not sent."""
    if not granted:
        return Area("scopes", UNSAID)
    mend = f"add it under “OAuth & Permissions” on {APP_PAGE} and install the app again"
    found = [
        Finding(Symptom.SCOPE_MISSING, f"{name} is not granted: {SCOPES[name]}", mend) for name in missing(granted)
    ]
    return Area("scopes", f"all {len(SCOPES)} are granted", tuple(found))


def events(granted: frozenset[str]) -> Area:
    """Return which events Slack does not send, for want of a scope.

    Slack tells a bot's token nothing of the subscriptions themselves (Slack: reference/methods): those are compared
    with manifest.yaml by eye.
    """
    deaf = [(event, scope) for event, scope in EVENTS.items() if granted and scope and scope not in granted]
    mend = "add the scope, then the event under “Event Subscriptions” as in manifest.yaml, and install the app again"
    found = [Finding(Symptom.EVENT_UNHEARD, f"{event} is not sent without {scope}", mend) for event, scope in deaf]
    return Area("events", "the scopes of all are granted; compare the list with manifest.yaml", tuple(found))


def clock(slacks: datetime | None, now: datetime) -> Area:
    """Return whether the machine's clock agrees with Slack's."""
    if slacks is None:
        return Area("clock", "Slack's time is not known")
    off = (now - slacks).total_seconds()
    if abs(off) > MAX_SKEW_SECONDS:
        way = "ahead of" if off > 0 else "behind"
        what = f"this machine's clock is {abs(off):,.0f} s {way} Slack's: requests are refused, digests come off time"
        return Area("clock", findings=(Finding(Symptom.CLOCK_OFF, what, "set it, and switch time synchronisation on"),))
    return Area("clock", f"{abs(off):.0f} s from Slack's")


async def channels(slack: Diagnosis, places: Iterable[tuple[WorkspaceId, str]]) -> Area:
    """Return in which of the channels that get digests, or alerts, the bot is not."""
    every = list(places)
    found: list[Finding] = []
    for workspace, channel in every[:MAX_CHANNELS]:
        try:
            await slack.check_channel(workspace, channel)
        except ChannelRefusedError as error:
            what = f"the bot cannot post in {channel} ({error.code})"
            mend = "in Slack, type /invite @backissue there, or /weekly unsubscribe if it is no longer wanted"
            found.append(Finding(Symptom.CHANNEL_LEFT, what, mend))
        except SlackError:
            break  # what keeps Slack from answering is found by its token
    seen = min(len(every), MAX_CHANNELS)
    of = f" of {len(every)}" if seen < len(every) else ""
    summary = f"{seen}{of} looked at: the bot is in each" if every else "no channel is subscribed"
    return Area("channels", summary, tuple(found))

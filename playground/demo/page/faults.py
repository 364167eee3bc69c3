"""The faults that the operator can cause: between the bot and Slack, and what people do to channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from playground.demo.page.problem import CannotError
from playground.slack.channel import Channel
from playground.slack.faults import Fault, How
from playground.slack.site import Site
from playground.slack.workspace import Workspace


@dataclass(frozen=True, slots=True)
class NamedFault:
    """A fault with its name on a button, a sentence that describes it, and its calls if it concerns the connection."""

    name: str
    text: str
    fault: Fault | None = None


_POST = "chat.postMessage"
FAULTS: Mapping[str, NamedFault] = {
    "limited": NamedFault(
        "Slow down (429)",
        "The next three posts are refused as too many, to be tried again in 5 seconds.",
        Fault(How.LIMITED, method=_POST, retry_after=5, times=3),
    ),
    "timeout_after_accept": NamedFault(
        "Silence after a post",
        "The next post arrives, but Slack never answers: the bot's call times out.",
        Fault(How.HANG, effect=True, method=_POST),
    ),
    "cut_after_accept": NamedFault(
        "Cut off after a post",
        "The next post arrives, but the connection breaks before the bot is told.",
        Fault(How.CUT, effect=True, method=_POST),
    ),
    "lost": NamedFault(
        "A post gets lost",
        "The next post never arrives, and the connection breaks. To the bot this looks like the one above.",
        Fault(How.CUT, method=_POST),
    ),
    "down": NamedFault(
        "Slack is down (500)",
        "Every post fails until you mend it.",
        Fault(How.BROKEN, method=_POST, times=None),
    ),
    "archived": NamedFault("Archive the channel", "Nobody, not even the bot, can write in the open channel any more."),
    "removed": NamedFault("Remove the bot", "Somebody removes the bot from the open channel."),
    "deleted": NamedFault(
        "Delete the bot's newest message",
        "It disappears from the open channel, and a reply to it lands in the channel instead.",
    ),
    "buried": NamedFault(
        "Delete it, but leave its thread",
        "The same, but a message with replies leaves a tombstone, and its thread still takes replies.",
    ),
}
"""By their names in a request."""


def apply(what: str, site: Site, workspace: Workspace, channel: Channel) -> None:
    """Cause a fault; `channel` is where, if it concerns a channel."""
    fault = FAULTS[what].fault
    if fault is not None:
        site.faults.add(fault)
    elif what == "archived":
        channel.archived = True
    elif what == "removed":
        channel.members.discard(workspace.bot.id)
    else:
        workspace.tombstones = what == "buried"
        _delete_newest(workspace, channel)


def _delete_newest(workspace: Workspace, channel: Channel) -> None:
    """Delete the bot's newest message in a channel; nothing restores it. Raise CannotError if there is none."""
    mine = [message for message in channel.top if message.user == workspace.bot.id and not message.tombstone]
    if not mine:
        raise CannotError(f"The bot has no message in #{channel.name} that could be deleted.")
    workspace.delete(mine[-1])


def broken(site: Site, workspace: Workspace) -> list[str]:
    """Return the names of the active faults."""
    waiting = site.faults.waiting()
    places = [channel for channel in workspace.channels.values() if channel.kind != "im"]
    there = {
        "archived": any(channel.archived for channel in places),
        "removed": any(workspace.bot.id not in channel.members for channel in places),
    }
    return [what for what, one in FAULTS.items() if (one.fault in waiting if one.fault else there.get(what))]


def mend(site: Site, workspace: Workspace) -> list[Channel]:
    """End all faults; return the channels that changed."""
    site.faults.clear()
    changed = []
    for channel in workspace.channels.values():
        if channel.archived or workspace.bot.id not in channel.members:
            channel.archived = False
            channel.members.add(workspace.bot.id)
            changed.append(channel)
    return changed

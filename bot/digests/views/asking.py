"""Questions before a subscription begins or ends: topics or days, and whether to end it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.digests.views.subscription import ALL, DeliveryStatus
from bot.domain.places import place_name
from bot.domain.schedule import zone_of
from bot.domain.text import one_line
from bot.slack.blocks import blocks
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message
from bot.slack.blocks.mrkdwn import clip, escape

WHICH = "which"
"""The action id of a button that says which subscription a sub-command means; its value is a slug and the command."""
UNSUBSCRIBE, KEEP = "unsubscribe", "unsubscribe:keep"
TOPICS = "subscribe:topics"
_COMMAND = "command"
"""The action id of a button that runs its value as a sub-command."""
_SHOWN_CHARS = 200


def which_place(
    typed: str, meant: Mapping[str, str], now: datetime, names: CommandNames, newsletter: str = ""
) -> Message:
    """Ask which zone a schedule with an abbreviation means; `meant` is the schedule for each zone that it may be.

    The buttons subscribe to the `newsletter` with this slug, if one was named.
    """
    action, of = (WHICH, f"{newsletter} ") if newsletter else (_COMMAND, "")
    text = (
        f"Which place do you mean by *{clip(one_line(typed), _SHOWN_CHARS)}*? Several share that abbreviation, or it "
        f"changes with the season. Nothing is subscribed yet; `{escape(names.command)} subscribe` takes a city, too."
    )
    row = [
        blocks.button(f"{place_name(zone)}: {now.astimezone(zone_of(zone)):%H:%M} now", f"{action}:{at}", command)
        for at, (zone, schedule) in enumerate(meant.items())
        if len(command := f"{of}subscribe {schedule}") <= blocks.BUTTON_VALUE_MAX_CHARS
    ]
    return Message(text, (blocks.section(text), *([blocks.actions(row)] if row else [])))


def which_newsletter(command: str, subscribed: Mapping[str, str], names: CommandNames) -> Message:
    """Ask which of a channel's subscriptions a sub-command means: those that are `subscribed`, by slug ("": all)."""
    text = (
        f"This channel has several subscriptions. Which do you mean by *{clip(one_line(command), _SHOWN_CHARS)}*? "
        f"Nothing has changed yet; `{escape(names.command)} status` shows them."
    )
    row = [
        blocks.button(name, f"{WHICH}:{at}", value)
        for at, (slug, name) in enumerate(subscribed.items())
        if len(value := f"{slug or ALL} {command}") <= blocks.BUTTON_VALUE_MAX_CHARS
    ]
    return Message(text, (blocks.section(text), *([blocks.actions(row)] if row else [])))


def not_to(name: str, subscribed: Mapping[str, str], names: CommandNames) -> Message:
    """Say that a channel has no subscription to the newsletter of this `name`, and which it has."""
    has = ", ".join(f"*{clip(each, 60)}*" for each in subscribed.values())
    return blocks.says(
        f"This channel is not subscribed to *{clip(one_line(name), _SHOWN_CHARS)}*, but to {has}. "
        f"`{escape(names.command)} status` shows what it has."
    )


def topics_or_days(typed: str, schedule: str, names: CommandNames) -> Message:
    """Ask what `subscribe` with these words means; `schedule` is when a topic alert would come."""
    shown, weekly = f"*{clip(one_line(typed), _SHOWN_CHARS)}*", escape(names.command)
    said = (
        f"Are these topics, or days and times? {shown}\n"
        f"*Topics:* of each new issue, only the links about them come here, {clip(schedule, _SHOWN_CHARS)}.\n"
        f"*Days and times:* a form asks when.\n"
        f"Nothing changes before you choose. `{weekly} subscribe about …` always means topics."
    )
    row = [
        blocks.button("Topics", TOPICS, typed[: blocks.BUTTON_VALUE_MAX_CHARS], style="primary"),
        blocks.button("Days and times", "subscription:change"),
    ]
    return Message(said, (blocks.section(said), blocks.actions(row)))


def ending(status: DeliveryStatus, names: CommandNames, *, direct: bool = False) -> Message:
    """Ask whether to unsubscribe the channel, and say what that ends and what stays."""
    waiting = len(status.waiting) + status.more_waiting
    what = "your own digest" if direct else f"the digest of <#{status.channel}>"
    what += f" with {clip(one_line(status.of), _SHOWN_CHARS)}" if status.of else ""
    lines = [f"*Unsubscribe?* This ends {what}: {clip(one_line(status.schedule), _SHOWN_CHARS)}."]
    if waiting:
        lines.append(f"{waiting} {'issues wait' if waiting > 1 else 'issue waits'} and will not be posted.")
    lines.append(
        "What was posted stays, and so does everything people saved. "
        f"For a while only: `{escape(names.command)} pause`."
    )
    unsubscribe = blocks.button("Unsubscribe", UNSUBSCRIBE, status.value, style="danger")
    row = [unsubscribe, blocks.button("Keep it", KEEP, status.value)]
    said = "\n".join(lines)
    return Message(said, (blocks.section(said), blocks.actions(row)))


def too_many(most: int, names: CommandNames) -> Message:
    """Say how many topics a subscription may have."""
    return blocks.says(
        f"Nothing was subscribed: at most {most} topics at a time. `{escape(names.command)} subscribe` has a form."
    )


def topics_of(typed: str) -> Sequence[str]:
    """Return the topics of a list with commas, each once, in order."""
    return tuple(dict.fromkeys(topic for each in typed.split(",") if (topic := one_line(each))))

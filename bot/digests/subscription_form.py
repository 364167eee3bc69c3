"""Reading the submitted subscription form: untrusted input, checked field by field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from archive.kind import Kind
from bot.digests.views.form import AT_ONCE, KINDS, TOPICS_MAX_CHARS, FormDraft, zone_option
from bot.digests.views.subscription import ALL
from bot.domain.places import offset_there, zones_like
from bot.domain.preferences import MAX_NEW_DAYS, Layout, Preferences, Sponsors
from bot.domain.schedule import (
    AS_IT_APPEARS,
    DAYS,
    AsItAppears,
    Schedule,
    ScheduleError,
    Weekly,
    known_zone,
    parse_schedule,
)
from bot.domain.text import one_line
from bot.slack.blocks.message import Block

_CHANNEL = re.compile(r"[CG][A-Z0-9]{1,30}")
_DIRECT = re.compile(r"D[A-Z0-9]{1,30}")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
MAX_TOPICS = 20
_MAX_OPTIONS = 100


@dataclass(frozen=True, slots=True)
class SubscriptionRequest:
    """What the form asks for; `newsletter` as in `CommandContext`."""

    channel: str
    schedule: Schedule
    preferences: Preferences
    newsletter: str | None = None


@dataclass(slots=True)
class _Fields:
    """The form's fields, and their errors: messages by block id, which Slack shows beside each field."""

    values: Mapping[str, Any]
    errors: dict[str, str] = field(default_factory=dict)

    def element(self, block: str) -> Mapping[str, Any]:
        """Return a block's only element; empty if it is missing or not an object."""
        actions = self.values.get(block)
        element = actions.get(block) if isinstance(actions, Mapping) else None
        return element if isinstance(element, Mapping) else {}

    def text(self, block: str, key: str) -> str:
        """Return a field's text, "" if there is none."""
        value = self.element(block).get(key)
        return value if isinstance(value, str) else ""

    def option(self, block: str) -> str:
        """Return the chosen option's value, "" if no option is chosen."""
        return _value(self.element(block).get("selected_option"))

    def options(self, block: str) -> list[str]:
        """Return the values of the chosen options."""
        chosen = self.element(block).get("selected_options")
        return [_value(one) for one in chosen] if isinstance(chosen, list) else []


def read(view: Mapping[str, Any]) -> SubscriptionRequest | dict[str, str]:
    """Return what a submitted form asks for, or its errors by field."""
    state = view.get("state")
    values = state.get("values") if isinstance(state, Mapping) else None
    fields = _Fields(values if isinstance(values, Mapping) else {})
    direct = view.get("private_metadata")
    own = isinstance(direct, str) and _DIRECT.fullmatch(direct) is not None
    channel = str(direct) if own else fields.text("channel", "selected_conversation")
    if not own and not _CHANNEL.fullmatch(channel):
        fields.errors["channel"] = "Choose a channel."
    schedule = _schedule(fields)
    preferences = _preferences(fields)
    if fields.errors or schedule is None:
        return fields.errors
    chosen = fields.option("newsletter")
    return SubscriptionRequest(channel, schedule, preferences, {"": None, ALL: ""}.get(chosen, chosen))


def draft_of(channel: str, schedule: Schedule | None, preferences: Preferences, zone: str) -> FormDraft:
    """Return the form's initial values: the channel's subscription, or the defaults; `zone` is the person's own."""
    if isinstance(schedule, Weekly):
        return FormDraft(channel, schedule.days, f"{schedule.at:%H:%M}", schedule.zone, preferences=preferences)
    return FormDraft(channel, zone=known_zone(zone), at_once=isinstance(schedule, AsItAppears), preferences=preferences)


def zone_options(typed: str, now: datetime) -> list[Block]:
    """Return at most 100 time zones for what was `typed` so far, each with the offset that it has `now`."""
    return [zone_option(name, offset_there(name, now)) for name in zones_like(typed, _MAX_OPTIONS)]


def _schedule(fields: _Fields) -> Schedule | None:
    if fields.option("when") == AT_ONCE:
        return parse_schedule(AS_IT_APPEARS)
    days = [day for day in fields.options("days") if day in {"0", "1", "2", "3", "4", "5", "6"}]
    at, zone = fields.text("time", "selected_time"), fields.option("zone")
    if not days:
        fields.errors["days"] = "Choose at least one day."
    if not _TIME.fullmatch(at):
        fields.errors["time"] = "Choose a time."
    if not known_zone(zone):
        fields.errors["zone"] = "Choose a time zone: type a city near you."
    if fields.errors:
        return None
    try:
        return parse_schedule(f"{' '.join(DAYS[int(day)] for day in days)} {at} {zone}")
    except ScheduleError as error:
        fields.errors["time"] = str(error)[:2_000]
        return None


def _preferences(fields: _Fields) -> Preferences:
    kept = {kind for kind in KINDS if kind.value in fields.options("sections")}
    if not kept:
        fields.errors["sections"] = "Keep at least one section."
    topics, without = (tuple(_topics(fields.text(name, "value"))) for name in ("topics", "without"))
    if both := {topic.casefold() for topic in topics} & {topic.casefold() for topic in without}:
        fields.errors["without"] = f"Only about {min(both)} and nothing about it leaves nothing."
    return Preferences(
        layout=Layout.FULL if fields.option("layout") == Layout.FULL else Layout.THREAD,
        sponsors=Sponsors.FOLDED if fields.option("sponsors") == Sponsors.FOLDED else Sponsors.SHOWN,
        without=frozenset[Kind](set(KINDS) - kept),
        topics=topics,
        without_topics=without,
        new_days=_new_days(fields.option("new_days")),
    )


def _new_days(chosen: str) -> int:
    """Return the days that were chosen, 0 for the operator's."""
    days = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 4 else 0
    return days if days <= MAX_NEW_DAYS else 0


def _topics(typed: str) -> Iterator[str]:
    named = dict.fromkeys(one_line(topic) for topic in typed[:TOPICS_MAX_CHARS].split(","))
    yield from [topic for topic in named if topic][:MAX_TOPICS]


def _value(option: Any) -> str:
    value = option.get("value") if isinstance(option, Mapping) else None
    return value if isinstance(value, str) else ""

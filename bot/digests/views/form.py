"""The subscription form, a modal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archive.kind import Kind
from bot.digests.views.subscription import ALL
from bot.domain.preferences import Layout, Preferences, Sponsors
from bot.domain.text import one_line
from bot.slack.blocks import blocks
from bot.slack.blocks.dates import DAYS
from bot.slack.blocks.message import Block, Message
from bot.slack.blocks.mrkdwn import clip_plain

CALLBACK = "subscribe"
ZONE = "zone"
"""The action id of the time zone field, which asks for options while a person types."""
KINDS = (Kind.NEWS, Kind.TOOLS, Kind.EVENTS, Kind.JOBS, Kind.OTHER)
"""The kinds of sections that a person can leave out, in the form's order."""
SET, AT_ONCE = "set", "at-once"
TOPICS_MAX_CHARS = 300
"""Characters that a list of topics may have."""
_MAX_OPTIONS, _VALUE_MAX_CHARS = 100, 75
"""A menu's (Slack: reference/block-kit/composition-objects/option-object)."""
NEW_DAYS = (1, 3, 7, 14, 30, 90)
"""The days that the form offers."""
_AGES_HINT = "The last time that the bot saw the archive before an issue came in. Older ones are asked about."
_KIND_NAMES = {
    Kind.NEWS: "News and articles",
    Kind.TOOLS: "Tools",
    Kind.EVENTS: "Events",
    Kind.JOBS: "Jobs",
    Kind.OTHER: "Everything else",
}


@dataclass(frozen=True, slots=True)
class FormDraft:
    """The form's initial values: `days` (0 is Monday), `time` as HH:MM, `zone` an IANA name or "".

    `newsletter` is the slug of the one chosen, "" for all; `newsletters` what people call each, by slug: the form asks
    which one where there are several.
    """

    channel: str
    days: tuple[int, ...] = (0,)
    time: str = "09:00"
    zone: str = ""
    at_once: bool = False
    preferences: Preferences = Preferences()  # noqa: RUF009 - immutable
    newsletter: str = ""
    newsletters: Mapping[str, str] = field(default_factory=dict)


def loading() -> Block:
    """Return the modal shown while the form is prepared, since a trigger is valid for only 3 seconds."""
    return {
        "type": "modal",
        "title": blocks.plain("Subscribe a channel", 24),
        "close": blocks.plain("Cancel", 24),
        "blocks": [blocks.section("One moment …")],
    }


def no_form(said: Message) -> Block:
    """Return the modal that says why the form can't be shown."""
    return {**loading(), "blocks": list(said.blocks)}


def form(draft: FormDraft) -> Block:
    """Return the form, filled in with `draft`."""
    direct = draft.channel.startswith("D")
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        **({"private_metadata": draft.channel} if direct else {}),
        "title": blocks.plain("Your own digest" if direct else "Subscribe a channel", 24),
        "submit": blocks.plain("Subscribe", 24),
        "close": blocks.plain("Cancel", 24),
        "blocks": [*_where_and_when(draft), blocks.divider(), *_how(draft.preferences)],
    }


def zone_option(name: str, offset: str = "") -> Block:
    """Return a time zone as an option whose value is its name; `offset` is the one it has now, "" to show none."""
    shown = f"{name.replace('_', ' ')} ({offset})" if offset else name.replace("_", " ")
    return {"text": blocks.plain(shown, 75), "value": clip_plain(name, 75)}


def _where_and_when(draft: FormDraft) -> list[Block]:
    channel: dict[str, Any] = {
        "type": "conversations_select",
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    if draft.channel[:1] in {"C", "G"}:
        channel["initial_conversation"] = draft.channel
    when = _options([(SET, "At a set time"), (AT_ONCE, "As soon as it appears")])
    days = _options([(str(number), name) for number, name in enumerate(DAYS)])
    chosen = [days[number] for number in draft.days if 0 <= number < len(days)]
    zone: dict[str, Any] = {
        "type": "external_select",
        "min_query_length": 2,
        "placeholder": blocks.plain("Type a city: London, New York …", 150),
    }
    if draft.zone:
        zone["initial_option"] = zone_option(draft.zone)
    day: dict[str, Any] = {"type": "multi_static_select", "options": days}
    if chosen:
        day["initial_options"] = chosen
    where = _input("channel", "Channel", channel, hint="Invite the bot there first, if the channel is private.")
    if draft.channel.startswith("D"):
        where = blocks.section("Each new issue comes to our direct conversation, for you alone.")
    return [
        where,
        *_which(draft),
        _input("when", "When", _radio(when, int(draft.at_once))),
        # Filled in already, so that a person who wants issues at once need not touch these fields.
        _input("days", "Days", day, optional=True, hint="Needed for a set time."),
        _input("time", "Time", {"type": "timepicker", "initial_time": draft.time}),
        _input(ZONE, "Time zone", zone, optional=not draft.zone, hint="" if draft.zone else "Needed for a set time."),
    ]


def _which(draft: FormDraft) -> list[Block]:
    """Return the menu of the newsletters, nothing where there is only one."""
    named = dict(draft.newsletters)
    if draft.newsletter:
        named.setdefault(draft.newsletter, draft.newsletter)  # one that was removed
    if len(named) < 2:
        return []
    shown = [(slug, name) for slug, name in named.items() if len(slug) <= _VALUE_MAX_CHARS][: _MAX_OPTIONS - 1]
    options = _options([(ALL, "All newsletters"), *shown])
    chosen = next((each for each in options if each["value"] == (draft.newsletter or ALL)), options[0])
    menu = {"type": "static_select", "options": options, "initial_option": chosen}
    hint = "A channel can have one subscription to each: another newsletter here adds one."
    return [_input("newsletter", "Newsletter", menu, hint=hint)]


def _how(preferences: Preferences) -> list[Block]:
    layouts = _options([
        (Layout.THREAD.value, "Contents in the channel, links in a thread"),
        (Layout.FULL.value, "Everything in one message; react with a number to save that link"),
    ])  # fmt: skip
    sponsors = _options([(Sponsors.SHOWN.value, "Shown and marked"), (Sponsors.FOLDED.value, "Folded into one line")])
    kinds = _options([(kind.value, _KIND_NAMES[kind]) for kind in KINDS])
    wanted = [
        option
        for kind, option in zip(KINDS, kinds, strict=True)
        if kind not in preferences.without and (not preferences.only or kind in preferences.only)
    ]
    sections: dict[str, Any] = {"type": "checkboxes", "options": kinds}
    if wanted:
        sections["initial_options"] = wanted
    return [
        _input("layout", "Layout", _radio(layouts, int(preferences.layout is Layout.FULL))),
        _input("sections", "Sections", sections, optional=True),
        _input("sponsors", "Sponsors", _radio(sponsors, int(preferences.sponsors is Sponsors.FOLDED))),
        _input("new_days", "Post by itself what is dated at most", _ages(preferences), hint=_AGES_HINT),
        _input("topics", "Only about", _words(preferences.topics), optional=True, hint="Topics, separated by commas."),
        _input("without", "Nothing about", _words(preferences.without_topics), optional=True),
    ]


def _ages(preferences: Preferences) -> dict[str, Any]:
    """Make the menu of the days before the last look that an issue may be dated; a number set otherwise is one too."""
    days = sorted({*NEW_DAYS, preferences.new_days} - {0})
    options = _options([("0", "As the bot's operator set"), *((str(each), _before(each)) for each in days)])
    chosen = next(option for option in options if option["value"] == str(preferences.new_days))
    return {"type": "static_select", "options": options, "initial_option": chosen}


def _before(days: int) -> str:
    return f"{days} day{'s' * (days != 1)} before the last look"


def _options(named: Sequence[tuple[str, str]]) -> list[Block]:
    return [{"text": blocks.plain(name, 75), "value": value} for value, name in named]


def _radio(options: list[Block], chosen: int) -> dict[str, Any]:
    return {"type": "radio_buttons", "options": options, "initial_option": options[chosen]}


def _words(topics: Sequence[str]) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "plain_text_input", "max_length": TOPICS_MAX_CHARS}
    if known := one_line(", ".join(topics))[:TOPICS_MAX_CHARS]:
        made["initial_value"] = known
    return made


def _input(block: str, label: str, element: Block, *, optional: bool = False, hint: str = "") -> Block:
    made: dict[str, Any] = {
        "type": "input",
        "block_id": block,
        "label": blocks.plain(label, 2_000),
        "element": {**element, "action_id": block},
        "optional": optional,
    }
    if hint:
        made["hint"] = blocks.plain(hint, 2_000)
    return made

"""The line about a change of a channel's subscription, with its Undo button, and the answers to that button."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.delivery import OPERATOR
from bot.domain.subscription_settings import ChannelSettings, NotAllowedError, SettingsChange, Wording, in_words
from bot.slack.blocks import blocks
from bot.slack.blocks.dates import slack_time
from bot.slack.blocks.message import Block, Message
from bot.slack.blocks.mrkdwn import clip

UNDO, UNDO_ANYWAY = "undo", "undo:anyway"
_TEXT_MAX_CHARS = 200
"""Characters of one foreign text (a schedule, a list of topics) in a line: eight of them fit a section."""


def mention(user: str) -> str:
    """Return a mention of a person, by their id."""
    return f"<@{user}>"


def taken_back(name: str, user: str) -> Message:
    """Return the line that a digest was taken back: `name` is its issue's ("#435"), "" if that is not there."""
    what = f"Issue {clip(name, _TEXT_MAX_CHARS)}" if name else "A digest of mine"
    whom = {"": "", OPERATOR: " by the person who runs me"}.get(user, f" by {mention(user)}")
    return blocks.says(f"{what} was taken back{whom}.")


MARKUP = Wording(lambda text: f"*{clip(text, _TEXT_MAX_CHARS)}*", mention)
_UNNAMED = Wording(person=lambda _: "")


@dataclass(frozen=True, slots=True)
class UndoRequest:
    """What an Undo button carries: the `change`'s id and the settings from before it (`was`, None: not subscribed).

    `despite` is the id of a later change that the person knows of, 0 for none.
    """

    change: int
    was: Mapping[str, Any] | None
    despite: int = 0

    def as_value(self) -> str:
        """Return it as a button's value."""
        fields = {"id": self.change, "was": self.was, "despite": self.despite}
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def read(cls, value: str) -> UndoRequest | None:
        """Return what `as_value` wrote, None for anything else."""
        try:
            fields = json.loads(value) if len(value) <= blocks.BUTTON_VALUE_MAX_CHARS else None
        except (ValueError, RecursionError):
            return None
        if not isinstance(fields, dict):
            return None
        change, was, despite = _id(fields.get("id")), fields.get("was"), _id(fields.get("despite"))
        if change is None or despite is None or not (was is None or isinstance(was, dict)):
            return None
        return cls(change, was, despite)

    def is_of(self, change: SettingsChange) -> bool:
        """Return whether it is this change's button: in a restored database another may have its id."""
        return self.was == _was(change)


def line(change: SettingsChange, *, elsewhere: bool = False) -> Message:
    """Return the line about a change, for its channel, or for a person `elsewhere`."""
    place = f"<#{change.channel}>" if elsewhere else "this channel"
    text = f"{in_words(change, MARKUP, place=place)}."
    if elsewhere and not _ends(change):
        text = f"<#{change.channel}>: {text}"
    button = _button("Undo", UNDO, UndoRequest(change.id, _was(change)))
    return Message(text, (blocks.section(text, button),))


def undone(change: SettingsChange) -> Message:
    """Confirm that a change was undone by this `change`."""
    return blocks.says(f"Undone. {_now(change.after)}")


def undone_already(undo: SettingsChange) -> Message:
    """Say that a change was undone already, by whom and when."""
    return blocks.says(f"That was undone already, by {_who(undo)}, {when(undo)}.")


def changed_since(change: SettingsChange, latest: SettingsChange) -> Message:
    """Say that there was another change since, and ask whether to restore the settings all the same."""
    text = (
        f"There was another change since, {when(latest)}: {in_words(latest, MARKUP)}.\n"
        f"Shall the settings from before the change you undo come back all the same? {_would(change.before)}"
    )
    request = UndoRequest(change.id, _was(change), latest.id)
    button = _button("Restore them", UNDO_ANYWAY, request)
    return Message(text, (blocks.section(text), *([blocks.actions([button])] if button else [])))


def unknown_change() -> Message:
    """Say that the database does not know the change."""
    return blocks.says(
        "I have no record of that change any more, so I changed nothing. You can still set the times yourself."
    )


def not_allowed(error: NotAllowedError) -> Message:
    """Say who may do what was refused."""
    return blocks.says(f"Nothing was changed: {error.said(MARKUP)}.")


def not_allowed_plain(error: NotAllowedError) -> str:
    """Return the same for a form's field, which shows no mentions."""
    return f"Nothing was changed: {error.said(_UNNAMED)}."


def _id(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None


def _button(text: str, action: str, request: UndoRequest) -> Block | None:
    """Return a button, None if the settings are too long for one."""
    value = request.as_value()
    return blocks.button(text, action, value) if len(value) <= blocks.BUTTON_VALUE_MAX_CHARS else None


def _was(change: SettingsChange) -> dict[str, Any] | None:
    return change.before.as_json() if change.before else None


def _ends(change: SettingsChange) -> bool:
    return change.before is None or change.after is None


def _who(change: SettingsChange) -> str:
    return mention(change.user) if change.user else "somebody"


def when(change: SettingsChange) -> str:
    """Return when a change was made, in the reader's own zone."""
    return slack_time(change.at, f"{change.at:%Y-%m-%d %H:%M} UTC")


def _now(settings: ChannelSettings | None) -> str:
    if settings is None:
        return "The channel is not subscribed."
    return f"The channel's digest comes {_digest(settings)}."


def _would(settings: ChannelSettings | None) -> str:
    if settings is None:
        return "The channel would not be subscribed."
    return f"The digest would come {_digest(settings)}."


def _digest(settings: ChannelSettings) -> str:
    return MARKUP.text(str(settings.schedule)) + (", paused" if settings.paused else "")

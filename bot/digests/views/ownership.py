"""Who owns a channel's subscription and who may change it, with the means to change that."""

from __future__ import annotations

from bot.digests.views.asking import WHICH
from bot.digests.views.changes import MARKUP, mention
from bot.digests.views.subscription import ALL
from bot.domain.subscription_settings import Access, ChannelSettings, who_may
from bot.slack.blocks import blocks
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Block, Message
from bot.slack.blocks.mrkdwn import clip, escape

HAND_OVER = "owner:choose"
OF = "owner-of:"
"""The beginning of the id of the block with that menu, where the newsletter's slug follows."""
_COMMAND = "command:allow"
"""The action of a button that runs a sub-command (`handlers.actions`), with a word that tells it from others."""
_LABELS = {
    Access.EVERYBODY: "Everybody here",
    Access.OWNER: "The owner and admins",
    Access.ADMINS: "Only admins",
}


def owner(
    settings: ChannelSettings,
    admins: frozenset[str],
    names: CommandNames,
    *,
    may: bool,
    typed: str = "",
    newsletter: str = "",
) -> Message:
    """Return who owns the subscription and who may change it; for somebody who `may`, how to change both.

    `typed` is a name that could not be resolved, "" for none. `newsletter` says whose subscription it is, as a button's
    value does: a slug, or `ALL`; "" where the channel has one.
    """
    weekly = escape(names.command)
    has = f"belongs to {mention(settings.owner)}" if settings.owner else "belongs to nobody"
    of = f" to *{clip(newsletter, 80)}*" if newsletter not in {"", ALL} else ""
    lines = [f"This channel's subscription{of} {has}. {_capital(who_may(settings, admins, MARKUP))} can change it."]
    if not may:
        whose = who_may(settings, admins, MARKUP, own=True)
        lines.append(f"{_capital(whose)} can hand it over, and say who may change it.")
        return blocks.says("\n".join(lines))
    if typed:
        lines.insert(0, f"Slack does not tell me who {clip(typed, 80)} is. Choose them here.")
    choices = ["`allow owner`", *(["`allow admins`"] if admins else [])]
    lines.append(f"To say who may change it: `{weekly} allow everybody` · {' · '.join(choices)}")
    said = "\n".join(lines)
    row, block = [_people(), *_choices(settings, admins, newsletter)], f"{OF}{newsletter}" if newsletter else None
    return Message(said, (blocks.section(said), blocks.actions(row, block)))


def handed_over(user: str) -> Message:
    """Confirm that a person is the owner now."""
    return blocks.says(f"Done. {mention(user)} owns this channel's subscription now, and gets its alerts.")


def no_owner(user: str) -> Message:
    """Say that a person can't be the owner."""
    return blocks.says(f"Nothing was changed: {mention(user)} has left, or is a bot. Choose somebody else.")


def allowed(settings: ChannelSettings, admins: frozenset[str]) -> Message:
    """Confirm who may change the subscription now."""
    return blocks.says(f"Done. {_capital(who_may(settings, admins, MARKUP))} can change this subscription.")


def no_admins() -> Message:
    """Say that there are no admins to leave the subscription to."""
    return blocks.says(
        "Nothing was changed: there are no admins. The person who runs me names them in the setting `BACKISSUE_ADMINS`."
    )


def own_digest(names: CommandNames) -> Message:
    """Say that a person's own digest is theirs alone."""
    return blocks.says(f"This is your own digest: only you can change it. `{escape(names.command)} status` shows it.")


def _people() -> Block:
    return {"type": "users_select", "action_id": HAND_OVER, "placeholder": blocks.plain("Hand over to …", 150)}


def _choices(settings: ChannelSettings, admins: frozenset[str], newsletter: str) -> list[Block]:
    """Return a button for each other choice of who may change the subscription."""
    offered = [each for each in Access if each is not settings.access and (admins or each is not Access.ADMINS)]
    action, of = (WHICH, f"{newsletter} ") if newsletter else (_COMMAND, "")
    return [blocks.button(_LABELS[each], f"{action}:{each.value}", f"{of}allow {each.value}") for each in offered]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

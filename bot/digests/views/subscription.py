"""Messages about a channel's subscription: its confirmation, its status, its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.kind import Kind
from bot.digests.views.changes import MARKUP, mention, when
from bot.digests.views.reasons import plainly
from bot.digests.views.why import local_times, read_there
from bot.domain.broken import BrokenFile
from bot.domain.preferences import Layout, Preferences, Sponsors
from bot.domain.schedule import EXAMPLE
from bot.domain.second_bot import Sighting
from bot.domain.subscription_settings import SettingsChange, in_words
from bot.domain.text import one_line
from bot.slack.blocks import blocks
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.dates import slack_time
from bot.slack.blocks.message import Block, Message
from bot.slack.blocks.mrkdwn import clip, clip_plain, escape, link

_DEFAULT_NAMES = CommandNames()
ALL = "*"
"""In a button's value or a menu, in the place of a slug: the subscription to all newsletters."""
RETRACT = "retract"
"""The action id of the button that takes the last digest back; its value is the delivery's id."""
_STAYS = "What people saved of it stays theirs. It is not posted here again unless somebody asks for it."
_MAX_BLOCKS = 50
"""In a message (Slack: reference/block-kit/blocks)."""
_MAX_WAITING = 8
MAX_NAMED = 5
OUTSIDE = "Nothing was subscribed: I cannot post in that channel yet. Type /invite there to add me, then try again."
"""Shown if the bot is not in the channel. Plain text, since it also appears beside the form's field."""
_GONE = "*That newsletter is not among mine now.* Nothing of it is posted or lost: it goes on when it is back."
_OUTSIDE_NOW = "*I am not in this channel*, so nothing can be posted until you type `/invite` and my name here."


@dataclass(frozen=True, slots=True)
class Post:
    """A posted digest: the issue's `title`, its `link` in Slack ("" if unknown), the time, and its `ts`.

    `delivery` is its delivery's id. `stands` is a clause about what is missing from its thread, "" if nothing is.
    """

    title: str
    link: str = ""
    at: datetime | None = None
    stands: str = ""
    ts: str = ""
    delivery: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """An issue that has not been posted yet: its `title`, and `why` it waits, a clause in plain text."""

    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What is posted next: `at` that time (None: when an issue appears) the issue `title`, "" if none waits for it.

    `newsletter` is what people call the one that is subscribed to, "" where there is only one.
    """

    at: datetime | None = None
    title: str = ""
    newsletter: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """A channel's delivery status: its `schedule`, when it next posts (`Upcoming`), the last digest, what waits.

    `waiting` are the first issues that wait, and `more_waiting` counts the others. `paused` is the reason for a pause,
    "" if there is none. `held` are the issues held back without a date: drafts and expired ones.
    `time_there` is the present time at the schedule's fixed offset (12:40), "" if it has none. `older` are the titles
    of recently added issues that are not posted automatically, since they were not new. `changed` is the last change
    that a person made, `who_may` a clause about who may make the next, and `owner` a user id; "" or None if unknown.
    `outside`: the bot is certainly not in the channel. `broken` are the files of new issues that cannot be read.
    `source_fault` says why new issues do not come in, "" while they do; `archive_fault` what is wrong with the
    archive's folder: its issues are gone, or it can't be read.
    `may_retract`: the reader may take the last digest back. `quiet_since`: no worker has run since then.
    `second_bot`: what was last seen of another copy of the bot that posts too. `newsletter` is the slug of the one that
    the subscription is for, "" for all, and `of` what people call that, "" where there is only one. `gone`: that one is
    not among the bot's newsletters now. `taken_back` was after the last digest: `why` says by whom and when.
    """

    channel: str
    schedule: str
    preferences: Preferences
    next_at: datetime | None = None
    last: Post | None = None
    waiting: Sequence[Waiting] = ()
    paused: str = ""
    held: Sequence[Waiting] = ()
    time_there: str = ""
    older: Sequence[str] = ()
    more_waiting: int = 0
    changed: SettingsChange | None = None
    owner: str = ""
    who_may: str = ""
    next_title: str = ""
    outside: bool = False
    broken: Sequence[BrokenFile] = ()
    source_fault: str = ""
    archive_fault: str = ""
    may_retract: bool = False
    quiet_since: datetime | None = None
    second_bot: Sighting | None = None
    newsletter: str = ""
    of: str = ""
    gone: bool = False
    taken_back: Waiting | None = None

    @property
    def value(self) -> str:
        """The value of a button that means this subscription: see `asking.ALL`."""
        return self.newsletter or (ALL if self.of else "")


def subscribed(
    status: DeliveryStatus, names: CommandNames, *, member: bool = False, unheard: Sequence[str] = ()
) -> Message:
    """Return the confirmation of a new or changed subscription, with its next time.

    `member`: the bot is certainly in the channel; `unheard` are topics that no issue so far is about.
    """
    said = f"Done. {_whom(status)} each new issue{_of(status)}: {_when(status)}.\n{_next(status)}"
    text = f"Done. Each new issue{_plain_of(status)} comes: {_plain_when(status)}."
    weekly = escape(names.command)
    advice = f"`{weekly} preview` shows you one first · `{weekly} status` what comes"
    if not member and not status.channel.startswith("D"):
        advice += " · not a member yet? `/invite` me there"
    small = [blocks.context(escape(described(status.preferences))), blocks.context(advice)]
    if unheard:
        topics = clip(", ".join(f"“{one_line(topic)}”" for topic in unheard), 200)
        small.insert(1, blocks.context(f"Nothing in the archive is about {topics} so far: is that how it is written?"))
    return Message(clip(text, 600), (blocks.section(said), *small))


def confirmation(
    status: DeliveryStatus, names: CommandNames, *, member: bool = False, unheard: Sequence[str] = ()
) -> Block:
    """Return the confirmation as a modal that replaces the form."""
    return blocks.window("Subscribed", subscribed(status, names, member=member, unheard=unheard).blocks)


def status(status: DeliveryStatus, names: CommandNames = _DEFAULT_NAMES, at: str = "") -> Message:
    """Return what was posted last, what comes next and what waits, with buttons to change the subscription.

    `at` tells the buttons' actions from those of other subscriptions in the same message.
    """
    paused_by = plainly(status.paused, 400, names.command)
    lines = [f"{_whom(status)} each new issue{_of(status)}: {_when(status)}.", *([_GONE] if status.gone else [])]
    if status.paused:
        lines = [f"*Paused:* {paused_by}", *lines]
    else:
        lines += [_OUTSIDE_NOW] if status.outside else []
        lines += [_quiet(status.quiet_since)] if status.quiet_since else []
        lines += [_second(status.second_bot)] if status.second_bot else []
        lines.append(_next(status))
    lines.append(_last(status.last))
    lines += [f"{clip(back.title, 120)} {read_there(plainly(back.why, 400))}."] if (back := status.taken_back) else []
    made: list[Block] = [blocks.section("\n".join(lines))]
    if status.waiting:
        made.append(blocks.section(_waiting(status)))
    if status.broken:
        made.append(blocks.section(_broken(status.broken)))
    if status.archive_fault:
        made.append(blocks.section(f"*The archive's folder is not as it should be*\n{clip(status.archive_fault, 600)}"))
    if status.source_fault:
        made.append(blocks.section(f"*New issues do not come in at present*\n{clip(status.source_fault, 600)}"))
    if status.held:
        made.append(blocks.section(_held(status.held)))
    if status.older:
        made.append(blocks.section(not_posted(status.older, names)))
    made.append(blocks.context(escape(described(status.preferences))))
    if ownership := _ownership(status):
        made.append(blocks.context(*ownership))
    made.append(blocks.actions([{**each, "action_id": f"{each['action_id']}{at}"} for each in _buttons(status)]))
    spoken = f"Each new issue{_plain_of(status)} comes: {_plain_when(status)}."
    return Message(f"Paused: {paused_by}" if status.paused else clip(spoken, 600), tuple(made))


def _buttons(status: DeliveryStatus) -> list[Block]:
    """Return the buttons that change a subscription."""
    it, of = status.value, status.of
    verb = "Resume" if status.paused else "Pause"
    pause = blocks.button(verb, verb.lower(), it, about=of)
    made = [blocks.button("Change", "subscription:change", it, about=of), pause, _unsubscribe(it, of)]
    if status.may_retract and status.last is not None and status.last.delivery:
        made.append(_retract(status.last))
    return made


def statuses(shown: Sequence[DeliveryStatus], names: CommandNames = _DEFAULT_NAMES) -> Message:
    """Return the statuses of all that a channel is subscribed to; what a message has no room for is only named."""
    made: list[Block] = []
    for at, each in enumerate(shown):
        theirs = status(each, names, f":{at}").blocks
        if len(made) + len(theirs) > _MAX_BLOCKS - 1:
            rest = ", ".join(
                f"`{escape(names.command)} status {escape(one.newsletter or 'all')}`" for one in shown[at:]
            )
            made.append(blocks.context(clip(f"And {len(shown) - at} more: {rest}", 1_000)))
            break
        made += [*([blocks.divider()] if made else []), *theirs]
    spoken = f"This channel has {len(shown)} subscriptions: {', '.join(each.of or each.newsletter for each in shown)}."
    return Message(clip(spoken, 600), tuple(made))


def schedule_usage(reason: str, names: CommandNames) -> Message:
    """Say why a schedule was not understood (`reason`, plain) and how to write one."""
    weekly = escape(names.command)
    return blocks.says(
        f"{blocks.sentence(clip(reason, 600))}\nFor example: `{weekly} subscribe {EXAMPLE}`, "
        f"`{weekly} subscribe as soon as it appears`, or `{weekly} subscribe` alone for a form."
    )


def not_subscribed(names: CommandNames) -> Message:
    """Return the message that the channel has no subscription, with a button to subscribe."""
    text = f"This channel is not subscribed. `{escape(names.command)} subscribe` posts each new issue here."
    row = blocks.actions([blocks.button("Subscribe", "subscription:change", style="primary")])
    return Message(text, (blocks.section(text), row))


def no_direct(names: CommandNames) -> Message:
    """Return the message that a conversation between people can't be subscribed, and what can."""
    weekly = escape(names.command)
    return blocks.says(
        "Nothing was subscribed: I can't post in this conversation. For a digest of your own, type "
        f"`{weekly} subscribe` in our direct conversation (my Messages tab); for a channel, type it there."
    )


def unsubscribed(names: CommandNames, newsletter: str = "", called: str = "") -> Message:
    """Confirm the end of a subscription, to all or to the newsletter with this slug, which people call so."""
    of = f" of *{clip(called, 80)}*" if called else ""
    again = f"`{escape(names.command)} subscribe{_named(newsletter)}`"
    return blocks.says(f"Done. No more digests{of} here; {again} brings them back.")


def paused(names: CommandNames, newsletter: str = "", called: str = "") -> Message:
    """Confirm a pause of what is for all, or for the newsletter with this slug, which people call so."""
    resume = f"`{escape(names.command)} resume{_named(newsletter)}`"
    of = f" of *{clip(called, 80)}*" if called else ""
    return blocks.says(f"Paused. Nothing{of} comes until {resume}; what appears meanwhile waits.")


def _named(newsletter: str) -> str:
    return f" {escape(newsletter)}" if newsletter else ""


def _unsubscribe(value: str, of: str) -> Block:
    confirm = {
        "title": blocks.plain("Unsubscribe this channel?", 100),
        "text": blocks.plain("No more digests are posted here. What was posted and saved stays.", 300),
        "confirm": blocks.plain("Unsubscribe", 30),
        "deny": blocks.plain("Keep it", 30),
    }
    return {**blocks.button("Unsubscribe", "unsubscribe", value, style="danger", about=of), "confirm": confirm}


def _whom(status: DeliveryStatus) -> str:
    return "You get" if status.channel.startswith("D") else f"<#{status.channel}> gets"


def _retract(post: Post) -> Block:
    what = f"I delete all my messages of “{clip_plain(one_line(post.title), 100)}” in this channel"
    confirm = {
        "title": blocks.plain("Take this digest back?", 100),
        "text": blocks.plain(f"{what}, and say so in one line. {_STAYS}", 300),
        "confirm": blocks.plain("Take it back", 30),
        "deny": blocks.plain("Keep it", 30),
    }
    return {**blocks.button("Take it back", RETRACT, str(post.delivery), style="danger"), "confirm": confirm}


def _of(status: DeliveryStatus) -> str:
    return f" of *{clip(one_line(status.of), 80)}*" if status.of else ""


def _plain_of(status: DeliveryStatus) -> str:
    return f" of {clip(one_line(status.of), 80)}" if status.of else ""


def _when(status: DeliveryStatus) -> str:
    return f"*{clip(one_line(status.schedule), 200)}*{_there(status)}"


def _plain_when(status: DeliveryStatus) -> str:
    return escape(one_line(status.schedule)) + _there(status)


def _there(status: DeliveryStatus) -> str:
    return f" (it is {status.time_there} there now)" if status.time_there else ""


def _next(status: DeliveryStatus) -> str:
    if status.next_at is None:
        return "*Next:* when the next issue appears"
    moment = status.next_at
    what = clip(one_line(status.next_title), 150) if status.next_title else "if there is a new issue by then"
    return f"*Next:* {slack_time(moment, f'{moment:%Y-%m-%d %H:%M} UTC')} your time, {what}"


def _last(post: Post | None) -> str:
    if post is None:
        return "*Last:* nothing yet"
    title = link(post.link, post.title) if post.link else clip(post.title, 150)
    when = f", {slack_time(post.at, f'{post.at:%Y-%m-%d}')}" if post.at else ""
    return f"*Last:* {title}{when}{f'; {clip(post.stands, 160)}' if post.stands else ''}"


def _waiting(status: DeliveryStatus) -> str:
    waiting, said = status.waiting, f" ({status.paused})"  # the reason for the pause is shown above already
    shown = waiting[:_MAX_WAITING]
    lines = [f"• {clip(each.title, 120)}: {local_times(plainly(each.why.removesuffix(said), 160))}" for each in shown]
    if (more := len(waiting) - len(shown) + status.more_waiting) > 0:
        lines.append(f"• and {more} more")
    return "\n".join(["*Waiting*", *lines])


def _quiet(since: datetime) -> str:
    moment = slack_time(since, f"{since:%Y-%m-%d %H:%M} UTC")
    return f"*Nothing is posted at present:* the part of me that posts has not run since {moment}."


def _second(seen: Sighting) -> str:
    moment = slack_time(seen.seen, f"{seen.seen:%Y-%m-%d %H:%M} UTC")
    return f"*Another copy of me posts too,* from a database of its own: seen {moment} in <#{seen.channel}>. Stop one."


def _broken(files: Sequence[BrokenFile]) -> str:
    lines = [f"• {clip(str(each), 300)}" for each in files[:MAX_NAMED]]
    if len(files) > MAX_NAMED:
        lines.append(f"• and {len(files) - MAX_NAMED} more; `backissue check` names them all")
    return "\n".join(["*Cannot be read, so not posted*", *lines])


def _held(held: Sequence[Waiting]) -> str:
    lines = [f"• {clip(each.title, 120)}: {clip(each.why, 160)}" for each in held[:_MAX_WAITING]]
    if len(held) > _MAX_WAITING:
        lines.append(f"• and {len(held) - _MAX_WAITING} more; `backissue check` names them all")
    return "\n".join(["*Held back*", *lines])


def _ownership(status: DeliveryStatus) -> list[str]:
    """Return who owns the subscription and who may change it, and its last change, as lines of markup."""
    said = []
    if status.who_may and not status.channel.startswith("D"):
        owner = mention(status.owner) if status.owner else "nobody"
        said.append(f"Owner: {owner} · {status.who_may} can change this")
    if status.changed is not None:
        said.append(f"Last change, {when(status.changed)}: {in_words(status.changed, MARKUP)}")
    return said


def not_posted(older: Sequence[str], names: CommandNames = _DEFAULT_NAMES) -> str:
    """Return the line about the added issues that are not posted automatically, as markup."""
    count = f"{len(older)} older issue{'s' * (len(older) != 1)} came in"
    shown = ", ".join(clip(one_line(title), 60) for title in older[:MAX_NAMED])
    more = f" and {len(older) - MAX_NAMED} more" if len(older) > MAX_NAMED else ""
    weekly = escape(names.command)
    return f"*Not posted by themselves:* {count}: {shown}{more}. `{weekly} issue` shows one, `{weekly} why` says why."


def described(preferences: Preferences) -> str:
    """Return preferences as a line of plain text."""
    said = [
        "Contents, and a thread with a reply for each link"
        if preferences.layout is Layout.THREAD
        else "All in one message"
    ]
    if preferences.sponsors is Sponsors.FOLDED:
        said.append("sponsors on one line")
    if preferences.new_days:
        said.append(f"new is what is dated up to {preferences.new_days} days before the last look")
    if preferences.only:
        said.append(f"only {_kinds(preferences.only)}")
    if preferences.without:
        said.append(f"without {_kinds(preferences.without)}")
    if preferences.topics:
        said.append(f"only about {clip_plain(', '.join(preferences.topics), 200)}")
    if preferences.without_topics:
        said.append(f"nothing about {clip_plain(', '.join(preferences.without_topics), 200)}")
    return " · ".join(said)


def _kinds(kinds: frozenset[Kind]) -> str:
    return ", ".join(sorted(kind.value for kind in kinds))

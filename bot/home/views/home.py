"""The Home tab: the person's bookmarks and channels, the newest issue, what the team saves.

A view holds at most 100 blocks (Slack: reference/surfaces/views); this one needs fewer than 50 in any case.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.bookmarks.views.saved_list import Listed, Listing, page_buttons, summary
from bot.bookmarks.views.saved_row import row
from bot.bookmarks.views.team_top import Shared, entry_words
from bot.digests.views.reasons import plainly
from bot.domain.period import Period
from bot.domain.text import one_line
from bot.lookup.views.answer import QUERY_MAX_CHARS, quoted
from bot.slack.blocks import blocks
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.dates import long_date, slack_time
from bot.slack.blocks.message import Block, Message
from bot.slack.blocks.mrkdwn import bold, clip, escape

SEARCH = "home:search"
"""The search box: its action's value is what was typed."""
ALL, KEEP, DROP, ISSUE = "home:all", "home:keep", "home:drop", "home:issue"
MAX_CHANNELS = 10
MAX_TEAM_LINKS = 5
_BOX = "home-search"


@dataclass(frozen=True, slots=True)
class HomeState:
    """What a Home tab shows: the page of bookmarks, and whether the first steps are above it.

    It travels in the view's private_metadata; what comes back is checked.
    """

    listing: Listing = field(default_factory=Listing)
    welcome: bool = False

    def as_text(self) -> str:
        """Return it as the view's private_metadata."""
        fields = {"q": self.listing.query, "o": self.listing.offset, "w": self.welcome}
        return json.dumps(fields, ensure_ascii=False)  # written in ASCII, an emoji takes twelve of Slack's 3,000

    @classmethod
    def read(cls, text: object) -> HomeState:
        """Read private_metadata; anything else is the first page."""
        try:
            fields = json.loads(text) if isinstance(text, str) and len(text) <= 3_000 else None
        except (ValueError, RecursionError):
            return cls()
        listing = Listing.of(fields) if isinstance(fields, dict) else None
        return cls() if listing is None else cls(listing, isinstance(fields, dict) and fields.get("w") is True)


def state_after(action: str, value: str, state: HomeState) -> HomeState | None:
    """Return the tab's state after a search or a button for another page of the list; None for any other button."""
    listing: Listing | None = Listing()
    if action == SEARCH:
        listing = Listing(one_line(value)[:QUERY_MAX_CHARS])
    elif action != ALL:
        listing = Listing.read(value)
    return None if listing is None else HomeState(listing, state.welcome)


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A channel that the person subscribed: its id and schedule, when what is posted next, why it is `paused`.

    `newsletter` is what people call the one that is subscribed to, "" where there is only one.
    """

    channel: str
    schedule: str
    next_at: datetime | None = None
    paused: str = ""
    title: str = ""
    newsletter: str = ""


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest issue: its `title` and date, and the `value` that a button opens it by ("" if none can).

    `guessed`: no date is written anywhere.
    """

    title: str
    published: datetime
    value: str = ""
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class TeamLink:
    """A link that the team saves: its `key`, and whether this person saved it too (`mine`)."""

    shared: Shared
    key: str
    mine: bool = False


@dataclass(frozen=True, slots=True)
class HomePage:
    """All that a Home tab shows.

    `team` is None if the workspace switched it off; `more_channels` counts those that are not shown.
    """

    state: HomeState
    page: Listed
    channels: Sequence[Subscribed] = ()
    newest: Newest | None = None
    team: Sequence[TeamLink] | None = ()
    more_channels: int = 0


def home(shown: HomePage, today: date, names: CommandNames) -> Block:
    """Make the view."""
    made: list[Block] = []
    if shown.state.welcome:
        made += _welcome(names)
    made += _kept(shown, today, names)
    made += _channels(shown.channels, shown.more_channels, names)
    if shown.newest is not None:
        made += _newest(shown.newest)
    if shown.team is not None:
        made += _team(shown.team, today)
    return {"type": "home", "private_metadata": shown.state.as_text(), "blocks": made}


def blank(names: CommandNames) -> Message:
    """Return what the tab shows to somebody of whom nothing is known."""
    return blocks.says(f"Nothing is saved here. Open this tab again to begin, or type `{escape(names.command)} help`.")


def unavailable(message: Message) -> Block:
    """Make the view for when nothing can be looked up."""
    return {"type": "home", "blocks": list(message.blocks)}


def _welcome(names: CommandNames) -> list[Block]:
    weekly, emoji = escape(names.command), escape(names.bookmark)
    steps = (
        f"*1.* Find something: type `{weekly} service mesh` in any channel; only you see the answer.\n"
        f"*2.* Save a link: press *Save* beside it, or react to it with :{emoji}:. It is listed here, for you alone.\n"
        f"*3.* Get each new issue: `/invite` me to a channel and type `{weekly} subscribe` there."
    )
    return [blocks.header(f"Welcome to {names.bot}"), blocks.section(steps), blocks.divider()]


def _kept(shown: HomePage, today: date, names: CommandNames) -> list[Block]:
    page = shown.page
    made: list[Block] = [blocks.header("Your bookmarks")]
    if not page.total and not page.listing.query:
        said = f"Nothing yet. Press *Save* beside a link, or react to one with :{escape(names.bookmark)}:."
        return [*made, blocks.section(said)]
    made.append(_box(page.listing.query))
    if page.rows:
        made.append(blocks.context(summary(page)))
        made += [row(each, number, today) for number, each in enumerate(page.rows)]
    else:
        made.append(blocks.section(f"Nothing you saved is about *{quoted(page.listing.query)}*."))
    made += blocks.notes(page.problems)
    buttons = page_buttons(page, "home")
    if page.listing.query:
        buttons.append(blocks.button("All my bookmarks", ALL))
    if buttons:
        made.append(blocks.actions(buttons))
    return made


def _box(query: str) -> Block:
    """Make the search box: asked with the enter key (Slack: dispatch_action)."""
    element: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": SEARCH,
        "max_length": QUERY_MAX_CHARS,
        "placeholder": blocks.plain("a topic, and press enter", 150),
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    }
    if query := one_line(query):
        element["initial_value"] = query
    # A new block_id for each query, because Slack keeps the typed text of a block that stays the same.
    return {
        "type": "input",
        "block_id": f"{_BOX}:{query[:200]}",
        "optional": True,
        "dispatch_action": True,
        "label": blocks.plain("Search your bookmarks", 2_000),
        "element": element,
    }


def _channels(channels: Sequence[Subscribed], more: int, names: CommandNames) -> list[Block]:
    made = [blocks.divider(), blocks.header("Your channels")]
    if not channels:
        weekly = escape(names.command)
        said = f"None yet. `{weekly} subscribe` in a channel posts each new issue there."
        return [*made, blocks.section(said)]
    lines = [_channel(each) for each in channels[:MAX_CHANNELS]]
    if more := more + max(0, len(channels) - MAX_CHANNELS):
        lines.append(f"and {more:,} more")
    return [*made, blocks.section("\n".join(lines))]


def _channel(each: Subscribed) -> str:
    where = "Your own digest" if each.channel.startswith("D") else f"<#{each.channel}>"
    of = f" · {bold(clip(one_line(each.newsletter), 60))}" if each.newsletter else ""
    name = f"{where}{of} · {clip(one_line(each.schedule), 100)}"
    if each.paused:
        return f"{name} · paused: {plainly(each.paused, 120)}"
    if each.next_at is None:
        return f"{name} · next: when an issue appears"
    what = f", {clip(one_line(each.title), 80)}" if each.title else ""
    return f"{name} · next: {slack_time(each.next_at, f'{each.next_at:%Y-%m-%d %H:%M} UTC')}{what}"


def _newest(newest: Newest) -> list[Block]:
    said = f"{bold(clip(newest.title, 200))}\n{'about ' * newest.guessed}{long_date(newest.published)}"
    button = blocks.button("Read it", ISSUE, newest.value) if newest.value else None
    return [blocks.divider(), blocks.header("The newest issue"), blocks.section(said, button)]


def _team(team: Sequence[TeamLink], today: date) -> list[Block]:
    made = [blocks.divider(), blocks.header("What your team saves")]
    if not team:
        return [*made, blocks.section("Nothing yet: a link is counted once two people have saved it.")]
    made.append(blocks.context(f"{Period.ALL.heading}. Counts only: nobody sees who."))
    for number, each in enumerate(team[:MAX_TEAM_LINKS]):
        label, action = ("Saved ✓", DROP) if each.mine else ("Save", KEEP)
        accessory = blocks.button(label, f"{action}:{number}", each.key, about=each.shared.headline)
        made.append(blocks.section(entry_words(each.shared, today), accessory))
    return made


def issue_modal(message: Message) -> Block:
    """Show a page of an issue over the Home tab."""
    return blocks.window("From the archive", message.blocks)

"""What a team saves most: counts, never names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.period import Period
from bot.domain.text import one_line
from bot.slack.blocks import blocks
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.dates import short_date
from bot.slack.blocks.message import Block, Message
from bot.slack.blocks.mrkdwn import bold, clip, escape, host, link, shown
from bot.slack.blocks.web_archive import web_archive_link

MIN_PEOPLE = 2
"""People who must have saved a link before it is counted: a lower number would expose a single person."""
MAX_RESULTS = 10
_LINE_MAX_CHARS = 300
"""Characters of the line in a digest (`bot.digests.delivery.footnote`)."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A link that several `people` saved: its `url`, `headline`, and the short name and date of its issue."""

    url: str
    headline: str
    people: int
    issue: str = ""
    published: datetime | None = None


def top(shared: Sequence[Shared], period: Period, today: date, names: CommandNames, *, newsletter: str = "") -> Message:
    """Return the links a team saved most (at most MAX_RESULTS), most first, with buttons to the other periods.

    `newsletter` is the slug of the one whose links these are, "" for all.
    """
    whose = f", from *{escape(newsletter)}*" if newsletter else ""
    made: list[Block] = [blocks.context(f"*{period.heading}* by people here{whose}. Counts only: nobody sees who.")]
    made += [
        blocks.section(f"{number}. {entry_words(each, today)}") for number, each in enumerate(shared[:MAX_RESULTS], 1)
    ]
    if not shared:
        weekly = escape(names.command)
        made.append(
            blocks.section(
                f"Nothing yet: a link is counted once {MIN_PEOPLE} people have saved it. "
                f"React to one with :{escape(names.bookmark)}: to begin · `{weekly} saved` lists yours."
            )
        )
    others = {Period.ALL: "All time", Period.YEAR: "Last year", Period.MONTH: "Last month"}
    row = [
        blocks.button(said, f"top:{other}", f"{other.value} {newsletter}".strip())
        for other, said in others.items()
        if other is not period
    ]
    heads = "; ".join(f"{one_line(each.headline)} ({each.people})" for each in shared[:MAX_RESULTS])
    return Message(clip(f"{period.heading}: {heads or 'nothing yet'}", 900), (*made, blocks.actions(row)))


def switched(names: CommandNames, *, on: bool) -> Message:
    """Confirm that the counts were switched on or off."""
    weekly = escape(names.command)
    if on:
        return blocks.says(f"On: `{weekly} top`, the Home tab and the digests show what is saved most here.")
    said = "the Home tab and the digests show nothing of what people save here, not even counts"
    return blocks.says(f"Off: `{weekly} top`, {said}. Everybody's own list stays. `{weekly} top on` turns it on.")


def off(names: CommandNames) -> Message:
    """Return the answer where the counts are switched off."""
    weekly = escape(names.command)
    return blocks.says(
        f"What people save is not counted here: somebody switched it off. `{weekly} saved` still lists what is yours."
    )


def not_yours(names: CommandNames) -> Message:
    """Return the answer to somebody who may not switch the counts."""
    weekly = escape(names.command)
    return blocks.says(
        "Only somebody who subscribed a channel here can switch that. "
        f"Ask one of them, or subscribe one yourself: `{weekly} subscribe`."
    )


def line(shared: Shared) -> str:
    """Return a line of markup on last week's most saved link, "" if the link is too long for it."""
    label = one_line(shared.headline) or shown(shared.url)
    said = f"Most saved last week: {link(shared.url, label, 100)} ({shared.people})"
    return said if len(said) <= _LINE_MAX_CHARS else ""


def entry_words(each: Shared, today: date) -> str:
    """Return a link and how many people saved it, as two lines of markup."""
    head = one_line(each.headline) or shown(each.url)
    linked = link(each.url, head) if len(each.url) <= 500 else clip(head, 150)
    where = [f"saved by {each.people:,}", clip(host(each.url), 60), clip(each.issue, 80)]
    if each.published is not None:
        where.append(short_date(each.published))
    where.append(web_archive_link(each.url, each.published, today))
    return f"{bold(linked)}\n{' · '.join(filter(None, where))}"

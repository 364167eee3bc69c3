"""Reactions, recorded many at a time: a burst costs a few statements for each group, not for each event.

What follows from an event is decided as in `bot.store.bookmark_events`, one event after the other, on rows read for all
of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, bindparam, insert, select, update

from bot.domain.bookmark import (
    BookmarkLink,
    BookmarkSource,
    Member,
    ReactionOutcome,
    ShownLinks,
    meant,
    newer,
    number_of,
)
from bot.domain.workspace import WorkspaceId
from bot.store.bookmark_events import meaning, settle_all
from bot.store.membership import is_among
from bot.store.people import persons
from bot.store.postings import shown_on_all, unconfirmed
from bot.store.tables import marks

_M = marks.c


@dataclass(frozen=True, slots=True)
class ReactionRow:
    """A reaction that was added (`held`) or removed at `at`, and recorded `now`."""

    member: Member
    workspace: WorkspaceId
    source: BookmarkSource
    at: int
    now: datetime
    held: bool


SourceKey: TypeAlias = tuple[int, str, str, str]
"""The key of a bookmark event: person, channel, ts and emoji."""


@dataclass(slots=True)
class _StoredEvent:
    """A row of the table marks; `id` is None for a new one, `changed` if it has to be written."""

    id: int | None
    held: bool
    at: int
    key: str | None
    link: str
    row: ReactionRow
    changed: bool = False


@dataclass(slots=True)
class _Group:
    """The events of a group, and the (person, key) pairs to settle."""

    events: dict[SourceKey, _StoredEvent]
    touched: dict[tuple[int, str], None] = field(default_factory=dict)


def react_all(connection: Connection, rows: Sequence[ReactionRow]) -> list[ReactionOutcome]:
    """Record reactions, in order, and return the outcome of each."""
    showings = shown_on_all(connection, [(row.workspace, row.source) for row in rows])
    doubts = [
        shown_links is None and unconfirmed(connection, row.workspace, row.source.channel, row.source.ts)
        for row, shown_links in zip(rows, showings, strict=True)
    ]
    links = [_meant(row, shown_links) for row, shown_links in zip(rows, showings, strict=True)]
    # People use number emoji for votes and lists: only those on our own messages are meant for us.
    wanted = [
        number_of(row.source.emoji) is None or link is not None or doubt or _is_list(shown_links)
        for row, link, doubt, shown_links in zip(rows, links, doubts, showings, strict=True)
    ]
    people = persons(connection, ((row.member, row.at) for row, want in zip(rows, wanted, strict=True) if want))
    group = _Group(_known(connection, [(people[row.member].id, row) for row in rows if row.member in people]))
    fresh = [
        want and row.member in people and _note(group, people[row.member], row, link, sure=shown_links is not None)
        for row, link, shown_links, want in zip(rows, links, showings, wanted, strict=True)
    ]
    _write(connection, group)
    kept = settle_all(connection, list(group.touched))
    answers = []
    for row, shown_links, doubt, link, new in zip(rows, showings, doubts, links, fresh, strict=True):
        person = people.get(row.member)
        now = kept.get((person.id, link.key)) if new and row.held and link and person else None
        hinted = person is None or person.hinted is not None
        answers.append(ReactionOutcome(shown_links, doubt, new, now, hinted))
    return answers


def _meant(row: ReactionRow, shown_links: ShownLinks | None) -> BookmarkLink | None:
    return None if shown_links is None else meant(shown_links.links, row.source.emoji, numbered=shown_links.ours)


def _is_list(shown_links: ShownLinks | None) -> bool:
    """Return whether a message is ours and numbers its links: a number that it does not have is answered, once."""
    return shown_links is not None and shown_links.ours and len(shown_links.links) > 1


def _known(connection: Connection, rows: Iterable[tuple[int, ReactionRow]]) -> dict[SourceKey, _StoredEvent]:
    """Return the stored events that the rows, given with their person's id, may change."""
    wanted = {(person, row.source.channel, row.source.ts, row.source.emoji): row for person, row in rows}
    if not wanted:
        return {}
    place = (_M.person, _M.channel, _M.ts, _M.emoji)
    chosen = select(*place, _M.id, _M.held, _M.at, _M.key, _M.link).where(is_among(place, wanted))
    found: dict[SourceKey, _StoredEvent] = {}
    for each in connection.execute(chosen):
        where = (each.person, each.channel, each.ts, each.emoji)
        found[where] = _StoredEvent(each.id, each.held, each.at, each.key, each.link, wanted[where])
    return found


def _note(group: _Group, person: Any, row: ReactionRow, link: BookmarkLink | None, *, sure: bool) -> bool:
    """Apply a row unless a newer event is stored; return whether it was. `sure`: the message's links are known."""
    place = (person.id, row.source.channel, row.source.ts, row.source.emoji)
    was = group.events.get(place)
    if row.at <= person.since or (was is not None and not newer(row.held, row.at, (was.held, was.at))):
        return False
    event = was or _StoredEvent(None, row.held, row.at, None, "", row)
    # A removal is of the link that was saved, even if the message shows another by now.
    if was is None or row.held or not was.key:
        said = meaning(link, sure=sure)
        if event.key and event.key != said["key"]:
            group.touched[person.id, event.key] = None
        event.key, event.link = said["key"], said["link"]
    event.held, event.at, event.changed = row.held, row.at, True
    if event.key:
        group.touched[person.id, event.key] = None
    group.events[place] = event
    return True


def _write(connection: Connection, group: _Group) -> None:
    new, old = [], []
    for place, event in group.events.items():
        if event.changed and event.id is None:
            new.append(_new(place, event))
        elif event.changed:
            old.append({"id_": event.id, "held_": event.held, "at_": event.at, "key_": event.key, "link_": event.link})
    if new:
        connection.execute(insert(marks), new)
    if old:
        values: dict[str, Any] = {name: bindparam(f"{name}_") for name in ("held", "at", "key", "link")}
        connection.execute(update(marks).where(_M.id == bindparam("id_")).values(values), old)


def _new(place: SourceKey, event: _StoredEvent) -> Mapping[str, Any]:
    person, channel, ts, emoji = place
    source, now = event.row.source, event.row.now
    where = {"person": person, "channel": channel, "ts": ts, "emoji": emoji, "workspace": source.workspace}
    said = {"held": event.held, "at": event.at, "key": event.key, "link": event.link}
    return {**where, **said, "shared": source.shared, "noted": now}

"""What the register decided about its issues: which were new when they came in, and what is decided again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, update

from bot.domain.issue_identity import Fingerprint
from bot.domain.likeness import Marks
from bot.domain.newness import AHEAD, Arrival, dated_by_arrival, is_new, is_row, is_soon_after, look_before, was_ahead
from bot.store.looks import Looks
from bot.store.tables import issues

_DECIDE = (
    update(issues)
    .where(issues.c.identity == bindparam("key"))
    .values(
        seen=bindparam("seen_"),
        is_new=bindparam("is_new_"),
        dated=bindparam("dated_"),
        last_look=bindparam("last_look_"),
    )
)


@dataclass(frozen=True, slots=True)
class Decided:
    """Whether an issue is new, and how it came in."""

    is_new: bool
    arrival: Arrival


def decided_before(rows: Mapping[str, Any]) -> dict[str, Decided]:
    """Return what the register's rows say, by identity. Without a date only a bare file is not new after a look."""
    found = {}
    for key, row in rows.items():
        is_bare = not row.is_new and row.dated is None and row.last_look is not None
        found[key] = Decided(bool(row.is_new), Arrival(row.seen, row.dated, row.last_look, is_bare))
    return found


def decided_now(
    came: Mapping[str, Fingerprint],
    others: Iterable[Fingerprint],
    sights: Mapping[str, datetime],
    before: Looks,
    window: timedelta,
) -> dict[str, Decided]:
    """Return what is decided of the issues that `came`, by identity.

    `others` are there beside them; `sights`: when each was first seen; `before`: the looks before.
    """
    others = list(others)
    can_be_bare = is_row([other.says_which for other in others])
    newest = max((other.marks.number for other in others if other.marks.number is not None), default=None)
    found = {}
    for key, fingerprint in _dated_when_they_came(came, sights, before.last, window, newest).items():
        last = before.before(fingerprint.slug, sights[key])
        is_bare = can_be_bare and last is not None and not fingerprint.says_which
        arrival = Arrival(sights[key], None if is_bare else fingerprint.dated, last, is_bare)
        found[key] = Decided(arrival.is_new(window), arrival)
    return found


def _dated_when_they_came(
    came: Mapping[str, Fingerprint],
    sights: Mapping[str, datetime],
    last: datetime | None,
    window: timedelta,
    newest: int | None,
) -> dict[str, Fingerprint]:
    """Return `came`; an issue whose date was guessed from its neighbours has one from when it arrived instead.

    `newest` is the highest number of those that are there: what has a lower one is an old issue, though it came alone.
    """
    single = sum(fingerprint.placed for fingerprint in came.values()) == 1
    found = dict(came)
    for key, each in came.items():
        if each.placed:
            alone = single and not (newest is not None and (each.marks.number or newest) < newest)
            at = None if last is None else min(last, sights[key])
            found[key] = replace(each, dated=dated_by_arrival(each.dated, at, alone=alone, window=window))
    return found


def decided_again(
    rows: Mapping[str, Any], there: Mapping[str, Fingerprint], now: datetime, window: timedelta
) -> dict[str, Decided]:
    """Return what is decided again of the known issues that are `there`, by identity."""
    known = {key: fingerprint for key, fingerprint in there.items() if key in rows}
    return {
        **_of_an_earlier_release(rows, known, window),
        **_of_a_wrong_clock(rows, known, now, window),
        **_of_a_wrong_date(rows, known, now, window),
    }


def write(connection: Connection, decided: Mapping[str, Decided]) -> None:
    """Write down what was decided again."""
    if decided:
        connection.execute(_DECIDE, [_parameters(key, each) for key, each in decided.items()])


def not_new(decided: Mapping[str, Decided]) -> dict[str, Arrival]:
    """Return how the issues came in that were not new."""
    return {key: each.arrival for key, each in decided.items() if not each.is_new}


def arrivals(decided: Mapping[str, Decided]) -> dict[str, Arrival]:
    """Return how the issues came in that were new, of those for which a last look is known."""
    return {key: each.arrival for key, each in decided.items() if each.is_new and each.arrival.last_look is not None}


def _parameters(key: str, decided: Decided) -> dict[str, Any]:
    came = decided.arrival
    return {
        "key": key,
        "seen_": came.seen,
        "is_new_": decided.is_new,
        "dated_": came.dated,
        "last_look_": came.last_look,
    }


def _of_an_earlier_release(
    rows: Mapping[str, Any], known: Mapping[str, Fingerprint], window: timedelta
) -> dict[str, Decided]:
    """Decide about the issues that a release without this rule registered, now that their dates are known.

    What came in with the first look stays new. A channel that has a delivery of an issue keeps it whatever is decided
    here: this is for the channels that have none.
    """
    undecided = {
        key: fingerprint.dated
        for key, fingerprint in known.items()
        if fingerprint.dated is not None and _is_undecided(rows[key])
    }
    found = {}
    for key, dated in undecided.items():
        row = rows[key]
        # In a database whose clock was once put back, what came in later does not count as seen before.
        look = look_before(row.seen, _sights_before(row, rows.values()))
        new = look is None or is_new(dated, look, row.seen, window)
        found[key] = Decided(new, Arrival(row.seen, dated, look))
    return found


def _sights_before(row: Any, others: Iterable[Any]) -> Iterable[datetime]:
    return (other.seen for other in others if other.seq < row.seq)


def _is_undecided(row: Any) -> bool:
    """Return whether a release without this rule wrote the row: with it, what is new has a look or a date."""
    return bool(row.is_new) and row.dated is None and row.last_look is None


def _of_a_wrong_clock(
    rows: Mapping[str, Any], known: Mapping[str, Fingerprint], now: datetime, window: timedelta
) -> dict[str, Decided]:
    """Decide about what was not new by a clock that has since been put back: it comes in now.

    Where a known issue is dated later than now, it is now that the clock is wrong. An issue that is placed among others
    had its date from the wrong clock too, so it stays as it is.
    """
    if any(row.dated is not None and row.dated > now + AHEAD for row in rows.values()):
        return {}
    found = {}
    for key, fingerprint in known.items():
        came = Arrival(rows[key].seen, rows[key].dated, rows[key].last_look)
        if not rows[key].is_new and was_ahead(came, now) and not (fingerprint.placed or came.dated is None):
            found[key] = Decided(is_new(came.dated, now, now, window), Arrival(now, came.dated, now))
    return found


def _of_a_wrong_date(
    rows: Mapping[str, Any], known: Mapping[str, Fingerprint], now: datetime, window: timedelta
) -> dict[str, Decided]:
    """Decide about an issue that was not new by its date, if that date alone is mended soon after it came in.

    It must be the only one with another date in this look: many that get one at once are an archive that is dated
    otherwise.
    """
    dated_otherwise = [key for key, new in known.items() if Marks.of_json(rows[key].marks).day != new.marks.day]
    if len(dated_otherwise) != 1:
        return {}
    (key,) = dated_otherwise
    row, new = rows[key], known[key]
    came = Arrival(row.seen, new.dated, row.last_look)
    if row.is_new or not is_soon_after(came, now) or not _is_the_same_but_for_its_date(row, new):
        return {}
    return {key: Decided(is_new=True, arrival=came)} if came.is_new(window) else {}


def _is_the_same_but_for_its_date(row: Any, new: Fingerprint) -> bool:
    """Return whether number, links and text are what they were. A title may say the date too."""
    before = Marks.of_json(row.marks)
    return frozenset(row.links) == new.links and (before.number, before.words) == (new.marks.number, new.marks.words)

"""What subscribers are asked about issues that are not posted by themselves, and what they answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, select, update

from bot.domain.delivery import REQUESTED, Progress
from bot.domain.numbers import in_runs, of_runs
from bot.store.database import Database
from bot.store.inserts import insert
from bot.store.membership import is_among
from bot.store.next_run import running_now
from bot.store.tables import deliveries, older_issues, subscriptions

_D = deliveries.c
_Q = older_issues.c
_S = subscriptions.c


@dataclass(frozen=True, slots=True)
class OlderQuestion:
    """A question to a subscriber: the issues' order `numbers`, and the `answer`, "" as long as there is none."""

    id: int
    subscription: int
    numbers: tuple[int, ...]
    answer: str = ""


def tell_of(connection: Connection, subscription: int, numbers: Sequence[int], told: int, now: datetime) -> None:
    """Record that the subscriber is to be told of the issues with these order numbers.

    `told` is the last of those that were not new when they came in, 0 without one.
    """
    row = {"subscription": subscription, "numbers": in_runs(numbers), "made": now}
    connection.execute(insert(connection, older_issues), row)
    if told:
        connection.execute(update(subscriptions).where(_S.id == subscription, _S.told < told).values(told=told))


class OlderIssues:
    """The questions about issues that are not posted by themselves. Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        """Use `database`."""
        self._database = database

    async def take(self, subscription: int, now: datetime) -> tuple[OlderQuestion, ...]:
        """Return the subscription's questions that nobody has sent, oldest first, and record that they are sent now.

        Each is returned once, however many call: a question is sent at most once.
        """
        unsaid = and_(_Q.subscription == subscription, _Q.said.is_(None))
        taken = update(older_issues).where(unsaid).values(said=now).returning(*_Q)

        def unit(connection: Connection) -> tuple[OlderQuestion, ...]:
            rows = connection.execute(taken).all()
            return tuple(_question(row) for row in sorted(rows, key=lambda row: int(row.id)))

        return await self._database.write(unit)

    async def tell_nothing(self, subscription: int, told: int) -> None:
        """Have nobody asked about issues that were not new, up to the order number `told`."""
        change = update(subscriptions).where(_S.id == subscription, _S.told < told).values(told=told)
        await self._database.change(change)

    async def get(self, question: int) -> OlderQuestion | None:
        """Return the question with this id, or None."""
        chosen = select(older_issues).where(_Q.id == question)

        def unit(connection: Connection) -> OlderQuestion | None:
            row = connection.execute(chosen).first()
            return None if row is None else _question(row)

        return await self._database.read(unit)

    async def answer(
        self, question: OlderQuestion, identities: Sequence[str], answer: str, now: datetime
    ) -> int | None:
        """Record the answer, and have the issues (identities, in the order of posting) posted; return how many are.

        None if the question was answered before: a second click, or a click while another worker works, does nothing.
        An issue that the channel has got or that is decided for it in another way is left as it is.
        """
        first = update(older_issues).where(_Q.id == question.id, _Q.answer == "")

        def unit(connection: Connection) -> int | None:
            if not connection.execute(first.values(answer=answer, answered=now)).rowcount:
                return None
            return _request(connection, question.subscription, identities, now)

        return await self._database.write(unit)


def _request(connection: Connection, subscription: int, identities: Iterable[str], now: datetime) -> int:
    """Decide that these issues are posted in the subscription's channel now; return how many were not decided."""
    wanted = tuple(identities)
    place = connection.execute(select(subscriptions).where(_S.id == subscription, ~_S.ended)).first()
    if place is None or not wanted:
        return 0
    here = and_(_D.workspace == place.workspace, _D.channel == place.channel)
    passed = and_(here, _D.progress == Progress.PASSED.value, is_among(_D.issue, wanted))
    # A new row has a higher id than what was posted before, by which the channel's newest digest is found.
    connection.execute(delete(deliveries).where(passed))
    fresh = insert(connection, deliveries).on_conflict_do_nothing().returning(_D.id)
    count = sum(len(connection.execute(fresh, request_row(place, issue, now)).all()) for issue in wanted)
    if count:
        connection.execute(running_now(now, _S.id == subscription))
    return count


def request_row(place: Any, issue: str, now: datetime, reason: str = REQUESTED) -> dict[str, Any]:
    """Return the row of a delivery that a person asked for, in the channel of the subscription's row `place`."""
    return {
        "workspace": place.workspace,
        "channel": place.channel,
        "subscription": place.id,
        "issue": issue,
        "due": now,
        "decided": now,
        "progress": Progress.WAITING.value,
        "taste": place.taste,
        "reason": reason,
        "requested": True,
    }


def _question(row: Any) -> OlderQuestion:
    return OlderQuestion(int(row.id), int(row.subscription), of_runs(row.numbers), row.answer)

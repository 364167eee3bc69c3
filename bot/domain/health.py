"""How the bot is, decided from what last worked: each sign has its age, its limit and the next step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from math import inf
from typing import Any


@dataclass(slots=True)
class Attempts:
    """When something last worked (`at`, in seconds of a clock that is never set; None: never), and why it now fails.

    `fault` is "" while the last attempt worked. `lasting`: waiting does not mend it.
    """

    at: float | None = None
    fault: str = ""
    lasting: bool = False

    def worked(self, now: float) -> None:
        """Record that it worked."""
        self.at, self.fault, self.lasting = now, "", False

    def failed(self, fault: str, *, lasting: bool = False) -> None:
        """Record why it did not work."""
        self.fault, self.lasting = fault, lasting


@dataclass(frozen=True, slots=True)
class Sign:
    """What is known of one part: when it last worked, and what people do if it does not.

    `at` and `since` (when the watching began) are seconds of a clock that is never set; `limit`: seconds that may pass
    without a success. `lasting`: the fault is no matter of waiting.
    """

    name: str
    step: str
    since: float = 0.0
    at: float | None = None
    limit: float = inf
    fault: str = ""
    lasting: bool = False

    @classmethod
    def of(cls, name: str, step: str, attempts: Attempts, *, since: float, limit: float) -> Sign:
        """Return the sign of what was attempted."""
        return cls(name, step, since, attempts.at, limit, attempts.fault, attempts.lasting)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the health page. `age` and `limit` are seconds, None for none; `step` is "" without a fault."""

    name: str
    ok: bool
    age: float | None
    limit: float | None
    fault: str
    step: str

    def as_json(self) -> dict[str, Any]:
        """Return its fields, as the health page has them."""
        return asdict(self)


def judge(signs: Iterable[Sign], now: float) -> tuple[Check, ...]:
    """Return a check for each sign, in order.

    A check fails at once if waiting does not mend its fault, otherwise when its limit has passed without a success.
    """
    return tuple(_judged(sign, now) for sign in signs)


def _judged(sign: Sign, now: float) -> Check:
    age = None if sign.at is None else max(0.0, now - sign.at)
    waited = max(0.0, now - sign.since) if age is None else age
    late = waited > sign.limit
    ok = not (late or (sign.lasting and sign.fault))
    fault = sign.fault or ("" if ok else f"it last worked {_ago(age)}")
    shown = None if age is None else round(age, 1)
    return Check(sign.name, ok, shown, None if sign.limit == inf else sign.limit, fault, sign.step if fault else "")


def _ago(age: float | None) -> str:
    return "never since the start" if age is None else f"{age:.0f} seconds ago"

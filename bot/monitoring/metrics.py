"""Metrics for Prometheus: what is counted while the process runs, and what is read when somebody asks.

Imported only where there is a port for it: the library would delay every start.
"""

from __future__ import annotations

from contextlib import suppress
from time import monotonic
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from archive.search.result import Grade
from bot.domain.clock import Clock
from bot.lookup.outcomes import CommandOutcomes
from bot.monitoring.health_checks import HealthChecks
from bot.slack.api.client import WebSlack
from bot.slack.api.ports import Slack
from bot.source.library import Library
from bot.store.errors import StoreError
from bot.store.figures import figures
from bot.store.store import Store

_KINDS = frozenset(
    {
        "event_callback", "block_actions", "block_suggestion", "view_submission", "view_closed", "message_action",
        "shortcut",
    }
)  # fmt: skip
"""The kinds of payload that Slack sends, beside commands (Slack: interactivity/handling-user-interaction)."""


class Metrics:
    """The metrics of one process, in a registry of their own."""

    def __init__(self, library: Library, store: Store, slack: Slack, clock: Clock, health: HealthChecks) -> None:
        """Count Slack's calls from now on; the rest is read from these when it is asked for."""
        self._library, self._store, self._clock, self._health = library, store, clock, health
        self._registry = CollectorRegistry()
        names: dict[str, Any] = {"registry": self._registry}
        self._calls = Histogram("backissue_slack_call_seconds", "Calls to Slack", ["method", "outcome"], **names)
        self._limited = Counter("backissue_slack_limited", "Calls that Slack answered with 429", **names)
        self._requests = Histogram("backissue_request_seconds", "Requests of Slack, until answered", ["kind"], **names)
        self._refused = Counter(
            "backissue_requests_refused", "Requests refused, or left by their sender", ["outcome"], **names
        )
        self._commands = Histogram("backissue_command_seconds", "Commands, until their answer", ["kind"], **names)
        self._searches = Counter(
            "backissue_searches", "Searches by command, by their answer's grade", ["grade"], **names
        )
        self._deliveries = Gauge("backissue_deliveries", "Digests by progress", ["progress"], **names)
        self._messages = Gauge("backissue_messages", "Messages of digests by state", ["state"], **names)
        self._paused = Gauge("backissue_subscriptions_paused", "Paused subscriptions", **names)
        self._due = Gauge("backissue_queue_length", "Channels that are due and not yet served", **names)
        self._oldest = Gauge("backissue_queue_oldest_seconds", "Seconds by which the oldest of them is late", **names)
        self._late = Gauge("backissue_digest_late_seconds", "How late the latest digest of a day was", **names)
        self._issues = Gauge("backissue_archive_issues", "Issues in the archive", **names)
        self._problems = Gauge("backissue_archive_problems", "Problems of the archive's files", **names)
        self._ok = Gauge("backissue_check_ok", "1 while a check of the health page is well", ["check"], **names)
        self._age = Gauge("backissue_check_age_seconds", "Seconds since it last worked", ["check"], **names)
        for grade in Grade:  # a grade that no search had yet is 0, not unknown
            self._searches.labels(str(grade))
        if isinstance(slack, WebSlack):
            slack.outcomes.on_call.append(self._called)

    def watch(self, bolt: AsyncApp, outcomes: CommandOutcomes) -> None:
        """Time every request that Bolt answers, over HTTP and by Socket Mode, and what `outcomes` tells of commands."""
        dispatch = bolt.async_dispatch
        outcomes.on_command.append(lambda kind, seconds: self._commands.labels(kind).observe(seconds))
        outcomes.on_search.append(lambda grade: self._searches.labels(str(grade)).inc())

        async def timed(req: AsyncBoltRequest) -> BoltResponse:
            began = monotonic()
            try:
                return await dispatch(req)
            finally:
                self._requests.labels(_kind(req.body)).observe(monotonic() - began)

        bolt.async_dispatch = timed  # type: ignore[method-assign]  # a middleware of Bolt's is left before its listener

    def refused(self, outcome: str) -> None:
        """Count a request that was refused: `outcome` is its HTTP status, or "left" where its sender hung up."""
        self._refused.labels(outcome).inc()

    async def page(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        snapshot = self._library.snapshot
        self._issues.set(len(snapshot.issues))
        self._problems.set(len(snapshot.problems))
        for check in self._health.checks():
            self._ok.labels(check.name).set(check.ok)
            if check.age is not None:
                self._age.labels(check.name).set(check.age)
        with suppress(StoreError):  # `backissue_check_ok` says so; what is known from before stays
            await self._read()
        return bytes(generate_latest(self._registry))

    async def _read(self) -> None:
        found = await figures(self._store.database, self._clock.now())
        for gauge, counts in ((self._deliveries, found.deliveries), (self._messages, found.messages)):
            gauge.clear()
            for name, count in counts.items():
                gauge.labels(name).set(count)
        self._paused.set(found.paused)
        self._due.set(found.due)
        self._oldest.set(found.oldest_seconds)
        self._late.set(found.late_seconds)

    def _called(self, method: str, outcome: str, seconds: float) -> None:
        self._calls.labels(method, outcome).observe(seconds)
        if outcome in {"ratelimited", "rate_limited", "http_429"}:
            self._limited.inc()


def _kind(body: dict[str, Any]) -> str:
    """Return what kind of request a payload is; a name that Slack does not send is "other"."""
    if body.get("command"):
        return "command"
    kind = body.get("type")
    return kind if isinstance(kind, str) and kind in _KINDS else "other"

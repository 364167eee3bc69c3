"""`backissue deliveries` and `backissue db upgrade`: the database for operators, in the words of the messages."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from rich.table import Table
from rich.text import Text

from archive.errors import BackIssueError, UnknownIssueError
from archive.issue import Issue
from archive.snapshot import Snapshot
from bot.cli.reading import find, read
from bot.cli.terminal import err, out, safe
from bot.digests.clauses import taken_back
from bot.digests.delivery.issue_registry import IssueRegistry
from bot.digests.delivery.several_registries import RegisterOfEach, registry_for
from bot.digests.delivery_status import DeliveryReports
from bot.digests.views.subscription import DeliveryStatus, Post, described
from bot.domain.delivery import RETRACTABLE, Delivery, Progress, State
from bot.domain.delivery_policy import DEFAULT_POLICY
from bot.domain.errors import SettingsError
from bot.domain.issue_identity import Fingerprint
from bot.domain.newness import WINDOW
from bot.domain.newsletter import Newsletter
from bot.domain.publication import announced, held_back
from bot.domain.schedule import zone_of
from bot.domain.workspace import WorkspaceId, workspace_id
from bot.runtime.clock import SystemClock
from bot.runtime.settings import Settings
from bot.source.library import gone
from bot.store import migrate
from bot.store.issues import Issues, Registered
from bot.store.store import Store

STYLE = {Progress.DONE: "green", Progress.UNKNOWN: "bold yellow", Progress.REFUSED: "red", Progress.DROPPED: "dim",
    Progress.RETRACTING: "yellow", Progress.RETRACTED: "dim"}  # fmt: skip
_MAX_WAITING = 4
_MAX_DIGITS = 10
"""Digits of an issue's number, at most."""


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """The filters (None: any; the issue by slug or number), and the maximum number of deliveries."""

    workspace: str | None = None
    channel: str | None = None
    issue: str | None = None
    state: str | None = None
    limit: int = 50

    @property
    def place(self) -> WorkspaceId | None:
        """The workspace's key."""
        return workspace_key(self.workspace)

    @property
    def progress(self) -> Progress | None:
        """The state asked for. Raises SettingsError for an unknown one."""
        if self.state is None:
            return None
        try:
            return Progress(self.state.lower())
        except ValueError as error:
            raise SettingsError("--state", f"{self.state!r} is none of {', '.join(Progress)}") from error


@dataclass(frozen=True, slots=True)
class DeliveryListing:
    """What is shown: subscriptions, each with its workspace and delivery status, and deliveries, newest first."""

    statuses: tuple[tuple[WorkspaceId, DeliveryStatus], ...]
    deliveries: tuple[Delivery, ...]


class OnlyLooking:
    """A register that recognises the archive's issues but writes nothing: the bot must notice new ones itself."""

    def __init__(self, issues: Issues) -> None:
        """Look in `issues`."""
        self._issues = issues

    def of(self, slug: str, configured: Collection[str] | None = None) -> OnlyLooking:
        """Look in the register of the newsletter with this slug."""
        return OnlyLooking(self._issues.of(slug, configured))

    async def register(
        self,
        fingerprints: Iterable[Fingerprint],
        now: datetime,
        *,
        good: bool = True,
        window: timedelta = WINDOW,
        filling: bool = False,
        read: Mapping[str, str] | None = None,
    ) -> Registered:
        """Return the known issues among these."""
        del good, filling, read
        return await self._issues.recognised(fingerprints, now, window=window)


def workspace_key(typed: str | None) -> WorkspaceId | None:
    """Return a workspace's key; a team's id alone means a workspace without an organisation."""
    return typed if typed is None or ":" in typed else workspace_id(None, typed)


def deliveries(asked: DeliveryFilter, archive: Path | None) -> None:
    """Print the subscriptions and deliveries that match every filter.

    With a filter by issue or state only deliveries are shown. Waiting issues are known only with an `archive`. Raises
    SettingsError for an unknown state or an issue that can't be looked up, UnknownIssueError for one that isn't there,
    StoreError if the database can't be reached.
    """
    _ = asked.progress
    found = asyncio.run(_look(Settings.read().database_url, asked, snapshot_of(archive)))
    for workspace, status in found.statuses:
        out.print(_lines(workspace, status), soft_wrap=True)
    if found.statuses:
        out.print()
    if found.deliveries:
        out.print(_deliveries(found.deliveries))
    else:
        out.print(Text("No delivery fits.", style="dim"))


def upgrade() -> None:
    """Upgrade the database's tables. Raises StoreError if it can't be reached."""
    out.print(f"The database is at version {migrate.upgrade(Settings.read().database_url)}.")


def snapshot_of(archive: Path | None) -> Snapshot | None:
    """Return the archive, None if it can't be read: the rest is still shown."""
    try:
        return read(archive)
    except BackIssueError as error:
        err.print(f"What waits undecided is not shown: {safe(str(error))}", style="dim", markup=False)
        return None


async def _look(url: str, asked: DeliveryFilter, snapshot: Snapshot | None) -> DeliveryListing:
    store = await asyncio.to_thread(Store.open, url)
    try:
        rows = await store.deliveries.list(
            workspace=asked.place,
            channel=asked.channel,
            issue=await identity_of(store.issues, asked.issue, snapshot),
            progress=asked.progress,
            limit=asked.limit,
        )
        alone = asked.issue is not None or asked.state is not None
        return DeliveryListing(() if alone else await _stand(store, asked, snapshot), rows)
    finally:
        await store.close()


async def identity_of(register: Issues, asked: str | None, snapshot: Snapshot | None) -> str | None:
    """Return the identity of the issue asked for, by a present or former slug, or as `show` finds it in the archive."""
    known = None if asked is None else await register.identity(asked)
    if asked is None or known is not None:
        return known
    plain = asked.strip().removeprefix("#")
    numbered = plain.isascii() and plain.isdigit() and len(plain) < _MAX_DIGITS
    # A draft again, expired or deleted: what was posted of it is known by its number all the same.
    if numbered and (snapshot is None or not _has(snapshot, asked)):
        kept = await register.numbered(int(plain))
        if kept is not None:
            return kept
    if snapshot is None:
        raise SettingsError("--issue", f"{asked!r} is no slug or number of an issue that the bot has seen")
    slug = find(snapshot, asked).slug
    return await register.identity(slug) or slug


def _has(snapshot: Snapshot, asked: str) -> bool:
    """Return whether the archive has the issue now."""
    try:
        find(snapshot, asked)
    except UnknownIssueError:
        return False
    return True


async def _stand(
    store: Store, asked: DeliveryFilter, snapshot: Snapshot | None
) -> tuple[tuple[WorkspaceId, DeliveryStatus], ...]:
    """Return the delivery status of each subscription."""
    now, settings = SystemClock().now(), Settings.read()
    zone = zone_of(settings.zone)
    there = announced(snapshot, now) if snapshot else ()
    registry = registry_of(OnlyLooking(store.issues), settings, there)
    await registry.put(there, now)
    policy = replace(DEFAULT_POLICY, window=settings.window)
    lost = await _lost(store.issues, snapshot)
    reports = DeliveryReports(
        store,
        registry,
        None,
        policy,
        held=lambda: held_back(snapshot, now, zone) if snapshot else (),
        archive_fault=lambda: lost,
    )
    chosen = [each for each in await store.subscriptions.list(asked.place) if asked.channel in {None, each.channel}]
    return tuple([(each.workspace, await reports.status(each, now)) for each in chosen])


async def _lost(register: Issues, snapshot: Snapshot | None) -> str:
    """Return the line that the archive has no issues although some are known, "" if it has any or none was read."""
    if snapshot is None or any(reading.issue is not None for reading in snapshot.readings.values()):
        return ""
    count = await register.count()
    return gone(count, await register.last_look()) if count else ""


def registry_of(register: RegisterOfEach, settings: Settings, issues: Iterable[Issue]) -> IssueRegistry:
    """Return a registry that decides about the newsletters of these issues by the operator's settings, as the bot's."""
    newsletters = [Newsletter(slug, slug, settings.zone) for slug in sorted({issue.newsletter for issue in issues})]
    zone = zone_of(settings.zone)
    return registry_for(register, newsletters, window=settings.window, zone=zone, adopting=False)


def _lines(workspace: WorkspaceId, status: DeliveryStatus) -> Text:
    """Return a subscription: place and schedule, preferences, last post, then a line for each waiting issue."""
    of = f" {safe(status.of)}" if status.of else ""
    said = Text(f"{workspace} {status.channel}{of}  ", style="bold").append(safe(status.schedule), style="not bold")
    if status.paused:
        said.append(f"\n  paused: {safe(status.paused)}", style="not bold yellow")
    elif status.next_at is not None:
        title = f": {safe(status.next_title)}" if status.next_title else ""
        said.append(f"  next {status.next_at:%Y-%m-%d %H:%M} UTC{title}", style="not bold")
    gone = ["its newsletter is not among the bot's now: nothing of it is posted or lost"] if status.gone else []
    more = [*gone, f"preferences: {described(status.preferences)}", f"last: {_last(status.last)}"]
    more += [f"waits: {each.title}: {each.why}" for each in status.waiting[:_MAX_WAITING]]
    if (rest := len(status.waiting[_MAX_WAITING:]) + status.more_waiting) > 0:
        more.append(f"and {rest} more wait")
    if status.archive_fault:
        more.append(f"the archive: {status.archive_fault}")
    if status.quiet_since is not None:
        more.append(f"nothing is posted: no worker has run since {status.quiet_since:%Y-%m-%d %H:%M} UTC")
    if (second := status.second_bot) is not None:
        more.append(f"another copy of the bot posts too: seen {second.seen:%Y-%m-%d %H:%M} UTC in {second.channel}")
    more += [f"cannot be read: {each}" for each in status.broken[:_MAX_WAITING]]
    more += [f"held back: {each.title}: {each.why}" for each in status.held[:_MAX_WAITING]]
    if len(status.held) > _MAX_WAITING:
        more.append(f"and {len(status.held) - _MAX_WAITING} more are held back")
    if older := status.older:
        names, rest = ", ".join(older[:_MAX_WAITING]), len(older) - _MAX_WAITING
        more.append(f"not posted by themselves, since not new when they came in: {len(older)} ({names}")
        more[-1] += f" and {rest} more)" if rest > 0 else ")"
    return said.append(safe("".join(f"\n  {line}" for line in more)), style="not bold")


def _last(post: Post | None) -> str:
    """Return what was posted last, when and where: its link, or without one its ts."""
    if post is None:
        return "nothing yet"
    when = f"{post.at:%Y-%m-%d %H:%M} UTC" if post.at else ""
    where = post.link or (f"ts {post.ts}" if post.ts else "")
    return ", ".join(filter(None, (post.title, when, where, post.stands)))


def _happened(delivery: Delivery) -> str:
    return delivery.said_reason if delivery.progress in RETRACTABLE else taken_back(delivery, mention="{}")


def _deliveries(found: Iterable[Delivery]) -> Table:
    table = Table(header_style="dim", box=None, padding=(0, 2, 0, 0))
    for column in ("due (UTC)", "workspace", "channel", "issue", "state", "parts", "what happened"):
        table.add_column(column, overflow="fold", justify="right" if column == "parts" else "left")
    for delivery in found:
        sent = sum(part.state is State.SENT for part in delivery.messages)
        table.add_row(
            f"{delivery.due:%Y-%m-%d %H:%M}",
            delivery.workspace,
            delivery.channel,
            Text(safe(delivery.issue)),
            Text(delivery.progress.value, style=STYLE.get(delivery.progress, "")),
            f"{sent}/{len(delivery.messages)}" if delivery.messages else "",
            Text(safe(_happened(delivery))),
        )
    return table

"""`backissue deliveries mark-seen`: what no channel has got yet is not posted by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from archive.issue import Issue
from bot.cli.deliveries import DeliveryFilter, OnlyLooking, registry_of
from bot.cli.reading import read
from bot.cli.terminal import out, safe
from bot.digests.delivery.several_registries import RegisterOfEach
from bot.domain.delivery import MARKED_SEEN
from bot.domain.due import untold, waiting
from bot.domain.publication import announced
from bot.domain.subscription import Subscription
from bot.domain.title import label
from bot.runtime.clock import SystemClock
from bot.runtime.settings import Settings
from bot.store.store import Store

MAX_NAMED = 8


@dataclass(frozen=True, slots=True)
class _Undecided:
    """What a channel would get or its subscriber be asked about: the new issues' identities, and names for people.

    `told` is the order number of the last issue that is not new, 0 without one.
    """

    subscription: Subscription
    new: tuple[str, ...]
    names: tuple[str, ...]
    told: int


def mark_seen(asked: DeliveryFilter, archive: Path | None, confirm: Callable[[str], bool]) -> None:
    """Mark what is not decided yet as seen in the channels that match, after `confirm` agrees; print what was done.

    Raises BackIssueError if the archive can't be read, StoreError if the database can't be reached.
    """
    issues = announced(read(archive), SystemClock().now())
    asyncio.run(_run(Settings.read().database_url, asked, issues, confirm))


async def _run(url: str, asked: DeliveryFilter, issues: tuple[Issue, ...], confirm: Callable[[str], bool]) -> None:
    store = await asyncio.to_thread(Store.open, url)
    try:
        found = await _undecided(store, asked, issues, OnlyLooking(store.issues))
        if not any(each.names for each in found):
            out.print("Nothing is undecided: every issue was posted, or is not posted by itself.")
            return
        for each in found:
            out.print(safe(_line(each)), soft_wrap=True)
        if not confirm("Mark these as seen? They are not posted by themselves then; they stay in the archive."):
            out.print("Nothing was changed.")
            return
        # Again, this time with the issues written down: the bot may have decided meanwhile.
        marked = [await _mark(store, each) for each in await _undecided(store, asked, issues, store.issues)]
        count = sum(marked)
        out.print(f"Marked as seen: {count} issue{'s' * (count != 1)} in {sum(map(bool, marked))} channels.")
    finally:
        await store.close()


async def _undecided(
    store: Store, asked: DeliveryFilter, issues: tuple[Issue, ...], register: RegisterOfEach
) -> list[_Undecided]:
    """Return what is undecided in each channel that matches and has anything."""
    now, registry = SystemClock().now(), registry_of(register, Settings.read(), issues)
    await registry.put(issues, now)
    catalogue, found = registry.current, []
    for each in await store.subscriptions.list(asked.place):
        if asked.channel not in {None, each.channel}:
            continue
        known, theirs = await store.deliveries.known(each), catalogue.of(each.newsletter)
        new, old = waiting(theirs, each, known, now), untold(theirs, each, known)
        names = tuple(label(catalogue.issues[identity]) for identity in (*new, *old))
        if names:
            told = max((catalogue.order[identity] for identity in old), default=0)
            found.append(_Undecided(each, new, names, told))
    return found


async def _mark(store: Store, undecided: _Undecided) -> int:
    """Mark a channel's undecided issues as seen; return how many."""
    count = await store.deliveries.pass_over(undecided.subscription, undecided.new, SystemClock().now(), MARKED_SEEN)
    if undecided.told:
        await store.older_issues.tell_nothing(undecided.subscription.id, undecided.told)
    return count + len(undecided.names) - len(undecided.new)


def _line(undecided: _Undecided) -> str:
    names, place = undecided.names, undecided.subscription
    rest = len(names) - MAX_NAMED
    more = f" and {rest} more" if rest > 0 else ""
    return f"{place.workspace} {place.channel}: {', '.join(names[:MAX_NAMED])}{more}"

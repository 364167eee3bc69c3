"""The issues that have come out, in the order in which they were first seen, and which of them were new then.

An issue that is dated ahead is not written down: it is seen when it comes out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from bot.domain.issue_identity import Fingerprint, KnownIssues, leading, recognise
from bot.domain.likeness import Marks
from bot.domain.newness import WINDOW, Arrival, is_out
from bot.domain.newsletter import Newsletter
from bot.store import issue_decisions, looks
from bot.store.adoption import adopt
from bot.store.database import Database
from bot.store.errors import ForeignArchiveError
from bot.store.foreign_folder import FolderLook, look_at
from bot.store.heartbeats import is_in_use
from bot.store.inserts import insert
from bot.store.issue_decisions import Decided
from bot.store.tables import issues, slugs

_EDIT = (
    update(issues)
    .where(issues.c.identity == bindparam("key"))
    .values(
        content=bindparam("content_"),
        source=bindparam("source_"),
        links=bindparam("links_"),
        marks=bindparam("marks_"),
    )
)


@dataclass(frozen=True, slots=True)
class Registered:
    """What the register says of an archive.

    `identity` of each slug now there whose issue is out; of each such issue the slug of the file that says what it is,
    of several copies (`files`); `seq`, the order in which identities were first seen; the identities whose file's text
    was `edited` since the register last saw them; how those came in that were `not_new`.
    """

    identity: dict[str, str]
    files: dict[str, str]
    seq: dict[str, int]
    edited: frozenset[str] = frozenset()
    not_new: dict[str, Arrival] = field(default_factory=dict)
    arrivals: dict[str, Arrival] = field(default_factory=dict)
    """How those came in that were new, where it is known."""
    elsewhere: frozenset[str] = frozenset()
    """The identities of which another process has read another text."""


class Issues:
    """The register of a newsletter's issues."""

    def __init__(self, database: Database, newsletter: Newsletter, configured: Collection[str] | None = None) -> None:
        """Use `database`; issues and looks are the `newsletter`'s own.

        `configured` are the slugs of all newsletters in use: one that is not known yet takes over the rows of one that
        is not in use any more and has the same issues. None: it takes over nothing.
        """
        self._database = database
        self._newsletter = newsletter.slug
        self._configured = configured

    def of(self, slug: str, configured: Collection[str] | None = None) -> Issues:
        """Return the register of the newsletter with this slug in the same database; `configured` as above."""
        return Issues(self._database, Newsletter(slug, slug), configured)

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
        """Write down the archive as it is now: `fingerprints` of all its issues, oldest first.

        `good`: the archive's folder could be read just now. Such a look counts as the last one if it saw any issue.
        An issue that comes out now is new if it is dated no more than `window` before the last one. `filling`: the
        folder was empty before. Then the first look lasts until no issue came for a while. `read`: the `source` of each
        slug that this process registered before, None if it never did. Where it is the same now and the register holds
        another, another process reads another copy of the archive, and that is no edit.

        Raises ForeignArchiveError, and writes nothing, if this process never did, none of the known issues is there,
        and a worker is at work on this database.
        """
        look = _Look(self._newsletter, tuple(fingerprints), now, window, filling=filling, read=read)

        def unit(connection: Connection) -> Registered:
            _take_turns(connection)
            if self._configured is not None:
                adopt(connection, look.newsletter, self._configured, look.there)
            return _register(connection, look, good=good)

        return await self._database.write(unit)

    async def recognised(
        self, fingerprints: Iterable[Fingerprint], now: datetime, *, window: timedelta = WINDOW
    ) -> Registered:
        """Return what `register` would, and write nothing: for those who only look."""
        look = _Look(self._newsletter, tuple(fingerprints), now, window)
        return await self._database.read(lambda connection: _recognised(connection, look))

    async def last_look(self) -> datetime | None:
        """Return the latest moment of a look at the archive that saw issues, None if there was none."""
        return await self._database.read(lambda connection: looks.last_look(connection, self._newsletter))

    async def count(self) -> int:
        """Return how many issues of the newsletter ever came out."""
        counted = select(func.count()).where(issues.c.newsletter == self._newsletter)
        return await self._database.read(lambda connection: int(connection.scalar(counted) or 0))

    async def numbered(self, number: int) -> str | None:
        """Return the identity of the issue that last had this number, also where its file is gone; None for none."""
        chosen = select(issues.c.identity, issues.c.marks).order_by(issues.c.seq.desc())
        rows = await self._database.read(lambda connection: connection.execute(chosen).all())
        return next((row.identity for row in rows if Marks.of_json(row.marks).number == number), None)

    async def identity(self, slug: str) -> str | None:
        """Return the identity of the issue that has or once had this slug."""
        return await self._database.read(
            lambda connection: connection.scalar(select(slugs.c.identity).where(slugs.c.slug == slug))
        )


@dataclass(frozen=True, slots=True)
class _Look:
    """A look at the archive of the `newsletter` (slug) at the moment `now`; `window` as in `Issues.register`."""

    newsletter: str
    there: tuple[Fingerprint, ...]
    now: datetime
    window: timedelta
    filling: bool = False
    read: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the register holds: each identity's row, each slug's identity; and what is there now and out.

    Of that: the identity of each slug, the fingerprint of each identity, what is decided of those first seen now
    (`fresh`), and what is `decided` again of known ones. `before`: the looks before. `folder`: whose it is.
    """

    rows: dict[str, Any]
    names: dict[str, str]
    identity: dict[str, str]
    fingerprints: dict[str, Fingerprint]
    fresh: dict[str, Decided]
    decided: dict[str, Decided]
    before: looks.Looks
    folder: FolderLook

    @property
    def decisions(self) -> dict[str, Decided]:
        """What is decided of every identity, those of the `fresh` and `decided` among them."""
        return issue_decisions.decided_before(self.rows) | self.fresh | self.decided


def _seen(connection: Connection, look: _Look) -> _Seen:
    there, now = look.there, look.now
    mine = issues.c.newsletter == look.newsletter
    rows = {row.identity: row for row in connection.execute(select(issues).where(mine))}
    names = {
        row.slug: row.identity
        for row in connection.execute(select(slugs).join(issues, issues.c.identity == slugs.c.identity).where(mine))
    }
    taken = frozenset(connection.scalars(select(issues.c.identity).where(~mine)))
    links = {key: frozenset(row.links) for key, row in rows.items()}
    known = KnownIssues(names, links, {key: Marks.of_json(row.marks) for key, row in rows.items()}, taken)
    found = recognise(there, known)
    out = [
        fingerprint
        for fingerprint in there
        if found[fingerprint.slug] in rows or is_out(fingerprint.dated, now, day_only=fingerprint.day_only)
    ]
    fingerprints = leading(out, found, known, {key: row.source for key, row in rows.items()})
    before = looks.looks_before(connection, look.newsletter, _sights(rows), now)
    folder = look_at(rows, fingerprints, before.recorded, now)
    came = {key: now for key in fingerprints if key not in rows}
    fresh = _decided(
        fingerprints, came, replace(before, last=folder.last) if folder.is_another else before, look.window
    )
    identity = {fingerprint.slug: found[fingerprint.slug] for fingerprint in out}
    decided = issue_decisions.decided_again(rows, fingerprints, now, look.window)
    if back := {key: rows[key].seen for key in folder.back & fingerprints.keys()}:
        decided |= _decided(fingerprints, back, before, look.window)
    return _Seen(rows, names, identity, fingerprints, fresh, decided, before, folder)


def _decided(
    there: dict[str, Fingerprint], sights: dict[str, datetime], before: looks.Looks, window: timedelta
) -> dict[str, Decided]:
    """Return what is decided of some of those that are `there`, by identity; `sights`: when each was first seen."""
    came = {key: there[key] for key in sights}
    others = (fingerprint for key, fingerprint in there.items() if key not in sights)
    return issue_decisions.decided_now(came, others, sights, before, window)


def _row(newsletter: str, key: str, fingerprint: Fingerprint, decided: Decided) -> dict[str, Any]:
    """Return the row of an issue that comes out now."""
    came = decided.arrival
    arrival = {"seen": came.seen, "is_new": decided.is_new, "dated": came.dated, "last_look": came.last_look}
    traits = {"links": sorted(fingerprint.links), "marks": fingerprint.marks.as_json()}
    return {"identity": key, "newsletter": newsletter, **traits, **_text(fingerprint), **arrival}


def _text(fingerprint: Fingerprint) -> dict[str, str]:
    return {"content": fingerprint.content, "source": fingerprint.file_text}


def _is_filling(connection: Connection, seen: _Seen, look: _Look) -> bool:
    """Return whether the first look goes on: the folder was empty and issues come in, or they did a moment ago."""
    if looks.last_look(connection, look.newsletter) is not None:
        return False
    if not seen.rows:
        return look.filling
    return looks.end_of_first_look(_sights(seen.rows), look.now) is None


def _sights(rows: dict[str, Any]) -> list[datetime]:
    return [row.seen for row in rows.values()]


def _recognised(connection: Connection, look: _Look) -> Registered:
    seen = _seen(connection, look)
    seq = {key: int(row.seq) for key, row in seen.rows.items()}
    last = max(seq.values(), default=0)
    order = seq | dict(zip(seen.fresh, count(last + 1), strict=False))
    return _registered(seen, order)


def _take_turns(connection: Connection) -> None:
    """Wait until no other process registers: numbers must be seen in the order in which they are given."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7236202)")


def _register(connection: Connection, look: _Look, *, good: bool) -> Registered:
    seen = _seen(connection, look)
    if look.read is None and look.there and seen.folder.is_another and is_in_use(connection, look.newsletter, look.now):
        raise ForeignArchiveError(len(look.there))
    if seen.fresh:
        rows = [_row(look.newsletter, key, seen.fingerprints[key], decided) for key, decided in seen.fresh.items()]
        connection.execute(insert(connection, issues).on_conflict_do_nothing(), rows)
    _note_ahead(connection, seen, look)
    issue_decisions.write(connection, seen.decided)
    renamed = [{"slug": slug, "identity": key} for slug, key in seen.identity.items() if seen.names.get(slug) != key]
    if renamed:
        row = insert(connection, slugs)
        latest = {"identity": row.excluded.identity}
        connection.execute(row.on_conflict_do_update(index_elements=["slug"], set_=latest), renamed)
    if good and look.there and not seen.folder.is_unknown and not _is_filling(connection, seen, look):
        looks.looked(connection, look.newsletter, look.now)
    seq = {row.identity: row.seq for row in connection.execute(select(issues.c.identity, issues.c.seq))}
    elsewhere = _elsewhere(seen, look.read or {})
    return replace(_registered(seen, seq), edited=_edit(connection, seen, elsewhere), elsewhere=elsewhere)


def _registered(seen: _Seen, seq: dict[str, int]) -> Registered:
    decisions = seen.decisions
    old, new = issue_decisions.not_new(decisions), issue_decisions.arrivals(decisions)
    files = {key: fingerprint.slug for key, fingerprint in seen.fingerprints.items()}
    return Registered(seen.identity, files, seq, not_new=old, arrivals=new)


def _elsewhere(seen: _Seen, read: Mapping[str, str]) -> frozenset[str]:
    """Return the identities whose files are as this process registered them, and which the register has otherwise."""
    return frozenset(
        key
        for key, fingerprint in seen.fingerprints.items()
        if key in seen.rows
        and read.get(fingerprint.slug) == _text(fingerprint)["source"]
        and seen.rows[key].source != _text(fingerprint)["source"]
    )


def _note_ahead(connection: Connection, seen: _Seen, look: _Look) -> None:
    """Write down what a first look saw dated ahead, and later that it has come out."""
    if seen.before.last is None:
        ahead = (fingerprint.slug for fingerprint in look.there if fingerprint.slug not in seen.identity)
        looks.saw_ahead(connection, look.newsletter, ahead)
    else:
        looks.came_out(connection, look.newsletter, seen.before.ahead & seen.identity.keys())


def _edit(connection: Connection, seen: _Seen, elsewhere: frozenset[str]) -> frozenset[str]:
    """Write down what the issues' files say now, but for those that another process reads `elsewhere`.

    Return the identities of those whose text is another than before.

    What is only read in another way, by another version, is written down too and is no edit; so is the first text
    known of an issue that a release before this rule saw.
    """
    differing = {
        key: _text(fingerprint)
        for key, fingerprint in seen.fingerprints.items()
        if key in seen.rows
        and key not in elsewhere
        and (_text(fingerprint), fingerprint.marks.as_json())
        != ({"content": seen.rows[key].content, "source": seen.rows[key].source}, seen.rows[key].marks)
    }
    if differing:
        now = seen.fingerprints
        rows = [
            {
                "key": key,
                "content_": text["content"],
                "source_": text["source"],
                "links_": sorted(now[key].links),
                "marks_": now[key].marks.as_json(),
            }
            for key, text in differing.items()
        ]
        connection.execute(_EDIT, rows)
    return frozenset(key for key, text in differing.items() if text["source"] != seen.rows[key].source)

"""`backissue check`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.table import Table
from rich.text import Text

from archive.document import SUFFIXES, Reading
from archive.errors import FolderError
from archive.folder import OTHER_DOCUMENTS, DiskFolder, File
from archive.issue import Issue
from archive.kind import Kind
from archive.loader import read_one
from archive.newsletter import FILE_NAME, NO_FILE, NewsletterFile
from archive.page import Unseen
from archive.problem import Problem
from archive.proof import Count, Loss, examine, hidden_links, total
from archive.snapshot import Snapshot
from bot.cli.archive_folder import folder_of
from bot.cli.reading import watched
from bot.cli.terminal import out, safe
from bot.domain.newsletter import Newsletter
from bot.domain.publication import HeldBack, held_back, released
from bot.domain.schedule import zone_of
from bot.runtime.clock import SystemClock
from bot.source.finding import find_newsletters

_MAX_NUMBERS = 5
MEND = "this is a fault of the reader, not of the file: please report it with that line"


def check(archive: Path | None) -> int:
    """Read every file, check that nothing was lost or invented, and print the counts, for each newsletter by itself.

    Returns the exit code: 1 if anything was lost or invented, or one of several newsletters cannot be read.
    Raises SettingsError, FolderError.
    """
    found = find_newsletters(folder_of(archive))
    if not found.several:
        return 1 if _checked(found.newsletters[0]) else 0
    out.print(Text(safe(f"Several newsletters: {found.why}.")), soft_wrap=True)
    for newsletter in found.newsletters:
        out.print(Text(safe(f"{_called(newsletter)}: {newsletter.folder}")), soft_wrap=True)
    failed = [newsletter.slug for newsletter in found.newsletters if not _is_sound(newsletter)]
    if failed:
        out.print(Text(safe(f"\nTo mend, of {len(found.newsletters)} newsletters: {', '.join(failed)}."), "bold red"))
    return 1 if failed else 0


def _numbered_twice(issues: Iterable[Issue]) -> list[str]:
    """Return a line for each of the highest numbers that several files have, at most `_MAX_NUMBERS`."""
    named: dict[int, list[str]] = {}
    for issue in issues:
        if issue.number is not None:
            named.setdefault(issue.number, []).append(issue.slug)
    twice = sorted((number for number, slugs in named.items() if len(slugs) > 1), reverse=True)[:_MAX_NUMBERS]
    return [f"Number {number} is that of {len(named[number])} files: {', '.join(named[number])}." for number in twice]


def _called(newsletter: Newsletter) -> str:
    """Return a newsletter's name with its slug, or its slug alone."""
    return f"{newsletter.name} ({newsletter.slug})" if newsletter.name else newsletter.slug


def _is_sound(newsletter: Newsletter) -> bool:
    """Print one of several newsletters' findings under its name; return whether it could be read and lost nothing."""
    out.print(Text(safe(f"\n{_called(newsletter)}"), "bold"))
    try:
        return not _checked(newsletter)
    except FolderError as error:
        out.print(Text(safe(str(error)), "bold red"))
        return False


def _checked(newsletter: Newsletter) -> int:
    """Check one newsletter by its own file, print what was found, and return how much was lost or invented.

    Raises FolderError.
    """
    folder = DiskFolder(newsletter.folder or Path(), SUFFIXES)
    files = list(folder.files())
    read, unproved, unseen = _proved(folder, files)
    now, zone = SystemClock().now(), zone_of(newsletter.zone)
    snapshot, held = released(read, now, zone), held_back(read, now, zone)
    problems = [*snapshot.problems, *unproved]
    lost = sum(problem.lost for problem in problems)
    if problems:
        out.print(_problems(problems))
    if held:
        out.print(_held(held))
    out.print(_counts(len(files), total(snapshot.issues), len(held), [_hidden(read), _unseen(unseen), _left_out(read)]))
    for line in _used(folder.newsletter, read):
        out.print(safe(line))
    for line in _numbered_twice(snapshot.issues):
        out.print(Text(safe(line), "yellow"), soft_wrap=True)
    for line in _not_read(folder):
        out.print(Text(safe(line), "yellow"))
    out.print(_verdict(len(files), lost, len(problems)))
    return lost


def _proved(folder: DiskFolder, files: list[File]) -> tuple[Snapshot, list[Problem], list[Unseen]]:
    """Read the files and compare each with its bytes; return them, what was lost or invented, and what is not shown."""
    unproved: list[Problem] = []
    unseen: list[Unseen] = []

    def readings() -> Iterator[Reading]:
        for file in watched(files, "Checking"):
            reading = read_one(folder, file)
            if reading.issue is not None:
                proof = examine(reading, folder.read(file.name))
                unproved.extend(map(_as_problem, proof.losses))
                unseen.append(proof.unseen)
            yield reading

    return Snapshot.of(readings()), unproved, unseen


def _as_problem(loss: Loss) -> Problem:
    what = "invented" if loss.invented else "lost"
    return Problem(loss.file, loss.line, f"{what}: {loss.what}", MEND, lost=True)


def _problems(problems: Iterable[Problem]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("where", "what", "do"):
        table.add_column(column, overflow="fold")
    for problem in sorted(problems):
        where = f"{problem.file}:{problem.line}" if problem.line else problem.file
        style = "red" if problem.lost else "yellow"
        table.add_row(Text(safe(where), style), safe(problem.message), Text(safe(problem.advice), "dim"))
    return table


def _held(held: Iterable[HeldBack]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("held back", "why", "until"):
        table.add_column(column, overflow="fold")
    for each in held:
        until = f"{each.until:%Y-%m-%d %H:%M %Z}" if each.until else "" if each.over else "its mark goes"
        table.add_row(Text(safe(each.file), "cyan"), safe(each.why), Text(until, "dim"))
    return table


def _hidden(read: Snapshot) -> str:
    """Return how much no reader would see, in words; "" for nothing."""
    readings = [reading for reading in read.readings.values() if reading.hidden]
    pieces, links = sum(len(reading.hidden) for reading in readings), sum(map(hidden_links, readings))
    return f"{pieces:,} comments, scripts and styles that no reader sees, with {links:,} links" if pieces else ""


def _unseen(unseen: Iterable[Unseen]) -> str:
    """Return how many pictures and unused definitions of links the files hold, in words; "" for none."""
    each = list(unseen)
    pictures, definitions = sum(file.pictures for file in each), sum(file.definitions for file in each)
    if not pictures and not definitions:
        return ""
    return f"{pictures:,} pictures; definitions of links that no text uses: {definitions:,}"


def _left_out(read: Snapshot) -> str:
    """Return how much `newsletter.toml` leaves out, in words; "" for nothing."""
    entries = [e for reading in read.readings.values() for section in reading.left_out for e in section.entries]
    links = sum(len(entry.links) for entry in entries)
    return f"{len(entries):,} entries left out by {FILE_NAME}, with {links:,} links" if entries else ""


def _used(newsletter: NewsletterFile, read: Snapshot) -> Iterator[str]:
    """Yield what is used of `newsletter.toml`, and what in it matches nothing."""
    if newsletter == NO_FILE:
        return
    said = [f"{key} {value}" for key in ("name", "language", "zone") if (value := getattr(newsletter, key))]
    sponsors = sum(kind is Kind.SPONSOR for kind in newsletter.kinds.values())
    counted = {"kinds": len(newsletter.kinds) - sponsors, "sponsors": sponsors, "leave_out": len(newsletter.leave_out)}
    yield f"{FILE_NAME}: {', '.join([*said, *(f'{key} {count}' for key, count in counted.items() if count)])}"
    left = [section for reading in read.readings.values() for section in reading.left_out]
    issues = [reading.issue for reading in read.readings.values() if reading.issue is not None]
    yield from (f"{FILE_NAME}: no heading or text is like {name!r}" for name in newsletter.unmatched(issues, left))


def _not_read(folder: DiskFolder) -> Iterator[str]:
    """Yield a line for each kind of document in the folder that is not read."""
    for suffix, names in folder.others().items():
        kind, advice = OTHER_DOCUMENTS[suffix]
        more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
        yield f"{names[0]}{more}: {kind} is not read; {advice}"


def _counts(files: int, count: Count, held: int, unseen: Iterable[str]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(justify="right", style="bold")
    table.add_column()
    table.add_row(f"{files:,}", "files")
    for name in ("issues", "sections", "entries", "links", "words"):
        table.add_row(f"{getattr(count, name):,}", name)
    for line in filter(None, unseen):
        table.add_row(*line.split(" ", 1))
    if held:
        table.add_row(f"{held:,}", "held back: not posted, not found, not shown")
    return table


def _verdict(files: int, lost: int, problems: int) -> Text:
    if not files:
        ends = " or ".join(sorted(SUFFIXES))
        return Text(f"There is nothing to check: no file in this folder ends in {ends}.", style="bold yellow")
    if lost:
        return Text(f"{lost} lost: see above, file by file.", style="bold red")
    noted = f" {problems} to look at: see above." if problems else ""
    return Text(
        "Nothing lost, nothing invented: every link and every word is in exactly one place." + noted, "bold green"
    )

"""`backissue newsletters add` and `remove`: changing which newsletters an archive has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from rich.text import Text

from archive.errors import FolderError
from bot.cli.archive_folder import folder_of
from bot.cli.newsletters import Row, row_of, table_of_rows
from bot.cli.terminal import out, safe
from bot.domain.errors import SettingsError
from bot.domain.newsletter import Newsletter
from bot.source.finding import LIST_NAME, FoundNewsletters, completed, find_newsletters, has_issues, slug_of
from bot.source.newsletter_list import NewsletterList, table_of, with_table, without_table

Confirm = Callable[[str], bool]
RESTART = "A running bot reads the list at its next start."


def add(
    given: Path, archive: Path | None, *, confirm: Confirm, slug: str | None = None, name: str | None = None
) -> None:
    """Show what is in the folder `given` and, if that is confirmed, name it in the archive's list of newsletters.

    Raises SettingsError, FolderError: the folder, its slug or its name can't be used, or the list can't.
    """
    base = folder_of(archive)
    before = _so_far(find_newsletters(base), base)
    new = _new(given, slug, name)
    _refuse(new, before.newsletters)
    row = row_of(completed(new))
    _refuse_unread(given, row)
    file = NewsletterList(base, before)
    _preview(row, file, before)
    if not confirm(f"Add {new.slug} to {base / LIST_NAME}?"):
        return _say("Nothing was written.")
    said = {**table_of(new, base), **({"name": new.name} if new.name else {})}
    file.write(with_table(file.text, new.slug, said))
    return _say(f"{new.slug} is one of the newsletters. {RESTART}")


def remove(slug: str, archive: Path | None, *, confirm: Confirm) -> None:
    """Show a newsletter and, if that is confirmed, take it out of the list. Its folder stays as it is.

    Raises SettingsError, FolderError: there is no such newsletter, it is the only one, or the list can't be changed.
    """
    base = folder_of(archive)
    found = find_newsletters(base)
    newsletter = _known(slug, found)
    file = NewsletterList(base, found)
    text = without_table(file.text, slug)
    _preview(row_of(newsletter), file, replace(found, newsletters=_others(slug, found)))
    if not confirm(f"Take {slug} out of {base / LIST_NAME}? Its folder stays as it is."):
        return _say("Nothing was written.")
    file.write(text)
    return _say(f"{slug} is none of the newsletters any more. {RESTART}")


def _so_far(found: FoundNewsletters, base: Path) -> FoundNewsletters:
    """Return the newsletters so far; one without a slug gets it, one without issues is none."""
    if found.several:
        return found
    if not has_issues(base):
        return replace(found, newsletters=())
    only = found.newsletters[0]
    return replace(found, newsletters=(replace(only, slug=slug_of(only.name or base.resolve().name)),))


def _new(given: Path, slug: str | None, name: str | None) -> Newsletter:
    """Return the newsletter that is to be added. Raises SettingsError if its folder, slug or name can't be used."""
    if not given.is_dir():
        reason = "it is not a folder" if given.exists() else "there is no such folder"
        raise SettingsError(str(given), f"{reason}; name the folder that the newsletter's issues are in")
    if slug is not None and slug != slug_of(slug):
        raise SettingsError("--slug", f"it is made of small letters, digits and hyphens, like {slug_of(slug)}")
    if name is not None and not (name.strip() and name.isprintable()):
        raise SettingsError("--name", "write it as a text on one line")
    return Newsletter(slug or slug_of(given.resolve().name), name or "", "", "", given.resolve())


def _refuse(new: Newsletter, others: Iterable[Newsletter]) -> None:
    """Raise SettingsError if another newsletter has the slug, or a folder that shares issues with the new one's."""
    folder = (new.folder or Path()).resolve()
    for other in others:
        theirs = (other.folder or Path()).resolve()
        if folder == theirs:
            raise SettingsError(str(folder), f"it is the newsletter {other.slug} already")
        if folder.is_relative_to(theirs) or theirs.is_relative_to(folder):
            reason = (
                f"it lies in {theirs}, whose issues" if folder.is_relative_to(theirs) else f"{theirs} lies in it and"
            )
            raise SettingsError(str(folder), f"{reason} are {other.slug}'s; a newsletter has a folder of its own")
        if new.slug == other.slug:
            raise SettingsError("--slug", f"{new.slug} is the newsletter in {theirs}; give this one another slug")


def _refuse_unread(given: Path, row: Row) -> None:
    """Raise an error if the folder is not that of one newsletter with issues."""
    within = find_newsletters(given)
    if within.several:
        slugs = ", ".join(each.slug for each in within.newsletters[:5])
        raise SettingsError(str(given), f"it holds several newsletters ({slugs}); add the folder of one of them")
    if row["fault"]:
        raise FolderError(str(given), str(row["fault"]))
    if not row["issues"]:
        advice = f"`backissue check --archive {given}` says what is in it"
        raise SettingsError(str(given), f"it has no issue that can be read; {advice}")


def _known(slug: str, found: FoundNewsletters) -> Newsletter:
    """Return the newsletter that may be removed. Raises SettingsError."""
    if not found.several:
        raise SettingsError(slug, f"this archive is one newsletter's ({found.why}); there is none to remove")
    slugs = [each.slug for each in found.newsletters]
    if slug not in slugs:
        near = get_close_matches(slug, slugs, n=3) or slugs[:5]
        raise SettingsError(slug, f"there is no such newsletter; there is {', '.join(near)}")
    if len(slugs) == 1:
        raise SettingsError(
            slug, f"it is the only newsletter; name another folder in BACKISSUE_ARCHIVE, or change {LIST_NAME}"
        )
    return found.newsletters[slugs.index(slug)]


def _others(slug: str, found: FoundNewsletters) -> tuple[Newsletter, ...]:
    return tuple(each for each in found.newsletters if each.slug != slug)


def _preview(row: Row, file: NewsletterList, others: FoundNewsletters) -> None:
    """Print what was found of a newsletter, and what else is going to be in a list that is not there yet."""
    out.print(table_of_rows([row]))
    if row["problems"]:
        _say(f"`backissue check --archive {row['folder']}` says what its problems are.")
    if file.is_new:
        _say(f"{LIST_NAME} is not there yet. From then on, only the newsletters that it names count.")
        for other in others.newsletters:
            _say(f"It will name {other.slug} too, in {other.folder}")


def _say(line: str) -> None:
    out.print(Text(safe(line)), soft_wrap=True)

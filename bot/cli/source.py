"""The source that `serve`, `worker` and `demo` look at for new issues; imported only where one is named."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

from archive.document import SUFFIXES
from archive.folder import DiskFolder
from bot.domain.errors import SettingsError
from bot.runtime.clock import SystemClock
from bot.runtime.settings import Settings
from bot.source.importing.destination import LEDGER, opened
from bot.source.importing.importer import Report, run
from bot.source.importing.item import Remote
from bot.source.importing.network import without_secrets
from bot.source.importing.opening import FetchAccess, remote_of, source_of
from bot.source.importing.polling import Polling


async def polling_into(settings: Settings, folder: Path) -> Polling:
    """Return what brings new issues from the settings' source into `folder`, which is made if it is not there.

    A folder without issues is filled first: issues that are there already would count as new if they came later. Raises
    SettingsError, SourceError.
    """
    remote = remote_in(settings)
    if remote is None:
        reason = "is not looked at again and again; name a feed, a mailbox or a git repository, or import it once"
        raise SettingsError("BACKISSUE_SOURCE", f"{without_secrets(settings.source or '')} {reason}")
    with opened(folder):  # what is wrong with the folder is said now rather than at the first look
        polling = _polling(settings, remote, folder)
    if next(DiskFolder(folder, SUFFIXES).files(), None) is None:
        await polling.look()
    return polling


def remote_in(settings: Settings) -> Remote | None:
    """Return the settings' source if it is an address, else None. Raises SourceError."""
    return remote_of(settings.source, _access(settings)) if settings.source else None


def polling_in(settings: Settings, imported: Path) -> Callable[[Path], Polling] | None:
    """Return what makes a polling into a copy of the folder `imported`, in which it is known what was imported.

    None where there is nothing to look at again. Raises SourceError.
    """
    remote = remote_in(settings)
    if remote is None:
        return None

    def made(copy: Path) -> Polling:
        shutil.copyfile(imported / LEDGER, copy / LEDGER)
        return _polling(settings, remote, copy)

    return made


def import_once(settings: Settings, folder: Path) -> Report:
    """Import what the settings' source has, which may be files too, into `folder`. Raises SourceError."""
    source = source_of(settings.source or "", _access(settings))
    with opened(folder) as destination:
        return run(source, destination)


def _access(settings: Settings) -> FetchAccess:
    return FetchAccess(settings.source_private, settings.source_secret())


def _polling(settings: Settings, remote: Remote, folder: Path) -> Polling:
    return Polling(remote, folder, SystemClock(), random.SystemRandom().randrange, minutes=settings.source_minutes)

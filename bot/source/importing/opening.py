"""What a source's name means: which kind of source it is, told from its form and what is there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from bot.source.importing.feed import is_json, is_page, is_xml
from bot.source.importing.feeds import FeedFile, WebFeed
from bot.source.importing.imap import ImapFolder
from bot.source.importing.item import Remote, Source, SourceError
from bot.source.importing.mail_files import MailFiles, Mbox
from bot.source.importing.network import without_secrets
from bot.source.importing.page_files import PageFolder, PageZip, holds_pages
from bot.source.importing.repository import Repository
from bot.source.importing.web import Web

_KINDS = "mails, a feed, web pages, a git repository or a mailbox (docs/importing.md lists them)"


@dataclass(frozen=True, slots=True)
class FetchAccess:
    """What may be reached: `private` networks too, and a mailbox with its `password` ("" for none)."""

    private: bool = False
    password: str = field(default="", repr=False)


def source_of(named: str, access: FetchAccess = FetchAccess()) -> Source:
    """Return the source that `named` is.

    Raises SourceError if there is no such thing, or of no kind that is known.
    """
    if (remote := remote_of(named, access)) is not None:
        return remote
    path = Path(named)
    if not path.exists():
        raise SourceError(without_secrets(named), f"there is no such file or folder; name {_KINDS}")
    if path.is_dir():
        return PageFolder(path) if holds_pages(path) else MailFiles(path)
    start = _start(path)
    if start.startswith(b"PK\x03\x04"):
        return PageZip(path)
    if start.startswith(b"From "):
        return Mbox(path)
    if is_xml(start) or is_json(start) or is_page(start):
        return FeedFile(path)
    return MailFiles(path)


def remote_of(named: str, access: FetchAccess = FetchAccess()) -> Remote | None:
    """Return the source at an address, None if `named` is no address. Raises SourceError as `source_of` does."""
    place, mark, _ = named.partition("#")
    if named.startswith(("imaps://", "imap://")):
        return ImapFolder(named, access.password, private=access.private)
    if named.startswith("git+") or place.endswith(".git") or _is_repository(Path(place), folder=bool(mark)):
        return Repository(named, private=access.private)
    if named.startswith(("http://", "https://")):
        return WebFeed(named, Web(private=access.private))
    if re.match(r"[a-z][a-z0-9+.-]+://|git@", named):
        raise SourceError(without_secrets(named), f"such an address is not fetched; name {_KINDS}")
    return None


def _is_repository(path: Path, *, folder: bool) -> bool:
    """Return whether a folder on this machine is a git repository: a bare one, or one of which a `folder` is named.

    Another with its files beside it may well be meant as a folder of mails or pages.
    """
    return ((path / "HEAD").is_file() and (path / "objects").is_dir()) or (folder and (path / ".git").exists())


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(2_000)
    except OSError as error:
        raise SourceError(str(path), f"it cannot be read ({error.strerror}); let this user read it") from error

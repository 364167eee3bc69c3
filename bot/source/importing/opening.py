"""What a source's name means: which kind of source it is, told from its form and what is there."""

from __future__ import annotations

from pathlib import Path

from bot.source.importing.feed import is_json, is_page, is_xml
from bot.source.importing.feeds import FeedFile, WebFeed
from bot.source.importing.item import Source, SourceError
from bot.source.importing.mail_files import MailFiles, Mbox
from bot.source.importing.page_files import PageFolder, PageZip, holds_pages
from bot.source.importing.web import Web, without_secrets

_KINDS = "mails (.eml, a folder, .mbox, a Maildir), a feed (a file or its address), or web pages (a folder, a zip)"


def source_of(named: str, *, private: bool = False) -> Source:
    """Return the source that `named` is; `private`: it may be in a private network.

    Raises SourceError if there is no such thing, or of no kind that is known.
    """
    if named.startswith(("http://", "https://")):
        return WebFeed(named, Web(private=private))
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


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(2_000)
    except OSError as error:
        raise SourceError(str(path), f"it cannot be read ({error.strerror}); let this user read it") from error

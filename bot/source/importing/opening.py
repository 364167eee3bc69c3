"""What a source's name means: which kind of source it is, told from its form and what is there."""

from __future__ import annotations

from pathlib import Path

from bot.source.importing.item import Source, SourceError
from bot.source.importing.mail_files import MailFiles, Mbox

_KINDS = "a mail (.eml), a folder of mails, an .mbox or a Maildir"


def source_of(named: str) -> Source:
    """Return the source that `named` is. Raises SourceError if there is no such thing, or of no kind that is known."""
    path = Path(named)
    if not path.exists():
        raise SourceError(named, f"there is no such file or folder; name {_KINDS}")
    if path.is_dir():
        return MailFiles(path)
    if _start(path).startswith(b"From "):
        return Mbox(path)
    return MailFiles(path)


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(1_000)
    except OSError as error:
        raise SourceError(str(path), f"it cannot be read ({error.strerror}); let this user read it") from error

"""Mails from a folder of an IMAP mailbox, over TLS, without changing anything there."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from bot.source.importing.item import ItemOrFault, MissingExtraError, SourceError, UnreachableError
from bot.source.importing.mail import MAIL_MAX_BYTES, read_mail, too_large
from bot.source.importing.network import resolved, without_secrets

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

TIMEOUT_SECONDS = 30
PORT = 993
MAX_MAILS = 20_000
"""Mails of a folder that are read at one look, the newest."""

_LACKS = "its password is missing; put it into BACKISSUE_SOURCE_PASSWORD, or a file into …_PASSWORD_FILE"
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


@dataclass(frozen=True, slots=True)
class MailboxAddress:
    """Where the mails are: `imaps://user@host/Folder?from=post@quarry.example`; `sender` "" for everybody."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    sender: str

    @classmethod
    def of(cls, address: str, password: str = "") -> MailboxAddress:
        """Return the parts of an address; `password` is taken where it holds none. Raises SourceError."""
        shown = without_secrets(address)
        try:
            parts = urlsplit(address)
            port = parts.port or PORT
        except ValueError as error:
            raise SourceError(shown, "its port is no number; write imaps://user@host/Folder") from error
        if parts.scheme != "imaps" or not parts.hostname or not parts.username:
            raise SourceError(shown, "a mailbox is named like imaps://user@host/Folder?from=sender@host, over TLS only")
        secret = unquote(parts.password or "") or password
        if not secret:
            raise SourceError(shown, _LACKS)
        sender = parse_qs(parts.query).get("from", [""])[0]
        return cls(
            parts.hostname, port, unquote(parts.username), secret, unquote(parts.path.strip("/")) or "INBOX", sender
        )


class ImapFolder:
    """A folder of a mailbox; see `Remote`. Its state is the last mail that was seen (RFC 9051: UIDVALIDITY and UID)."""

    def __init__(
        self, address: str, password: str = "", *, private: bool = False, trusted: ssl.SSLContext | None = None
    ) -> None:
        """Read the folder at `address`; `trusted`: certificates to trust instead of the machine's."""
        self.name = without_secrets(address)
        self._where = MailboxAddress.of(address, password)
        self._private = private
        self._trusted = trusted or ssl.create_default_context()
        self._count = 0
        self.state = ""

    def __len__(self) -> int:
        """See `Source.__len__`."""
        return self._count

    def items(self) -> Iterator[ItemOrFault]:
        """See `Source.items`."""
        try:
            yield from self._items()
        except ssl.SSLCertVerificationError as error:
            raise SourceError(self.name, f"its certificate is not valid ({error.verify_message})") from error
        except (OSError, imaplib.IMAP4.error) as error:
            raise UnreachableError(self.name, f"it cannot be reached ({_words(error)})") from error

    def _items(self) -> Iterator[ItemOrFault]:
        box = self._opened()
        try:
            validity = self._selected(box)
            known_validity, _, last = self.state.partition(":")
            after = int(last) if known_validity == validity and last.isdecimal() else 0
            uids = self._uids(box, after)
            self._count = len(uids)
            for uid in uids:
                yield self._mail(box, uid)
            self.state = f"{validity}:{max([after, *uids])}"
        finally:
            _left(box)

    def _opened(self) -> BaseMailBox:
        """Return the mailbox, logged in."""
        try:
            from imap_tools import MailboxLoginError  # noqa: PLC0415 - only importing needs it
        except ImportError as error:
            raise MissingExtraError(self.name, "imap-tools") from error
        where = self._where
        box = self._connected(resolved(where.host, where.port, self.name, private=self._private))
        try:
            box.login(where.user, where.password, initial_folder=None)
        except MailboxLoginError:
            _left(box)
            # Without the library's own words, which may repeat what was sent.
            raise SourceError(self.name, "it refuses user or password; look at both, some need one for apps") from None
        return box

    def _connected(self, figures: str) -> BaseMailBox:
        from imap_tools import BaseMailBox  # noqa: PLC0415 - as above

        where, trusted = self._where, self._trusted

        class Bound(imaplib.IMAP4_SSL):
            def _create_socket(self, timeout: float | None) -> socket.socket:
                """Connect to the address that was checked, and ask for the certificate of the host."""
                plain = socket.create_connection((figures, where.port), timeout)
                return trusted.wrap_socket(plain, server_hostname=where.host)

        class Mailbox(BaseMailBox):  # type: ignore[misc]  # the library may not be installed
            def _get_mailbox_client(self) -> imaplib.IMAP4:
                return Bound(where.host, where.port, ssl_context=trusted, timeout=TIMEOUT_SECONDS)

        return Mailbox()

    def _selected(self, box: BaseMailBox) -> str:
        """Open the folder for reading only; return its UIDVALIDITY."""
        from imap_tools import MailboxFolderSelectError  # noqa: PLC0415 - as above

        try:
            box.folder.set(self._where.folder, readonly=True)
        except MailboxFolderSelectError as error:
            raise SourceError(
                self.name, f"it has no folder {self._where.folder!r}; look how it is called there"
            ) from error
        found = box.client.untagged_responses.get("UIDVALIDITY", [b""])[-1]
        return bytes(found).decode("ascii", "replace")

    def _uids(self, box: BaseMailBox, after: int) -> list[int]:
        """Return the ids of the mails after `after`, of the sender if there is one, in order."""
        from imap_tools import AND, U  # noqa: PLC0415 - as above

        wanted: dict[str, Any] = {"uid": U(str(after + 1), "*")}
        if self._where.sender:
            wanted["from_"] = self._where.sender
        # `n:*` always has the last mail, also when its id is lower.
        return sorted(uid for uid in map(int, box.uids(AND(**wanted))) if uid > after)[-MAX_MAILS:]

    def _mail(self, box: BaseMailBox, uid: int) -> ItemOrFault:
        """Return a mail; its size is asked first."""
        origin = f"mail {uid}"
        _, answer = box.client.uid("fetch", str(uid), "(RFC822.SIZE)")
        size = _SIZE.search(b" ".join(_flat(answer)))
        if size and int(size[1]) > MAIL_MAX_BYTES:
            return too_large(origin, int(size[1]))
        _, answer = box.client.uid("fetch", str(uid), "(BODY.PEEK[])")
        return read_mail(next((row[1] for row in answer if isinstance(row, tuple)), b""), origin)


def _flat(answer: list[Any]) -> list[bytes]:
    """Return the pieces of an answer of `imaplib`, which nests some of them."""
    parts = (part for row in answer or () for part in (row if isinstance(row, tuple) else (row,)))
    return [part for part in parts if isinstance(part, bytes)]


def _left(box: BaseMailBox) -> None:
    """Say goodbye; a server that is gone does not answer."""
    try:
        box.client.logout()
    except (OSError, imaplib.IMAP4.error):
        box.client.shutdown()


def _words(error: Exception) -> str:
    return " ".join(str(getattr(error, "strerror", None) or error).split())[:200] or type(error).__name__

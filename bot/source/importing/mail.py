"""An issue from a mail (RFC 5322): its title, date and text, whichever part holds it."""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from urllib.parse import quote

from bot.source.importing.item import ImportFault, Item, ItemOrFault, guarded, hashed
from bot.source.importing.markdown import TEXT_MAX_CHARS, Converted, from_html, from_text

MAIL_MAX_BYTES = 25_000_000
"""Bytes of the largest mail that is read, as large as most mail servers take."""
MAX_PARTS = 200
"""Parts of a mail that are looked at; a newsletter has three."""

_NAME = re.compile(rb"(?:From |>?[!-9;-~]{1,76}:)")
_USUAL = re.compile(rb"(?im)^(?:date|from|subject|received|message-id|return-path|mime-version|delivered-to):")


def is_mail(start: bytes) -> bool:
    """Return whether the first bytes of a file are those of a mail: header lines, and one that every mail has."""
    head = start.lstrip(b"\xef\xbb\xbf\r\n").replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return bool(_NAME.match(head) and _USUAL.search(head))


def read_mail(data: bytes, origin: str) -> ItemOrFault:
    """Return the issue that a mail is, or what is wrong with it. `origin` names it in messages."""
    if len(data) > MAIL_MAX_BYTES:
        return too_large(origin, len(data))
    return guarded(origin, lambda: _read(data, origin))


def _read(data: bytes, origin: str) -> ItemOrFault:
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(data)
        return _Mail(message, data, origin).found()
    except RecursionError:
        return ImportFault(origin, "its parts are nested too deeply; save the mail's text instead")


def too_large(origin: str, size: int) -> ImportFault:
    """Return the fault of a mail of `size` bytes."""
    reason = f"it has {size / 1e6:.0f} MB, more than the {MAIL_MAX_BYTES / 1e6:.0f} MB that a mail may have"
    return ImportFault(origin, f"{reason}; take its attachments away")


class _Mail:
    """A mail being read."""

    def __init__(self, message: Message, data: bytes, origin: str) -> None:
        self._message = message
        self._data = data
        self._origin = origin
        self._broken: list[str] = []

    def found(self) -> ItemOrFault:
        converted = self._converted()
        if converted is None or not converted.markdown:
            why = f"its {self._broken[0]}" if self._broken else "it has no text"
            return ImportFault(self._origin, f"{why}; open the mail and save it again, or leave it out")
        title = self._words("subject") or converted.title
        published = self._published()
        notes = tuple(f"its {what}; its other part was read" for what in self._broken)
        identity = self._message_id()
        address = self._words("archived-at").strip("<>")
        return Item(
            identity=f"mail:{identity or self._told_by(title, published)}",
            origin=self._origin,
            title=title,
            published=published,
            source=address if address.startswith(("http://", "https://")) else _mid(identity),
            body=converted.markdown,
            seal=hashed(self._data),
            left_out=converted.left_out,
            notes=notes,
        )

    def _told_by(self, title: str, published: datetime | None) -> str:
        """Return what tells a mail without a Message-ID: title and date, else title and text as it came."""
        if published is not None:
            return hashed(title, published.isoformat())
        return hashed(title, self._data.replace(b"\r\n", b"\n").partition(b"\n\n")[2])

    def _message_id(self) -> str:
        return re.sub(r"\s+", "", self._words("message-id")).strip("<>")[:300]

    def _words(self, name: str) -> str:
        """Return a header's words, decoded; "" without one."""
        raw = next((value for header, value in self._message.raw_items() if header.lower() == name), "")
        text = _decoded(raw.encode("utf-8", "surrogateescape"), "utf-8").replace("\r", "").replace("\n", "")
        parsed = EmailMessage(policy=policy.default)
        try:
            parsed["subject"] = text
            text = str(parsed["subject"])
        except (ValueError, IndexError, LookupError):
            pass
        return " ".join(text.encode("utf-8", "replace").decode().split())

    def _published(self) -> datetime | None:
        """Return the date it was sent, else the day on which the last server took it."""
        received = self._message.get_all("received") or ()
        for value in (self._words("date"), *(str(each).rpartition(";")[2] for each in received)):
            try:
                moment = parsedate_to_datetime(value) if value else None
            except (ValueError, TypeError, IndexError, OverflowError):
                continue
            if moment is not None:
                return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return None

    def _converted(self) -> Converted | None:
        """Return the text: of its HTML part if it has one with words, else of its plain one."""
        parts = list(self._parts())
        for kind in ("text/html", "text/plain"):
            found = [self._part(part) for part in parts if part.get_content_type() == kind]
            texts = [each for each in found if each is not None and each.markdown]
            if texts:
                return max(texts, key=lambda each: len(each.markdown)) if kind == "text/html" else _joined(texts)
        return None

    def _parts(self) -> Iterator[Message]:
        """Yield the text parts that are the mail's own: no attachments, and nothing of a mail inside it."""
        waiting, seen = [self._message], 0
        while waiting and seen < MAX_PARTS:
            part, seen = waiting.pop(0), seen + 1
            if part.is_multipart():
                inside = part.get_content_maintype() == "multipart"
                waiting = [*(p for p in part.get_payload() if inside and isinstance(p, Message)), *waiting]
            elif part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment":
                yield part

    def _part(self, part: Message) -> Converted | None:
        """Return a part's text as Markdown; None, and a note, if it cannot be decoded."""
        try:
            payload = _payload(part)
        except (ValueError, binascii.Error):
            self._broken.append(f"part {part.get_content_type()} cannot be decoded")
            return None
        text = _decoded(payload, part.get_content_charset() or "utf-8")
        if len(text) > TEXT_MAX_CHARS:
            self._broken.append(f"part {part.get_content_type()} has {len(text) / 1e6:.0f} million characters")
            return None
        if part.get_content_type() == "text/html" or _HTML.match(text):
            return from_html(text)
        return from_text(text, flowed=str(part.get_param("format", "")).lower() == "flowed")


_HTML = re.compile(r"\s*<(?:!doctype html|html|body)\b", re.IGNORECASE)


def _joined(texts: list[Converted]) -> Converted:
    first = texts[0]
    for each in texts[1:]:
        first.left_out.update(each.left_out)
    return Converted("\n\n".join(each.markdown for each in texts), first.title, first.left_out)


def _mid(identity: str) -> str:
    """Return a Message-ID as an address (RFC 2392), "" for none."""
    return f"mid:{quote(identity, safe='@.!$*+-_=')}" if identity else ""


def _payload(part: Message) -> bytes:
    """Return a part's bytes as they were before they were encoded. Raises ValueError if they cannot be known."""
    encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
    del part["content-transfer-encoding"]  # the standard library's decoders pass over what is broken
    data = bytes(part.get_payload(decode=True) or b"")
    if encoding == "base64":
        return binascii.a2b_base64(re.sub(rb"\s+", b"", data), strict_mode=True)
    if encoding == "quoted-printable" or (not encoding and _is_quoted(data)):
        return quopri.decodestring(data)
    return data


_LOOSE = re.compile(rb"=(?!\r?\n|[0-9A-F]{2})")


def _is_quoted(data: bytes) -> bool:
    """Return whether bytes are quoted-printable though no header says so: lines that are broken, and no other `=`."""
    return (b"=\n" in data or b"=\r\n" in data or b"=3D" in data) and not _LOOSE.search(data)


def _decoded(data: bytes, charset: str) -> str:
    """Return bytes as text: in the charset that is named, else UTF-8, else Windows-1252."""
    for name in (charset, "utf-8"):
        try:
            return data.decode(name)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return data.decode("cp1252", "replace")

"""An IMAP server on loopback, over TLS: folders of mails, one user, and what it was told."""

from __future__ import annotations

import contextlib
import re
import shutil
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest

USER, PASSWORD = "quarry", "gr@nite"


class Mailboxes:
    """The folders, as mails by UID; `told` are the commands that came, without secrets."""

    def __init__(self, port: int, trusted: ssl.SSLContext) -> None:
        """Begin with an empty inbox."""
        self.folders: dict[str, dict[int, bytes]] = {"INBOX": {}}
        self.validity = 7
        self.told: list[str] = []
        self.port = port
        self.trusted = trusted

    def receives(self, data: bytes, folder: str = "INBOX") -> int:
        """Add a mail; return its UID."""
        mails = self.folders.setdefault(folder, {})
        uid = max(mails, default=0) + 1
        mails[uid] = data
        return uid

    def address(self, folder: str = "", **query: str) -> str:
        """Return the address of a folder, without the password."""
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        return f"imaps://{USER}@127.0.0.1:{self.port}/{folder}{'?' if asked else ''}{asked}"


class _Session(socketserver.StreamRequestHandler):
    """One connection: the commands that `imaplib` sends for what we ask."""

    server: _Server

    def handle(self) -> None:
        """Answer until the client says goodbye."""
        self.folder = ""
        self._say("* OK ready")
        while line := self.rfile.readline():
            tag, _, rest = line.decode().strip().partition(" ")
            command, _, arguments = rest.partition(" ")
            if command.upper() == "UID":
                command, _, arguments = arguments.partition(" ")
            self.server.boxes.told.append(f"{command.upper()} {'' if command == 'LOGIN' else arguments}".strip())
            answer = getattr(self, f"_{command.lower()}", self._unknown)(arguments)
            self._say(f"{tag} {answer}")
            if command.upper() == "LOGOUT":
                return

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def _unknown(self, _: str) -> str:
        return "BAD what?"

    def _capability(self, _: str) -> str:
        self._say("* CAPABILITY IMAP4rev1")
        return "OK done"

    def _login(self, arguments: str) -> str:
        return "OK done" if arguments == f'"{USER}" "{PASSWORD}"' else "NO wrong"

    def _logout(self, _: str) -> str:
        self._say("* BYE")
        return "OK done"

    def _select(self, _: str) -> str:
        return "NO this client has no reason to write"

    def _examine(self, arguments: str) -> str:
        self.folder = arguments.strip('"')
        mails = self.server.boxes.folders.get(self.folder)
        if mails is None:
            return "NO no such folder"
        self._say(f"* {len(mails)} EXISTS")
        self._say(f"* OK [UIDVALIDITY {self.server.boxes.validity}] ids")
        return "OK [READ-ONLY] done"

    def _search(self, arguments: str) -> str:
        mails = self.server.boxes.folders[self.folder]
        first = re.search(r"UID (\d+):\*", arguments)
        sender = re.search(r'FROM "([^"]*)"', arguments)
        found = [uid for uid in mails if first is None or uid >= int(first[1]) or uid == max(mails)]
        if sender:
            found = [uid for uid in found if sender[1] in str(message_from_bytes(mails[uid])["from"])]
        self._say(f"* SEARCH {' '.join(map(str, found))}".strip())
        return "OK done"

    def _fetch(self, arguments: str) -> str:
        uid, _, wanted = arguments.partition(" ")
        data = self.server.boxes.folders[self.folder][int(uid)]
        if "SIZE" in wanted:
            self._say(f"* 1 FETCH (UID {uid} RFC822.SIZE {len(data)})")
        else:
            self.wfile.write(f"* 1 FETCH (UID {uid} BODY[] {{{len(data)}}}\r\n".encode() + data + b")\r\n")
        return "OK done"


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    boxes: Mailboxes

    def __init__(self, tls: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self._tls = tls

    def get_request(self) -> tuple[ssl.SSLSocket, object]:
        """Accept a connection over TLS."""
        plain, where = self.socket.accept()
        plain.settimeout(10)
        return self._tls.wrap_socket(plain, server_side=True), where

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent: a client that refuses us is what some tests are about."""


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return what a server shows for `name` (as openssl writes it), and what a client that trusts it is given."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    key, shown = folder / "key.pem", folder / "certificate.pem"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=quarry.example -keyout {key} -out {shown} -days 2"
    subprocess.run([*command.split(), "-addext", f"subjectAltName={name}"], check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(shown, key)
    return server, ssl.create_default_context(cafile=str(shown))


@contextlib.contextmanager
def mailboxes(folder: Path) -> Iterator[Mailboxes]:
    """Serve mailboxes until left; `folder` is for the certificate."""
    shown, trusted = certificate(folder, "IP:127.0.0.1")
    with _Server(shown) as server:
        server.boxes = Mailboxes(server.server_address[1], trusted)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server.boxes
        finally:
            server.shutdown()
            thread.join()

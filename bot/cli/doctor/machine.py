"""What the doctor asks the machine: the proxy, time zones, the archive, disk, files and the port."""

from __future__ import annotations

import json
import shutil
import socket
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from archive.document import SUFFIXES
from archive.errors import FolderError
from archive.folder import DiskFolder
from archive.loader import load
from bot.cli.doctor.finding import Area, Finding, Symptom
from bot.domain.errors import SettingsError
from bot.source.synonyms import names_in

LOOK_SECONDS = 3.0
"""Seconds that a connection on this machine or to a proxy may take."""
MIN_FREE_BYTES = 100_000_000
"""Free bytes below which a disk counts as full: SQLite's log and a month's growth of a large installation."""
MIN_FILES = 1_024
"""Open files that a process must be allowed: Slack's requests, posting and the database share them."""
ZONES = ("Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Sydney")
"""Zones that are in every copy of the IANA database."""
_SHOWN = 3


def zones() -> Area:
    """Return whether time zones can be read, from the system or from the package tzdata."""
    for name in ZONES:
        try:
            ZoneInfo.no_cache(name)
        except (ZoneInfoNotFoundError, OSError, ValueError):
            what = f"the time zone {name} cannot be read: a schedule in it is not kept"
            mend = "install the package tzdata as requirements.txt pins it, or your system's zone data"
            return Area("time zones", findings=(Finding(Symptom.ZONES_MISSING, what, mend),))
    return Area("time zones", "they can be read")


def proxy(address: str | None) -> Area:
    """Return whether the proxy that `HTTPS_PROXY` names takes connections; its password is not shown."""
    if not address:
        return Area("proxy", "HTTPS_PROXY is not set")
    mend = "mend HTTPS_PROXY (http://HOST:PORT), or unset it where Slack is reached directly"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port or 80
        if not host:
            raise ValueError
    except ValueError:
        return Area("proxy", findings=(Finding(Symptom.PROXY_UNREACHABLE, "HTTPS_PROXY is no address", mend),))
    try:
        socket.create_connection((host, port), LOOK_SECONDS).close()
    except OSError as error:
        what = f"the proxy {host}:{port} does not answer ({_reason(error)})"
        return Area("proxy", findings=(Finding(Symptom.PROXY_UNREACHABLE, what, mend),))
    return Area("proxy", f"{host}:{port} answers")


def archive(folder: Path | None, synonyms: Path | None) -> Area:
    """Return how the archive is: its folder, its files, and the file of synonyms."""
    findings: list[Finding] = []
    try:
        names_in(synonyms)
    except (SettingsError, UnicodeDecodeError):
        what, mend = f"the synonyms in {synonyms} cannot be read", "name a UTF-8 text file in BACKISSUE_SYNONYMS"
        findings.append(Finding(Symptom.SYNONYMS_UNREADABLE, what, mend))
    if folder is None:
        mend = "set BACKISSUE_ARCHIVE, or give --archive DIR"
        return Area("archive", "", (*findings, Finding(Symptom.ARCHIVE_NOT_SET, "no folder of issues is named", mend)))
    place = DiskFolder(folder, SUFFIXES)
    try:
        place.read_newsletter()
        snapshot = load(place)
    except FolderError as error:
        mend = "name the folder of issues in BACKISSUE_ARCHIVE, and let this user read it"
        return Area("archive", "", (*findings, Finding(Symptom.ARCHIVE_UNREADABLE, str(error), mend)))
    if lost := sorted({problem.file for problem in snapshot.problems if problem.lost}):
        more = f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
        what = f"{', '.join(lost[:_SHOWN])}{more}: cannot be read whole"
        findings.append(Finding(Symptom.FILE_BROKEN, what, "run: backissue check"))
    if not snapshot.issues:
        what = f"there is no issue in {folder}"
        findings.append(Finding(Symptom.ARCHIVE_EMPTY, what, "put issues there (.md), or run: backissue import"))
    return Area("archive", f"{len(snapshot.issues):,} issues", tuple(findings))


def disk(*places: Path) -> Area:
    """Return whether there is room where the bot writes: the disks of `places`, files or folders."""
    least = 0
    for place in places:
        there = next((one for one in (place, *place.absolute().parents) if one.exists()), Path("/"))
        free = shutil.disk_usage(there).free
        if free < MIN_FREE_BYTES:
            what = f"{free / 1e6:,.0f} MB are free where {place} is"
            mend = f"free some: the bot wants {MIN_FREE_BYTES / 1e6:,.0f} MB to write subscriptions and bookmarks"
            return Area("disk", findings=(Finding(Symptom.DISK_FULL, what, mend),))
        least = min(least or free, free)
    return Area("disk", f"{least / 1e9:,.1f} GB free" if least else "nothing is written here")


def files() -> Area:
    """Return whether a process may open enough files; systems without such a limit are well."""
    try:
        import resource
    except ImportError:
        return Area("open files", "this system has no limit")
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed != resource.RLIM_INFINITY and allowed < MIN_FILES:
        mend = f"raise it to at least {MIN_FILES:,}: ulimit -n {MIN_FILES}, or LimitNOFILE= in the systemd unit"
        what = f"a process may open {allowed} files only"
        return Area("open files", findings=(Finding(Symptom.FEW_FILES, what, mend),))
    return Area("open files", "no limit" if allowed == resource.RLIM_INFINITY else f"{allowed:,} are allowed")


def port(number: int) -> tuple[Area, dict[str, Any] | None]:
    """Return whether HTTP can be served there, and the health page of the bot that serves it already, if one does."""
    if page := _health(number):
        return Area("port", f"the bot answers on {number}"), page
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as made:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(("0.0.0.0", number))  # noqa: S104 - as `serve` does
    except OSError as error:
        what = f"port {number} cannot be used ({_reason(error)})"
        finding = Finding(Symptom.PORT_TAKEN, what, "stop what uses it, or name another in PORT")
        return Area("port", findings=(finding,)), None
    return Area("port", f"{number} is free"), None


def _health(number: int) -> dict[str, Any] | None:
    """Return the health page on the port, None if it is not this bot's."""
    if not number:
        return None
    connection = HTTPConnection("127.0.0.1", number, timeout=LOOK_SECONDS)
    try:
        connection.request("GET", "/health")
        said = json.loads(connection.getresponse().read(100_000))
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return said if isinstance(said, dict) and {"ok", "posting"} <= said.keys() else None


def _reason(error: OSError) -> str:
    return (error.strerror or str(error) or type(error).__name__).lower()

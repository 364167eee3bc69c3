"""Addresses of the network: which are public, and what of them may be shown."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit, urlunsplit

from bot.source.importing.item import SourceError, UnreachableError

PRIVATE = "it leads into a private network ({0}); if you mean that, allow it with BACKISSUE_SOURCE_PRIVATE=yes"
"""What is said of an address that is not public."""


def resolved(host: str, port: int, shown: str, *, private: bool) -> str:
    """Return an IP address of a host, for the one connection to it. All that it has are checked.

    `shown` names the source. Raises SourceError if one is in a private network and `private` is not set.
    """
    try:
        found = [str(where[0]) for *_, where in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise UnreachableError(shown, "its host is not known; look whether the name is right") from error
    inside = [figures for figures in found if not private and not is_public(figures)]
    if inside:
        raise SourceError(shown, PRIVATE.format(inside[0]))
    return found[0]


def is_public(figures: str) -> bool:
    """Return whether an IP address belongs to the public internet; one that holds another (RFC 4291) as that does."""
    address = ipaddress.ip_address(figures.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not address.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def figures_of(host: str) -> str:
    """Return the IP address that a host is, in any spelling that the system takes (`127.1`); "" for a name."""
    try:
        return str(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host)) if host[:1].isdecimal() else ""
    except OSError:
        return ""


def without_secrets(address: str) -> str:
    """Return an address without user and password, as it may be shown and logged."""
    try:
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "the address"
    return urlunsplit(parts._replace(netloc=host))

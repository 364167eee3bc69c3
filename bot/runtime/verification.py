"""Verification of the signature on an HTTP request (Slack: authentication/verifying-requests-from-slack).

Bolt's own check raises on a signature with a character outside ASCII and on a timestamp that is no integer, hands the
unverified payload to its error listeners, and writes the body of a refused request to the log (slack_bolt 1.30,
measured). So it is done here, before Bolt sees the request.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

MAX_AGE_SECONDS = 300
"""How far a request's timestamp may be from our clock, either way (Slack: the same page)."""
_SIGNATURE = re.compile(r"v0=([0-9a-f]{64})", re.IGNORECASE | re.ASCII)
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Unverified:
    """A request that is not proven to be Slack's; the `reason` is a short clause without anything of the request."""

    reason: str


@dataclass(frozen=True, slots=True)
class Signature:
    """What a request's headers claim: the `timestamp` as sent (ASCII digits) and the SHA-256 `digest` (32 bytes)."""

    timestamp: str
    digest: bytes

    def signs(self, body: bytes, secret: str) -> bool:
        """Return whether the digest is that of `body` under `secret`. An empty secret signs nothing."""
        base = b"v0:" + self.timestamp.encode() + b":" + body
        return bool(secret) and hmac.compare_digest(hmac.digest(secret.encode(), base, hashlib.sha256), self.digest)


def signature_of(timestamps: Sequence[str], signatures: Sequence[str], now: datetime) -> Signature | Unverified:
    """Return what the headers claim, or why they prove nothing at the moment `now` (aware).

    `timestamps` and `signatures` are all values of the two headers: Slack sends one of each.
    """
    if len(timestamps) != 1 or _TIMESTAMP.fullmatch(timestamps[0]) is None:
        return Unverified("it has no timestamp")
    found = _SIGNATURE.fullmatch(signatures[0]) if len(signatures) == 1 else None
    if found is None:
        return Unverified("it has no signature")
    if abs(now.timestamp() - int(timestamps[0])) > MAX_AGE_SECONDS:
        return Unverified("its timestamp is more than five minutes off")
    return Signature(timestamps[0], bytes.fromhex(found[1]))

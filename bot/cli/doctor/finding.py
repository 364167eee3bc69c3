"""What the doctor can find."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Symptom(StrEnum):
    """The faults that the doctor knows, by the names that docs/operations.md lists them under."""

    SETTING_WRONG = "setting-wrong"
    BOT_TOKEN_MISSING = "bot-token-missing"  # noqa: S105 - a fault's name
    BOT_TOKEN_WRONG_KIND = "bot-token-wrong-kind"  # noqa: S105 - as above
    TOKENS_SWAPPED = "tokens-swapped"
    APP_TOKEN_WRONG_KIND = "app-token-wrong-kind"  # noqa: S105 - as above
    NO_WAY_IN = "no-way-in"
    SLACK_UNREACHABLE = "slack-unreachable"
    PROXY_UNREACHABLE = "proxy-unreachable"
    BOT_TOKEN_REFUSED = "bot-token-refused"  # noqa: S105 - as above
    APP_TOKEN_REFUSED = "app-token-refused"  # noqa: S105 - as above
    SCOPE_MISSING = "scope-missing"
    EVENT_UNHEARD = "event-unheard"
    CHANNEL_LEFT = "channel-left"
    CLOCK_OFF = "clock-off"
    ZONES_MISSING = "zones-missing"
    ARCHIVE_NOT_SET = "archive-not-set"
    ARCHIVE_UNREADABLE = "archive-unreadable"
    ARCHIVE_EMPTY = "archive-empty"
    FILE_BROKEN = "file-broken"
    SYNONYMS_UNREADABLE = "synonyms-unreadable"
    DATABASE_ADDRESS = "database-address"
    DATABASE_AWAY = "database-away"
    DATABASE_TABLES = "database-tables"
    DATABASE_DAMAGED = "database-damaged"
    DATABASE_NOT_WRITABLE = "database-not-writable"
    DISK_FULL = "disk-full"
    FEW_FILES = "few-files"
    PORT_TAKEN = "port-taken"
    NOBODY_POSTS = "nobody-posts"
    TWO_DATABASES = "two-databases"
    SECOND_BOT = "second-bot"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: `what` is wrong, and the `mend`, each a clause for a person and without a secret."""

    fault: Symptom
    what: str
    mend: str


@dataclass(frozen=True, slots=True)
class Area:
    """What was found in one `area` ("archive"); with no finding, `well` says what was seen, "" if nothing was asked."""

    area: str
    well: str = ""
    findings: tuple[Finding, ...] = ()

"""What the store cannot do.

BotError
└── StoreError              the database could not do it
    ├── DatabaseUrlError    its address cannot be used
    ├── SchemaError         its tables are not those of this version
    ├── ForeignArchiveError it is in use with another archive
    └── BackupError         a copy could not be taken or put back
"""

from __future__ import annotations

from bot.domain.errors import BotError


class StoreError(BotError):
    """The database could not do what was asked."""

    def __init__(self, what: str, reason: str) -> None:
        """Keep `what` was asked and the `reason` (what is wrong and what to do)."""
        super().__init__(f"the database could not {what}: {reason}")
        self.what = what
        self.reason = reason


class DatabaseUrlError(StoreError):
    """The database's address cannot be used."""

    def __init__(self, shown: str, reason: str) -> None:
        """Keep the address as `shown` (without its password) and the `reason`."""
        super().__init__(f"be opened at {shown}", reason)
        self.shown = shown


class SchemaError(StoreError):
    """The database's tables are not those of this version."""

    def __init__(self, shown: str, found: str | None, wanted: str) -> None:
        """Keep the address as `shown` and the versions `found` (None: no tables) and `wanted`."""
        at = f"its tables are at version {found}" if found else "it has no tables yet"
        newer = found is not None and found > wanted
        step = (
            f"a newer release made them; run that release, or with it: backissue db downgrade {wanted}"
            if newer
            else "run: backissue db upgrade"
        )
        super().__init__(f"be used at {shown}", f"{at}, this needs {wanted}; {step}")
        self.shown = shown
        self.found = found
        self.wanted = wanted


class ForeignArchiveError(StoreError):
    """The database is in use by a bot with another archive."""

    def __init__(self, count: int) -> None:
        """Keep the `count` of issues in the folder of which the database knows none."""
        super().__init__(
            "take this archive",
            f"it knows none of the {count} issues in the folder, and a bot with another archive is at work on it. Give "
            "this newsletter a database of its own (DATABASE_URL). If the archive was replaced, stop the other bot: "
            "three minutes later this one begins",
        )
        self.count = count


class BackupError(StoreError):
    """A copy could not be taken or put back."""

    def __init__(self, reason: str) -> None:
        """Keep the `reason`."""
        super().__init__("be copied", reason)

"""When the database was last written, and why it now can't be."""

from __future__ import annotations

from time import monotonic

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError

from bot.domain.health import Attempts

_STATEMENTS = (DataError, IntegrityError, ProgrammingError)
"""The fault of a statement, not of the database (PEP 249, Exceptions)."""


class Writes(Attempts):
    """Notes what came of writing."""

    def done(self) -> None:
        """Note that a commit was done."""
        self.worked(monotonic())

    def broke(self, error: SQLAlchemyError, reason: str) -> None:
        """Note an error that is the database's own: a full disk, a lost line, a damaged file."""
        if isinstance(error, DBAPIError) and not isinstance(error, _STATEMENTS):
            self.failed(reason, lasting=True)

"""What the tables are made of: the registry of them all, a key, and a moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Dialect, Integer, MetaData, TypeDecorator

from bot.domain.clock import microseconds, moment_of


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept as microseconds since 1970 UTC: the same order and exactness in both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - its signature
        """Count the microseconds."""
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - as above
        """Read the microseconds."""
        return None if value is None else moment_of(int(value))


KEY = BigInteger().with_variant(Integer, "sqlite")
"""A row's number."""
metadata = MetaData()
"""All tables."""

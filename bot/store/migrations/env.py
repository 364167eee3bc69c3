"""Where Alembic starts: it runs the migrations over the connection that `bot.store.migrate` gives it."""

from __future__ import annotations

from alembic import context

from bot.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite")
with context.begin_transaction():
    if connection.dialect.name == "postgresql":
        # Two that start at once take turns: the second finds nothing to do.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7236201)")
    context.run_migrations()

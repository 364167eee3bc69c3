"""Where Alembic starts: it runs the migrations over the connection that `bot.store.migrate` gives it."""

from __future__ import annotations

from alembic import context

from bot.store.tables import metadata

connection = context.config.attributes["connection"]
is_sqlite = connection.dialect.name == "sqlite"
if is_sqlite:
    # A table that others refer to is made anew, which SQLite allows only so (sqlite.org/lang_altertable.html, 7).
    connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
context.configure(connection=connection, target_metadata=metadata, render_as_batch=is_sqlite)
with context.begin_transaction():
    if connection.dialect.name == "postgresql":
        # Two that start at once take turns: the second finds nothing to do.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7236201)")
    context.run_migrations()
    if is_sqlite and (dangling := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
        raise RuntimeError(f"a migration left a row that refers to nothing: {tuple(dangling)}")
if is_sqlite:
    connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")

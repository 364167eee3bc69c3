"""The migrations of the database's tables, run by Alembic."""

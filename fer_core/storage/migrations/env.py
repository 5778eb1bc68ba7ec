"""Run by Alembic: applies revisions on the connection that ``fer_core.storage.migrate`` gives."""

from alembic import context

from fer_core.storage.table_base import TableBase

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=TableBase.metadata,
    render_as_batch=True,  # SQLite changes a table by making it anew
    transactional_ddl=True,
)
context.run_migrations()

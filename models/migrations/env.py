"""Alembic's entry: always on a connection that :mod:`models.migrations` hands over."""

from alembic import context

import models  # noqa: F401  (registers the tables)
from models.base import metadata

connection = context.config.attributes["connection"]
connection.exec_driver_sql("SET lock_timeout = '10s'")
context.configure(connection=connection, target_metadata=metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()

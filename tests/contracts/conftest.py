"""A server on each database."""

from __future__ import annotations

from tests.support.servers import postgresql_server, server, sqlite_server

__all__ = ["postgresql_server", "server", "sqlite_server"]

"""A server with the DAV modules, and two users."""

from __future__ import annotations

from tests.support.dav_fixtures import anna, bert, server

__all__ = ["anna", "bert", "server"]

"""A server with the DAV modules, two users, and the address book of one."""

from __future__ import annotations

import pytest

from tests.support.dav_fixtures import anna, bert, server

__all__ = ["anna", "bert", "server"]


@pytest.fixture
def book(anna) -> str:
    """Anna's default address book."""
    return f"{anna.books}Default/"


@pytest.fixture
def team(anna) -> str:
    """Another of hers."""
    url = f"{anna.books}team/"
    assert anna.request("MKCOL", url).status == 201
    return url

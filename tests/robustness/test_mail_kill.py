"""Mail under SIGKILL: nothing that was taken is lost, nothing is sent twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.robustness import mail_kill


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """Of a PostgreSQL database; empty for SQLite."""
    if request.param == "sqlite":
        return ""
    new: Callable[[str], str] = request.getfixturevalue("postgresql").new_database
    return new("template0")


@pytest.mark.timeout(300)
def test_mail_survives_the_death_of_workers(tmp_path: Path, url: str):
    figures = mail_kill.run(tmp_path, seconds=5, clients=3, every=0.7, url=url)
    assert figures.acknowledged
    assert figures.disturbances

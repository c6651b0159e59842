"""One database for tests of what is the same on both: to be imported in place of the fixture."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cyrpy.data.database import Location


@pytest.fixture
def location(sqlite_template: Path, tmp_path: Path) -> Location:
    """A fresh SQLite database."""
    path = tmp_path / "cyrpy.db"
    shutil.copy(sqlite_template, path)
    return Location(file=path)

"""One wheel of the checkout, and environments to install things into."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture.installation import ROOT, Environment, build, link_dependencies

NewEnvironment = Callable[[], Environment]


@pytest.fixture(scope="session")
def dependencies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What cyrpy needs, without cyrpy."""
    return link_dependencies(tmp_path_factory.mktemp("dependencies") / "packages")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    return build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def new_environment(tmp_path_factory: pytest.TempPathFactory, dependencies: Path) -> NewEnvironment:
    """Makes a virtual environment that holds the dependencies alone."""
    return lambda: Environment(tmp_path_factory.mktemp("environment") / "venv", dependencies)

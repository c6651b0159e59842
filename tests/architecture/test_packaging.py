"""However cyrpy is installed, its modules are found and its database can be made."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import pytest

from tests.architecture.conftest import NewEnvironment
from tests.architecture.installation import ROOT, Environment, build
from tests.architecture.project import MODULES, PYPROJECT

MIGRATIONS = [path.name for path in (ROOT / "migrations" / "versions").glob("0*.py")]
SHIPPED_MODULES = sorted(path.name for path in (ROOT / "modules").glob("cyrpy_*"))


class Setup(NamedTuple):
    """An environment, and what has to be set to run cyrpy in it."""

    environment: Environment
    variables: dict[str, str]


def from_wheel(environment: Environment, wheel: Path, folder: Path) -> dict[str, str]:
    environment.install(wheel)
    return {}


def from_sdist(environment: Environment, wheel: Path, folder: Path) -> dict[str, str]:
    """A wheel that is built of what an sdist holds, as package builders do it."""
    with tarfile.open(build(ROOT, "sdist", folder / "sdist")) as sdist:
        sdist.extractall(folder / "unpacked", filter="data")
    (unpacked,) = (folder / "unpacked").iterdir()
    environment.install(build(unpacked, "wheel", folder / "dist"))
    return {}


def editable(environment: Environment, wheel: Path, folder: Path) -> dict[str, str]:
    environment.install("-e", ROOT)
    return {}


def bare_checkout(environment: Environment, wheel: Path, folder: Path) -> dict[str, str]:
    return {"PYTHONPATH": f"{ROOT}:{ROOT / 'modules'}"}


Way = Callable[[Environment, Path, Path], dict[str, str]]
WAYS: list[Way] = [from_wheel, from_sdist, editable, bare_checkout]


@pytest.fixture(scope="module", params=WAYS, ids=lambda way: way.__name__)
def setup(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    new_environment: NewEnvironment,
    wheel: Path,
) -> Setup:
    """cyrpy, installed in each way in turn."""
    environment = new_environment()
    way: Way = request.param
    return Setup(environment, way(environment, wheel, tmp_path_factory.mktemp("way")))


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    """The files in the wheel."""
    with ZipFile(wheel) as archive:
        return archive.namelist()


def test_every_module_is_listed(setup):
    listed = setup.environment.modules(**setup.variables)
    assert sorted(listed) == sorted(MODULES)
    assert [text for text in listed.values() if "cannot be loaded" in text] == []


def test_a_demo_makes_its_database_and_serves(setup, tmp_path):
    with setup.environment.serving("--demo", tmp_path / "demo", **setup.variables) as client:
        assert client.get("/jmap/").json()["username"] == "test@localhost"


def test_the_wheel_holds_every_migration(names):
    assert sorted(
        name.removeprefix("cyrpy/_migrations/versions/")
        for name in names
        if name.startswith("cyrpy/_migrations/versions/")
    ) == sorted(MIGRATIONS)
    for folder in (ROOT / "modules").glob("*/migrations"):
        for migration in folder.glob("0*.py"):
            assert migration.relative_to(ROOT / "modules").as_posix() in names


@pytest.mark.parametrize("name", ["cyrpy/imapd.conf.example", "cyrpy/_migrations/env.py"])
def test_the_wheel_holds_what_the_server_reads(names, name):
    assert name in names


@pytest.mark.parametrize("package", ["cyrpy", *SHIPPED_MODULES])
def test_every_package_says_that_it_is_typed(names, package):
    assert f"{package}/py.typed" in names


def test_the_wheel_holds_packages_and_nothing_else(names):
    version_folder = {name.split("/")[0] for name in names if ".dist-info/" in name}
    tops = {name.split("/")[0] for name in names} - version_folder
    assert tops == {"cyrpy", *SHIPPED_MODULES}
    assert [name for name in names if "test" in name or "__pycache__" in name] == []


def test_the_project_has_one_version(names, setup):
    said = setup.environment.cyrpy("--version", **setup.variables)
    (folder,) = {name.split("/")[0] for name in names if ".dist-info/" in name}
    assert folder == f"{PYPROJECT['project']['name']}-{said.split()[1]}.dist-info"

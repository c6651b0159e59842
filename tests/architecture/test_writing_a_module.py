"""docs/writing-a-module.md: what it says is built, installed, served and called."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.architecture.conftest import NewEnvironment
from tests.architecture.installation import ROOT, Environment, build

PAGE = ROOT / "docs" / "writing-a-module.md"
FOLDER = "cyrpy-hello"
NOTES = "https://example.com/jmap/notes"
CONFIGURATION = """\
httpmodules: {modules}
configdirectory: {folder}
defaultdomain: localhost
"""


class Example(NamedTuple):
    """The page's project, and environments with cyrpy and with both."""

    project: Path
    without: Environment
    installed: Environment


def write_files(folder: Path) -> Path:
    """The files that the page shows; the project's folder."""
    shown = re.findall(rf"^`({FOLDER}/\S+)`:\n\n```\w+\n(.*?)^```$", PAGE.read_text(), re.M | re.S)
    for name, text in shown:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / FOLDER


@pytest.fixture(scope="module")
def example(
    tmp_path_factory: pytest.TempPathFactory, wheel: Path, new_environment: NewEnvironment
) -> Example:
    folder = tmp_path_factory.mktemp("example")
    project = write_files(folder)
    without, installed = new_environment(), new_environment()
    without.install(wheel)
    installed.install(wheel, build(project, "wheel", folder / "dist"))
    return Example(project, without, installed)


def configured(folder: Path, modules: str) -> Path:
    """A configuration with these modules on the line."""
    path = folder / "imapd.conf"
    path.write_text(CONFIGURATION.format(modules=modules, folder=folder))
    return path


def add_user(environment: Environment, config: Path) -> None:
    environment.cyrpy("user", "add", "-C", config, "--password-stdin", "test", stdin="test\n")


def create_note(client: httpx.Client) -> dict[str, Any]:
    """The answer to a Note/set that creates one."""
    account = client.get("/jmap/").json()["primaryAccounts"][NOTES]
    create = {"accountId": account, "create": {"n": {"text": "milk"}}}
    body = {"using": [NOTES], "methodCalls": [["Note/set", create, "0"]]}
    ((_, answer, _),) = client.post("/jmap/", json=body).json()["methodResponses"]
    return answer


def test_the_tests_of_the_page_pass(example, tmp_path):
    shutil.copytree(example.project / "tests", tmp_path / "tests")
    said = example.installed.run("-m", "pytest", "-q", tmp_path / "tests")
    expected = (example.project / "tests" / "test_hello.py").read_text().count("\ndef test_")
    assert f"{expected} passed" in said


def test_the_module_is_listed_as_the_page_shows(example):
    (line,) = re.findall(r"^hello\t(.*)$", PAGE.read_text(), re.MULTILINE)
    assert example.installed.modules()["hello"] == line


def test_route_and_type_answer_over_http(example, tmp_path):
    config = configured(tmp_path, "hello")
    add_user(example.installed, config)
    with example.installed.serving("-C", config) as client:
        assert list(create_note(client)["created"]) == ["n"]
        assert client.get("/hello/").text.endswith("you have 1 of 1000 notes.\n")


def test_a_folder_on_the_path_needs_no_entry_point(example, tmp_path):
    assert "hello" not in example.without.modules()
    path = {"PYTHONPATH": str(example.project)}
    assert "hello" in example.without.modules(**path)
    config = configured(tmp_path, "hello")
    add_user(example.without, config)
    with example.without.serving("-C", config, **path) as client:
        assert client.get("/hello/").status_code == 200


def test_off_the_line_it_is_gone_and_back_on_it_it_has_what_it_kept(example, tmp_path):
    add_user(example.installed, configured(tmp_path, "hello"))
    with example.installed.serving("-C", configured(tmp_path, "hello")) as client:
        create_note(client)
    with example.installed.serving("-C", configured(tmp_path, "jmap")) as client:
        assert client.get("/hello/").status_code == 404
        assert NOTES not in client.get("/jmap/").json()["capabilities"]
    with example.installed.serving("-C", configured(tmp_path, "hello")) as client:
        assert client.get("/hello/").text.endswith("you have 1 of 1000 notes.\n")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("hello_max_note: 5", "did you mean"),
        ("hello_max_notes: many", "hello_max_notes"),
        ("hello_max_notes: 0", "hello_max_notes"),
    ],
)
def test_a_wrong_option_stops_the_start(example, tmp_path, line, message):
    config = configured(tmp_path, "hello")
    with config.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(AssertionError, match=rf"imapd\.conf:4.*{message}"):
        example.installed.cyrpy("check", "-C", config)


def test_the_declaration_is_one_short_page(example):
    lines = (example.project / "cyrpy_hello" / "__init__.py").read_text().splitlines()
    assert len(lines) <= 60

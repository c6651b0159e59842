"""The house rules that are not ruff's or mypy's to judge."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cyrpy.config import CoreSettings
from cyrpy.config.model import settings_of
from cyrpy.host.registry import find
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.dialects.classic.names import CALLS
from cyrpy_jmap.settings import JmapSettings
from cyrpy_jmap.types import offers as offers_of_jmap
from tests.architecture.installation import ROOT
from tests.architecture.project import MODULES
from tools import example_config, rfc_index

FOLDERS = (".ci", "bench", "cyrpy", "docs", "migrations", "modules", "tests", "tools")
FILES = ("CHANGELOG.md", "README.md", "imapd.conf.example", "pyproject.toml")
SERVED = [name for name in MODULES if name != "dav"]  # what an admin names
README = (ROOT / "README.md").read_text()
# Where packages come from; written apart, so that this file does not name them.
REGISTRIES = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".", "crates" + ".io")
HOME = Path.home()
HERE = [str(path) for path in (ROOT, Path(sys.prefix)) if len(path.parts) > 2]
HERE += [str(HOME)] if Path(HOME.anchor) != HOME else []


def texts() -> Iterator[tuple[str, str]]:
    """Every text of the repository, by its path."""
    paths = [ROOT / name for name in FILES]
    paths += [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*"))]
    for path in paths:
        if path.is_file() and "__pycache__" not in path.parts:
            try:
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue  # a sample in another encoding, or no text at all


def run(*command: str | Path) -> str:
    """What a tool says that has to succeed."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,  # what it says is worth more than the exception
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def commands(heading: str) -> list[str]:
    """The lines of the first shell block below a heading of README."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return section.split("```sh\n")[1].split("```")[0].splitlines()


def test_imports_keep_to_the_contracts():
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    paths = f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'modules')!r}]"
    said = run("-c", f"{paths}; sys.argv[1:] = ['--no-cache']; {code}")
    assert "0 broken" in said


def test_files_and_functions_keep_to_their_lengths():
    run("tools/check_size.py")


def test_the_example_has_every_option_of_core_and_modules():
    assert (ROOT / "imapd.conf.example").read_text() == example_config.text()


def test_the_rfc_index_is_that_of_the_docstrings():
    assert rfc_index.FILE.read_text() == rfc_index.text(), "run python tools/rfc_index.py"


@pytest.mark.parametrize(
    ("docstring", "found"),
    [
        ("Get (RFC 8620 §5.1).", [(8620, ["5.1"])]),
        ("All (RFC 7265 §3.4, RFC 6321 §3.4).", [(7265, ["3.4"]), (6321, ["3.4"])]),
        ("Zones (RFC 7808 §3.9 and §7)", [(7808, ["3.9", "7"])]),
        ("Types (RFC 8620 §1.2-1.4), and more", [(8620, ["1.2-1.4"])]),
        ("tzdist (RFC 7808)", [(7808, [])]),
        ("in (RFC 4791\n§B.1)", [(4791, ["B.1"])]),
        ("§5.1 of nothing", []),
    ],
)
def test_the_rfc_index_reads_references(docstring, found):
    assert list(rfc_index.mentioned(docstring)) == found


@pytest.mark.parametrize("name", ["", *MODULES])
def test_the_description_of_an_option_is_a_sentence(name):
    model = find(name).settings if name else CoreSettings
    assert [s.option for s in settings_of(model, name) if not s.meaning.endswith(".")] == []


@pytest.mark.parametrize("name", SERVED)
def test_the_readme_names_every_module(name):
    assert f"\n| `{name}` |" in README


def test_the_readme_starts_the_demo_by_one_command():
    (command, *_) = commands("Try it")
    assert "pip install ." in command
    assert command.endswith("cyrpy serve --demo")


def test_the_readme_runs_the_tests_by_the_command_that_ci_takes():
    runner = (ROOT / ".ci" / "run").read_text()
    (pattern,) = re.findall(r'^command=\$\(grep -m1 "(.*)" README\.md\)$', runner, re.MULTILINE)
    taken = next(line for line in README.splitlines() if re.search(pattern, line))
    assert commands("Run the tests") == [taken]
    assert "pip install -e '.[test]'" in taken


@pytest.mark.parametrize("name", SERVED)
def test_the_readme_of_a_module_names_its_rfcs(name):
    module = find(name)
    readme = (ROOT / "modules" / f"cyrpy_{name}" / "README.md").read_text()
    assert f"`{name}`" in readme
    for rfc in re.findall(r"RFC [0-9]+", module.summary):
        assert rfc in readme


@pytest.mark.parametrize("name", SERVED)
def test_the_readme_of_a_module_has_its_options_with_their_defaults(name):
    readme = (ROOT / "modules" / f"cyrpy_{name}" / "README.md").read_text()
    rows = dict(re.findall(r"^\| `([a-z0-9_]+)` \| .* \| `?([^|`]+)`? \|$", readme, re.MULTILINE))
    defaults = {s.option: s.default_meaning for s in settings_of(find(name).settings, name)}
    assert {option: rows.get(option) for option in defaults} == defaults


def test_the_readme_of_jmap_has_its_capabilities():
    offers = list(offers_of_jmap(JmapSettings(tasks=True, smime=True)))
    offered = {offer.capability.urn for offer in offers if isinstance(offer, DataType)}
    offered |= {offer.urn for offer in offers if isinstance(offer, Capability)}
    readme = (ROOT / "modules" / "cyrpy_jmap" / "README.md").read_text()
    assert set(re.findall(r"^\| `([a-z]+:[^`]+)`", readme, re.MULTILINE)) == offered - {""}


def test_the_readme_of_jmap_names_every_classic_call():
    readme = (ROOT / "modules" / "cyrpy_jmap" / "README.md").read_text()
    assert [call for call in CALLS if f"`{call}`" not in readme] == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(page):
    prose = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", prose):
        assert (page.parent / link).exists(), link


@pytest.mark.parametrize(
    "page",
    [ROOT / "docs" / "architecture.md", *sorted((ROOT / "modules").glob("*/README.md"))],
    ids=lambda page: page.parent.name,
)
def test_files_that_a_page_names_are_there(page):
    named = re.findall(r"`([\w./]+(?:/|\.(?:py|md|toml|conf|example)))`", page.read_text())
    folders = (page.parent, ROOT)
    urls = re.compile(r"/|\d")  # a path that starts so is one of the server's
    missing = [n for n in named if not urls.match(n) and not any((f / n).exists() for f in folders)]
    assert missing == []


def test_every_folder_with_code_is_a_package():
    folders = {path.parent for name in ("cyrpy", "modules") for path in (ROOT / name).rglob("*.py")}
    code = {folder for folder in folders if folder.name != "migrations"}
    bare = [f.relative_to(ROOT).as_posix() for f in code if not (f / "__init__.py").exists()]
    assert sorted(bare) == []


def test_nothing_names_a_package_registry():
    assert [(name, host) for name, text in texts() for host in REGISTRIES if host in text] == []


def test_nothing_names_a_folder_of_the_machine_it_is_written_on():
    patterns = [re.compile(rf"(?<![\w.]){re.escape(folder)}(?![\w-])") for folder in HERE]
    assert [
        (name, found[0])
        for name, text in texts()
        for pattern in patterns
        if (found := pattern.search(text))
    ] == []

"""Real installations: virtual environments without a network, and servers started from them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
USER = ("test", "test")
# Of this environment, what would lead back to the checkout or to the one who runs the tests.
_OWN = ("PYTHON", "XDG_", "CYRPY_", "VIRTUAL_ENV")


def link_dependencies(folder: Path) -> Path:
    """A folder with everything that is installed here but cyrpy itself."""
    folder.mkdir()
    for path in map(Path, sys.path):
        if path.name not in {"site-packages", "dist-packages"} or not path.is_dir():
            continue
        for entry in path.iterdir():
            is_cyrpy = re.match(r"_?cyrpy|__editable__", entry.name)
            link = folder / entry.name
            if not is_cyrpy and entry.suffix != ".pth" and not link.exists():
                link.symlink_to(entry)
    return folder


class Environment:
    """A virtual environment beside which nothing is imported but the dependencies."""

    def __init__(self, folder: Path, dependencies: Path) -> None:
        venv.create(folder, symlinks=True)
        self.folder = folder
        self.python = folder / "bin" / "python"
        (packages,) = folder.glob("lib/python*/site-packages")
        (packages / "dependencies.pth").write_text(f"{dependencies}\n")
        self.elsewhere = folder / "elsewhere"  # a working directory far from the checkout
        self.elsewhere.mkdir()
        kept = {name: text for name, text in os.environ.items() if not name.startswith(_OWN)}
        self.variables = {**kept, "HOME": str(self.elsewhere)}

    def install(self, *what: Path | str) -> None:
        """Install files, folders or `-e` and a folder."""
        pip = [sys.executable, "-m", "pip", "--python", self.python, "install", "--quiet"]
        offline = ["--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
        self._run([*pip, *offline, *what], {})

    def run(
        self, *arguments: Path | str, variables: Mapping[str, str] | None = None, stdin: str = ""
    ) -> str:
        """What `python …` prints, run elsewhere."""
        return self._run([self.python, *arguments], variables or {}, stdin)

    def _run(self, command: list[Path | str], variables: Mapping[str, str], stdin: str = "") -> str:
        done = subprocess.run(
            command,
            cwd=self.elsewhere,
            env={**self.variables, **variables},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,  # what it says is worth more than the exception
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def cyrpy(self, *arguments: Path | str, stdin: str = "", **variables: str) -> str:
        """What a command of cyrpy's prints."""
        return self.run("-m", "cyrpy", *arguments, variables=variables, stdin=stdin)

    @contextmanager
    def serving(self, *arguments: Path | str, **variables: str) -> Iterator[httpx.Client]:
        """`cyrpy serve …` on a port of the system's choice, and a client signed in as `test`."""
        with subprocess.Popen(
            [self.python, "-m", "cyrpy", "serve", "--listen", "127.0.0.1:0", *arguments],
            cwd=self.elsewhere,
            env={**self.variables, **variables},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as server:
            assert server.stderr is not None
            try:
                with httpx.Client(
                    base_url=_url(server.stderr), auth=USER, trust_env=False
                ) as client:
                    yield client
            finally:
                server.terminate()
                server.communicate()

    def modules(self, **variables: str) -> dict[str, str]:
        """What `cyrpy modules` says of each module: its URLs and its summary."""
        lines = self.cyrpy("modules", **variables).splitlines()
        return {name: rest for name, _, rest in (line.partition("\t") for line in lines)}


def _url(lines: Iterable[str]) -> str:
    """Where a server says that it listens."""
    said = []
    for line in lines:
        said.append(line)
        found = re.search(r"cyrpy listens on (http://[0-9.:]+)", line)
        if found:
            return found[1]
    raise AssertionError("".join(said))


def build(folder: Path, target: str, into: Path) -> Path:
    """Build a distribution of the project in `folder`, `wheel` or `sdist`; the file."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target]
    before = set(into.iterdir()) if into.exists() else set()
    subprocess.run([*command, "--directory", into], cwd=folder, check=True, capture_output=True)
    (made,) = set(into.iterdir()) - before
    return made

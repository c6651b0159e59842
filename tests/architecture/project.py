"""What pyproject.toml says of the project, for the tests that hold the rest to it."""

from __future__ import annotations

import tomllib
from typing import Any

from tests.architecture.installation import ROOT

PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
MODULES: dict[str, str] = PYPROJECT["project"]["entry-points"]["cyrpy.modules"]

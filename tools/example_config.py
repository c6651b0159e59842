"""Writes imapd.conf.example: the core's options, then those of the modules of this repository.

python tools/example_config.py
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from cyrpy.config.example import example
from cyrpy.host.registry import GROUP, find

ROOT = Path(__file__).parents[1]
FILE = ROOT / "imapd.conf.example"


def text() -> str:
    """What the file has to say; modules without options are left out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    models = {name: find(name).settings for name in project["entry-points"][GROUP]}
    return example({name: model for name, model in models.items() if model.model_fields})


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")

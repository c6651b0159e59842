"""imapd.conf.example says what the settings models say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field

from cyrpy.config import CoreSettings, ModuleSettings, OptionName, Size, core_settings, parse_text
from cyrpy.config.example import example
from cyrpy.config.model import settings_of

FILE = Path("imapd.conf.example")
ROOT = Path(__file__).parents[3]


class PadSettings(ModuleSettings):
    """A module's options."""

    max_size: Size = Field(2048, description="Largest pad.")


class SharingSettings(ModuleSettings):
    """An option that another module has as well."""

    size: Annotated[Size, OptionName("pad_max_size")] = Field(2048, description="Largest pad.")


class DisagreeingSettings(ModuleSettings):
    """The same option with another default."""

    size: Annotated[Size, OptionName("pad_max_size")] = Field(1024, description="Largest pad.")


class SilentSettings(ModuleSettings):
    """An option that says nothing of itself."""

    depth: int = 1


def uncommented(text: str) -> str:
    """The options, in force."""
    return "\n".join(re.findall(r"^#([a-z0-9_]+: .*)$", text, re.MULTILINE))


def test_the_file_is_the_one_that_the_models_give():
    shipped = (ROOT / "imapd.conf.example").read_text(encoding="utf-8")
    assert shipped.startswith(example({}).rstrip("\n"))


def test_the_command_writes_the_file():
    command = [sys.executable, "-m", "cyrpy.config.example"]
    written = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    assert written.stdout.decode() == example({})


def test_every_option_is_there_once():
    options = parse_text(uncommented(example({})), FILE)
    assert list(options) == [setting.option for setting in settings_of(CoreSettings, "")]


def test_the_lines_hold_the_defaults():
    settings = core_settings(parse_text(uncommented(example({})), FILE))
    defaults = CoreSettings()
    shown = [s.field for s in settings_of(CoreSettings, "") if s.default is not None]
    assert {name: getattr(settings, name) for name in shown} == {
        name: getattr(defaults, name) for name in shown
    }


def test_an_example_as_it_stands_changes_nothing():
    assert not parse_text(example({}), FILE)


def test_no_line_is_wide():
    assert max(map(len, example({}).splitlines())) <= 100


def test_modules_follow_with_their_prefix():
    assert example({"pad": PadSettings}).endswith(
        "\n\n"
        "# Largest pad.\n"
        "# Allowed: a size such as 512B, 64K, 10M or 1G (a bare number: octets). Default: 2K.\n"
        "#pad_max_size: 2K\n"
    )


def test_an_option_of_two_models_stands_once():
    text = example({"pad": PadSettings, "sharing": SharingSettings})
    assert text.count("pad_max_size") == 1


def test_two_defaults_of_one_option_are_refused():
    with pytest.raises(ValueError, match="pad_max_size: the default of DisagreeingSettings is 1K"):
        example({"pad": PadSettings, "disagreeing": DisagreeingSettings})


def test_an_option_without_a_meaning_is_refused():
    with pytest.raises(ValueError, match="silent_depth has no description"):
        example({"silent": SilentSettings})

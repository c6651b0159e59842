"""imapd.conf(5): its syntax, the settings models that options are bound to, their types."""

from __future__ import annotations

from cyrpy.config.binding import core_settings, load, settings_for
from cyrpy.config.cyrus import CYRUS_MODULES
from cyrpy.config.model import ModuleSettings, OptionName, Unset, option_names
from cyrpy.config.options import Option, Options
from cyrpy.config.parser import parse, parse_text
from cyrpy.config.settings import CoreSettings
from cyrpy.config.syntax import Syntax
from cyrpy.config.types import (
    ON_OFF,
    Days,
    Duration,
    Folders,
    Kilobytes,
    Minutes,
    Patterns,
    Size,
    Switch,
    Url,
    Words,
    words_of,
)
from cyrpy.config.unknown import unknown
from cyrpy.config.values import Address
from cyrpy.config.wildmat import matches

__all__ = [
    "CYRUS_MODULES",
    "ON_OFF",
    "Address",
    "CoreSettings",
    "Days",
    "Duration",
    "Folders",
    "Kilobytes",
    "Minutes",
    "ModuleSettings",
    "Option",
    "OptionName",
    "Options",
    "Patterns",
    "Size",
    "Switch",
    "Syntax",
    "Unset",
    "Url",
    "Words",
    "core_settings",
    "load",
    "matches",
    "option_names",
    "parse",
    "parse_text",
    "settings_for",
    "unknown",
    "words_of",
]

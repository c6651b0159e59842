"""Binding: options to a settings model, with every mistake told at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cyrpy.config.cyrus import CYRUS_OPTIONS
from cyrpy.config.model import ModuleSettings, Setting, option_names, settings_of
from cyrpy.config.options import SERVICE, Option, Options
from cyrpy.config.parser import parse
from cyrpy.config.settings import CoreSettings
from cyrpy.config.unknown import did_you_mean
from cyrpy.errors import ConfigError

M = TypeVar("M", bound=ModuleSettings)

Problem = tuple[int, str]  # line, text

_DEFAULT = ", or remove the line for the default ({})"
MAX_SHOWN = 80  # characters of a wrong value


def load(path: Path) -> tuple[Options, CoreSettings]:
    """Read a file and the core's part of it.

    Raises:
        ConfigError: as `parse` and `core_settings`.
    """
    options = parse(path)
    return options, core_settings(options)


def core_settings(options: Options) -> CoreSettings:
    """The options without a module's prefix.

    Raises:
        ConfigError: values are wrong; the text names each.
    """
    return settings_for(options, "", CoreSettings)


def settings_for(options: Options, module_name: str, model: type[M]) -> M:
    """The module's options as its model has them.

    Raises:
        ConfigError: values are wrong, or options start with the module's name that neither it
            nor Cyrus has; the text names each on a line of its own.
    """
    settings = {setting.field: setting for setting in settings_of(model, module_name)}
    given = {
        field: option
        for field, setting in settings.items()
        if (option := options.find(setting.option, *setting.former))
    }
    problems = list(_strangers(options, module_name, model))
    try:
        bound = model.model_validate({field: options.value(o) for field, o in given.items()})
    except ValidationError as exc:
        problems += (_problem(error, settings, given, options) for error in exc.errors())
    if problems:
        raise ConfigError("\n".join(text for _, text in sorted(problems)))
    return bound


def _strangers(
    options: Options, module_name: str, model: type[ModuleSettings]
) -> Iterator[Problem]:
    """Complaints about options that look like the module's and are not."""
    if not module_name:
        return
    own = option_names(model, module_name)
    known = CYRUS_OPTIONS.union(own, option_names(CoreSettings, ""))
    for option in options.values():
        name = option.name.removeprefix(f"{SERVICE}_")
        if name.startswith(f"{module_name}_") and not known & {name, option.name}:
            remedy = did_you_mean(name, own) or "remove the line"
            yield (
                option.line,
                f"{option.where}: {option.name}: module {module_name} has no such option; {remedy}",
            )


def _problem(
    error: ErrorDetails,
    settings: dict[str, Setting],
    given: dict[str, Option],
    options: Options,
) -> Problem:
    field = str(error["loc"][0]) if error["loc"] else ""
    setting = settings.get(field)
    if setting is None:
        return 0, f"{options.file}: {_reason(error)}"
    option = given.get(field)
    if option is None:
        line = f'"{setting.option}: …"'
        return 0, f"{options.file}: {setting.option} is missing; add {line}: {setting.allowed}"
    value = "the value" if setting.is_secret else f'"{_cut(option.value)}"'
    reason = _reason(error)
    detail = f" ({reason})" if reason else ""
    default = "" if setting.info.is_required() else _DEFAULT.format(setting.default_meaning)
    return (
        option.line,
        f"{option.where}: {option.name}: {value} is not allowed here{detail}; "
        f"give {setting.allowed}{default}",
    )


def _reason(error: ErrorDetails) -> str:
    """Why, if a validator of ours said so; pydantic's own words repeat what is allowed."""
    context: dict[str, Any] = error.get("ctx", {})
    if error["type"] in {"value_error", "assertion_error"}:
        return str(context.get("error", ""))
    return ""


def _cut(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"

"""A configuration, read and checked as a whole: the core's options, the modules and theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cyrpy.config import (
    CoreSettings,
    ModuleSettings,
    Option,
    Options,
    core_settings,
    option_names,
    parse,
    settings_for,
    unknown,
)
from cyrpy.config.options import SERVICE
from cyrpy.core import Later
from cyrpy.data.database import Location
from cyrpy.data.migrate import History, core_history, module_history
from cyrpy.errors import ConfigError
from cyrpy.host.registry import enable, installed
from cyrpy.module import Module

COMMAND_LINE: Final = Path("command line")


@dataclass(frozen=True)
class Configuration:
    """What an imapd.conf says, with each enabled module beside its settings."""

    settings: CoreSettings
    modules: tuple[tuple[Module, ModuleSettings], ...]
    warnings: tuple[str, ...]

    @property
    def location(self) -> Location:
        """Where the database is."""
        return location_of(self.settings)

    @property
    def histories(self) -> list[History]:
        """The migrations of the core and of each enabled module that owns tables."""
        return [core_history(), *_module_histories(self.modules)]

    def offers(self) -> tuple[object, ...]:
        """Everything that the enabled modules offer each other."""
        return tuple(offer for module, own in self.modules for offer in module.offers(own))

    def load(self) -> None:
        """Load what modules load late, to see that it can be.

        Raises:
            ConfigError: a part of a module cannot be loaded.
        """
        for module, own in self.modules:
            try:
                for offer in module.offers(own):
                    if isinstance(offer, Later):
                        offer.made()
            except ImportError as exc:
                raise ConfigError(f"module {module.name!r} cannot be loaded: {exc}") from exc


def location_of(settings: CoreSettings) -> Location:
    """Where the database of these settings is."""
    url = settings.database
    synchronous = settings.database_synchronous
    if url.startswith("sqlite:"):
        return Location(
            file=Path(urlsplit(url).path.replace("//", "/", 1)), synchronous=synchronous
        )
    return Location(url=url, synchronous=synchronous)


def read(path: Path, overrides: Mapping[str, str] | None = None) -> Configuration:
    """The configuration in that file; `overrides` go before its options, as flags do.

    Raises:
        ConfigError: it cannot be used; the text names every mistake, each on a line of its own.
    """
    options = parse(path)
    flags = {
        f"{SERVICE}_{name}": Option(name, value, COMMAND_LINE, 0)
        for name, value in (overrides or {}).items()
    }
    return check(Options({**options, **flags}, options.file))


def check(options: Options) -> Configuration:
    """The configuration in those options.

    Raises:
        ConfigError: as `read`.
    """
    settings = core_settings(options)
    modules = enable(settings.httpmodules)
    bound: list[tuple[Module, ModuleSettings]] = []
    mistakes: list[str] = []
    for module in modules:
        try:
            bound.append((module, settings_for(options, module.name, module.settings)))
        except ConfigError as exc:
            mistakes.append(str(exc))
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    warnings = unknown(options, _known(modules), lambda: _others(modules))
    return Configuration(settings, tuple(bound), tuple(warnings))


def _known(modules: list[Module]) -> Iterator[str]:
    """Names of options that something reads."""
    yield from option_names(CoreSettings, "")
    for module in modules:
        yield from option_names(module.settings, module.name)


def _others(modules: list[Module]) -> Iterator[str]:
    """Patterns of options that a module which is not enabled may read."""
    enabled = {module.name for module in modules}
    return (f"{name}_*" for name in installed() if name not in enabled)


def _module_histories(modules: tuple[tuple[Module, ModuleSettings], ...]) -> Iterator[History]:
    for module, _ in modules:
        if module.migrations is not None:
            yield module_history(module.name, module.migrations)

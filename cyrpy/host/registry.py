"""From names on the `httpmodules` line to modules: only what is named is loaded."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from cyrpy.errors import ConfigError
from cyrpy.module import Module

GROUP: Final = "cyrpy.modules"
PACKAGE_PREFIX: Final = "cyrpy_"
# Modules of the core's own packages: a bare checkout has no entry points.
OWN: Final[Mapping[str, str]] = {"dav": "cyrpy.dav:module"}


def installed() -> list[str]:
    """Names that may stand on the line: entry points, and `cyrpy_…` packages that can be found."""
    packages = (
        found.name.removeprefix(PACKAGE_PREFIX)
        for found in pkgutil.iter_modules()
        if found.ispkg and found.name.startswith(PACKAGE_PREFIX)
    )
    return sorted({*OWN, *_entry_points(), *packages})


def _entry_points() -> Mapping[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def find(name: str, points: Mapping[str, EntryPoint] | None = None) -> Module:
    """The module of that name; `points` are the entry points, if they were read already.

    An entry point if there is one; else `module` of the package `cyrpy_<name>`, so that a bare
    checkout and a folder just dropped into `modules/` work too.

    Raises:
        ConfigError: no such module is installed, or what was found is not one.
    """
    point = (_entry_points() if points is None else points).get(name)
    where = point.value if point else OWN.get(name, f"{PACKAGE_PREFIX}{name}:module")
    package, _, attribute = where.partition(":")
    try:
        found = getattr(importlib.import_module(package), attribute, None)
    except ModuleNotFoundError as exc:
        if point is None and exc.name == package:
            raise ConfigError(_not_installed(name)) from exc
        raise ConfigError(
            f"module {name!r} cannot be loaded: there is no Python package {exc.name!r}"
        ) from exc
    if not isinstance(found, Module):
        raise ConfigError(f"module {name!r}: {where} is not a cyrpy.module.Module")
    if found.name != name:
        raise ConfigError(f"module {name!r}: {where} calls itself {found.name!r}")
    return found


def _not_installed(name: str) -> str:
    names = [known for known in installed() if known != name]
    close = get_close_matches(name, names, 1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return (
        f"httpmodules: no module {name!r} is installed{hint} (installed: {', '.join(names)}). "
        "Take it off the line, or install the package that provides it."
    )


def enable(names: Iterable[str]) -> list[Module]:
    """The named modules and what they require, each once, requirements first.

    Raises:
        ConfigError: a module or a requirement is not installed, requirements go in a circle, or
            two modules want one URL.
    """
    enabled: dict[str, Module] = {}
    points = _entry_points()  # once: it looks into every installed distribution

    def add(name: str, chain: Sequence[str]) -> None:
        if name in chain:
            raise ConfigError(f"modules require each other: {' -> '.join((*chain, name))}")
        if name in enabled:
            return
        module = _required(name, chain, points)
        for needed in module.requires:
            add(needed, (*chain, name))
        enabled[name] = module

    for name in names:
        add(name, ())
    modules = list(enabled.values())
    _check_urls(modules)
    return modules


def _required(name: str, chain: Sequence[str], points: Mapping[str, EntryPoint]) -> Module:
    try:
        return find(name, points)
    except ConfigError as exc:
        if chain:
            raise ConfigError(f"module {chain[-1]!r} requires {name!r}: {exc}") from exc
        raise


def _check_urls(modules: Iterable[Module]) -> None:
    owners: dict[str, str] = {}
    for module in modules:
        for url in (*module.prefixes, *(f"/.well-known/{name}" for name in module.well_known)):
            if url in owners:
                raise ConfigError(
                    f"modules {owners[url]!r} and {module.name!r} both want the URL {url}: "
                    "take one of them off the httpmodules line"
                )
            if not url.startswith("/") or url.endswith("/"):
                raise ConfigError(
                    f"module {module.name!r}: prefix {url!r} must begin with a slash, not end so"
                )
            owners[url] = module.name

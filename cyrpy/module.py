"""What a module declares: Cyrus's `namespace_t` as one frozen value.

A module offers declarations and never calls another module; the host mounts its app, and whoever
consumes a kind of declaration asks `core.offered(kind)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.types import ASGIApp

from cyrpy.config import ModuleSettings
from cyrpy.core import Core

SignIn = Literal["required", "optional", "none"]


@dataclass(frozen=True)
class Command:
    """One `cyrpy <module> <name>` of the command line; `run` is a typer command function."""

    name: str
    help: str
    run: Callable[..., None]


def no_offers(settings: Any) -> Iterable[object]:  # noqa: ANN401 - each module's own settings
    """The default of `Module.offers`."""
    del settings
    return ()


@dataclass(frozen=True)
class Module:
    """A part of the server that an admin switches on by its name on the `httpmodules` line."""

    name: str  # prefix of its options and of its tables
    summary: str  # one line
    app: Callable[[Core, Any], ASGIApp]  # the sub-app, mounted at each of `prefixes`
    settings: type[ModuleSettings] = ModuleSettings
    prefixes: Sequence[str] = ()  # URL prefixes that it owns, without a slash at the end
    # name, or method and name ("POST jmap") -> path (RFC 8615)
    well_known: Mapping[str, str] = field(default_factory=dict)
    # method -> path that `/` leads to, for clients that know nothing but the server's name
    root: Mapping[str, str] = field(default_factory=dict)
    requires: Sequence[str] = ()  # modules that are enabled with it, before it
    # required: who is not signed in gets a 401; optional: the app decides what such may see;
    # none: an Authorization header is not even looked at
    sign_in: SignIn = "required"
    paths: Mapping[str, SignIn] = field(
        default_factory=dict
    )  # below the prefixes, where it differs
    offers: Callable[[Any], Iterable[object]] = no_offers
    lifespan: Callable[[Core, Any], AbstractAsyncContextManager[None]] | None = None
    migrations: str | None = None  # "cyrpy_jmap:migrations", the history of its own tables
    commands: Sequence[Command] = ()

"""A worker process: receives its orders from the parent, serves, and ends when the parent ends."""

from __future__ import annotations

import asyncio
import pickle
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import cast

from cyrpy.errors import ConfigError, CyrpyError
from cyrpy.heap import give_back, rest
from cyrpy.host.logs import LogStyle, configure_logging
from cyrpy.host.server import Application, HostServer, ServerOptions
from cyrpy.host.tls import LiveContext, Tls

STARTUP_FAILED = 3  # exit status; uvicorn's too
READY = b"R"


@dataclass(frozen=True, slots=True)
class Job:
    """What a process serves: `factory` is `module:function`, called with `arguments`."""

    factory: str
    arguments: Mapping[str, object]
    tls: Tls | None = None
    server: ServerOptions = field(default_factory=ServerOptions)
    log: LogStyle = field(default_factory=LogStyle)


def run(job: Job, sockets: list[socket.socket], on_ready: Callable[[HostServer], None]) -> None:
    """Serve on `sockets` until told to stop.

    Raises:
        CyrpyError: the application or the certificate cannot be used.
        SystemExit: STARTUP_FAILED, when the application's start failed (and was logged).
    """
    tls = None if job.tls is None else LiveContext(job.tls)
    give_back()
    rest()  # until the server is ready
    application = load(job.factory)(**job.arguments)
    HostServer(application, job.server, tls, on_ready).run(sockets)


def load(factory: str) -> Callable[..., Application]:
    """The function that `module:function` names.

    Raises:
        ConfigError: there is none.
    """
    module, _, name = factory.partition(":")
    try:
        return cast("Callable[..., Application]", getattr(import_module(module), name))
    except (ImportError, AttributeError) as exc:
        raise ConfigError(f"cannot load the application {factory}: {exc}") from exc


def main(link_descriptor: int) -> None:
    """The process's entry: the link carries the job here, READY back, and the parent's end."""
    link = socket.socket(fileno=link_descriptor)
    with link.makefile("rb") as orders:
        job, descriptors = cast("tuple[Job, list[int]]", pickle.load(orders))  # noqa: S301 our own
    configure_logging(job.log)
    sockets = [socket.socket(fileno=descriptor) for descriptor in descriptors]

    def ready(server: HostServer) -> None:
        loop = asyncio.get_running_loop()

        def orphaned() -> None:
            loop.remove_reader(link)
            server.should_exit = True

        link.setblocking(False)
        loop.add_reader(link, orphaned)
        link.send(READY)

    try:
        run(job, sockets, ready)
    except CyrpyError as exc:
        sys.stderr.write(f"cyrpy: {exc}\n")
        sys.exit(STARTUP_FAILED)


def command(link: socket.socket) -> list[str]:
    """The command line of a worker; it imports from where this process does."""
    code = (
        f"import sys; sys.path[:] = {sys.path!r}; "
        f"from cyrpy.host.worker import main; main({link.fileno()})"
    )
    return [sys.executable, "-c", code]

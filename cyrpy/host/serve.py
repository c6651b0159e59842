"""Serving: sockets, then one process or several, until a signal to stop."""

from __future__ import annotations

import logging
import resource
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from cyrpy.host.listen import Listen, bind, release, url_of
from cyrpy.host.logs import LogStyle, configure_logging
from cyrpy.host.server import HostServer, ServerOptions
from cyrpy.host.supervisor import Supervisor
from cyrpy.host.tls import LiveContext, Tls
from cyrpy.host.worker import STARTUP_FAILED, Job, run

logger = logging.getLogger("cyrpy.serve")
OTHER_FILES = 256  # descriptors beside the connections: databases, logs, peers


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """Where and how to serve."""

    listen: tuple[Listen, ...] = (Listen(),)
    workers: int = 1
    tls: Tls | None = None
    server: ServerOptions = field(default_factory=ServerOptions)
    log: LogStyle = field(default_factory=LogStyle)


def serve(factory: str, arguments: Mapping[str, object], options: ServeOptions) -> int:
    """Serve what `factory` (`module:function`) makes of `arguments`; returns the exit status.

    One worker is this very process. For several, the arguments are pickled: plain values.

    Raises:
        CyrpyError: an address cannot be bound, or the application or certificate not be used.
    """
    configure_logging(options.log)
    if options.tls is not None:
        LiveContext(options.tls)  # a bad certificate is told before anything starts
    _allow_files(options.server.limits.connections + OTHER_FILES)
    job = Job(factory, arguments, options.tls, options.server, options.log)
    sockets = bind(options.listen)
    try:
        if options.workers > 1:
            place = _Announcement(sockets, options)
            return Supervisor(job, sockets, options.workers, place.announce).run()
        return _serve_here(job, sockets, _Announcement(sockets, options))
    finally:
        release(sockets)


def _serve_here(job: Job, sockets: list[socket.socket], place: _Announcement) -> int:
    """Serve in this process. The server closes its sockets, so it gets copies."""
    copies = [one.dup() for one in sockets]

    def ready(server: HostServer) -> None:
        server.on_stopping = partial(release, sockets)  # who comes then is refused
        place.announce()

    try:
        run(job, copies, ready)
    except SystemExit as exc:
        return exc.code if isinstance(exc.code, int) else STARTUP_FAILED
    return 0


class _Announcement:
    """Says where the server listens, once."""

    def __init__(self, sockets: list[socket.socket], options: ServeOptions) -> None:
        urls = ", ".join(url_of(one, options.tls is not None) for one in sockets)
        many = f" with {options.workers} workers" if options.workers > 1 else ""
        self._text: str | None = f"cyrpy listens on {urls}{many}"

    def announce(self) -> None:
        """Say it."""
        if self._text is not None:
            logger.info(self._text)
            self._text = None


def _allow_files(wanted: int) -> None:
    """Raise the limit of open files, often 1,024, as far as the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft not in {resource.RLIM_INFINITY} and soft < most:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))

"""Serving a configuration: its options, as the server takes them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from cyrpy.config import CoreSettings
from cyrpy.config.values import Address
from cyrpy.errors import ConfigError
from cyrpy.host.configuration import Configuration
from cyrpy.host.listen import Listen
from cyrpy.host.logs import LogStyle, configure_logging
from cyrpy.host.protocol import ConnectionLimits
from cyrpy.host.serve import ServeOptions, serve
from cyrpy.host.server import ServerOptions
from cyrpy.host.tls import Tls

FACTORY = "cyrpy.host.app:create_app"
log = logging.getLogger("cyrpy.serve")


def run(path: Path, overrides: Mapping[str, str], configuration: Configuration) -> int:
    """Serve until told to stop; the exit status.

    Raises:
        ConfigError: an address cannot be bound, or the certificate not be used.
    """
    options = serve_options(configuration.settings)
    configure_logging(options.log)
    for warning in configuration.warnings:
        log.warning("%s", warning)
    if not configuration.modules:
        raise ConfigError(
            "no module is enabled: name some on the httpmodules line, such as "
            '"httpmodules: jmap caldav carddav tzdist"'
        )
    return serve(FACTORY, {"path": str(path), "overrides": dict(overrides)}, options)


def serve_options(settings: CoreSettings) -> ServeOptions:
    """What the settings say of sockets, processes, TLS and limits."""
    addresses = [Address.read(text) for text in settings.http_listen]
    return ServeOptions(
        listen=tuple(
            Listen(path=Path(a.path)) if a.path else Listen(a.host, a.port) for a in addresses
        ),
        workers=settings.http_workers,
        tls=certificate_of(settings),
        server=ServerOptions(
            limits=ConnectionLimits(
                connections=settings.http_max_connections,
                head_timeout=settings.http_header_timeout,
                idle_timeout=settings.httptimeout,
            ),
            shutdown_timeout=settings.http_shutdown_timeout,
        ),
        log=LogStyle(settings.log_level, json=settings.http_access_log == "json"),
    )


def certificate_of(settings: CoreSettings) -> Tls | None:
    """The certificate, if there is one."""
    if not settings.tls_server_cert:
        return None
    keys = settings.tls_server_key or settings.tls_server_cert
    pairs = tuple(zip(settings.tls_server_cert, keys, strict=True))
    return Tls(pairs, versions=settings.tls_versions)

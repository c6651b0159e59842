"""The application: a configuration, opened and served, and opened anew when it changes."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final, NamedTuple

from cyrpy.auth.authenticator import Authenticator
from cyrpy.config import CoreSettings, matches
from cyrpy.core import Core
from cyrpy.data.blobs import Blobs, prepare_folder
from cyrpy.data.database import Database
from cyrpy.data.notifier import Notifier
from cyrpy.data.threads import Lane
from cyrpy.errors import ConfigError, CyrpyError
from cyrpy.formats.ical.zones import use_tzdata_only
from cyrpy.host.accesslog import AccessLog
from cyrpy.host.compress import Compression
from cyrpy.host.configuration import Configuration, read
from cyrpy.host.cors import Cors
from cyrpy.host.dispatch import Dispatcher, Mounted
from cyrpy.host.health import Health
from cyrpy.host.lmtp import LmtpService
from cyrpy.host.outer import OuterLayer
from cyrpy.host.proxy import TrustedProxies
from cyrpy.host.upkeep import keep
from cyrpy.http.scope import App, BodyLimits, Receive, Scope, Send
from cyrpy.mail.imap.service import RemoteMail
from cyrpy.mail.outgoing import Outgoing
from cyrpy.mail.relay import Relay
from cyrpy.module import Module

HEALTH: Final = "/healthz"
STANDARD_OUTPUT: Final = 1
# Changing these needs a new process: sockets, databases and folders are opened with them.
FIXED: Final = (
    "configdirectory",
    "database_url",
    "database_synchronous",
    "http_listen",
    "http_workers",
    "lmtp_listen",
)

log = logging.getLogger("cyrpy.host")


class SignInServices(NamedTuple):
    """What the authenticator uses."""

    settings: CoreSettings
    database: Database
    clock: Callable[[], float]


class Site:
    """One opened configuration: its database, its modules' apps, and what runs beside them."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.app: OuterLayer
        self.core: Core
        self._stack = AsyncExitStack()

    async def open(self) -> None:
        """Start everything, modules in the order of their requirements.

        Raises:
            ConfigError: a module failed to start.
            CyrpyError: the database cannot be used.
        """
        configuration = self.configuration
        settings = configuration.settings
        notifier = Notifier(configuration.location)
        database = Database(configuration.location, publisher=notifier, clock=time.time)
        self._stack.callback(database.close)
        self._stack.push_async_callback(notifier.close)
        self.authenticator = Authenticator(SignInServices(settings, database, time.time))
        self._stack.callback(self.authenticator.close)
        core = self.core = Core(
            settings=settings,
            database=database,
            blobs=Blobs(settings.configdirectory / "blobs", settings.blob_expiry),
            notifier=notifier,
            sign_in=self.authenticator,
            offers=configuration.offers(),
        )
        prepare_folder(core.blobs.folder, core.clock())
        try:
            await notifier.start(database)
            apps = {m.name: await self._start(m, own) for m, own in configuration.modules}
            self.app = self._layers(self._dispatcher(apps))
        except BaseException:
            await self._stack.aclose()
            raise
        await self._take_mail()
        await self._send_mail()
        remote = RemoteMail(core)
        remote.start()
        self._stack.push_async_callback(remote.close)
        upkeep = asyncio.get_running_loop().create_task(keep(core))
        self._stack.callback(upkeep.cancel)

    async def _take_mail(self) -> None:
        """Listen for LMTP, if that is asked for."""
        self.lmtp = LmtpService(self.core)
        try:
            await self.lmtp.start()
        except BaseException:
            await self._stack.aclose()
            raise
        self._stack.push_async_callback(self.lmtp.close)

    async def _send_mail(self) -> None:
        """Send what waits, if there is a relay."""
        try:
            outgoing = Outgoing(self.core, Relay.of(self.core.settings))
        except BaseException:
            await self._stack.aclose()
            raise
        outgoing.start()
        self._stack.push_async_callback(outgoing.close)

    async def close(self) -> None:
        """End what runs beside the requests, then the modules, then the database."""
        await self._stack.aclose()

    async def _start(self, module: Module, settings: Any) -> App:  # noqa: ANN401 - a module's own
        try:
            if module.lifespan is not None:
                await self._stack.enter_async_context(module.lifespan(self.core, settings))
            return module.app(self.core, settings)
        except CyrpyError as exc:
            raise ConfigError(f"module {module.name!r} cannot start: {exc}") from exc

    def _dispatcher(self, apps: Mapping[str, App]) -> Dispatcher:
        modules = [module for module, _ in self.configuration.modules]
        mounted: dict[str, Mounted] = {}
        for module in modules:
            for prefix in module.prefixes:
                app, scopes = apps[module.name], self._scopes(module, modules)
                mounted[prefix] = Mounted(app, module.sign_in, scopes, prefix)
                for path, sign_in in module.paths.items():
                    mounted[prefix + path] = Mounted(app, sign_in, scopes, prefix)
        mounted[HEALTH] = Mounted(Health(self._trouble), "none", frozenset(), HEALTH)
        return Dispatcher(mounted, _redirects(modules), self.authenticator)

    def _scopes(self, module: Module, modules: list[Module]) -> frozenset[str]:
        """Names of modules for one of which a credential must be good: this module's own.

        What is only there because others require it is for those who may use one of them.
        """
        if module.name in self.configuration.settings.httpmodules:
            return frozenset({module.name})
        return frozenset({module.name, *(m.name for m in modules if module.name in m.requires)})

    def _layers(self, app: App) -> OuterLayer:
        settings = self.core.settings
        if settings.httpallowcompress:
            app = Compression(app)
        patterns = settings.httpallowcors
        everyone = patterns == ("*",)
        app = Cors(app, allowed=lambda origin: matches(origin, patterns), everyone=everyone)
        proxies = TrustedProxies(settings.http_trusted_proxies)
        return OuterLayer(
            app,
            proxies=proxies if settings.http_trusted_proxies else None,
            access_log=self._access_log(),
            root_path=settings.http_root_path,
            body_limits=BodyLimits(settings.http_max_size_request, settings.http_body_timeout),
        )

    def _access_log(self) -> AccessLog | None:
        settings = self.core.settings
        if settings.http_access_log == "off":
            return None
        json = settings.http_access_log == "json"
        access_log = AccessLog(STANDARD_OUTPUT, json=json, headers=settings.httplogheaders)
        self._stack.push_async_callback(access_log.aclose)
        return access_log

    async def _trouble(self) -> str | None:
        """What is wrong with this server, for /healthz."""
        try:
            await self.core.database.run(Lane.QUICK, _look, self.core.database)
        except CyrpyError:
            return "the database cannot be read"
        return None


def _look(database: Database) -> None:
    with database.read():
        pass


class Host:
    """What the server runs: the site of the day, exchanged as a whole on a reload."""

    def __init__(self, read_configuration: Callable[[], Configuration]) -> None:
        self._read = read_configuration
        self._site = Site(read_configuration())
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def core(self) -> Core:
        """The services of the present site."""
        return self._site.core

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """ASGI."""
        if scope["type"] == "lifespan":
            return self._lifespan(receive, send)
        return self._site.app(scope, receive, send)

    async def reload(self) -> None:
        """Serve by what the file says now; requests under way end on the old site.

        Raises:
            ConfigError: the file cannot be used; everything stays as it was.
        """
        configuration = self._read()
        self._refuse_moves(configuration)
        fresh = Site(configuration)
        await fresh.open()
        old, self._site = self._site, fresh
        task = asyncio.get_running_loop().create_task(self._retire(old))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
        log.info("the configuration was read again")

    def stopping(self) -> None:
        """A graceful end begins: endless answers end themselves."""
        self._site.core.ending.set()

    def _refuse_moves(self, configuration: Configuration) -> None:
        old, new = self._site.configuration.settings, configuration.settings
        moved = [name for name in FIXED if getattr(old, name) != getattr(new, name)]
        if moved:
            raise ConfigError(
                f"{', '.join(moved)} changed: that takes a restart, not a reload; "
                "the old configuration stays in use"
            )

    async def _retire(self, site: Site) -> None:
        site.core.ending.set()
        while site.app.active:
            await asyncio.sleep(0.1)
        await site.close()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        """The server's start and end (the ASGI lifespan protocol)."""
        await receive()
        try:
            await self._site.open()
        except CyrpyError as exc:
            await send({"type": "lifespan.startup.failed", "message": str(exc)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in self._closing:
            task.cancel()
        await self._site.close()
        await send({"type": "lifespan.shutdown.complete"})


def _redirects(modules: Iterable[Module]) -> dict[str, str]:
    """Where `/` and the well-known URLs lead; for all methods, or for the one before the path."""
    found: dict[str, str] = {}
    for module in modules:
        for key, url in module.well_known.items():
            method, _, name = key.rpartition(" ")
            found[f"{method} /.well-known/{name}".lstrip()] = url
        found |= {f"{method} ": url for method, url in module.root.items()}
    return found


def create_app(path: str, overrides: Mapping[str, str] | None = None) -> Host:
    """The application that the imapd.conf at `path` describes, with flags before its options.

    Raises:
        ConfigError: it cannot be used.
    """
    use_tzdata_only()
    os.umask(0o077)  # what the server writes is nobody else's to read
    return Host(lambda: read(Path(path), overrides))

"""Listening sockets: what to listen on, and binding it with errors that say what to do."""

from __future__ import annotations

import errno
import os
import socket
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cyrpy.errors import ConfigError

BACKLOG = 2048  # connections that wait to be accepted
EVERYWHERE = frozenset({"*", ""})


@dataclass(frozen=True, slots=True)
class Listen:
    """A TCP address (`host` may be a name, or `*` for all) or, with `path`, a Unix socket."""

    host: str = "127.0.0.1"
    port: int = 8080  # 0: any free one
    path: Path | None = None
    mode: int = 0o660  # of the Unix socket

    @classmethod
    def parse(cls, text: str) -> Listen:
        """`127.0.0.1:8080`, `[::1]:8080`, `*:8080`, `8080`, `unix:/run/cyrpy.sock`.

        Raises:
            ConfigError: it is none of these.
        """
        if text.startswith(("unix:", "/")):
            return cls(path=Path(text.removeprefix("unix:")))
        host, colon, port = text.rpartition(":")
        if not (port.isascii() and port.isdigit() and int(port) < 65536):
            raise ConfigError(
                f"cannot listen on {text!r}: expected host:port (127.0.0.1:8080, [::1]:8080, "
                "*:8080) or unix:/path"
            )
        name = host.removeprefix("[").removesuffix("]")
        return cls(name if colon else "*", int(port))

    def __str__(self) -> str:
        if self.path is not None:
            return f"unix:{self.path}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def bind(listen: Iterable[Listen]) -> list[socket.socket]:
    """Bound, listening sockets.

    Raises:
        ConfigError: an address is taken, privileged, unknown or not ours; nothing stays bound.
    """
    sockets: list[socket.socket] = []
    try:
        for one in listen:
            sockets += [_bind_unix(one, one.path)] if one.path is not None else _bind_tcp(one)
    except BaseException:
        release(sockets)
        raise
    return sockets


def release(sockets: Iterable[socket.socket]) -> None:
    """Close the sockets and remove the files of Unix sockets."""
    for one in sockets:
        if one.family == socket.AF_UNIX and one.fileno() >= 0:
            with suppress(OSError):
                Path(one.getsockname()).unlink()
        one.close()


def url_of(bound: socket.socket, secure: bool) -> str:
    """Where clients find the socket."""
    name = bound.getsockname()
    if isinstance(name, str):
        return f"unix:{name}"
    host = f"[{name[0]}]" if ":" in name[0] else name[0]
    return f"{'https' if secure else 'http'}://{host}:{name[1]}"


def _bind_tcp(listen: Listen) -> list[socket.socket]:
    """One socket for each address of the name; `*` is one socket for IPv6 and IPv4."""
    if listen.host in EVERYWHERE:
        return [_bind_everywhere(listen)]
    try:
        found = socket.getaddrinfo(
            listen.host, listen.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except socket.gaierror as exc:
        raise ConfigError(f"cannot listen on {listen}: {exc.strerror}") from exc
    addresses = dict.fromkeys((family, address) for family, _, _, _, address in found)
    sockets: list[socket.socket] = []
    for family, address in addresses:
        try:
            sockets.append(_bind_address(family, address))
        except OSError as exc:
            if sockets and exc.errno == errno.EADDRNOTAVAIL:
                continue  # localhost is ::1 too, also on machines without IPv6
            release(sockets)
            raise _explained(listen, exc) from exc
        if listen.port == 0:
            break  # the next address would get another port
    return sockets


def _bind_everywhere(listen: Listen) -> socket.socket:
    """All addresses: of IPv6 and IPv4, or of IPv4 on a machine that has no IPv6."""
    try:
        if socket.has_dualstack_ipv6():
            return _bind_address(socket.AF_INET6, ("::", listen.port))
        return _bind_address(socket.AF_INET, ("0.0.0.0", listen.port))  # noqa: S104 asked for
    except OSError as exc:
        raise _explained(listen, exc) from exc


def _bind_address(family: int, address: tuple[object, ...]) -> socket.socket:
    """A listening TCP socket; `::` takes IPv4 too."""
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            only = 0 if address[0] == "::" else 1
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
        bound.bind(address)
        bound.listen(BACKLOG)
    except OSError:
        bound.close()
        raise
    bound.setblocking(False)
    return bound


def _bind_unix(listen: Listen, path: Path) -> socket.socket:
    """A listening Unix socket; the file of a server that is gone is replaced."""
    _remove_stale(path)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o777 & ~listen.mode)  # never open to more than `mode`, even for a moment
    try:
        bound.bind(str(path))
        path.chmod(listen.mode)
        bound.listen(BACKLOG)
    except OSError as exc:
        bound.close()
        raise _explained(listen, exc) from exc
    finally:
        os.umask(before)
    bound.setblocking(False)
    return bound


def _remove_stale(path: Path) -> None:
    """Remove the socket file of a dead server.

    Raises:
        ConfigError: a server listens there, or the file is no socket.
    """
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise ConfigError(f"cannot listen on unix:{path}: there is a file of another kind")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
        except OSError as exc:
            raise ConfigError(f"cannot listen on unix:{path}: {exc.strerror}") from exc
        else:
            raise ConfigError(f"cannot listen on unix:{path}: another server does already")


def _explained(listen: Listen, exc: OSError) -> ConfigError:
    """What is wrong, and what helps."""
    port = f"port {listen.port}"
    text = {
        errno.EADDRINUSE: f"{port} is taken by another program; stop it or choose another port",
        errno.EACCES: (
            f"no permission to write {listen.path.parent}"
            if listen.path is not None
            else f"{port} is privileged; choose one from 1024 up, or start the server with "
            "CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=) or as root"
        ),
        errno.EADDRNOTAVAIL: "no interface of this machine has that address",
        errno.ENOENT: "the folder does not exist",
    }.get(exc.errno or 0, exc.strerror or str(exc))
    return ConfigError(f"cannot listen on {listen}: {text}")

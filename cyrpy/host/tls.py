"""TLS: a certificate that can be renewed while the server runs."""

from __future__ import annotations

import logging
import ssl
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cyrpy.errors import ConfigError

logger = logging.getLogger("cyrpy.tls")


@dataclass(frozen=True, slots=True)
class Tls:
    """Files in PEM: pairs of a certificate with its chain and its key, of one kind each."""

    pairs: tuple[tuple[Path, Path], ...]
    versions: tuple[str, ...] = ("tls1_2", "tls1_3")


class LiveContext:
    """The context that connections are accepted with; `reload` changes it for the next ones.

    Raises:
        ConfigError: a certificate or key cannot be used.
    """

    def __init__(self, tls: Tls) -> None:
        self._tls = tls
        self.context = _context(tls)

    def reload(self) -> None:
        """Read the files again; if they are bad, say so and keep what was."""
        try:
            _context(self._tls)  # a trial: loading a wrong pair would spoil the live context
            _load(self.context, self._tls)
        except ConfigError:
            logger.exception("the old certificate stays in use")
        else:
            logger.info("certificate %s was read again", self._tls.pairs[0][0])


def _context(tls: Tls) -> ssl.SSLContext:
    """A server's context, for HTTP/1.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    _limit(context, tls.versions)
    _load(context, tls)
    return context


VERSIONS: Final[Mapping[str, ssl.TLSVersion]] = {
    "tls1_0": ssl.TLSVersion.TLSv1,
    "tls1_1": ssl.TLSVersion.TLSv1_1,
    "tls1_2": ssl.TLSVersion.TLSv1_2,
    "tls1_3": ssl.TLSVersion.TLSv1_3,
}


def _limit(context: ssl.SSLContext, versions: tuple[str, ...]) -> None:
    """Speak the versions from the least to the greatest of these."""
    wanted = sorted(VERSIONS[name] for name in versions)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # 1.0 and 1.1, where an admin says so
        context.minimum_version = wanted[0]
        context.maximum_version = wanted[-1]


def _load(context: ssl.SSLContext, tls: Tls) -> None:
    for certificate, key in tls.pairs:
        for path in (certificate, key):
            try:
                path.read_bytes()
            except OSError as exc:
                raise ConfigError(f"cannot read the TLS file {path}: {exc.strerror}") from exc
        try:
            # Without a password, OpenSSL would ask for one on the terminal.
            context.load_cert_chain(certificate, key, password="")
        except (ssl.SSLError, ValueError) as exc:
            raise ConfigError(
                f"certificate {certificate} and key {key} cannot be used ({exc}): expected PEM, "
                "a key that fits the certificate and has no password"
            ) from exc

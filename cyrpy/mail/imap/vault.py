"""Passwords of other servers, encrypted by a key that is kept in a file beside the database.

Who has the database alone, or a copy of it, does not have the passwords.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cyrpy.errors import ConfigError

KEY_OCTETS: Final = 32
NONCE_OCTETS: Final = 12
PRIVATE: Final = 0o600


class Vault:
    """Encrypts and decrypts by the key in a file, which is made at its first use."""

    def __init__(self, key_file: Path) -> None:
        self._path = key_file

    def seal(self, account_id: int, purpose: str, password: str) -> bytes:
        """A password as it is stored; it can be had for that account and purpose only.

        Raises:
            ConfigError: the key cannot be read or made.
        """
        nonce = secrets.token_bytes(NONCE_OCTETS)
        cipher = AESGCM(self._key(makes=True))
        return nonce + cipher.encrypt(nonce, password.encode(), _bound(account_id, purpose))

    def open(self, account_id: int, purpose: str, sealed: bytes) -> str:
        """The password.

        Raises:
            ConfigError: the key cannot be read, or is another.
        """
        nonce, rest = sealed[:NONCE_OCTETS], sealed[NONCE_OCTETS:]
        try:
            octets = AESGCM(self._key()).decrypt(nonce, rest, _bound(account_id, purpose))
        except InvalidTag as exc:
            raise ConfigError(f"{self._path} is not the key of this account's password") from exc
        return octets.decode()

    def _key(self, *, makes: bool = False) -> bytes:
        try:
            if makes and not self._path.exists():
                self._make()
            key = self._path.read_bytes()
        except OSError as exc:
            raise ConfigError(f"the key {self._path} cannot be read: {exc.strerror}") from exc
        if len(key) != KEY_OCTETS:
            raise ConfigError(f"the key {self._path} does not have {KEY_OCTETS} octets")
        return key

    def _make(self) -> None:
        """Write a new key, whole from the moment on at which it has its name."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._path.with_name(f"{self._path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE)
        try:
            os.write(descriptor, secrets.token_bytes(KEY_OCTETS))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        with suppress(FileExistsError):  # another process was first
            os.link(draft, self._path)
        draft.unlink()


def _bound(account_id: int, purpose: str) -> bytes:
    return f"{account_id} {purpose}".encode()

"""Signed texts: what the server hands out now and wants back unchanged, without keeping it.

Any process that has the key can check them. Used for the steps of a sign-in, and for downloads by
a URL alone, which browsers need where they cannot send an Authorization header.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from typing import Any, Final, Literal

import orjson

from cyrpy.auth.identity import Identity
from cyrpy_jmap.invocation import Json

MAX_TEXT: Final = 4096  # characters
DOWNLOAD_SECONDS: Final = 5 * 60
NEVER: Final = -1  # an epoch that no user has

Purpose = Literal["sign-in", "download"]


class Signer:
    """Signs and checks; `key` is a secret of the server, of 32 octets or more."""

    def __init__(self, key: bytes, clock: Callable[[], float]) -> None:
        self._key = key
        self._clock = clock

    def sign(self, purpose: Purpose, content: Json, seconds: int) -> str:
        """A text of letters, digits, `-`, `_` and one dot that is good for so long."""
        body = orjson.dumps([content, int(self._clock()) + seconds])
        return f"{_encode(body)}.{_encode(self._mac(purpose, body))}"

    def check(self, purpose: Purpose, text: str) -> Json | None:
        """What was signed for that purpose; None if it is forged, of another one, or too old."""
        if len(text) > MAX_TEXT or not text.isascii():
            return None
        try:
            body, mac = map(_decode, text.split("."))
        except ValueError:
            return None
        if not hmac.compare_digest(mac, self._mac(purpose, body)):
            return None
        content, good_until = orjson.loads(body)
        return content if self._clock() < good_until else None

    def _mac(self, purpose: Purpose, body: bytes) -> bytes:
        return hmac.digest(self._key, purpose.encode() + b"\0" + body, hashlib.sha256)


def _encode(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def _decode(text: str) -> bytes:
    """The octets of unpadded base64url.

    Raises:
        ValueError: it is none.
    """
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as exc:
        raise ValueError("not base64url") from exc


def sign_download(signer: Signer, identity: Identity, account_id: str, blob_id: str) -> str:
    """A token with which one blob can be downloaded for a while, as who signed in."""
    content = {
        "principal": identity.principal_id,
        "user": identity.userid,
        "home": identity.account_id,
        "credential": identity.credential_id,
        "account": account_id,
        "blob": blob_id,
    }
    return signer.sign("download", content, DOWNLOAD_SECONDS)


def signed_identity(signer: Signer, token: str, account_id: str, blob_id: str) -> Identity | None:
    """As whom the token lets that blob be downloaded; None if it does not.

    The identity has no rights until `Authenticator.refresh` has looked whether the credential
    that stood behind the token still holds.
    """
    content: dict[str, Any] | None = signer.check("download", token)
    if content is None or (content["account"], content["blob"]) != (account_id, blob_id):
        return None
    return Identity(
        principal_id=content["principal"],
        userid=content["user"],
        account_id=content["home"],
        is_admin=False,
        modules=frozenset(),
        groups=frozenset(),
        epoch=NEVER,
        credential_id=content["credential"],
    )

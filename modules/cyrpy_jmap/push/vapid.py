"""VAPID: how push services know which server sends (RFC 8292, and RFC 9749 for JMAP)."""

from __future__ import annotations

import base64
from typing import Any, Final

import orjson

from cyrpy.core import Core
from cyrpy.data import secrets
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.push.encryption import base64url

URN: Final = "urn:ietf:params:jmap:webpush-vapid"
SECRET: Final = "jmap_vapid"  # noqa: S105 - the name of a row
LIFETIME: Final = 12 * 3600  # seconds that a token is good for; 24 hours is the most (RFC 8292 §2)
KEPT: Final = 100  # tokens, one for each push service


class Vapid:
    """The server's key pair; an offer, whose key is read from the database at the start."""

    def __init__(self) -> None:
        self._private = ""
        self._public = ""
        self._contact = ""
        self._tokens: dict[str, tuple[str, float]] = {}  # origin -> token, and until when
        self.capability: Final = Capability(URN, server=self._server_part, in_accounts=False)

    @property
    def public(self) -> str:
        """The `applicationServerKey` (RFC 9749 §3)."""
        return self._public

    def _server_part(self, base_url: str) -> dict[str, Any]:
        del base_url
        return {"applicationServerKey": self._public}

    def open(self, core: Core) -> None:
        """Read the key, or make it if this is the first start; on a thread that may write."""
        self._contact = f"mailto:postmaster@{core.settings.servername}"
        kept = secrets.obtain(core.database, SECRET, _made)
        self._private, _, self._public = kept.partition(".")

    def authorization(self, origin: str, now: float) -> str:
        """The Authorization header for a push service (RFC 8292 §3)."""
        token, good_until = self._tokens.get(origin, ("", 0.0))
        if now >= good_until:
            if len(self._tokens) >= KEPT:
                self._tokens.clear()
            token = self._token(origin, now)
            self._tokens[origin] = (token, now + LIFETIME / 2)
        return f"vapid t={token}, k={self._public}"

    def _token(self, origin: str, now: float) -> str:
        """A JSON Web Token signed with ES256 (RFC 7515, RFC 7518 §3.4)."""
        from cryptography.hazmat.primitives.asymmetric import ec, utils  # noqa: PLC0415 - slow
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

        claims = {"aud": origin, "exp": int(now) + LIFETIME, "sub": self._contact}
        signed = ".".join(
            base64url(orjson.dumps(part)) for part in ({"typ": "JWT", "alg": "ES256"}, claims)
        )
        number = int.from_bytes(base64.urlsafe_b64decode(self._private + "="))
        key = ec.derive_private_key(number, ec.SECP256R1())
        r, s = utils.decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
        return f"{signed}.{base64url(r.to_bytes(32) + s.to_bytes(32))}"


def _made() -> str:
    """A new key pair as it is kept: so that the public part needs no calculation."""
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        PublicFormat,
    )

    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_numbers().private_value.to_bytes(32)
    public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return f"{base64url(private)}.{base64url(public)}"

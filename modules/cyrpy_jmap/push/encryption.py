"""Encryption of push messages for the one who subscribed (RFC 8291, over RFC 8188's aes128gcm)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from cyrpy.errors import FormatError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

SALT_LENGTH: Final = 16
AUTH_LENGTH: Final = 16
RECORD_SIZE: Final = 4096  # octets; a push message is one record (RFC 8291 §4)
MAX_PLAINTEXT: Final = 3993  # so that header and record fit into 4096 octets (§4)
LAST_RECORD: Final = b"\x02"
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]+={0,2}", re.ASCII)


class Keys(NamedTuple):
    """What the user agent made for its subscription."""

    public: bytes  # uncompressed point of P-256
    auth: bytes

    def __repr__(self) -> str:
        """Without the secret."""
        return "Keys(…)"


def read_keys(p256dh: str, auth: str) -> Keys:
    """Keys as they are on the wire.

    Raises:
        FormatError: one is not what its name says.
    """
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - 40 ms, rarely needed

    keys = Keys(_decoded(p256dh, "p256dh"), _decoded(auth, "auth"))
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), keys.public)
    except ValueError as exc:
        raise FormatError("p256dh is no point of P-256") from exc
    if len(keys.public) != 65:
        raise FormatError("p256dh must be an uncompressed point, of 65 octets")
    if len(keys.auth) != AUTH_LENGTH:
        raise FormatError(f"auth must have {AUTH_LENGTH} octets")
    return keys


def _decoded(text: str, name: str) -> bytes:
    if not _BASE64URL.fullmatch(text):
        raise FormatError(f"{name} must be URL-safe base64 (RFC 4648 §5)")
    try:
        return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except binascii.Error as exc:
        raise FormatError(f"{name} must be URL-safe base64 (RFC 4648 §5)") from exc


def base64url(octets: bytes) -> str:
    """URL-safe base64 without padding, as all of web push writes it."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def encrypt(
    keys: Keys, plaintext: bytes, salt: bytes, sender: EllipticCurvePrivateKey | None = None
) -> bytes:
    """The body of a push message; `salt` is of 16 random octets, `sender` a key made for it alone.

    Raises:
        FormatError: the message is too long for one record.
    """
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        PublicFormat,
    )

    if len(plaintext) > MAX_PLAINTEXT:
        raise FormatError(f"a push message may have at most {MAX_PLAINTEXT} octets")
    sender = sender or ec.generate_private_key(ec.SECP256R1())
    receiver = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), keys.public)
    shared = sender.exchange(ec.ECDH(), receiver)
    own = sender.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    material = _derived(keys.auth, shared, b"WebPush: info\0" + keys.public + own, 32)
    key = _derived(salt, material, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, material, b"Content-Encoding: nonce\0", 12)
    header = salt + RECORD_SIZE.to_bytes(4) + len(own).to_bytes(1) + own
    return header + AESGCM(key).encrypt(nonce, plaintext + LAST_RECORD, None)


def _derived(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
    """HKDF with SHA-256 (RFC 5869)."""
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    return HKDF(SHA256(), length, salt, info).derive(material)

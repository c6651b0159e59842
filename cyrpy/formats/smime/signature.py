"""Whether a signature is that of a key over some content (RFC 5652 §5.6, RFC 8551)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa

from cyrpy.errors import FormatError
from cyrpy.formats.smime.ber import Element, oid
from cyrpy.formats.smime.cms import CONTENT_TYPE, MESSAGE_DIGEST, Algorithm, SignedData, Signer

_HASHES: Final[Mapping[bytes, Callable[[], hashes.HashAlgorithm]]] = {
    oid("2.16.840.1.101.3.4.2.4"): hashes.SHA224,
    oid("2.16.840.1.101.3.4.2.1"): hashes.SHA256,
    oid("2.16.840.1.101.3.4.2.2"): hashes.SHA384,
    oid("2.16.840.1.101.3.4.2.3"): hashes.SHA512,
}
_WEAK: Final = {oid("1.3.14.3.2.26"): "SHA-1", oid("1.2.840.113549.2.5"): "MD5"}
_RSA: Final = oid("1.2.840.113549.1.1.1")
_PSS: Final = oid("1.2.840.113549.1.1.10")
_EC: Final = oid("1.2.840.10045.2.1")
_WITH_RSA: Final[Mapping[bytes, Callable[[], hashes.HashAlgorithm]]] = {
    oid("1.2.840.113549.1.1.14"): hashes.SHA224,
    oid("1.2.840.113549.1.1.11"): hashes.SHA256,
    oid("1.2.840.113549.1.1.12"): hashes.SHA384,
    oid("1.2.840.113549.1.1.13"): hashes.SHA512,
}
_WITH_EC: Final[Mapping[bytes, Callable[[], hashes.HashAlgorithm]]] = {
    oid("1.2.840.10045.4.3.1"): hashes.SHA224,
    oid("1.2.840.10045.4.3.2"): hashes.SHA256,
    oid("1.2.840.10045.4.3.3"): hashes.SHA384,
    oid("1.2.840.10045.4.3.4"): hashes.SHA512,
}
_MIN_RSA: Final = 1024  # bits; of keys that are shorter anyone can sign
_SALT: Final = 20  # octets, where PSS does not say (RFC 4055 §3.1)
MAX_SALT: Final = 512
# What certificates that are damaged lead to.
UNREADABLE: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


class BadSignature(FormatError):
    """It does not hold; the text says why."""


def certificates_of(data: SignedData) -> list[x509.Certificate]:
    """Those of the certificates that can be read as a whole: all that is asked of them later."""
    found = []
    for octets in data.certificates:
        with suppress(*UNREADABLE):
            one = x509.load_der_x509_certificate(octets)
            _ = (one.subject, one.issuer, one.serial_number, list(one.extensions))
            _ = (one.not_valid_before_utc, one.not_valid_after_utc)
            found.append(one)
    return found


def key_of(certificate: x509.Certificate) -> object:
    """The public key of a certificate.

    Raises:
        BadSignature: it is of no kind that is known.
    """
    try:
        return certificate.public_key()
    except UNREADABLE as exc:
        raise BadSignature(f"the signer's key cannot be read: {exc}") from exc


def signer_among(signer: Signer, found: Sequence[x509.Certificate]) -> x509.Certificate:
    """The certificate of a signer.

    Raises:
        BadSignature: it is not there.
    """
    for one in found:
        if signer.issuer is not None:
            if one.serial_number == signer.serial and one.issuer.public_bytes() == signer.issuer:
                return one
        elif _key_id(one) == signer.key_id:
            return one
    raise BadSignature("the signer's certificate is not in the message")


def _key_id(certificate: x509.Certificate) -> bytes | None:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except (x509.ExtensionNotFound, ValueError):
        return None
    return extension.value.digest


def check(data: SignedData, signer: Signer, content: bytes, key: object) -> None:
    """Make sure that a signature is that of a public key over the content.

    Raises:
        BadSignature: it is not, or nobody can tell.
    """
    algorithm = _hash(signer.digest)
    signed = content
    if signer.attributes is not None:
        _check_attributes(data, signer, _digest(algorithm, content))
        signed = signer.attributes
    try:
        _check_value(signer, signed, key, algorithm)
    except InvalidSignature as exc:
        raise BadSignature("the signature is not that of the signer's key") from exc
    except (ValueError, TypeError, UnsupportedAlgorithm) as exc:
        raise BadSignature(f"the signature cannot be checked: {exc}") from exc


def _hash(algorithm: Algorithm) -> hashes.HashAlgorithm:
    made = _HASHES.get(algorithm.oid)
    if made is not None:
        return made()
    weak = _WEAK.get(algorithm.oid)
    what = "unknown" if weak is None else f"{weak}, which is broken"
    raise BadSignature(f"the digest algorithm is {what}")


def _digest(algorithm: hashes.HashAlgorithm, content: bytes) -> bytes:
    made = hashes.Hash(algorithm)
    made.update(content)
    return made.finalize()


def _check_attributes(data: SignedData, signer: Signer, digest: bytes) -> None:
    """What is signed must be of this content (RFC 5652 §11.1, §11.2)."""
    kind, told = signer.values.get(CONTENT_TYPE), signer.values.get(MESSAGE_DIGEST)
    if kind is None or kind.part(0).content != data.content_type:
        raise BadSignature("the signature is of another kind of content")
    if told is None or len(told.parts) != 1 or told.part(0).content != digest:
        raise BadSignature("the message was changed after it was signed")


def _check_value(
    signer: Signer, signed: bytes, key: object, algorithm: hashes.HashAlgorithm
) -> None:
    kind = signer.signature.oid
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < _MIN_RSA:
            raise BadSignature(f"the signer's key has {key.key_size} bits only")
        if kind == _PSS:
            algorithm, scheme = _pss(signer.signature.parameters)
            key.verify(signer.value, signed, scheme, algorithm)
            return
        if kind != _RSA:
            algorithm = _named(_WITH_RSA, kind)
        key.verify(signer.value, signed, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        if kind != _EC:
            algorithm = _named(_WITH_EC, kind)
        key.verify(signer.value, signed, ec.ECDSA(algorithm))
    elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
        key.verify(signer.value, signed)
    else:
        raise BadSignature("the signer's key is of a kind that cannot be checked")


def _named(
    known: Mapping[bytes, Callable[[], hashes.HashAlgorithm]], kind: bytes
) -> hashes.HashAlgorithm:
    made = known.get(kind)
    if made is None:
        raise BadSignature("the signature algorithm is unknown, or does not fit the key")
    return made()


def _pss(parameters: Element | None) -> tuple[hashes.HashAlgorithm, padding.PSS]:
    """What RSASSA-PSS-params say (RFC 4055 §3.1)."""
    named = {part.tag: part for part in parameters.parts} if parameters is not None else {}
    if 0xA0 not in named:
        raise BadSignature("the digest algorithm is SHA-1, which is broken")
    algorithm = _hash(Algorithm(named[0xA0].part(0).part(0).content, None))
    salt = int.from_bytes(named[0xA2].part(0).content, "big") if 0xA2 in named else _SALT
    if salt > MAX_SALT:
        raise BadSignature("the salt of the signature is too long")
    return algorithm, padding.PSS(mgf=padding.MGF1(algorithm), salt_length=salt)

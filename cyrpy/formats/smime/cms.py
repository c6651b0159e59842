"""SignedData: who signed what, and with which certificates (RFC 5652 §5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from cyrpy.errors import FormatError
from cyrpy.formats.smime.ber import OCTET_STRING, SEQUENCE, SET, Element, oid, parse

MAX_CERTIFICATES: Final = 50
MAX_SIGNERS: Final = 10
SIGNED_DATA: Final = oid("1.2.840.113549.1.7.2")
CONTENT_TYPE: Final = oid("1.2.840.113549.1.9.3")
MESSAGE_DIGEST: Final = oid("1.2.840.113549.1.9.4")
_EXPLICIT: Final = 0xA0  # [0], also IMPLICIT of what has parts
_KEY_ID: Final = 0x80  # [0] IMPLICIT OCTET STRING
_OID: Final = 0x06
_INTEGER: Final = 0x02


class Algorithm(NamedTuple):
    """An algorithm, and what is said of it."""

    oid: bytes
    parameters: Element | None


class Signer(NamedTuple):
    """One signature.

    Attributes:
        issuer: With `serial`, which certificate is the signer's; else `key_id` says so.
        attributes: What is signed instead of the content, as DER; None: the content is.
        values: Of these attributes, by OID.
    """

    issuer: bytes | None
    serial: int
    key_id: bytes | None
    digest: Algorithm
    attributes: bytes | None
    values: Mapping[bytes, Element]
    signature: Algorithm
    value: bytes


class SignedData(NamedTuple):
    """What is signed (None: it stands elsewhere), the certificates, and the signatures."""

    content_type: bytes
    content: bytes | None
    certificates: list[bytes]
    signers: list[Signer]


def content_type_of(octets: bytes) -> bytes:
    """Which kind of CMS that is.

    Raises:
        FormatError: it is none.
    """
    return parse(octets).part(0, _OID).content


def read(octets: bytes) -> SignedData:
    """Read SignedData.

    Raises:
        FormatError: it is none, or too much of it.
    """
    info = parse(octets)
    if info.tag != SEQUENCE or info.part(0, _OID).content != SIGNED_DATA:
        raise FormatError("this is no SignedData")
    data = info.part(1, _EXPLICIT).part(0, SEQUENCE)
    inside = data.part(2, SEQUENCE)
    content = None
    if len(inside.parts) > 1:
        held = inside.part(1, _EXPLICIT).part(0)
        if held.tag & 0x1F != OCTET_STRING:
            raise FormatError("what is signed is no octets")
        content = held.content
    certificates: list[bytes] = []
    for part in data.parts[3:-1]:
        if part.tag == _EXPLICIT:
            certificates = [one.raw for one in part.parts if one.tag == SEQUENCE]
    signers = [_signer(one) for one in data.part(len(data.parts) - 1, SET).parts[: MAX_SIGNERS + 1]]
    if len(certificates) > MAX_CERTIFICATES or len(signers) > MAX_SIGNERS:
        raise FormatError(
            f"there are more than {MAX_CERTIFICATES} certificates or {MAX_SIGNERS} signers"
        )
    return SignedData(inside.part(0, _OID).content, content, certificates, signers)


def _signer(info: Element) -> Signer:
    who = info.part(1)
    at = 3
    attributes, values = None, {}
    if info.part(at).tag == _EXPLICIT:
        signed = info.part(at)
        attributes = bytes([SET]) + signed.raw[1:]  # as it is signed (RFC 5652 §5.4)
        values = {one.part(0, _OID).content: one.part(1, SET) for one in signed.parts}
        at += 1
    is_named = who.tag == SEQUENCE
    serial = who.part(1, _INTEGER).content if is_named else b""
    if not is_named and who.tag != _KEY_ID:
        raise FormatError("it is not said whose signature it is")
    return Signer(
        issuer=who.part(0, SEQUENCE).raw if is_named else None,
        serial=int.from_bytes(serial, "big", signed=True),
        key_id=None if is_named else who.content,
        digest=_algorithm(info.part(2, SEQUENCE)),
        attributes=attributes,
        values=values,
        signature=_algorithm(info.part(at, SEQUENCE)),
        value=info.part(at + 1, OCTET_STRING).content,
    )


def _algorithm(element: Element) -> Algorithm:
    parameters = element.parts[1] if len(element.parts) > 1 else None
    return Algorithm(element.part(0, _OID).content, parameters)

"""The status of a message that is signed with S/MIME (RFC 9219 §3)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final, NamedTuple

from cyrpy.errors import FormatError
from cyrpy.formats.mime.message import Message
from cyrpy.formats.mime.structure import BodyPart
from cyrpy.formats.mime.transfer import decode
from cyrpy.formats.smime import cms
from cyrpy.formats.smime.cms import SignedData
from cyrpy.formats.smime.signature import BadSignature, certificates_of, check, key_of, signer_among
from cyrpy.formats.smime.trust import Trust, addresses_of

UNKNOWN: Final = "unknown"  # encrypted, or of a kind that says nothing of who wrote it
VERIFIED: Final = "signed/verified"
FAILED: Final = "signed/failed"
MAX_SIGNATURE: Final = 1 << 20  # octets of a signature that stands apart
MAX_OCTETS: Final = 64 << 20  # of a message that is looked at
_OPAQUE: Final = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_DETACHED: Final = ("application/pkcs7-signature", "application/x-pkcs7-signature")
_NEWLINE: Final = re.compile(rb"\r?\n")


class Verdict(NamedTuple):
    """A status of RFC 9219, and what is wrong where the signature failed."""

    status: str
    errors: tuple[str, ...] = ()

    @property
    def is_verified(self) -> bool:
        """Whether the signature holds, and is that of who seems to have written it."""
        return self.status == VERIFIED


def is_smime(message: Message) -> bool:
    """Whether a message is signed or encrypted as a whole."""
    root = message.body.root
    return root.type in _OPAQUE or _signature_of(root) is not None


def _signature_of(root: BodyPart) -> BodyPart | None:
    parts = root.subparts or ()
    if root.type == "multipart/signed" and len(parts) == 2 and parts[1].type in _DETACHED:
        return parts[1]
    return None


def verify(message: Message, trust: Trust, at: datetime) -> Verdict | None:
    """Verify the signature of a message as of a time; None if it is no S/MIME."""
    root = message.body.root
    detached = _signature_of(root)
    if detached is None and root.type not in _OPAQUE:
        return None
    if len(message.octets) > MAX_OCTETS:
        return Verdict(FAILED, (f"messages of more than {MAX_OCTETS} octets are not verified",))
    try:
        octets = _decoded(message, detached or root)
        if detached is None and cms.content_type_of(octets) != cms.SIGNED_DATA:
            return Verdict(UNKNOWN)
        data = cms.read(octets)
        if not data.signers:
            return Verdict(UNKNOWN)
        content = _content(message, root, data, is_detached=detached is not None)
        errors = _errors(message, data, content, trust, at)
    except FormatError as exc:
        # An opaque one that cannot be read may be anything.
        is_signed = detached is not None or isinstance(exc, BadSignature)
        return Verdict(FAILED, (str(exc),)) if is_signed else Verdict(UNKNOWN)
    return Verdict(FAILED, tuple(errors)) if errors else Verdict(VERIFIED)


def _decoded(message: Message, part: BodyPart) -> bytes:
    octets = decode(message.octets[part.part.body : part.part.end], part.letter)
    if part.type in _DETACHED and len(octets) > MAX_SIGNATURE:
        raise FormatError(f"the signature has more than {MAX_SIGNATURE} octets")
    return octets


def _content(message: Message, root: BodyPart, data: SignedData, *, is_detached: bool) -> bytes:
    """What is signed: the first part with its header, with line ends of mail (RFC 8551 §3.1.1)."""
    if not is_detached:
        if data.content is None:
            raise FormatError("what is signed is not in the message")
        return data.content
    assert root.subparts  # noqa: S101 - it was looked at
    part = root.subparts[0].part
    return _NEWLINE.sub(b"\r\n", message.octets[part.start : part.end])


def _errors(
    message: Message, data: SignedData, content: bytes, trust: Trust, at: datetime
) -> list[str]:
    """What is wrong with each of the signatures; one that holds will do (RFC 5652 §5.1)."""
    found = certificates_of(data)
    told: list[str] = []
    for signer in data.signers:
        try:
            certificate = signer_among(signer, found)
            check(data, signer, content, key_of(certificate))
        except BadSignature as exc:
            told.append(str(exc))
            continue
        errors = trust.problems(certificate, [one for one in found if one != certificate], at)
        if not _is_from(message, addresses_of(certificate)):
            errors.append("the signer's certificate is not that of the address in From")
        if not errors:
            return []
        told += errors
    return list(dict.fromkeys(told))


def _is_from(message: Message, addresses: frozenset[str]) -> bool:
    """Whether all who are named as authors are those of a certificate (RFC 8550 §3)."""
    authors = [one.get("email") or "" for one in message.convenience["from"] or ()]
    return bool(authors) and all(author.lower() in addresses for author in authors)

"""Trust: whether a certificate is one for mail, by somebody whom the server trusts (RFC 8550).

Whether a certificate was revoked is not looked up: nothing is fetched because a mail names it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError

from cyrpy.errors import ConfigError

MAX_DEPTH: Final = 8
_PURPOSES: Final = frozenset(
    {ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
)


class Trust:
    """The certificates that the server trusts; those that others' must lead to."""

    def __init__(self, anchors: Collection[x509.Certificate]) -> None:
        self._anchors = list(anchors)

    @classmethod
    def read(cls, path: Path | None) -> Trust:
        """From a file of certificates in PEM; of none where there is no file.

        Raises:
            ConfigError: it cannot be read.
        """
        if path is None:
            return cls(())
        try:
            return cls(x509.load_pem_x509_certificates(path.read_bytes()))
        except (OSError, ValueError) as exc:
            raise ConfigError(f"{path}: these are no certificates in PEM: {exc}") from exc

    def problems(
        self, certificate: x509.Certificate, others: Sequence[x509.Certificate], at: datetime
    ) -> list[str]:
        """What is against a signer's certificate at a time; nothing if it is to be trusted."""
        found = []
        if at < certificate.not_valid_before_utc:
            found.append("the signer's certificate is not valid yet")
        elif at > certificate.not_valid_after_utc:
            found.append("the signer's certificate has expired")
        elif not self._leads_here(certificate, others, at):
            found.append("the signer's certificate is by nobody whom the server trusts")
        if not _may_sign_mail(certificate):
            found.append("the signer's certificate is not meant for signing mail")
        return found

    def _leads_here(
        self, certificate: x509.Certificate, others: Sequence[x509.Certificate], at: datetime
    ) -> bool:
        if certificate in self._anchors:
            return True
        if not self._anchors:
            return False
        builder = PolicyBuilder().store(Store(self._anchors)).time(at.replace(tzinfo=None))
        builder = builder.max_chain_depth(MAX_DEPTH).extension_policies(
            ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=ExtensionPolicy.permit_all()
        )
        try:
            builder.build_client_verifier().verify(certificate, list(others))
        except (VerificationError, ValueError):
            return False
        return True


def _may_sign_mail(certificate: x509.Certificate) -> bool:
    """By its purposes, where it names some (RFC 8550 §4.4)."""
    try:
        extensions = certificate.extensions
    except ValueError:
        return False
    for one in extensions:
        value = one.value
        if isinstance(value, x509.KeyUsage):
            if not (value.digital_signature or value.content_commitment):
                return False
        elif isinstance(value, x509.ExtendedKeyUsage) and _PURPOSES.isdisjoint(value):
            return False
    return True


def addresses_of(certificate: x509.Certificate) -> frozenset[str]:
    """The mail addresses that a certificate is for, in lower case (RFC 8550 §3)."""
    found: list[str] = []
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        found += names.value.get_values_for_type(x509.RFC822Name)
    except (x509.ExtensionNotFound, ValueError):
        pass
    for name in certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS):
        if isinstance(name.value, str):
            found.append(name.value)
    return frozenset(address.lower() for address in found)

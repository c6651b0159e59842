"""Certificates for mail, and messages that are signed with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ADA = "ada@example.com"
BINARY = pkcs7.PKCS7Options.Binary
DAY = timedelta(days=1)


class Identity(NamedTuple):
    """A key and its certificate."""

    key: Any
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        """The certificate as a file has it."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def authority(name: str = "Authority", by: Identity | None = None) -> Identity:
    """One who issues certificates."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = by.certificate.subject if by else _name(name)
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 1000 * DAY)
        .not_valid_after(now + 1000 * DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    signer = by.key if by else key
    authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    builder = builder.add_extension(authority_key, critical=False)
    return Identity(key, builder.sign(signer, hashes.SHA256()))


def signer(
    by: Identity,
    address: str = ADA,
    *,
    begins: timedelta = -30 * DAY,
    ends: timedelta = 30 * DAY,
    purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.EMAIL_PROTECTION,
    is_rsa: bool = True,
) -> Identity:
    """One who signs mail."""
    key: Any = ec.generate_private_key(ec.SECP256R1())
    if is_rsa:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name("Ada"))
        .issuer_name(by.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.RFC822Name(address)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), critical=False
        )
    )
    return Identity(key, builder.sign(by.key, hashes.SHA256()))


HEADER = b"From: Ada <ada@example.com>\r\nTo: bert@example.com\r\nSubject: Signed\r\n"
TEXT = b"Content-Type: text/plain\r\n\r\nHello, Bert.\r\nThis is me.\r\n"


def signature(who: Identity, content: bytes, *others: Identity, **how: Any) -> bytes:
    """SignedData in DER, without the content unless `detached` is false."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(who.certificate, who.key, how.get("hash", hashes.SHA256()))
    for other in others:
        builder = builder.add_certificate(other.certificate)
    options = [BINARY]
    if how.get("detached", True):
        options.append(pkcs7.PKCS7Options.DetachedSignature)
    if how.get("bare"):
        options.append(pkcs7.PKCS7Options.NoAttributes)
    return builder.sign(serialization.Encoding.DER, options)


def base64(octets: bytes) -> bytes:
    """As a part of mail has it."""
    from base64 import encodebytes  # noqa: PLC0415 - one use

    return encodebytes(octets).replace(b"\n", b"\r\n")


def signed(
    who: Identity, *others: Identity, text: bytes = TEXT, header: bytes = HEADER, **how: Any
) -> bytes:
    """A message whose signature stands beside the text (RFC 8551 §3.5.3)."""
    made = base64(signature(who, text, *others, **how))
    kind = b'multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary=b'
    return b"".join(
        [
            header, b"MIME-Version: 1.0\r\nContent-Type: ", kind, b"\r\n\r\n--b\r\n", text,
            b"\r\n--b\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n",
            b"Content-Transfer-Encoding: base64\r\n\r\n", made, b"\r\n--b--\r\n",
        ]
    )  # fmt: skip


def opaque(octets: bytes, kind: bytes = b"signed-data", header: bytes = HEADER) -> bytes:
    """A message that is CMS as a whole (RFC 8551 §3.5.2)."""
    return b"".join(
        [
            header, b"MIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type=",
            kind, b"; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n", base64(octets),
        ]
    )  # fmt: skip

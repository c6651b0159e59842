"""Message encryption for web push (RFC 8291) against its own example."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from cyrpy.errors import FormatError
from cyrpy_jmap.push.encryption import MAX_PLAINTEXT, base64url, encrypt, read_keys
from tests.jmap.push.receiver import Device


def key(text: str) -> ec.EllipticCurvePrivateKey:
    number = int.from_bytes(base64.urlsafe_b64decode(text + "="))
    return ec.derive_private_key(number, ec.SECP256R1())


# RFC 8291 Appendix A.
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
RECEIVER = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
PLAIN = b"When I grow up, I want to be a watermelon"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
    "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qu"
    "lcy4a-fN"
)


def test_the_example_of_the_rfc_comes_out_octet_for_octet():
    salt = base64.urlsafe_b64decode(SALT + "==")
    assert base64url(encrypt(read_keys(P256DH, AUTH), PLAIN, salt, key(SENDER))) == BODY


def test_the_device_of_the_tests_decrypts_the_example():
    auth = base64.urlsafe_b64decode(AUTH + "==")
    octets = base64.urlsafe_b64decode(BODY + "=" * (-len(BODY) % 4))
    assert Device(key(RECEIVER), auth).decrypt(octets) == PLAIN


def test_each_message_has_a_key_of_its_own():
    device = Device()
    keys = read_keys(**device.keys)
    bodies = {encrypt(keys, PLAIN, bytes(16)) for _ in range(3)}
    assert len(bodies) == 3
    assert {device.decrypt(body) for body in bodies} == {PLAIN}


def test_the_longest_message_fits_into_4096_octets():
    keys = read_keys(**Device().keys)
    assert len(encrypt(keys, bytes(MAX_PLAINTEXT), bytes(16))) <= 4096
    with pytest.raises(FormatError):
        encrypt(keys, bytes(MAX_PLAINTEXT + 1), bytes(16))


def test_padded_keys_are_read_too():
    assert read_keys(P256DH + "=", AUTH + "==") == read_keys(P256DH, AUTH)


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", AUTH),
        ("AAAA", AUTH),
        (P256DH[:-2], AUTH),
        ("B" + "A" * 86, AUTH),  # not on the curve
        (base64url(b"\x02" + base64.urlsafe_b64decode(P256DH + "=")[1:33]), AUTH),  # compressed
        (P256DH, "AAAA"),
        (P256DH, "not base64!"),
        (P256DH.replace("_", "/"), AUTH),
    ],
)
def test_keys_that_are_none_are_refused(p256dh, auth):
    with pytest.raises(FormatError):
        read_keys(p256dh, auth)

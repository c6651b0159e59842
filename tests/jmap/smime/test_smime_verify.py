"""smimeStatus and its like, and the filters by them (RFC 9219)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID

from cyrpy.data import principals, smime
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.types.smime.stamping import Stamping
from tests.jmap.smime.conftest import SMIME
from tests.support.jmap import CORE
from tests.support.server import Server
from tests.support.servers import new_client
from tests.support.smime import (
    DAY,
    HEADER,
    TEXT,
    authority,
    base64,
    opaque,
    signature,
    signed,
    signer,
)

PROPERTIES = ["smimeStatus", "smimeStatusAtDelivery", "smimeErrors", "smimeVerifiedAt"]
VERIFIED, FAILED = "signed/verified", "signed/failed"


def status(client, octets: bytes) -> dict:
    return client.email(client.deliver(octets), properties=PROPERTIES)


def wrong(client, octets: bytes) -> str:
    """What is wrong with a message whose signature failed."""
    found = status(client, octets)
    assert found["smimeStatus"] == found["smimeStatusAtDelivery"] == FAILED
    assert found["smimeVerifiedAt"] is not None
    return " ".join(found["smimeErrors"])


def test_a_signature_that_holds_is_verified(bert, trusted):
    found = status(bert, signed(signer(trusted)))
    assert found["smimeVerifiedAt"].endswith("Z")
    assert {name: found[name] for name in PROPERTIES[:3]} == {
        "smimeStatus": VERIFIED,
        "smimeStatusAtDelivery": VERIFIED,
        "smimeErrors": None,
    }


def test_mail_that_is_none_of_smime_has_no_status(bert):
    found = status(bert, HEADER + TEXT)
    assert [found[name] for name in PROPERTIES] == [None] * 4
    found = status(bert, signed_by_pgp())
    assert [found[name] for name in PROPERTIES] == [None] * 4


def signed_by_pgp() -> bytes:
    return HEADER + (
        b'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=b\r\n\r\n'
        b"--b\r\n\r\nHello\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\n-\r\n--b--\r\n"
    )


@pytest.mark.parametrize("how", [{"is_rsa": True}, {"is_rsa": False}])
def test_the_keys_and_forms_that_mail_has_are_known(bert, trusted, how):
    who = signer(trusted, **how)
    messages = [
        signed(who),
        signed(who, bare=True),
        opaque(signature(who, TEXT, detached=False)),
        signed(who).replace(b"\r\n", b"\n"),
    ]
    assert [status(bert, one)["smimeStatus"] for one in messages] == [VERIFIED] * 4


def test_those_between_the_signer_and_who_is_trusted_may_be_in_the_message(bert, trusted):
    between = authority("Between", trusted)
    assert status(bert, signed(signer(between), between))["smimeStatus"] == VERIFIED
    assert "by nobody whom the server trusts" in wrong(bert, signed(signer(between)))


def test_a_message_that_was_changed_fails(bert, trusted):
    who = signer(trusted)
    changed = signed(who).replace(b"This is me", b"This is he")
    assert "changed after it was signed" in wrong(bert, changed)
    bare = signed(who, bare=True).replace(b"This is me", b"This is he")
    assert "not that of the signer's key" in wrong(bert, bare)


def test_a_signer_whom_nobody_vouches_for_fails(bert):
    assert "by nobody whom the server trusts" in wrong(bert, signed(signer(authority("Other"))))


def test_a_certificate_of_another_address_fails(bert, trusted):
    text = wrong(bert, signed(signer(trusted, "eve@example.com")))
    assert "not that of the address in From" in text


def test_a_certificate_for_other_purposes_fails(bert, trusted):
    who = signer(trusted, purpose=ExtendedKeyUsageOID.SERVER_AUTH)
    assert "not meant for signing mail" in wrong(bert, signed(who))


@pytest.mark.parametrize(
    ("times", "what"),
    [
        ({"begins": -9 * DAY, "ends": -DAY}, "has expired"),
        ({"begins": DAY}, "not valid yet"),
    ],
)
def test_a_certificate_out_of_its_time_fails(bert, trusted, times, what):
    assert what in wrong(bert, signed(signer(trusted, **times)))


def test_the_status_at_delivery_is_as_of_then(bert, trusted):
    octets = signed(signer(trusted, begins=-9 * DAY, ends=-DAY))
    box = next(b["id"] for b in bert.call("Mailbox/get")["list"] if b["role"] == "inbox")
    new = {"blobId": bert.upload(octets), "mailboxIds": {box: True}}

    new["receivedAt"] = (datetime.now(UTC) - 5 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
    made = bert.call("Email/import", emails={"k": new})["created"]["k"]["id"]
    found = bert.email(made, properties=PROPERTIES)
    assert (found["smimeStatus"], found["smimeStatusAtDelivery"]) == (FAILED, VERIFIED)


def test_the_status_at_delivery_is_kept(bert, server, trusted):
    id = bert.deliver(signed(signer(trusted)))

    (emails,) = [one for one in server.core.offered(DataType) if one.name == "Email"]
    while Stamping(server.core, emails._judge).turn():
        pass
    with server.core.database.read() as unit:
        number = unit.first(principals.BY_WIRE_ID, wire_id=bert.account).id
        assert list(smime.all_of(unit, number).values()) == [VERIFIED]
    assert bert.email(id, properties=PROPERTIES)["smimeStatusAtDelivery"] == VERIFIED


def test_what_is_encrypted_or_cannot_be_read_is_unknown(bert, trusted):
    who = signer(trusted)
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(TEXT).add_recipient(who.certificate)

    sealed = builder.encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])
    for octets in (opaque(sealed, b"enveloped-data"), opaque(b"nothing"), opaque(b"")):
        found = status(bert, octets)
        assert [found[name] for name in PROPERTIES] == ["unknown", "unknown", None, None]


@pytest.mark.parametrize("damage", [b"", b"0", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff"])
def test_a_signature_that_is_damaged_fails(bert, trusted, damage):
    whole = signature(signer(trusted), TEXT)

    octets = signed(signer(trusted))
    start = octets.index(b"base64\r\n\r\n") + len(b"base64\r\n\r\n")
    cut = octets[:start] + base64(damage or whole[:200]) + b"\r\n--b--\r\n"
    assert wrong(bert, cut)


def test_emails_are_found_by_their_signatures(bert, trusted):
    good = bert.deliver(signed(signer(trusted)))
    bad = bert.deliver(signed(signer(trusted, "eve@example.com")))
    plain = bert.deliver(HEADER + TEXT)

    def found(**filter: bool) -> set[str]:
        return set(bert.call("Email/query", filter=filter)["ids"])

    assert found(hasSmime=True) == {good, bad}
    assert found(hasSmime=False) == {plain}
    assert found(hasVerifiedSmime=True) == {good}
    assert found(hasVerifiedSmime=False) == {bad, plain}
    assert found(hasVerifiedSmimeAtDelivery=True) == {good}
    wanted = {"operator": "NOT", "conditions": [{"hasVerifiedSmime": True}, {"hasSmime": False}]}
    assert bert.call("Email/query", filter=wanted)["ids"] == [bad]


def test_properties_that_clients_cannot_set_are_refused(bert, trusted):
    id = bert.deliver(signed(signer(trusted)))
    answer = bert.call("Email/set", update={id: {"smimeStatus": VERIFIED}})
    assert answer["updated"] is None or answer["updated"] == {id: None}
    error = bert.call("Email/set", update={id: {"smimeStatus": FAILED}})["notUpdated"][id]
    assert error["type"] in {"invalidProperties", "invalidPatch"}


def test_nothing_of_it_is_there_while_the_option_is_off(tmp_path):
    server = Server(tmp_path, "httpmodules: jmap\n")
    client = new_client(server, "otto")
    assert SMIME not in client.session()["capabilities"]
    ((_, error, _),) = client.run(
        ["Email/get", {"accountId": client.account, "ids": [], "properties": ["smimeStatus"]}],
        using=(CORE, "urn:ietf:params:jmap:mail"),
    )
    assert error["type"] == "invalidArguments"
    server.close()


def test_a_signed_message_that_is_destroyed_is_found_no_more(bert, trusted):
    id = bert.deliver(signed(signer(trusted)))
    bert.call("Email/set", destroy=[id])
    assert bert.call("Email/query", filter={"hasSmime": True})["ids"] == []


def test_a_signed_message_that_joins_another_thread_keeps_its_status(bert, trusted):
    def mail(number: int, *references: int) -> bytes:
        known = b" ".join(b"<%d@example.com>" % one for one in references)
        more = b"Message-ID: <%d@example.com>\r\nReferences: %b\r\n" % (number, known)
        return HEADER + more

    bert.deliver(mail(1) + TEXT)
    bert.deliver(signed(signer(trusted), header=mail(2)))
    box = next(b["id"] for b in bert.call("Mailbox/get")["list"] if b["role"] == "inbox")
    new = {"blobId": bert.upload(mail(3, 1, 2) + TEXT), "mailboxIds": {box: True}}
    assert bert.call("Email/import", emails={"k": new})["created"]
    (found,) = bert.call("Email/query", filter={"hasVerifiedSmime": True})["ids"]
    shown = bert.email(found, properties=["threadId", *PROPERTIES])
    assert shown["smimeStatusAtDelivery"] == VERIFIED
    assert len(bert.call("Thread/get", ids=[shown["threadId"]])["list"][0]["emailIds"]) == 3

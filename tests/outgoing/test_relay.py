"""The way to the relay: TLS, login, sockets, and the extensions that it has."""

from __future__ import annotations

import pytest
import uvloop

from cyrpy.config import CoreSettings
from cyrpy.errors import ConfigError
from cyrpy.mail.relay import Relay
from tests.carddav.sqlite import location  # noqa: F401 - the same on both databases
from tests.jmap.push.receiver import make_certificate
from tests.outgoing.conftest import BOB, EVE, Sender, mail
from tests.support.smtp_server import SmtpServer

UMLAUT = "jürgen@bücher.example"


@pytest.fixture
def certificate(tmp_path):
    """A server's context; the file of its certificate is `certificate.pem`."""
    return make_certificate(tmp_path)[0]


@pytest.fixture
def sending(database, tmp_path, clock):
    """Send one message to a server; what it then has."""

    def send(server: SmtpServer, octets: bytes = b"", **more):
        sender = Sender(database, tmp_path, clock, server.address)
        sender.options |= more.pop("options", {})
        row = sender.add(octets or mail(), **more)
        arrived = sender.turn()
        return sender, row, arrived

    return send


def test_tls_from_the_start(sending, certificate, tmp_path):
    ca = tmp_path / "certificate.pem"
    with SmtpServer(from_start=certificate) as server:
        sending(server, options={"submission_tls": "tls", "submission_tls_ca_file": ca})
        assert len(server.received) == 1


def test_starttls(sending, certificate, tmp_path):
    ca = tmp_path / "certificate.pem"
    with SmtpServer(tls_context=certificate, require_starttls=True) as server:
        sending(server, options={"submission_tls": "starttls", "submission_tls_ca_file": ca})
        assert len(server.received) == 1


@pytest.mark.parametrize("tls", ["none", "tls", "starttls"])
def test_the_event_loop_that_the_server_uses_sends_large_mail(
    database, tmp_path, clock, certificate, tls
):
    more = {"tls": {"from_start": certificate}, "starttls": {"tls_context": certificate}}
    octets = mail((b"." + b"y" * 70 + b"\r\n") * 50_000)
    with SmtpServer(data_size_limit=0, **more.get(tls, {})) as server:
        sender = Sender(database, tmp_path, clock, server.address)
        sender.options["submission_tls"] = tls
        sender.options["submission_tls_ca_file"] = tmp_path / "certificate.pem"
        sender.add(octets)
        assert sender.turn(uvloop.run)
        assert server.received[0].octets == octets


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_a_certificate_that_nobody_knows_is_not_believed(sending, certificate, tls):
    more = {"from_start": certificate} if tls == "tls" else {"tls_context": certificate}
    with SmtpServer(**more) as server:
        _, _, arrived = sending(server, options={"submission_tls": tls})
        assert not arrived
        assert server.received == []


def test_starttls_is_not_gone_without(sending, tmp_path):
    with SmtpServer() as server:
        _, _, arrived = sending(server, options={"submission_tls": "starttls"})
        assert not arrived
        assert server.received == []


@pytest.mark.parametrize(("password", "taken"), [("secret", 1), ("wrong", 0)])
def test_login(sending, certificate, tmp_path, password, taken):
    file = tmp_path / "password"
    file.write_text(f"{password}\nsecond line\n")
    options = {
        "submission_tls": "starttls",
        "submission_tls_ca_file": tmp_path / "certificate.pem",
        "submission_user": "cyrpy",
        "submission_password_file": file,
    }
    with SmtpServer(tls_context=certificate, auth_required=True) as server:
        _, _, arrived = sending(server, options=options)
        assert arrived == bool(taken)
        assert len(server.received) == taken
        assert ("cyrpy", password) in server.logins


def test_a_password_is_not_sent_where_others_could_read_it(tmp_path):
    given = {
        "submission_relay": "mx.example.com:25",
        "submission_user": "cyrpy",
        "submission_tls": "none",
    }
    with pytest.raises(ConfigError, match="submission_password_file"):
        Relay.of(CoreSettings(**given))
    with pytest.raises(ConfigError, match="read the password"):
        Relay.of(CoreSettings(**given, submission_password_file=tmp_path))


@pytest.mark.parametrize(
    ("address", "tls"),
    [
        ("localhost:25", "none"),
        ("127.0.0.1:25", "none"),
        ("[::1]:25", "none"),
        ("unix:/run/smtp", "none"),
        ("mx.example.com:587", "starttls"),
        ("[2001:db8::1]:25", "starttls"),
    ],
)
def test_what_leaves_this_host_is_protected(address, tls):
    relay = Relay.of(CoreSettings(submission_relay=address))
    assert relay is not None
    assert relay.tls == tls


@pytest.mark.parametrize(
    "text", ["mx.example.com", "mx.example.com:0", ":25", "unix:smtp", "a b:1"]
)
def test_what_is_no_address_of_a_relay_is_refused(text):
    with pytest.raises(ValueError, match="submission_relay"):
        CoreSettings(submission_relay=text)


def test_a_socket_on_this_host(sending, tmp_path):
    with SmtpServer(path=tmp_path / "smtp") as server:
        sending(server)
        assert len(server.received) == 1


def test_8bit_is_said_where_the_relay_knows_it(sending):
    octets = mail("Schöne Grüße\r\n".encode(), b"Content-Type: text/plain; charset=utf-8\r\n")
    with SmtpServer() as server:
        sending(server, octets)
        (found,) = server.received
    assert "BODY=8BITMIME" in found.mail
    assert found.octets == octets


def test_8bit_is_encoded_where_the_relay_does_not_know_it(sending):
    octets = mail("Schöne Grüße\r\n".encode(), b"Content-Type: text/plain; charset=utf-8\r\n")
    with SmtpServer(decode_data=True, enable_SMTPUTF8=False) as server:
        sending(server, octets)
        (found,) = server.received
    assert "BODY" not in found.mail
    assert found.octets.isascii()
    assert found.message.get_content().rstrip() == "Schöne Grüße"


def test_international_addresses_are_sent_to_where_the_relay_knows_them(sending):
    with SmtpServer() as server:
        sending(server, to={UMLAUT: {}}, sender="änna@example.com")
        (found,) = server.received
    assert found.recipients == [UMLAUT]
    assert found.sender == "änna@example.com"
    assert "SMTPUTF8" in found.mail


def test_international_addresses_fail_where_the_relay_does_not_know_them(sending):
    with SmtpServer(enable_SMTPUTF8=False) as server:
        sender, row, _ = sending(server, to={UMLAUT: {}, EVE: {}})
        assert sender.states(row) == {UMLAUT: "no", EVE: "unknown"}
        assert sender.reply(row, UMLAUT).startswith("553 5.6.7 ")
        (told,) = sender.inbox()
    assert "message/global-delivery-status" in told.as_string()


@pytest.mark.parametrize("address", ["", "a", "a b@c", "a@b>\r\nRCPT TO:<x@y", "<a@b>", "a@b@c"])
def test_what_is_no_address_fails_alone(sending, address):
    with SmtpServer() as server:
        sender, row, _ = sending(server, to={address: {}, EVE: {}})
        assert sender.states(row) == {address: "no", EVE: "unknown"}
        assert server.received[0].recipients == [EVE]


def test_a_quoted_address_arrives_as_it_is(sending):
    with SmtpServer() as server:
        sending(server, to={'"a b"@elsewhere.org': {}})
        assert server.received[0].recipients == ['"a b"@elsewhere.org']


def test_what_is_too_large_for_the_relay_is_not_tried(sending):
    with SmtpServer(data_size_limit=1000) as server:
        sender, row, _ = sending(server, mail(b"x" * 2000 + b"\r\n"))
        assert sender.reply(row).startswith("552 5.3.4 ")
        assert server.received == []


def test_parameters_of_dsn_are_passed_on_where_the_relay_knows_them(sending):
    given = {
        "parameters": {"RET": "HDRS", "ENVID": "a+b=c d"},
        "to": {EVE: {"NOTIFY": "SUCCESS,FAILURE"}, BOB: {"ORCPT": "rfc822;b=b@x.org"}},
    }
    with SmtpServer(extensions=("DSN",)) as server:
        sending(server, **given)
        (found,) = server.received
    assert {"RET=HDRS", "ENVID=a+2Bb+3Dc+20d"} <= set(found.mail.split())
    assert found.rcpt == [
        f"ORCPT=rfc822;{EVE} NOTIFY=SUCCESS,FAILURE",
        "ORCPT=rfc822;b+3Db@x.org",
    ]


def test_parameters_that_the_relay_does_not_know_are_left_out(sending):
    given = {"RET": "HDRS", "X-ODD": "1", "BODY": "7BIT", "HOLDFOR": "5"}
    with SmtpServer() as server:
        sending(server, parameters=given, to={EVE: {"NOTIFY": "NEVER"}})
        (found,) = server.received
    assert found.mail.split() == [f"SIZE={len(found.octets)}"]
    assert found.rcpt == [""]


def test_no_parameter_makes_a_command(sending):
    odd = {"RET": "HDRS\r\nRCPT TO:<x@y>", "ENVID": "a\r\nb", "B Y": "1"}
    with SmtpServer(extensions=("DSN", "DELIVERBY")) as server:
        sending(server, parameters=odd)
        (found,) = server.received
    assert found.recipients == [EVE]
    assert "RET" not in found.mail
    assert "ENVID=a+0D+0Ab" in found.mail

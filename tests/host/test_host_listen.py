"""Listening sockets and TLS: addresses, errors that help, certificates renewed alive."""

from __future__ import annotations

import datetime
import socket
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from host_support import DEADLINE, EchoApp, running, wait_for

from cyrpy.errors import ConfigError
from cyrpy.host.listen import Listen, bind, release, url_of
from cyrpy.host.outer import OuterLayer
from cyrpy.host.tls import LiveContext, Tls


@pytest.mark.parametrize(
    ("text", "listen"),
    [
        ("127.0.0.1:8080", Listen("127.0.0.1", 8080)),
        ("[::1]:443", Listen("::1", 443)),
        ("*:80", Listen("*", 80)),
        (":80", Listen("", 80)),
        ("80", Listen("*", 80)),
    ],
)
def test_addresses_are_parsed(text, listen):
    assert Listen.parse(text) == listen


def test_unix_sockets_are_parsed(tmp_path):
    path = tmp_path / "s"
    assert Listen.parse(f"unix:{path}") == Listen.parse(str(path)) == Listen(path=path)


@pytest.mark.parametrize("text", ["localhost", "a:b", "a:65536", "", "1.2.3.4:-1"])
def test_what_is_no_address_is_named(text):
    with pytest.raises(ConfigError, match="expected host:port"):
        Listen.parse(text)


def reason(*listen: Listen) -> str:
    with pytest.raises(ConfigError) as caught:
        release(bind(listen))
    return str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "*"])
def test_a_port_that_is_taken_is_named_and_nothing_stays_bound(host):
    [taken] = bind([Listen(host, 0)])
    port = taken.getsockname()[1]
    try:
        assert f"port {port} is taken" in reason(Listen(host, port))
    finally:
        release([taken])
    release(bind([Listen(host, port)]))


def test_a_name_that_does_not_exist_is_named():
    assert "no-such-host.invalid:1" in reason(Listen("no-such-host.invalid", 1))


def test_an_address_that_is_not_ours_is_named():
    assert "no interface" in reason(Listen("192.0.2.1", 0))


def test_a_star_takes_both_families():
    [bound] = bind([Listen("*", 0)])
    try:
        with socket.create_connection(("127.0.0.1", bound.getsockname()[1]), DEADLINE):
            pass
        assert url_of(bound, True).startswith("https://")
    finally:
        release([bound])


def test_a_unix_socket_has_its_mode_and_goes_with_the_server(tmp_path):
    path = tmp_path / "http.sock"
    sockets = bind([Listen(path=path, mode=0o600)])
    assert path.stat().st_mode & 0o777 == 0o600
    assert url_of(sockets[0], False) == f"unix:{path}"
    release(sockets)
    assert not path.exists()


def test_the_file_of_a_dead_server_is_replaced_and_that_of_a_living_one_not(tmp_path):
    path = tmp_path / "http.sock"
    [dead] = bind([Listen(path=path)])
    dead.close()
    alive = bind([Listen(path=path)])
    assert "another server" in reason(Listen(path=path))
    release(alive)


def test_a_file_of_another_kind_is_kept(tmp_path):
    path = tmp_path / "precious"
    path.write_text("data")
    assert "another kind" in reason(Listen(path=path))
    assert path.read_text() == "data"


def test_a_missing_folder_is_told(tmp_path):
    assert "folder does not exist" in reason(Listen(path=tmp_path / "no" / "http.sock"))


def make_certificate(folder, name: str) -> Tls:
    """A self-signed certificate for localhost with this serial name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    tls = Tls(((folder / "cert.pem", folder / "key.pem"),))
    [(certificate_file, key_file)] = tls.pairs
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return tls


def name_served(port: int) -> str:
    """The common name of the certificate that a new connection is shown."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), DEADLINE) as plain,
        context.wrap_socket(plain) as client,
    ):
        client.sendall(b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 200")
        shown = x509.load_der_x509_certificate(client.getpeercert(True))
        return shown.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value


def test_a_renewed_certificate_is_served_and_a_bad_one_is_not(tmp_path, caplog):
    tls = make_certificate(tmp_path, "first")
    live = LiveContext(tls)
    with running(OuterLayer(EchoApp()), tls=live) as server:
        assert name_served(server.port) == "first"
        make_certificate(tmp_path, "second")
        server.server.request_reload()
        wait_for(lambda: name_served(server.port) == "second")
        tls.pairs[0][0].write_text("garbage")
        live.reload()
        assert "stays in use" in caplog.text
        assert name_served(server.port) == "second"


def test_a_key_of_another_certificate_is_refused(tmp_path):
    tls = make_certificate(tmp_path, "one")
    [(_, key_file)] = tls.pairs
    key = key_file.read_bytes()
    make_certificate(tmp_path, "two")
    key_file.write_bytes(key)
    with pytest.raises(ConfigError, match="a key that fits"):
        LiveContext(tls)


def test_a_missing_certificate_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"cannot read the TLS file .*nowhere"):
        LiveContext(Tls(((tmp_path / "nowhere.pem", tmp_path / "key.pem"),)))


def test_only_the_versions_that_are_named_are_spoken(tmp_path):
    pairs = make_certificate(tmp_path, "one").pairs
    context = LiveContext(Tls(pairs, ("tls1_3",))).context
    assert context.minimum_version == context.maximum_version == ssl.TLSVersion.TLSv1_3
    assert LiveContext(Tls(pairs)).context.minimum_version == ssl.TLSVersion.TLSv1_2

"""Certificates of the other server are checked."""

from __future__ import annotations

import datetime
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import IPv4Address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cyrpy.transfer.dav.client import Client, Login
from cyrpy.transfer.dav.errors import RemoteError

LOGIN = Login("anna", "secret")


class Handler(BaseHTTPRequestHandler):
    """Answers 204 and notes what came."""

    came: list[str] = []  # noqa: RUF012 - emptied by the fixture

    def do_GET(self) -> None:
        self.came.append(self.headers.get("authorization", ""))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def certificate(folder):
    """A self-signed one for this machine: paths of certificate and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, private = folder / "cert.pem", folder / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem, private


@pytest.fixture
def server(tmp_path):
    """URL of a TLS server, and its certificate."""
    pem, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    Handler.came.clear()
    httpd = HTTPServer(("127.0.0.1", 0), Handler)
    httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    yield f"https://127.0.0.1:{httpd.server_port}/", pem
    httpd.shutdown()
    thread.join()
    httpd.server_close()


def test_security_a_server_nobody_vouches_for_gets_no_password(server):
    url, _ = server
    verify = ssl.create_default_context()
    slept: list[float] = []
    with (
        Client(url, LOGIN, verify=verify, sleep=slept.append) as client,
        pytest.raises(RemoteError, match="certificate"),
    ):
        client.request("GET", url)
    assert Handler.came == slept == []


def test_a_certificate_that_is_named_is_trusted(server):
    url, pem = server
    verify = ssl.create_default_context()
    verify.load_verify_locations(pem)
    with Client(url, LOGIN, verify=verify) as client:
        assert client.request("GET", url).status == 204
    assert Handler.came[0].startswith("Basic ")

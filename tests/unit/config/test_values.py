"""Types of the core's own options."""

from __future__ import annotations

from pathlib import Path

import pytest

from cyrpy.config import Address, values


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8080", Address("127.0.0.1", 8080)),
        ("localhost:0", Address("localhost", 0)),
        ("mail.example.com:65535", Address("mail.example.com", 65535)),
        ("[::1]:443", Address("::1", 443)),
        ("unix:/run/cyrpy/http.sock", Address(path="/run/cyrpy/http.sock")),
    ],
)
def test_addresses(text, address):
    assert Address.read(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "8080",
        ":8080",
        "localhost",
        "localhost:",
        "localhost:http",
        "localhost:65536",
        "::1:8080",
        "[::1]",
        "[::g]:80",
        "[127.0.0.1]:80",
        "a..b:80",
        "unix:run/x",
        "unix:/" + "x" * values.MAX_SOCKET_PATH,
        "http://localhost:80",
    ],
)
def test_other_addresses_are_refused(text):
    with pytest.raises(ValueError, match=r"."):
        Address.read(text)


def test_networks_are_addresses_ranges_and_the_word_unix():
    text = "127.0.0.1 10.0.0.0/8 2001:db8::/32 unix"
    assert values.read_networks(text) == tuple(text.split())


@pytest.mark.parametrize("text", ["10.0.0.1/8", "localhost", "10.0.0.0/33"])
def test_other_networks_are_refused(text):
    with pytest.raises(ValueError, match=text):
        values.read_networks(text)


def test_files_stand_between_commas():
    assert values.read_files("/a b.pem,/c.pem") == (Path("/a b.pem"), Path("/c.pem"))
    assert values.write_files((Path("/a"), Path("/b"))) == "/a,/b"


def test_the_word_disabled_is_no_file():
    assert values.read_files("disabled") == ()


def test_a_path_of_urls_has_no_slash_at_its_end():
    assert [values.read_url_path(text) for text in ("/", "/a/", "/a/b")] == ["", "/a", "/a/b"]


@pytest.mark.parametrize("text", ["a", "/a//b", "/a?b", "/a b"])
def test_other_paths_of_urls_are_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the reason may be empty
        values.read_url_path(text)


def test_names_of_header_fields_are_in_lower_case():
    assert values.read_header_names("User-Agent origin") == ("user-agent", "origin")


def test_a_refused_database_url_is_not_repeated():
    with pytest.raises(ValueError, match="scheme") as caught:
        values.read_database_url("mysql://anna:secret@db/x")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["sqlite:////srv/x.db", "postgresql:///x", "postgresql+psycopg://a:b@db:5432/x"]
)
def test_database_urls(url):
    assert values.read_database_url(url) == url


@pytest.mark.parametrize("url", ["sqlite:///x.db", "sqlite://", "sqlite://x/y", "sqlite:////"])
def test_a_sqlite_file_must_be_absolute(url):
    with pytest.raises(ValueError, match="must be absolute"):
        values.read_database_url(url)


def test_commas_between_modules_are_pointed_out():
    with pytest.raises(ValueError, match='"jmap," cannot be the name of a module'):
        values.read_module_names("jmap, caldav")

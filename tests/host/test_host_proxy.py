"""Behind a proxy: Forwarded (RFC 7239), X-Forwarded-*, trust, absolute URLs."""

from __future__ import annotations

import pytest
from host_support import http_scope
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.errors import ConfigError
from cyrpy.host.forwarded import Hop, node, parse_forwarded, parse_x_forwarded
from cyrpy.host.proxy import TrustedProxies, base_url, set_root_path
from cyrpy.http.problem import HttpError

PROXY = ("10.0.0.1", 55555)


def behind(*headers, trusted=("10.0.0.0/8",), **more):
    scope = http_scope(headers=headers, client=PROXY) | more
    TrustedProxies(trusted).apply(scope)
    return scope


def test_reads_every_parameter():
    header = b'for=192.0.2.43;proto=HTTPS;host=Example.com, for="[2001:db8::1]:4711" ; by=x'
    assert parse_forwarded(header) == [
        Hop("192.0.2.43", 0, "https", "example.com"),
        Hop("2001:db8::1", 4711),
    ]


def test_a_quoted_comma_is_no_separator():
    assert parse_forwarded(rb'for="a,\"b";proto=http') == [Hop(scheme="http")]


@pytest.mark.parametrize("header", [b"", b",", b"for", b"for=1.2.3.4,", b'for="x', b"for=a b"])
def test_malformed_headers_are_recognised(header):
    assert parse_forwarded(header) is None


@given(st.binary(max_size=100))
def test_any_octets_are_parsed_or_refused(header):
    hops = parse_forwarded(header)
    assert hops is None or hops


@given(st.binary(max_size=60), st.binary(max_size=60), st.binary(max_size=60))
def test_any_x_forwarded_gives_hops(clients, schemes, hosts):
    assert parse_x_forwarded(clients, schemes, hosts)


@given(st.ip_addresses(), st.integers(1, 65535))
def test_addresses_come_back_from_nodes(address, port):
    text = f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"
    mapped = getattr(address, "ipv4_mapped", None)
    assert node(text) == (str(mapped or address), port)


def test_the_client_is_the_rightmost_address_that_is_not_trusted():
    spoofed = b"1.1.1.1, 198.51.100.7, 10.0.0.2"
    assert behind((b"x-forwarded-for", spoofed))["client"] == ("198.51.100.7", 0)


def test_forwarded_says_the_same():
    header = b'for=1.1.1.1, for="198.51.100.7:99";proto=https;host=mail.example, for=10.0.0.2'
    scope = behind((b"forwarded", header))
    assert scope["client"] == ("198.51.100.7", 99)
    assert scope["scheme"] == "https"
    assert base_url(scope) == "https://mail.example"


def test_one_scheme_and_host_hold_for_every_hop():
    scope = behind(
        (b"x-forwarded-for", b"198.51.100.7, 10.0.0.2"),
        (b"x-forwarded-proto", b"https"),
        (b"x-forwarded-host", b"mail.example:8443"),
    )
    assert base_url(scope) == "https://mail.example:8443"


def test_the_spoofed_scheme_of_a_longer_list_does_not_count():
    clients, schemes = b"8.8.8.8, 198.51.100.7", b"http, https"
    scope = behind((b"x-forwarded-for", clients), (b"x-forwarded-proto", schemes))
    assert scope["scheme"] == "https"


def test_scheme_and_host_count_without_an_address():
    scope = behind((b"x-forwarded-proto", b"https"), (b"x-forwarded-host", b"mail.example"))
    assert (base_url(scope), scope["client"]) == ("https://mail.example", PROXY)


def test_an_obfuscated_client_leaves_the_proxy_as_client():
    assert behind((b"forwarded", b"for=_hidden;proto=https"))["client"] == PROXY


def test_headers_that_disagree_are_refused():
    with pytest.raises(HttpError) as caught:
        behind((b"forwarded", b"for=1.2.3.4"), (b"x-forwarded-for", b"5.6.7.8"))
    assert caught.value.status == 400


def test_a_malformed_forwarded_is_refused():
    with pytest.raises(HttpError):
        behind((b"forwarded", b"for=;;;=,"))


def test_a_bad_forwarded_host_is_not_taken():
    scope = behind((b"x-forwarded-for", b"198.51.100.7"), (b"x-forwarded-host", b"evil/path"))
    assert base_url(scope) == "http://example.org"


def test_a_websocket_keeps_its_kind_of_scheme():
    scope = behind((b"forwarded", b"for=1.2.3.4;proto=https"), type="websocket", scheme="ws")
    assert scope["scheme"] == "wss"
    assert base_url(scope) == "https://example.org"


@pytest.mark.parametrize(
    ("words", "address", "trusted"),
    [
        (["127.0.0.1"], "127.0.0.1", True),
        (["127.0.0.1"], "::ffff:127.0.0.1", True),
        (["10.0.0.0/8"], "11.0.0.1", False),
        (["2001:db8::/32"], "2001:db8::5%eth0", True),
        (["unix"], None, True),
        (["127.0.0.1"], None, False),
        (["*"], "9.9.9.9", True),
        (["*"], None, True),
        (["10.0.0.1"], "not an address", False),
    ],
)
def test_trust(words, address, trusted):
    assert TrustedProxies(words).trusts(address) is trusted


def test_a_network_that_is_none_is_named():
    with pytest.raises(ConfigError, match=r"10\.0\.0\.1/8"):
        TrustedProxies(["10.0.0.1/8"])


@pytest.mark.parametrize("path", ["/mail/jmap", "/jmap"])
def test_the_root_path_is_there_whether_the_proxy_strips_it_or_not(path):
    scope = http_scope(path=path)
    set_root_path(scope, "/mail")
    assert (scope["path"], scope["raw_path"]) == ("/mail/jmap", b"/mail/jmap")
    assert base_url(scope) == "http://example.org/mail"


@pytest.mark.parametrize("host", [b"a b", b"evil/x", b"a@b", b"[::1", b"x:999999"])
def test_a_host_that_is_none_makes_no_url(host):
    with pytest.raises(HttpError):
        base_url(http_scope() | {"headers": [(b"host", host)]})


def test_http_1_0_without_host_uses_the_address():
    assert base_url(http_scope(server=("::1", 8080)) | {"headers": []}) == "http://[::1]:8080"

"""SSRF by push URLs (RFC 8620 §8.6)."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.errors import Forbidden, Unavailable
from cyrpy_jmap.push.ssrf import PUBLIC, Policy, Target, is_public

PRIVATE = [
    "0.0.0.0",  # noqa: S104 - refused here
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_ssrf_to_what_is_not_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2606:4700::1111"]
)
def test_public_addresses_are_good(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//example.com/",
        "https:///path",
        "https://",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://user@example.com/",
        "https://user:password@example.com/",
        "https://example.com:22/",
        "https://example.com:25/",
        "https://example.com:80/",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://example.com:port/",
        "https://exa mple.com/",
        "https://example.com\\@127.0.0.1/",
        "https://example.com/\r\nX-Header: 1",
        "https://example.com/\x00",
        "https://exämple.com/",
        "https://-example.com/",
        "https://example..com/",
        "https://" + "a" * 300 + ".com/",
        "https://example.com/" + "a" * 2000,
    ],
)
def test_ssrf_by_a_malformed_or_forbidden_url(url):
    with pytest.raises(Forbidden) as caught:
        PUBLIC.target(url)
    assert "password" not in str(caught.value) or "user name" in str(caught.value)


def test_a_url_is_taken_apart():
    assert PUBLIC.target("https://Push.Example.com/a/b?c=d") == Target(
        "https", "push.example.com", 443, "/a/b?c=d"
    )
    target = PUBLIC.target("https://[2606:4700::1111]:8443")
    assert (target.origin, target.path) == ("https://[2606:4700::1111]:8443", "/")


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1"])
def test_ssrf_by_a_name_or_number_that_resolves_to_this_machine(host):
    with pytest.raises((Forbidden, Unavailable)):
        asyncio.run(PUBLIC.resolve(PUBLIC.target(f"https://{host}/")))


def test_ssrf_by_one_private_address_among_public_ones():
    class Loop(asyncio.SelectorEventLoop):
        async def getaddrinfo(self, *_, **__):
            return [(0, 0, 0, "", (address, 443)) for address in ("8.8.8.8", "10.0.0.1")]

    with asyncio.Runner(loop_factory=Loop) as runner, pytest.raises(Forbidden):
        runner.run(PUBLIC.resolve(PUBLIC.target("https://example.com/")))


def test_a_name_that_does_not_resolve_may_do_so_later():
    with pytest.raises(Unavailable):
        asyncio.run(PUBLIC.resolve(PUBLIC.target("https://nowhere.invalid/")))


def test_a_policy_of_another_kind_allows_what_it_says():
    policy = Policy(frozenset({"http"}), lambda _: True, lambda _: True)
    assert policy.target("http://127.0.0.1:8000/").port == 8000


@given(st.text(max_size=80))
def test_any_text_is_judged(text):
    for url in (text, f"https://{text}", f"https://example.com/{text}"):
        try:
            target = PUBLIC.target(url)
        except Forbidden:
            continue
        assert target.scheme == "https"
        assert target.host

"""Options that nobody knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from cyrpy.config import CoreSettings, option_names, parse_text, unknown

KNOWN = (*option_names(CoreSettings, ""), "jmap_max_calls_in_request", "caldav_*")


def warnings(text: str) -> list[str]:
    return unknown(parse_text(text, Path("/etc/imapd.conf")), KNOWN)


def test_an_unknown_option_is_warned_of_once_with_what_may_be_meant():
    assert warnings("admins: cyrus\nhtpmodules: jmap\n") == [
        "/etc/imapd.conf:2: htpmodules is unknown and ignored; did you mean httpmodules?"
    ]


def test_an_option_of_ours_is_suggested_before_one_of_cyrus():
    assert warnings("http_listn: x")[0].endswith("did you mean http_listen?")


def test_an_option_of_cyrus_may_be_meant():
    assert warnings("sievdir: /x")[0].endswith("did you mean sievedir?")


def test_an_option_that_resembles_none_is_to_be_removed():
    assert warnings("qqqq: 1") == [
        "/etc/imapd.conf:1: qqqq is unknown and ignored; remove the line if nothing else reads it"
    ]


@pytest.mark.parametrize(
    "name",
    [
        "httpmodules",
        "http_httptimeout",
        "http_http_listen",
        "jmap_max_calls_in_request",
        "caldav_anything",
        "http_caldav_anything",
        "sievedir",
        "lmtp_servername",
        "imaps_tls_server_cert",
        "sasl_pwcheck_method",
        "partition-default",
        "metapartition-news",
        "t1searchpartition-default",
        "xlist-sent",
        "backend1_password",
        "east_sync_host",
        "autocreateinboxfolders",
    ],
)
def test_known_options_and_those_of_cyrus_pass_in_silence(name):
    assert warnings(f"{name}: 1") == []

"""setPushCallback and getPushCallback (drafts of 2016, "Push")."""

from __future__ import annotations

URL = "https://push.example.com/hook?id=1"


def test_a_callback_is_set_and_removed(server):
    assert server.call("getPushCallback") == {"callback": None}
    assert server.call("setPushCallback", callback=URL) == {"callback": URL}
    assert server.call("getPushCallback") == {"callback": URL}
    assert server.call("setPushCallback", callback=None) == {"callback": None}
    assert server.call("getPushCallback") == {"callback": None}


def test_a_url_that_leads_inside_is_invalid(server):
    for url in ("http://push.example.com/", "https://127.0.0.1/", "https://[::1]/"):
        assert server.call("setPushCallback", callback=url)["type"] == "invalidUrl"


def test_profile_c_has_no_callbacks(start):
    server = start(jmap_classic_profile="C")
    assert server.call("getPushCallback")["type"] == "unknownMethod"

"""LOCK, UNLOCK and the If header (RFC 4918 §6, §7, §9.10, §9.11, §10.4)."""

from __future__ import annotations

import pytest

from tests.support.dav import clark, tree

URN = "<urn:uuid:00000000-0000-4000-8000-000000000000>"
NOTE = "<D:set><D:prop><X:note>1</X:note></D:prop></D:set>"


@pytest.fixture
def held(drive):
    """A drive with a file that is locked, and with its token."""
    drive.folder("f/")
    drive.put("f/a", b"one")
    drive.held = drive.token("f/a")
    return drive


def active(answer):
    """DAV:activelock elements."""
    return list(answer.root.iter(clark("D:activelock")))


def test_a_lock_tells_all_about_itself(drive):
    drive.put("a", b"one")
    owner = "<D:owner><D:href>mailto:anna@example.com</D:href></D:owner>"
    answer = drive.lock("a", more=owner, timeout="Second-600", depth="0")
    assert answer.status == 200
    (lock,) = active(answer)
    token = lock.findtext(f"{clark('D:locktoken')}/{clark('D:href')}")
    assert answer.headers["lock-token"] == f"<{token}>"
    assert token.startswith("urn:uuid:")
    assert lock.find(f"{clark('D:lockscope')}/{clark('D:exclusive')}") is not None
    assert lock.find(f"{clark('D:locktype')}/{clark('D:write')}") is not None
    assert lock.findtext(clark("D:depth")) == "0"
    assert lock.findtext(clark("D:timeout")) == "Second-600"
    assert lock.findtext(f"{clark('D:owner')}/{clark('D:href')}") == "mailto:anna@example.com"
    assert lock.findtext(f"{clark('D:lockroot')}/{clark('D:href')}") == drive.url("a")
    found = drive.client.propfind(drive.url("a"), "D:lockdiscovery")
    assert len(active(found)) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("Second-5", 5),
        ("Infinite, Second-4100000000", 7 * 24 * 3600),
        ("Second-4100000000", 7 * 24 * 3600),
        ("nonsense, Second-7", 7),
        ("nonsense", 3600),
        ("Second-99999999999999999999", 3600),
        ("Second-0", 1),
    ],
)
def test_timeouts_are_bounded(drive, header, seconds):
    drive.put("a", b"one")
    (lock,) = active(drive.lock("a", timeout=header))
    assert lock.findtext(clark("D:timeout")) == f"Second-{seconds}"


@pytest.mark.parametrize(
    ("method", "path", "target", "status"),
    [
        ("PUT", "f/a", "", 204),
        ("PROPPATCH", "f/a", "", 207),
        ("DELETE", "f/a", "", 204),
        ("MOVE", "f/a", "moved", 201),
        ("COPY", "top", "f/a", 204),
        ("MOVE", "top", "f/a", 204),
    ],
)
def test_a_change_needs_the_token(held, method, path, target, status):
    held.put("top", b"0")
    body = tree("D:propertyupdate", NOTE) if method == "PROPPATCH" else b"two"
    headers = {"destination": held.url(target)} if target else {}
    refused = held.request(method, path, body, **headers)
    assert (refused.status, refused.condition) == (423, clark("D:lock-token-submitted"))
    root = refused.root.findtext(f"{clark('D:lock-token-submitted')}/{clark('D:href')}")
    assert root == held.url("f/a")
    assert held.text("f/a") == b"one"
    tagged = f"<{held.url('f/a')}> ({held.held})"
    assert held.request(method, path, body, **headers, **{"if": tagged}).status == status


def test_the_lock_on_what_is_replaced_stays(held):
    held.put("top", b"0")
    held.move("top", "f/a", **{"if": f"<{held.url('f/a')}> ({held.held})"})
    assert held.put("f/a", b"two").status == 423


def test_reading_needs_no_token(held):
    assert held.get("f/a").status == 200
    assert held.copy("f/a", "copy").status == 201
    assert active(held.client.propfind(held.url("copy"), "D:lockdiscovery")) == []


def test_a_lock_on_the_file_guards_the_folder_it_is_in(held):
    for method, path in (("DELETE", "f/"), ("MOVE", "f/")):
        answer = held.request(method, path, destination=held.url("g/"))
        assert (answer.status, answer.condition) == (423, clark("D:lock-token-submitted"))
    tagged = f"<{held.url('f/a')}> ({held.held})"
    assert held.request("MOVE", "f/", destination=held.url("g/"), **{"if": tagged}).status == 201
    assert held.put("g/a", b"free").status == 204


def test_a_lock_does_not_guard_its_neighbours(held):
    assert held.put("f/b", b"x").status == 201
    assert held.put("f/b", b"y").status == 204
    assert held.request("DELETE", "f/b").status == 204


@pytest.mark.parametrize(("depth", "inside"), [("0", 204), ("infinity", 423)])
def test_a_lock_on_a_folder_guards_its_membership(drive, depth, inside):
    drive.folder("f/")
    drive.put("f/a", b"one")
    drive.folder("f/sub/")
    token = drive.token("f/", depth=depth)
    assert drive.put("f/new").status == 423
    assert drive.request("MKCOL", "f/new/").status == 423
    assert drive.request("DELETE", "f/a").status == 423
    assert drive.move("f/a", "x").status == 423
    assert drive.copy("f/a", "f/copy").status == 423
    assert drive.request("POST", "f/", b"x").status == 423
    assert drive.lock("f/new").status == 423
    assert drive.put("f/a", b"two").status == inside
    assert drive.put("f/sub/x", b"x").status == (201 if depth == "0" else 423)
    tagged = {"if": f"<{drive.url('f/')}> ({token})"}
    assert drive.put("f/new", b"x", **tagged).status == 201
    assert drive.put("f/sub/y", b"x", **tagged).status == 201


def test_what_is_put_into_a_locked_folder_is_locked(drive):
    drive.folder("f/")
    token = drive.token("f/")
    drive.put("f/a", b"x", **{"if": f"<{drive.url('f/')}> ({token})"})
    assert len(active(drive.client.propfind(drive.url("f/a"), "D:lockdiscovery"))) == 1
    assert drive.put("f/a", b"y").status == 423
    assert drive.put("f/a", b"y", **{"if": f"({token})"}).status == 204


def test_locking_nothing_makes_something_empty(drive):
    answer = drive.lock("new")
    assert answer.status == 201
    assert drive.text("new") == b""
    assert drive.put("new", b"x").status == 423
    token = answer.headers["lock-token"]
    assert drive.put("new", b"x", **{"if": f"({token})"}).status == 204
    assert drive.request("UNLOCK", "new", lock_token=token).status == 204
    assert drive.text("new") == b"x"


def test_locking_without_a_folder_is_409(drive):
    assert drive.lock("no/new").status == 409


def test_exclusive_locks_exclude(held):
    for scope in ("exclusive", "shared"):
        answer = held.lock("f/a", scope)
        assert (answer.status, answer.condition) == (423, clark("D:no-conflicting-lock"))


def test_shared_locks_are_shared(drive):
    drive.put("a", b"one")
    first, second = drive.token("a", "shared"), drive.token("a", "shared")
    assert first != second
    assert drive.lock("a", "exclusive").status == 423
    assert drive.put("a", b"two").status == 423
    for token in (first, second):
        assert drive.put("a", b"two", **{"if": f"({token})"}).status == 204
    assert len(active(drive.client.propfind(drive.url("a"), "D:lockdiscovery"))) == 2


def test_a_deep_lock_is_refused_for_what_is_locked_below(held):
    answer = held.lock("f/", depth="infinity")
    assert answer.status == 207
    found = {r.href: r.status for r in answer.responses.values()}
    assert found == {held.url("f/a"): 423, held.url("f/"): 424}
    assert held.lock("f/", depth="0").status == 200


def test_a_lock_below_a_deep_one_is_refused(drive):
    drive.folder("f/")
    drive.put("f/a", b"x")
    drive.token("f/", depth="infinity")
    assert drive.lock("f/a").status == 423


def test_refreshing_gives_more_time(held):
    answer = held.request("LOCK", "f/a", timeout="Second-9", **{"if": f"({held.held})"})
    assert answer.status == 200
    assert "lock-token" not in answer.headers
    (lock,) = active(answer)
    assert lock.findtext(clark("D:timeout")) == "Second-9"


def test_refreshing_what_is_not_there_is_refused(held):
    assert held.request("LOCK", "f/a").status == 400
    held.put("b", b"")
    answer = held.request("LOCK", "b", **{"if": f"<{held.url('f/a')}> ({held.held})"})
    assert (answer.status, answer.condition) == (
        412,
        clark("D:lock-token-matches-request-uri"),
    )


@pytest.mark.parametrize(
    "body",
    [
        tree("D:propfind", ""),
        tree("D:lockinfo", ""),
        tree("D:lockinfo", "<D:lockscope/><D:locktype><D:write/></D:locktype>"),
        tree(
            "D:lockinfo",
            "<D:lockscope><D:exclusive/><D:shared/></D:lockscope>"
            "<D:locktype><D:write/></D:locktype>",
        ),
        tree(
            "D:lockinfo",
            "<D:lockscope><D:exclusive/></D:lockscope><D:locktype><X:read/></D:locktype>",
        ),
        b"<",
    ],
)
def test_malformed_lockinfo_is_400(drive, body):
    assert drive.request("LOCK", "a", body).status == 400
    assert drive.names() == []


def test_depth_1_is_400_and_a_long_owner_is_refused(drive):
    drive.put("a", b"")
    assert drive.lock("a", depth="1").status == 400
    answer = drive.lock("a", more=f"<D:owner>{'x' * 5000}</D:owner>")
    assert answer.status == 403
    assert b"4096" in answer.body


def test_unlocking_frees(held):
    assert held.request("UNLOCK", "f/a", lock_token=held.held).status == 204
    assert held.put("f/a", b"two").status == 204
    assert held.request("UNLOCK", "f/a", lock_token=held.held).status == 409


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [("f/a", "", 400), ("f/a", "urn:x", 400), ("f/a", URN, 409), ("f/", None, 409)],
)
def test_unlocking_needs_a_token_of_a_lock_there(held, path, token, status):
    headers = {} if token == "" else {"lock_token": held.held if token is None else token}
    assert held.request("UNLOCK", path, **headers).status == status
    assert held.put("f/a", b"two").status == 423


def test_the_brackets_around_a_token_may_be_left_out(held):
    assert held.request("UNLOCK", "f/a", lock_token=held.held.strip("<>")).status == 204
    assert held.put("f/a", b"two").status == 204


def test_a_deep_lock_is_unlocked_from_below(drive):
    drive.folder("f/")
    drive.put("f/a", b"x")
    token = drive.token("f/")
    assert drive.request("UNLOCK", "f/a", lock_token=token).status == 204
    assert drive.put("f/a", b"y").status == 204


def test_locks_expire(held, server):
    server.core.database._clock.advance(3601)
    assert active(held.client.propfind(held.url("f/a"), "D:lockdiscovery")) == []
    assert held.put("f/a", b"two").status == 204
    assert held.request("LOCK", "f/a", **{"if": f"({held.held})"}).status in {412}


def test_a_lock_goes_with_what_it_is_on(held):
    assert held.request("DELETE", "f/a", **{"if": f"({held.held})"}).status == 204
    assert held.put("f/a", b"new").status == 201
    assert held.put("f/a", b"newer").status == 204


def test_if_is_judged_as_a_whole(held):
    tag = held.get("f/a").headers["etag"]
    url = held.url("f/a")
    held.put("other", b"o")
    for text, status in [
        (f"({held.held})", 204),
        (f"({held.held} [TAG])", 204),
        (f'({held.held} ["x"])', 412),
        (f"({held.held} [W/{tag}])", 412),
        (f'({held.held} ["x"]) ({held.held})', 204),
        (f"({URN}) (Not <DAV:no-lock>)", 423),
        (f'({URN}) (Not <DAV:no-lock>) ({held.held} Not ["x"])', 204),
        (f"({URN})", 412),
        (f"(Not {URN} {held.held})", 204),
        (f"(Not {held.held})", 412),
        (f"<{url}> ({held.held} [TAG])", 204),
        (f"<http://dav.example.com{url}> ({held.held})", 204),
        (f"<{held.url('other')}> ({held.held})", 412),
        (f"<{held.url('other')}> (Not {held.held}) <{url}> ({held.held})", 204),
        (f"<{held.url('gone')}> (Not {held.held})", 204),
        ("<http://[> (<x:y>)", 400),
        ("", 423),
    ]:
        tag = held.get("f/a").headers["etag"]
        headers = {"if": text.replace("TAG", tag)} if text else {}
        assert held.put("f/a", text.encode(), **headers).status == status, text


@pytest.mark.parametrize(
    "text",
    ["(", "()", ")", "x", "(<a>", "<a>", "<a> <b> (<c>)", "(Not)", "(Not Not <a>)", "(<a>) <b>",
     "(<a>) <b> (<c>)", "(x)", "[\"x\"]", "(" + "<a> " * 201 + ")"],
)  # fmt: skip
def test_a_malformed_if_is_400(drive, text):
    drive.put("a", b"one")
    assert drive.put("a", b"two", **{"if": text}).status == 400
    assert drive.text("a") == b"one"


def test_if_with_a_sync_token(drive):
    drive.folder("f/")
    url = drive.url("f/")
    before = drive.client.get(url, "D:sync-token")
    assert drive.put("f/a", b"1", **{"if": f"<{url}> (<{before}>)"}).status == 201
    assert drive.put("f/b", b"1", **{"if": f"<{url}> (<{before}>)"}).status == 412


def test_an_account_has_so_many_locks_and_no_more(drive, monkeypatch):
    monkeypatch.setattr("cyrpy.dav.methods.lock.MAX_LOCKS", 2)
    drive.put("a", b"")
    for status in (200, 200, 507):
        assert drive.lock("a", "shared").status == status

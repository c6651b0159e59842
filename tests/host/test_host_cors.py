"""Cross-origin requests: preflight before everything, no credentials, errors readable too."""

from __future__ import annotations

from host_support import answering, call, http_scope

from cyrpy.host.cors import Cors
from cyrpy.host.outer import OuterLayer
from cyrpy.http.problem import HttpError

OK = answering(b"fine")


async def unauthorized(scope, receive, send):
    raise HttpError(401)


def ask(app, origin: bytes | None, method="GET", *headers, everyone=False):
    origins = [] if origin is None else [(b"origin", origin)]
    cors = Cors(app, allowed=lambda text: text.endswith(".example.org"), everyone=everyone)
    return call(OuterLayer(cors), http_scope(method, "/x", [*origins, *headers]))


def preflight(origin: bytes, **more):
    asked = (b"access-control-request-method", b"PROPFIND")
    return ask(unauthorized, origin, "OPTIONS", asked, **more)


def test_a_preflight_is_answered_before_authentication():
    answer = preflight(b"https://app.example.org")
    assert answer.status == 204
    assert answer.header(b"access-control-allow-origin") == b"https://app.example.org"
    assert {b"PROPFIND", b"REPORT", b"MKCALENDAR", b"PATCH"} <= set(
        answer.header(b"access-control-allow-methods").split(b", ")
    )
    assert b"Authorization" in answer.header(b"access-control-allow-headers")
    assert answer.header(b"access-control-max-age") == b"86400"


def test_a_preflight_from_elsewhere_grants_nothing():
    answer = preflight(b"https://evil.example")
    assert answer.status == 204
    assert not [name for name, _ in answer.headers if name.startswith(b"access-control")]


def test_options_without_preflight_headers_reach_the_application():
    assert ask(OK, b"https://app.example.org", "OPTIONS").body == b"fine"


def test_an_answer_is_readable_with_its_headers():
    answer = ask(OK, b"https://app.example.org")
    assert answer.header(b"access-control-allow-origin") == b"https://app.example.org"
    assert b"ETag" in answer.header(b"access-control-expose-headers")


def test_an_error_is_readable_too():
    answer = ask(unauthorized, b"https://app.example.org")
    assert answer.status == 401
    assert answer.header(b"access-control-allow-origin") == b"https://app.example.org"


def test_credentials_are_never_allowed():
    answer = ask(OK, b"https://app.example.org")
    assert answer.header(b"access-control-allow-credentials") is None


def test_every_answer_varies_by_origin():
    assert ask(OK, None).header(b"vary") == b"origin"
    assert ask(OK, b"https://evil.example").header(b"vary") == b"origin"


def test_a_star_only_when_everyone_is_allowed():
    answer = ask(OK, b"https://anything.example", everyone=True)
    assert answer.header(b"access-control-allow-origin") == b"*"
    assert answer.header(b"vary") is None


def test_an_endless_origin_is_refused():
    answer = ask(OK, b"https://" + b"a" * 600 + b".example.org")
    assert answer.header(b"access-control-allow-origin") is None

"""The outermost layer: ids, errors, HEAD, client addresses, health."""

from __future__ import annotations

import asyncio
import logging

import orjson
import pytest
from host_support import answering, call, http_scope

from cyrpy import errors
from cyrpy.host.health import Health
from cyrpy.host.outer import OuterLayer
from cyrpy.host.proxy import TrustedProxies
from cyrpy.host.requestid import RequestIds
from cyrpy.http.body import BodyTooLarge, ClientDisconnected
from cyrpy.http.problem import HttpError

OK = answering(b"fine")


def raising(error: BaseException):
    async def app(scope, receive, send):
        raise error

    return app


def document(answer) -> dict:
    assert answer.header(b"content-type") == b"application/problem+json"
    assert answer.header(b"content-length") == b"%d" % len(answer.body)
    return orjson.loads(answer.body)


def test_every_answer_has_an_id_of_its_own():
    layer = OuterLayer(OK, ids=RequestIds("p"))
    ids = [call(layer, http_scope()).header(b"x-request-id") for _ in range(2)]
    assert ids == [b"p000001", b"p000002"]


def test_an_application_may_send_one_message_many_times():
    start = {"type": "http.response.start", "status": 200, "headers": []}

    async def app(scope, receive, send):
        await send(start)
        await send({"type": "http.response.body"})

    layer = OuterLayer(app)
    for _ in range(2):
        assert len(call(layer, http_scope()).headers) == 1
    assert start["headers"] == []


@pytest.mark.parametrize(
    ("client", "given", "taken"),
    [
        ("10.0.0.1", b"abc-123", True),
        ("10.0.0.1", b"a" * 129, False),
        ("10.0.0.1", b'a"b', False),
        ("192.0.2.1", b"abc-123", False),
    ],
)
def test_an_id_is_taken_from_trusted_proxies_if_it_is_sane(client, given, taken):
    layer = OuterLayer(OK, proxies=TrustedProxies(["10.0.0.0/8"]))
    answer = call(layer, http_scope(headers=[(b"x-request-id", given)], client=(client, 1)))
    assert (answer.header(b"x-request-id") == given) is taken


def test_the_client_is_the_one_the_proxy_names():
    seen = {}

    async def app(scope, receive, send):
        seen.update(scope)
        await OK(scope, receive, send)

    layer = OuterLayer(app, proxies=TrustedProxies(["10.0.0.1"]), root_path="/mail/")
    headers = [(b"forwarded", b"for=198.51.100.7;proto=https;host=m.example")]
    call(layer, http_scope(path="/jmap", headers=headers, client=("10.0.0.1", 1)))
    assert seen["client"] == ("198.51.100.7", 0)
    assert (seen["scheme"], seen["root_path"], seen["path"]) == ("https", "/mail", "/mail/jmap")
    assert (b"host", b"m.example") in seen["headers"]


def test_an_untrusted_peer_cannot_name_a_client():
    answer = call(
        OuterLayer(OK, proxies=TrustedProxies(["10.0.0.1"])),
        http_scope(headers=[(b"forwarded", b"malformed")]),
    )
    assert answer.status == 200


def test_an_http_error_becomes_its_problem_document():
    error = HttpError(
        429, detail="slow down", type="urn:x", headers=[(b"retry-after", b"9")], extra={"n": 1}
    )
    answer = call(OuterLayer(raising(error)), http_scope())
    assert document(answer) == {
        "type": "urn:x",
        "title": "Too Many Requests",
        "status": 429,
        "detail": "slow down",
        "n": 1,
    }
    assert answer.header(b"retry-after") == b"9"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.NotFound("no such thing"), 404),
        (errors.Forbidden("no"), 403),
        (errors.Unavailable("later"), 503),
        (errors.StorageFull("full"), 507),
        (BodyTooLarge(5), 413),
    ],
)
def test_a_domain_error_has_a_status(error, status):
    assert document(call(OuterLayer(raising(error)), http_scope()))["status"] == status


@pytest.mark.parametrize("error", [ValueError("secret"), errors.ConfigError("secret")])
def test_what_nobody_expected_is_logged_and_the_client_gets_the_id(error, caplog):
    answer = call(OuterLayer(raising(error), ids=RequestIds("p")), http_scope())
    members = document(answer)
    assert answer.status == 500
    assert members["requestId"] == "p000001"
    assert "secret" not in answer.body.decode()
    [record] = caplog.records
    assert "p000001" in record.getMessage()
    assert record.exc_info[1] is error


def test_an_answer_that_has_begun_is_cut_off(caplog):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError

    answer = call(OuterLayer(app), http_scope())
    assert (answer.status, answer.body) == (200, b"")
    assert "failed" in caplog.records[0].getMessage()


def test_a_client_that_is_gone_is_no_error(caplog):
    assert call(OuterLayer(raising(ClientDisconnected())), http_scope()).status == 0
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]


def test_a_cancelled_request_is_told_to_come_again(caplog):
    answer = call(OuterLayer(raising(asyncio.CancelledError())), http_scope())
    assert (answer.status, answer.header(b"retry-after")) == (503, b"5")
    assert not caplog.records


def test_system_exit_is_not_caught():
    with pytest.raises(SystemExit):
        call(OuterLayer(raising(SystemExit())), http_scope())


def test_head_has_the_headers_of_get_and_no_body():
    answer = call(OuterLayer(OK), http_scope("HEAD"))
    assert (answer.header(b"content-length"), answer.body) == (b"4", b"")


def websocket(app) -> list[dict]:
    sent = []
    scope = http_scope(type="websocket", extensions={"websocket.http.response": {}})
    del scope["method"]

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    asyncio.run(OuterLayer(app, ids=RequestIds("p"))(scope, receive, send))
    return sent


def test_a_refused_websocket_gets_a_problem_document():
    start, body = websocket(raising(HttpError(401)))
    assert start["status"] == 401
    assert (b"x-request-id", b"p000001") in start["headers"]
    assert orjson.loads(body["body"])["title"] == "Unauthorized"


def test_a_websocket_that_fails_is_closed(caplog):
    async def app(scope, receive, send):
        await send({"type": "websocket.accept"})
        raise ValueError

    accept, close = websocket(app)
    assert accept["headers"] == [(b"x-request-id", b"p000001")]
    assert close == {"type": "websocket.close", "code": 1011}
    assert caplog.records


@pytest.mark.parametrize(("trouble", "status"), [(None, 200), ("the database is away", 503)])
def test_health_is_what_the_check_says(trouble, status):
    async def check():
        return trouble

    answer = call(Health(check), http_scope(path="/healthz"))
    assert answer.status == status
    assert orjson.loads(answer.body).get("detail") == trouble


def test_a_check_that_fails_is_not_shown(caplog):
    async def check():
        raise ValueError("secret")

    answer = call(Health(check), http_scope())
    assert (answer.status, b"secret" in answer.body) == (503, False)
    assert caplog.records


def test_health_is_read_only():
    assert call(Health(lambda: None), http_scope("POST")).header(b"allow") == b"GET, HEAD"

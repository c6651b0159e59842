"""WebSockets and Unix sockets through the real server."""

from __future__ import annotations

import httpx
import pytest
from host_support import EchoApp, running
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from cyrpy.host.accesslog import AccessLog
from cyrpy.host.listen import Listen
from cyrpy.host.outer import OuterLayer
from cyrpy.http.problem import HttpError


async def echo(scope, receive, send):
    if scope["path"] == "/refused":
        raise HttpError(401)
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


@pytest.fixture(scope="module")
def url():
    with running(EchoApp(OuterLayer(echo))) as server:
        yield f"ws://127.0.0.1:{server.port}"


def test_a_websocket_echoes_and_compresses_nothing(url):
    with connect(f"{url}/a", proxy=None) as client:
        client.send("hello")
        assert client.recv(timeout=10) == "hello"
        assert "x-request-id" in client.response.headers
        assert "sec-websocket-extensions" not in client.response.headers


def test_a_refused_websocket_hears_why(url):
    with pytest.raises(InvalidStatus) as caught, connect(f"{url}/refused", proxy=None):
        pass
    assert caught.value.response.status_code == 401
    assert b"Unauthorized" in caught.value.response.body


def test_a_unix_socket_serves_clients_without_address(tmp_path):
    path = tmp_path / "http.sock"
    log = AccessLog(tmp_path / "access.log")
    app = EchoApp(OuterLayer(EchoApp.echo, access_log=log))
    transport = httpx.HTTPTransport(uds=str(path))
    with running(app, listen=Listen(path=path)), httpx.Client(transport=transport) as client:
        assert client.post("http://x/a", content=b"hello").text == "/a:hello"

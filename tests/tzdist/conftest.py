"""A client of the tzdist app, mounted as the host mounts it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from cyrpy_tzdist import PREFIX, TzdistApp

Get = Callable[..., httpx.Response]


@pytest.fixture(scope="session")
def mounted() -> Any:
    app = TzdistApp()

    async def mount(scope: Any, receive: Any, send: Any) -> None:
        await app(scope | {"root_path": PREFIX}, receive, send)

    return mount


@pytest.fixture
def request_(mounted: Any) -> Get:
    def send(method: str, path: str, **headers: str) -> httpx.Response:
        async def exchange() -> httpx.Response:
            transport = httpx.ASGITransport(app=mounted)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                return await client.request(method, PREFIX + path, headers=named)

        return asyncio.run(exchange())

    return send


@pytest.fixture
def get(request_: Get) -> Get:
    return lambda path, **headers: request_("GET", path, **headers)

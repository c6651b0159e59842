"""Tokens of public links are in no log."""

from __future__ import annotations

import asyncio

import pytest

from cyrpy.host.accesslog import AccessLog
from cyrpy.http.scope import REQUEST_ID

TOKEN = "a1b2C3d4-_e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0uv"


def line(folder, path: str, *, json: bool = False, **headers: str) -> str:
    async def main() -> None:
        log = AccessLog(folder / "log", json=json, headers=list(headers))
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "http_version": "1.1",
            "client": ("192.0.2.1", 1),
            "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
            REQUEST_ID: "r1",
        }
        log.record(scope, 200, 1, 0.1)
        await log.aclose()

    asyncio.run(main())
    return (folder / "log").read_text()


@pytest.mark.parametrize("json", [False, True])
@pytest.mark.parametrize(
    "path",
    [
        f"/public/{TOKEN}",
        f"/public/{TOKEN}/work.ics",
        f"/groupware/public/{TOKEN}",
        f"/public//{TOKEN}",
        f"/%70ublic/{TOKEN}",
        f"/public%2F{TOKEN}",
        f"/PUBLIC/{TOKEN}x",
        f"/public/{TOKEN[:30]}",
        "/public/" + "".join(f"%{ord(c):02x}" for c in TOKEN),
    ],
)
def test_security_the_token_is_masked_in_the_access_log(tmp_path, path, json):
    written = line(tmp_path, path, json=json)
    assert TOKEN[:25] not in written
    assert TOKEN[1:25].encode().hex("%") not in written
    assert "***" in written


def test_security_the_token_is_masked_in_a_referer(tmp_path):
    written = line(tmp_path, "/x", referer=f"https://dav.example.com/public/{TOKEN}/a.ics")
    assert TOKEN not in written


@pytest.mark.parametrize("path", ["/public/", "/publicity/of-a-very-long-page-about-nothing", "/a"])
def test_other_paths_are_logged_as_they_are(tmp_path, path):
    assert f"GET {path} HTTP" in line(tmp_path, path)

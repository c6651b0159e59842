"""A user's drive, and what tests do with it."""

from __future__ import annotations

from tests.support.dav import Answer, Client, tree

HOST = "http://dav.example.com"
LOCK = "<D:lockscope><D:{scope}/></D:lockscope><D:locktype><D:write/></D:locktype>"


class Drive:
    """Requests by paths below one's drive."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.root = f"/dav/drive/user/{client.row.name}/"

    def url(self, path: str) -> str:
        return path if path.startswith("/") else self.root + path

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        given = {key.replace("_", "-"): value for key, value in headers.items()}
        return self.client.request(method, self.url(path), body, given)

    def put(self, path: str, body: bytes = b"text", **headers: str) -> Answer:
        return self.request("PUT", path, body, **headers)

    def get(self, path: str, **headers: str) -> Answer:
        return self.request("GET", path, **headers)

    def folder(self, path: str) -> None:
        assert self.request("MKCOL", path).status == 201

    def transfer(self, method: str, path: str, target: str, **headers: str) -> Answer:
        return self.request(method, path, destination=HOST + self.url(target), **headers)

    def copy(self, path: str, target: str, **headers: str) -> Answer:
        return self.transfer("COPY", path, target, **headers)

    def move(self, path: str, target: str, **headers: str) -> Answer:
        return self.transfer("MOVE", path, target, **headers)

    def lock(self, path: str, scope: str = "exclusive", more: str = "", **headers: str) -> Answer:
        body = tree("D:lockinfo", LOCK.format(scope=scope) + more)
        return self.request("LOCK", path, body, **headers)

    def token(self, path: str, scope: str = "exclusive", **headers: str) -> str:
        """The token of a new lock, as headers have it: <urn:uuid:…>."""
        answer = self.lock(path, scope, **headers)
        assert answer.status in {200, 201}, answer.body
        return answer.headers["lock-token"]

    def text(self, path: str) -> bytes | None:
        """What is in a file; None if there is none."""
        answer = self.get(path)
        return answer.body if answer.status == 200 else None

    def names(self, path: str = "") -> list[str]:
        """What is in a folder."""
        url = self.url(path)
        found = self.client.propfind(url, "D:resourcetype", depth="1").responses
        return sorted(href.removeprefix(url) for href in found if href != url)

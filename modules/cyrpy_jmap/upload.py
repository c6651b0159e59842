"""Upload (RFC 8620 §6.1): a file comes in pieces, is hashed and written as it comes."""

from __future__ import annotations

import re
from typing import Final

import orjson
from starlette.types import Receive, Scope, Send

from cyrpy.auth.identity import identity_of
from cyrpy.data.blobs import Blob, Incoming
from cyrpy.data.threads import Lane
from cyrpy.data.unit import Unit
from cyrpy.errors import OverQuota
from cyrpy_jmap.api import Api
from cyrpy_jmap.body import PATH, body_stream, header
from cyrpy_jmap.errors import RequestError
from cyrpy_jmap.limits import Gate
from cyrpy_jmap.responses import NO_STORE, problem, send_json
from cyrpy_jmap.viewer import Viewer

OCTET_STREAM: Final = "application/octet-stream"
MAX_TYPE: Final = 255  # characters
_WORD: Final = r"[A-Za-z0-9!#$&^_.+*'|~%`-]+"
_TYPE: Final = re.compile(rf"{_WORD}/{_WORD}(?:\s*;[\x20-\x7e]*)?")


def media_type(text: str | None) -> str:
    """A media type that may stand in a header; what is none is `application/octet-stream`."""
    text = (text or "").strip()
    if len(text) > MAX_TYPE or _TYPE.fullmatch(text) is None:
        return OCTET_STREAM
    return text


class Upload:
    """POST /jmap/upload/{accountId}/."""

    def __init__(self, api: Api, quota: int) -> None:
        self._api = api
        self._quota = quota
        limits = api.services.limits
        self._limit = limits.max_size_upload
        self._gate = Gate(limits.max_concurrent_upload, "maxConcurrentUpload")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one file."""
        if scope["method"] != "POST":
            raise problem(405, "files are uploaded by POST", allow="POST, OPTIONS")
        viewer = await self._api.viewer(scope)
        account_id = self._account_id(scope[PATH], viewer)
        type = media_type(header(scope, b"content-type"))
        async with self._gate.held(identity_of(scope).principal_id):
            blob = await self._receive(scope, receive, viewer, type)
        answer = {"accountId": account_id, "blobId": blob.id, "type": type, "size": blob.size}
        await send_json(send, 201, orjson.dumps(answer), [NO_STORE])

    async def _receive(self, scope: Scope, receive: Receive, viewer: Viewer, type: str) -> Blob:
        """Write the file down as it comes, then register it."""
        with self._api.services.blobs.incoming() as incoming:
            async for piece in body_stream(scope, receive, self._limit, "maxSizeUpload"):
                incoming.write(piece)
            database = self._api.services.core.database
            return await database.run(Lane.WORK, self._register, viewer, incoming, type)

    def _account_id(self, path: list[str], viewer: Viewer) -> str:
        """The account in the URL.

        Raises:
            RequestError: 404 if there is none for this user, 403 if it can only be read.
        """
        wire_id = path[0] if len(path) == 1 else ""
        account = viewer.find(wire_id)
        if account is None:
            raise problem(404, "there is no such account; the Session object has the uploadUrl")
        if account.is_read_only:
            raise problem(403, f"account {wire_id} can only be read")
        return wire_id

    def _register(self, viewer: Viewer, incoming: Incoming, type: str) -> Blob:
        """Store what has come, as the uploader's: nobody else may see it yet (§6.1)."""
        incoming.finish()
        own = viewer.own.id

        def put(unit: Unit) -> Blob:
            return self._api.services.blobs.put(unit, own, incoming, type, quota=self._quota)

        try:
            return self._api.services.core.database.write(put, (own,))
        except OverQuota as exc:
            raise RequestError(
                "limit", 413, f"{exc} ({self._quota} octets)", limit="maxSizeUpload"
            ) from exc

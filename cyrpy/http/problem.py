"""Problem documents (RFC 9457), and the exception that becomes one."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import orjson

from cyrpy import errors
from cyrpy.http.scope import HeaderList, Send

UNTYPED = "about:blank"  # the status says it all (RFC 9457 §4.2.1)

# The last resort for domain errors that no protocol translated; protocols do better at their edge.
STATUS_OF: tuple[tuple[type[errors.CyrpyError], int], ...] = (
    (errors.FormatError, 400),
    (errors.Forbidden, 403),
    (errors.NotFound, 404),
    (errors.AlreadyExists, 409),
    (errors.CannotCalculateChanges, 409),
    (errors.StateMismatch, 412),
    (errors.Unavailable, 503),
    (errors.OverQuota, 507),
    (errors.StorageFull, 507),
)
RETRY_SOON = (b"retry-after", b"5")


class HttpError(errors.CyrpyError):
    """Ends a request with a problem document; any application may raise it.

    `type` is the URI that names the kind of problem, `extra` members go into the document beside
    the standard ones, `headers` into the answer.
    """

    def __init__(
        self,
        status: int,
        title: str | None = None,
        detail: str | None = None,
        type: str = UNTYPED,
        headers: HeaderList = (),
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail or title or _phrase(status))
        self.status = status
        self.title = title
        self.detail = detail
        self.type = type
        self.headers = tuple(headers)
        self.extra = extra


def http_error_for(error: errors.CyrpyError) -> HttpError | None:
    """What to tell an HTTP client of a domain error; None if it is none of its business."""
    if isinstance(error, HttpError):
        return error
    for kind, status in STATUS_OF:
        if isinstance(error, kind):
            headers = (RETRY_SOON,) if status == 503 else ()
            return HttpError(status, detail=str(error) or None, headers=headers)
    return None


def problem(
    status: int,
    title: str | None = None,
    detail: str | None = None,
    type: str = UNTYPED,
    extra: Mapping[str, object] | None = None,
) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Headers and body of a problem document (RFC 9457 §3.1)."""
    members: dict[str, object] = dict(extra or {})
    members |= {"type": type, "title": title or _phrase(status), "status": status}
    if detail is not None:
        members["detail"] = detail
    body = orjson.dumps(members)
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]
    return headers, body


async def send_problem(send: Send, error: HttpError) -> None:
    """Answer with the problem document of `error`."""
    headers, body = problem(error.status, error.title, error.detail, error.type, error.extra)
    headers.extend(error.headers)
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _phrase(status: int) -> str:
    """The reason phrase of a status; of an unknown one, its class."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Client Error" if status < 500 else "Server Error"

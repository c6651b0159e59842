"""The three levels of JMAP errors (RFC 8620 §3.6), and what domain errors become at each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import orjson

from cyrpy import errors

PREFIX: Final = "urn:ietf:params:jmap:error:"


class RequestError(errors.CyrpyError):
    """Ends a whole request with a problem document (RFC 8620 §3.6.1, RFC 9457).

    `type` is one of JMAP's (`notJSON`, `limit` …) or a whole URI; `extra` are further members.
    """

    headers: tuple[tuple[bytes, bytes], ...] = ()  # of the answer

    def __init__(self, type: str, status: int, detail: str, **extra: Any) -> None:  # noqa: ANN401
        super().__init__(detail)
        self.type = type if ":" in type else PREFIX + type
        self.status = status
        self.detail = detail
        self.extra = extra

    def document(self) -> dict[str, Any]:
        """The members of the problem document."""
        return {"type": self.type, "status": self.status, "detail": self.detail, **self.extra}

    def body(self) -> bytes:
        """The problem document as it is sent."""
        return orjson.dumps(self.document())


class MethodError(errors.CyrpyError):
    """Ends one method call, of which nothing has happened then (RFC 8620 §3.6.2)."""

    def __init__(self, type: str, description: str, **extra: Any) -> None:  # noqa: ANN401
        super().__init__(description)
        self.type = type
        self.description = description
        self.extra = extra

    def arguments(self) -> dict[str, Any]:
        """The arguments of the `error` response."""
        return {"type": self.type, "description": self.description, **self.extra}


class SetError(errors.CyrpyError):
    """Why one record was not created, updated or destroyed (RFC 8620 §5.3).

    `properties` are all that are wrong, each as a path: `name`, `shareWith/P3/mayRead`.
    """

    def __init__(
        self,
        type: str,
        description: str,
        properties: Iterable[str] | None = None,
        **extra: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(description)
        self.type = type
        self.description = description
        self.properties = None if properties is None else list(properties)
        self.extra = extra

    def json(self) -> dict[str, Any]:
        """The SetError object."""
        members = {"type": self.type, "description": self.description, **self.extra}
        if self.properties is not None:
            members["properties"] = self.properties
        return members


# Domain error -> type of the error of a method call, of a record.
_METHOD_TYPES: Final = (
    (errors.StateMismatch, "stateMismatch"),
    (errors.CannotCalculateChanges, "cannotCalculateChanges"),
    (errors.Forbidden, "forbidden"),
    (errors.StorageFull, "serverUnavailable"),
    (errors.Unavailable, "serverUnavailable"),
    (errors.FormatError, "invalidArguments"),
    (errors.NotFound, "invalidArguments"),
    (errors.AlreadyExists, "invalidArguments"),
    (errors.OverQuota, "forbidden"),
)
_SET_TYPES: Final = (
    (errors.NotFound, "notFound"),
    (errors.Forbidden, "forbidden"),
    (errors.OverQuota, "overQuota"),
    (errors.FormatError, "invalidProperties"),
    (errors.StateMismatch, "forbidden"),
)
# These are of the whole call: where storage or a service fails, no record can be blamed.
OF_THE_CALL: Final = (errors.StorageFull, errors.Unavailable, MethodError)


def method_error(exc: errors.CyrpyError) -> MethodError:
    """The error response for what a method raised."""
    if isinstance(exc, MethodError):
        return exc
    for kind, type in _METHOD_TYPES:
        if isinstance(exc, kind):
            return MethodError(type, str(exc))
    return MethodError("serverFail", str(exc))


def set_error(exc: errors.CyrpyError) -> SetError:
    """The SetError for what a type raised about one record.

    Raises:
        CyrpyError: `exc` itself, if it is not about one record.
    """
    if isinstance(exc, SetError):
        return exc
    if isinstance(exc, errors.AlreadyExists):
        extra = {} if exc.existing is None else {"existingId": exc.existing}
        return SetError("alreadyExists", str(exc), **extra)
    for kind, type in _SET_TYPES:
        if isinstance(exc, kind):
            properties: list[str] | None = [] if type == "invalidProperties" else None
            return SetError(type, str(exc), properties)
    raise exc

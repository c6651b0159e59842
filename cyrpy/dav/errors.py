"""DavError: ends a request, or a part of one, and writes its own DAV:error (RFC 4918 §16)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import Final

from cyrpy import errors
from cyrpy.dav.answer import Answer
from cyrpy.dav.markup import Xml, document, element, empties, escape
from cyrpy.http.problem import http_error_for

_D: Final = "{DAV:}%s"
# Domain errors that have a precondition code of their own; the rest have only a status.
_CONDITIONS: Final[tuple[tuple[type[errors.CyrpyError], int, str], ...]] = (
    (errors.CannotCalculateChanges, 403, _D % "valid-sync-token"),  # RFC 6578 §3.2
    (errors.OverQuota, 507, _D % "quota-not-exceeded"),  # RFC 4331 §6
    (errors.StorageFull, 507, _D % "sufficient-disk-space"),
)


class DavError(errors.CyrpyError):
    """A status, a description for people, and a precondition code for programs.

    `condition` is the Clark name of an element, or the whole element where it has content.
    """

    def __init__(
        self,
        status: int,
        description: str,
        condition: str | Xml | None = None,
        headers: Iterable[tuple[bytes, bytes]] = (),
    ) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.condition = condition
        self.headers = tuple(headers)

    @classmethod
    def of(cls, error: errors.CyrpyError) -> DavError:
        """What to tell a WebDAV client of a domain error; the error itself if there is nothing.

        Raises:
            CyrpyError: it is none of the client's business.
        """
        if isinstance(error, DavError):
            return error
        for kind, status, condition in _CONDITIONS:
            if isinstance(error, kind):
                return cls(status, str(error), condition)
        known = http_error_for(error)
        if known is None:
            raise error
        return cls(known.status, known.detail or str(error), headers=known.headers)

    @property
    def markup(self) -> Xml:
        """DAV:error, to stand in a propstat or response; empty without a condition."""
        if self.condition is None:
            return Xml(b"")
        return element(_D % "error", self._condition())

    def _condition(self) -> bytes:
        if self.condition is None:
            return b""
        return self.condition if isinstance(self.condition, Xml) else empties([self.condition])

    def answer(self) -> Answer:
        """The answer to a request that ends with this error."""
        described = element(_D % "responsedescription", self.description)
        body = document(_D % "error", self._condition() + described)
        return Answer.xml(self.status, body, self.headers)


@lru_cache(maxsize=64)
def status_line(status: int) -> bytes:
    """The text of DAV:status."""
    return b"HTTP/1.1 %d %b" % (status, escape(HTTPStatus(status).phrase))


def need_privileges(url: str, *privileges: str) -> DavError:
    """403: the user lacks a privilege on the resource at `url`, its href (RFC 3744 §7.1.1)."""
    names = ", ".join(name.rpartition("}")[2] for name in privileges)
    wanted = b"".join(
        element(
            _D % "resource",
            element(_D % "href", url),
            element(_D % "privilege", empties([privilege])),
        )
        for privilege in privileges
    )
    return DavError(
        403, f"this needs the privilege {names} on {url}", element(_D % "need-privileges", wanted)
    )

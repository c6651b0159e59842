"""Item: a member of a collection that is none itself, and what comes in and goes out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cyrpy.dav.errors import DavError
from cyrpy.dav.resource import Resource

if TYPE_CHECKING:
    from cyrpy.data.blobs import Blob
    from cyrpy.data.incoming import Incoming
    from cyrpy.dav.answer import Headers
    from cyrpy.dav.context import DavContext


class Upload(NamedTuple):
    """The body of a PUT or POST."""

    octets: bytes  # b"" where it was taken in a stream
    media_type: str  # in lower case, without parameters; "" if none was given
    incoming: Incoming | None = None  # where the extension streams: hashed, and not yet stored


class Content(NamedTuple):
    """What GET answers."""

    octets: bytes | Blob  # a blob is sent in a stream
    media_type: str  # with its parameters
    etag: str | None = None  # of this representation, where it is not the item's own
    varies: bool = False  # whether Accept had a say in it


class Written(NamedTuple):
    """What became of a PUT, COPY or MOVE."""

    item: Resource  # what is there now
    created: bool
    # Stored octet for octet: only then the answer has an entity tag (RFC 4791 §5.3.4).
    exact: bool = True
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Item(Resource):
    """A calendar object, a card, a file."""

    methods = Resource.methods | {
        "GET",
        "HEAD",
        "PUT",
        "DELETE",
        "PROPPATCH",
        "COPY",
        "MOVE",
        "LOCK",
        "UNLOCK",
    }

    def content(self, ctx: DavContext) -> Content:
        """What is in it, in the form that Accept asks for.

        Raises:
            DavError: 406 if there is no such form; 403 if the user may not read it.
        """
        raise NotImplementedError

    def etag(self, ctx: DavContext) -> str:
        """Its entity tag, in quotation marks."""
        raise NotImplementedError

    def last_modified(self, ctx: DavContext) -> int:
        """When it last changed, in unix seconds."""
        raise NotImplementedError

    def created(self, ctx: DavContext) -> int | None:
        """When it came, in unix seconds; None if nobody knows."""
        return None

    def size(self, ctx: DavContext) -> int | None:
        """Octets of its content as GET without Accept gives it (DAV:getcontentlength)."""
        return None

    def content_type(self, ctx: DavContext) -> str | None:
        """Its media type (DAV:getcontenttype)."""
        return None

    def headers(self, ctx: DavContext) -> Headers:
        """Further headers of GET and HEAD, such as Schedule-Tag."""
        return ()

    def delete(self, ctx: DavContext) -> None:
        """Remove it.

        Raises:
            DavError: the user may not.
        """
        raise DavError(403, "this cannot be removed")

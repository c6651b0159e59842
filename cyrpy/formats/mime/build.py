"""From an Email object of JMAP to a message (RFC 8621 §4.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from cyrpy.errors import FormatError
from cyrpy.formats.mime import compose, dates, encode
from cyrpy.formats.mime.assemble import arranged
from cyrpy.formats.mime.headers import parse_property
from cyrpy.formats.mime.message import CONVENIENCE
from cyrpy.formats.pointer import escape

Json = Mapping[str, Any]
Wrong = dict[str, str]  # path -> what is wrong
MAX_PARTS: Final = 1000
MAX_DEPTH: Final = 50
# What stands first in a header, in the order that people expect; the rest as it was given.
_ORDER: Final = ("Date", "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Subject", "Message-ID")
_LISTED: Final = frozenset({"Addresses", "GroupedAddresses", "MessageIds", "URLs"})
_LISTS: Final = ("textBody", "htmlBody", "attachments")
_PATH: Final = "@path"  # where a part of these lists stood
_NO_HEADERS: Final = "set each header field by a property of its own"


class InvalidEmail(FormatError):
    """The Email object cannot be made into a message; `wrong` says why, path by path."""

    def __init__(self, wrong: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{path}: {reason}" for path, reason in wrong.items()))
        self.wrong = dict(wrong)


class BlobsNotFound(FormatError):
    """Parts name blobs that are not there."""

    def __init__(self, blob_ids: list[str]) -> None:
        super().__init__(f"there is no blob {', '.join(blob_ids)[:200]}")
        self.blob_ids = blob_ids


@dataclass(frozen=True)
class Source:
    """What a message is made with beside the Email object."""

    blob: Callable[[str], bytes | None]  # the octets of a blob that the user may read
    unique: Callable[[], str]  # a text that was never given before
    now: datetime  # with its offset
    host: str  # for Message-ID


@dataclass(slots=True)
class _Field:
    name: str
    value: bytes  # all that follows the colon


@dataclass(slots=True)
class _Entity:
    """A part, ready to be written."""

    fields: list[_Field]
    content: bytes = b""
    boundary: str | None = None
    subparts: list[_Entity] = field(default_factory=list)


def build(email: Json, source: Source) -> bytes:
    """The message that an Email object describes.

    Raises:
        InvalidEmail: properties are wrong, all of which are told, or two say what only one may
            (§4.6).
        BlobsNotFound: a part's blob is not there.
    """
    wrong: Wrong = {
        name: "header fields Content-* belong to parts of the body"
        for name in email
        if name.lower().startswith("header:content-")
    }
    structure = _structure(email, wrong)
    own = list(_header_fields(email, "", wrong))
    parts = _Parts(email.get("bodyValues") or {}, source, wrong)
    root = parts.entity(structure, "bodyStructure", 0)
    given = {one.name.lower() for one in own}
    for name in sorted(given & {one.name.lower() for one in root.fields}):
        if not name.startswith("content-"):
            wrong["bodyStructure"] = f"the header field {name} is given twice"
    if wrong:
        raise InvalidEmail(wrong)
    if parts.missing:
        raise BlobsNotFound(list(dict.fromkeys(parts.missing)))
    fields = _completed(own, given, source) + root.fields
    return _written(_Entity(fields, root.content, root.boundary, root.subparts))


def _structure(email: Json, wrong: Wrong) -> Json:
    """The body as one tree."""
    if "headers" in email:
        wrong["headers"] = _NO_HEADERS
    lists = {
        name: [{**part, _PATH: f"{name}/{n}"} for n, part in enumerate(email[name])]
        for name in _LISTS
        if email.get(name) is not None
    }
    structure: Json | None = email.get("bodyStructure")
    if structure is not None:
        wrong |= dict.fromkeys(lists, "bodyStructure excludes textBody, htmlBody and attachments")
        return structure
    for name, type in (("textBody", "text/plain"), ("htmlBody", "text/html")):
        parts = lists.get(name)
        if parts is not None and (len(parts) != 1 or (parts[0].get("type") or type) != type):
            wrong[name] = f"must be exactly one part of type {type}"
    return arranged(lists.get("textBody"), lists.get("htmlBody"), lists.get("attachments"))


def _completed(own: list[_Field], given: set[str], source: Source) -> list[_Field]:
    """The message's own fields in their order, with those that every message must have."""
    fields = list(own)
    if "message-id" not in given:
        id = f"{source.unique()}@{source.host}"
        fields.append(_Field("Message-ID", compose.message_ids([id])))
    if "date" not in given:
        fields.append(_Field("Date", compose.date(dates.wire(source.now))))
    if "mime-version" not in given:
        fields.append(_Field("MIME-Version", b" 1.0"))
    ranks = {name.lower(): rank for rank, name in enumerate(_ORDER)}
    return sorted(fields, key=lambda one: ranks.get(one.name.lower(), len(ranks)))


def _header_fields(json: Json, path: str, wrong: Wrong) -> Iterator[_Field]:
    """The fields that properties of a message or part stand for."""
    seen: dict[str, str] = {}
    for property, value in json.items():
        wanted = parse_property(CONVENIENCE.get(property, property) if not path else property)
        if wanted is None:
            if property.startswith("header:"):
                wrong[path + property] = "there is no such form of that header field"
            continue
        name = wanted.name.decode("ascii")
        if name in seen:
            twice = (path + seen[name], path + property)
            wrong |= dict.fromkeys(twice, f"the header field {name} is given twice")
            continue
        seen[name] = property
        if value is None:
            continue
        try:
            composed = _composed(value, wanted.form, of_all=wanted.all)
        except FormatError as exc:
            wrong[path + property] = str(exc)
            continue
        shown = CONVENIENCE.get(property, property).split(":")[1]
        yield from (_Field(shown, one) for one in composed)


def _composed(value: Any, form: str, *, of_all: bool) -> list[bytes]:  # noqa: ANN401 - JSON
    if of_all and not isinstance(value, list):
        raise FormatError("of all fields, there must be a list")
    found: list[bytes] = []
    for one in value if of_all else [value]:
        if form in _LISTED and not isinstance(one, list):
            raise FormatError(f"a value of form {form} is a list")
        try:
            found.append(compose.FORMS[form](one))
        except (TypeError, KeyError, AttributeError) as exc:
            raise FormatError(f"this is no value of form {form}") from exc
    return found


class _Parts:
    """Makes the parts of a message, and notes which blobs are missing."""

    def __init__(self, values: Json, source: Source, wrong: Wrong) -> None:
        self._values = values
        self._source = source
        self._wrong = wrong
        self._count = 0
        self.missing: list[str] = []

    def entity(self, part: Json, path: str, depth: int) -> _Entity:
        """One part with those below it."""
        path = part.get(_PATH, path)
        self._count += 1
        if self._count > MAX_PARTS or depth > MAX_DEPTH:
            self._wrong[path] = f"more than {MAX_PARTS} parts, or deeper than {MAX_DEPTH}"
            return _Entity([])
        self._wrong |= _together(part, path)
        fields = list(_header_fields(part, f"{path}/", self._wrong))
        names = {one.name.lower() for one in fields}
        if "content-transfer-encoding" in names:
            self._wrong[path] = "the server chooses the encoding"
        type = (part.get("type") or _given_type(fields) or self._default(part)).lower()
        subparts = part.get("subParts")
        if type.startswith("multipart/") or subparts:
            return self._multipart(part, type, fields, (path, depth))
        return self._leaf(part, type, fields, path)

    def _default(self, part: Json) -> str:
        if part.get("subParts"):
            return "multipart/mixed"
        return "application/octet-stream" if part.get("blobId") else "text/plain"

    def _multipart(
        self, part: Json, type: str, fields: list[_Field], where: tuple[str, int]
    ) -> _Entity:
        path, depth = where
        if not type.startswith("multipart/"):
            self._wrong[f"{path}/subParts"] = "only parts of type multipart/* have them"
        for name in ("partId", "blobId"):
            if part.get(name) is not None:
                self._wrong[f"{path}/{name}"] = "a part of type multipart/* has no content"
        boundary = f"={self._source.unique()}"
        fields += _described(part, type, fields, [("boundary", boundary)])
        below = [
            self.entity(one, f"{path}/subParts/{n}", depth + 1)
            for n, one in enumerate(part.get("subParts") or ({"type": "text/plain"},))
        ]
        return _Entity(fields, boundary=boundary, subparts=below)

    def _leaf(self, part: Json, type: str, fields: list[_Field], path: str) -> _Entity:
        encoded, charset = self._content(part, type, path)
        parameters = [("charset", charset)] if charset else []
        fields += _described(part, type, fields, parameters)
        if encoded.encoding != "7bit":
            name = encoded.encoding.encode("ascii")
            fields.append(_Field("Content-Transfer-Encoding", b" " + name))
        return _Entity(fields, encoded.octets)

    def _content(self, part: Json, type: str, path: str) -> tuple[encode.Encoded, str | None]:
        """The content of a leaf, and its charset."""
        blob_id, part_id = part.get("blobId"), part.get("partId")
        if blob_id is not None:
            octets = self._source.blob(blob_id)
            if octets is None:
                self.missing.append(blob_id)
                octets = b""
            return encode.blob(octets, type), part.get("charset")
        if part_id is None:
            return encode.text(""), "utf-8" if type.startswith("text/") else None
        value = self._values.get(part_id)
        if value is None:
            self._wrong[f"{path}/partId"] = f"there is no body value {part_id[:80]!r}"
            value = {}
        for name in ("isEncodingProblem", "isTruncated"):
            if value.get(name):
                self._wrong[f"bodyValues/{escape(part_id)}/{name}"] = "must be false"
        if not type.startswith("text/"):  # UTF-8 nevertheless, as a source of SVG or JSON
            return encode.blob((value.get("value") or "").encode(), type), None
        encoded = encode.text(value.get("value") or "")
        return encoded, "us-ascii" if encoded.encoding == "7bit" else "utf-8"


def _together(part: Json, path: str) -> Wrong:
    """What may not be said together (§4.6)."""
    wrong: Wrong = {f"{path}/headers": _NO_HEADERS} if "headers" in part else {}
    if part.get("partId") is not None:
        for name in ("blobId", "charset", "size"):
            if part.get(name) is not None:
                wrong[f"{path}/{name}"] = "must be left out with partId"
    return wrong


def _given_type(fields: list[_Field]) -> str | None:
    """The media type in a Content-Type that the client wrote itself."""
    for one in fields:
        if one.name.lower() == "content-type":
            return one.value.decode("utf-8", "replace").partition(";")[0].strip()
    return None


def _described(
    part: Json, type: str, fields: list[_Field], parameters: list[tuple[str, str]]
) -> list[_Field]:
    """The Content-* fields of a part that its properties stand for."""
    written = {one.name.lower(): one for one in fields}
    name = part.get("name")
    made: list[_Field] = []
    content_type = written.get("content-type")
    if content_type is not None:
        content_type.value += b"".join(
            b";\r\n " + f'{key}="{value}"'.encode()
            for key, value in parameters
            if f"{key}=".encode() not in content_type.value.lower()
        )
    else:
        named = [("name", name)] if name and "/" in type else []
        made.append(_Field("Content-Type", compose.parameterized(type, [*parameters, *named])))
    disposition = part.get("disposition") or ("attachment" if name else None)
    if disposition and "content-disposition" not in written:
        named = [("filename", name)] if name else []
        value = compose.parameterized(disposition, named)
        made.append(_Field("Content-Disposition", value))
    if part.get("cid") and "content-id" not in written:
        made.append(_Field("Content-ID", compose.message_ids([part["cid"]])))
    if part.get("language") and "content-language" not in written:
        made.append(_Field("Content-Language", compose.text(", ".join(part["language"]))))
    if part.get("location") and "content-location" not in written:
        made.append(_Field("Content-Location", compose.text(part["location"])))
    return made


def _written(entity: _Entity) -> bytes:
    """Header, empty line, content."""
    pieces: list[bytes] = []
    _write(entity, pieces)
    return b"".join(pieces)


def _write(entity: _Entity, pieces: list[bytes]) -> None:
    for one in entity.fields:
        pieces += (one.name.encode("ascii"), b":", one.value, b"\r\n")
    pieces.append(b"\r\n")
    if entity.boundary is None:
        pieces.append(entity.content)
        return
    delimiter = b"--" + entity.boundary.encode("ascii")
    for below in entity.subparts:
        pieces += (delimiter, b"\r\n")
        _write(below, pieces)
        pieces.append(b"\r\n")
    pieces += (delimiter, b"--\r\n")

"""Media of cards that clients give by blob id, and the blobs that cards hold (RFC 9610 §3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from cyrpy.data import cards, search
from cyrpy.data.blobs import PREFIX
from cyrpy.data.unit import Unit
from cyrpy.formats.vcard.media import OCTETS, decode_uri, encode_uri
from cyrpy.formats.vcard.parse import parse
from cyrpy.groupware.access import Actor
from cyrpy.groupware.cards import document, media
from cyrpy.groupware.cards.prepare import MAX_SIZE
from cyrpy.groupware.cards.rendering import as_jscontact
from cyrpy.groupware.contacts import visible
from cyrpy_jmap.blob_source import BlobSource
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.records import invalid_properties
from cyrpy_jmap.viewer import Account, Viewer

# Properties whose values may have blobId for uri; of these only media are shown so.
RESOURCES: Final = ("media", "links", "calendars", "cryptoKeys", "directories")
_SVG: Final = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg[\s>]", re.DOTALL
)
_IMAGES: Final = (
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"\x00\x00\x01\x00", "image/x-icon"),
    (0, b"\xff\x0a", "image/jxl"),
    (0, b"\x00\x00\x00\x0cJXL ", "image/jxl"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
)


def image_type(octets: bytes) -> str | None:
    """The media type of an image; None of what is not recognised as one."""
    found = media.sniffed(octets)
    if found.startswith("image/"):
        return found
    for at, magic, name in _IMAGES:
        if octets[at : at + len(magic)] == magic:
            return name
    return "image/svg+xml" if _SVG.match(octets[:4096]) else None


def with_uris(call: Call, card: Json, before: Mapping[str, Any]) -> Json:
    """The card with a URI for each blob id; `before` is the same card as it was, with its URIs.

    Raises:
        SetError: `invalidProperties` for blobs that are not there and photos that are no images,
            `tooLarge`.
    """
    known = {id: before["media"][key]["uri"] for key, id, _ in media.held(before)}
    shown = media.with_blob_ids(dict(before))[0]
    wrong: dict[str, str] = {}
    result = dict(card)
    for name in RESOURCES:
        values = card.get(name)
        if not values:
            continue
        result[name] = made = dict(values)
        for key, value in values.items():
            if shown.get(name, {}).get(key) == value:
                made[key] = before[name][key]
                continue
            try:
                made[key] = _with_uri(call, value, known, is_photo=value.get("kind") == "photo")
            except ValueError as exc:
                wrong[f"{name}/{key}/{'blobId' if 'blobId' in value else 'uri'}"] = str(exc)
    if wrong:
        raise invalid_properties(wrong)
    return result


def _with_uri(call: Call, value: Json, known: Mapping[str, str], *, is_photo: bool) -> Json:
    """One of them.

    Raises:
        ValueError: what is wrong with it.
    """
    id = value.get("blobId")
    if id is None:
        data = decode_uri(value["uri"]) if value["uri"][:5].lower() == "data:" else None
        if is_photo and data is not None and image_type(data.octets) is None:
            raise ValueError("is not an image of a known type")
        return value
    result = {name: item for name, item in value.items() if name != "blobId"}
    uri = known.get(id)
    if uri is None:
        octets = _octets(call, id)
        type = image_type(octets)
        if is_photo and type is None:
            raise ValueError("is not an image of a known type")
        uri = encode_uri(octets, type or value.get("mediaType") or OCTETS)
    return _unsaid(result, uri) | {"uri": uri}


def _unsaid(value: Json, uri: str) -> Json:
    """Without a media type that the URI names too."""
    data = decode_uri(uri)
    if data is not None and value.get("mediaType") == media.type_of(data):
        return {name: item for name, item in value.items() if name != "mediaType"}
    return value


def _octets(call: Call, id: str) -> bytes:
    found = call.services.find_blob(call.unit, call.viewer, call.account, id)
    if found is None:
        raise ValueError(f"there is no blob {id[:80]!r}")
    if found.size > MAX_SIZE * 3 // 4:
        raise SetError("tooLarge", f"the blob {id[:80]!r} is too large to be in a card")
    octets = call.blob(id)
    if octets is None:
        raise ValueError(f"there is no blob {id[:80]!r}")
    return octets


def _read(unit: Unit, viewer: Viewer, account: Account, id: str) -> bytes | None:
    """The octets of a blob that is in a card which the viewer sees."""
    numbers = search.find(unit, account.id, document.KIND, (document.BLOB,), id)
    if not numbers:
        return None
    actor = Actor(viewer.identity.principal_id, viewer.identity.principals)
    books = {view.row.id for view in visible(unit, account.id, actor)}
    rows = cards.by_ids(unit, account.id, numbers).values()
    seen = [row.id for row in rows if row.address_book_id in books]
    return next(_found(unit, account.id, seen, id), None)


def _found(unit: Unit, account_id: int, numbers: list[int], id: str) -> Iterator[bytes]:
    for number in numbers:
        for octets in cards.vcards(unit, account_id, [number]).values():
            found = media.of_blob(as_jscontact(parse(octets)), id)
            if found is not None:
                yield found


MEDIA: Final = BlobSource(PREFIX, _read)

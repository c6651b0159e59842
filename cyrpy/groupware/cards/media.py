"""What is inside of a card as octets, known by the ids that the blob store would give it.

JMAP shows photos, logos and sounds as blobs (RFC 9610 §3); in the vCard they are data: URIs. The
same octets have the same id wherever they are, so what was uploaded is shown by the id it had.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from cyrpy.data.blobs import PREFIX
from cyrpy.formats.vcard.media import OCTETS, Data, decode_uri, encode_uri, sniff

Json = dict[str, Any]


def blob_id(octets: bytes) -> str:
    """The id of these octets."""
    return PREFIX + hashlib.sha256(octets).hexdigest()


def held(card: Mapping[str, Any]) -> Iterator[tuple[str, str, Data]]:
    """Key in `media`, blob id and content of each that is in the card itself."""
    for key, item in card.get("media", {}).items():
        uri = item.get("uri", "")
        if uri[:5].lower() == "data:":
            data = decode_uri(uri)
            if data is not None:
                yield key, blob_id(data.octets), data


def with_blob_ids(card: Json) -> tuple[Json, list[str]]:
    """The card with blob ids in place of data: URIs, and these ids."""
    media = dict(card.get("media", {}))
    found: list[str] = []
    for key, id, data in held(card):
        item = {name: value for name, value in media[key].items() if name != "uri"}
        media[key] = {**item, "blobId": id, "mediaType": item.get("mediaType") or type_of(data)}
        found.append(id)
    return ({**card, "media": media}, found) if found else (card, found)


def type_of(data: Data) -> str:
    """The media type that a data: URI names, or that its first octets show."""
    named = data.media_type.partition(";")[0].strip().lower()
    if named not in ("", OCTETS, "text/plain"):
        return named
    return sniffed(data.octets) if sniffed(data.octets) != OCTETS else named or OCTETS


def sniffed(octets: bytes) -> str:
    """The media type that the first octets show; OCTETS if none that is known."""
    return sniff(encode_uri(octets[:24], "").partition(",")[2])


def of_blob(card: Mapping[str, Any], id: str) -> bytes | None:
    """The octets that the card holds by that id."""
    return next((data.octets for _, found, data in held(card) if found == id), None)

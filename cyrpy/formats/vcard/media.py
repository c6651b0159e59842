"""What is inside of a card as octets: PHOTO, LOGO, SOUND, KEY, and data: URIs (RFC 2397)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes

FAMILIES = {"PHOTO": "image", "LOGO": "image", "SOUND": "audio", "KEY": "application"}
OCTETS = "application/octet-stream"

_KEY_TYPES = {"pgp": "application/pgp-keys", "x509": "application/pkix-cert"}
_KEY_NAMES = {media: name.upper() for name, media in _KEY_TYPES.items()}
_ALIASES = {"jpg": "jpeg", "pjpeg": "jpeg", "tif": "tiff", "svg": "svg+xml"}
_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"-----BEGIN PGP", "application/pgp-keys"),
)
_DATA = re.compile(r"data:(?P<type>[^,]*?)(?P<base64>;base64)?,", re.IGNORECASE)
_NOT_FORMATS = frozenset(("home", "work", "pref", "internet"))
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")


class Data(NamedTuple):
    """Octets with their media type, which may have parameters."""

    media_type: str
    octets: bytes


def decode_base64(text: str) -> bytes | None:
    """The octets of base64, leniently: whitespace and missing padding are no matter."""
    packed = "".join(text.split()).rstrip("=")
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def decode_uri(uri: str) -> Data | None:
    """What a data: URI holds; None for any other URI, and for one that is broken."""
    found = _DATA.match(uri)
    if found is None:
        return None
    rest = uri[found.end() :]
    if found["base64"]:
        octets = decode_base64(
            rest if "%" not in rest else unquote_to_bytes(rest).decode("latin-1")
        )
    else:
        octets = unquote_to_bytes(rest)
    return None if octets is None else Data(found["type"] or "text/plain", octets)


def encode_uri(octets: bytes, media_type: str) -> str:
    """A data: URI."""
    return base64_uri(base64.b64encode(octets).decode(), media_type)


def base64_uri(packed: str, media_type: str) -> str:
    """A data: URI of what is base64 already."""
    return f"data:{quote(media_type, safe='/;=+-.')};base64,{packed}"


def packed(uri: str) -> tuple[str, str] | None:
    """Media type and base64 of a data: URI, the base64 as it stands there if it is so written."""
    found = _DATA.match(uri)
    if found is None:
        return None
    if found["base64"] and "%" not in uri:
        return found["type"], uri[found.end() :]
    data = decode_uri(uri)
    return None if data is None else (found["type"], base64.b64encode(data.octets).decode())


def formats(types: tuple[str, ...]) -> tuple[str, ...]:
    """Those values of TYPE that name a format, as in 3.0; the others are contexts."""
    return tuple(word for word in types if word not in _NOT_FORMATS)


def media_type(name: str, format_name: str) -> str:
    """The media type for a TYPE of 3.0, as JPEG of a PHOTO; "" if it says nothing."""
    word = format_name.lower()
    if "/" in word:
        return word if _MEDIA_TYPE.fullmatch(word) else ""
    if name == "KEY" and word in _KEY_TYPES:
        return _KEY_TYPES[word]
    made = f"{FAMILIES.get(name, 'application')}/{_ALIASES.get(word, word)}"
    return made if _MEDIA_TYPE.fullmatch(made) else ""


def format_name(name: str, media: str) -> str:
    """The TYPE of 3.0 for a media type; "" if there is nothing to say."""
    media = media.lower()
    if media in ("", OCTETS):
        return ""
    if name == "KEY" and media in _KEY_NAMES:
        return _KEY_NAMES[media]
    family, _, sub = media.partition("/")
    return sub.upper() if family == FAMILIES.get(name, "application") else media


def sniff(base64_text: str) -> str:
    """The media type that the first octets show."""
    head = decode_base64(base64_text[:32]) or b""
    for magic, media in _MAGIC:
        if head.startswith(magic):
            return media
    return "image/webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else OCTETS

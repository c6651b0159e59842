"""Charsets: octets to text by the names that messages use, known and less known (RFC 2978)."""

from __future__ import annotations

import codecs
from functools import lru_cache
from typing import Final, NamedTuple

# What is meant by a name: the superset that mailers use under it (as in the Encoding Standard).
_MEANT: Final = {
    "ascii": "us-ascii",
    "ansi_x3.4-1968": "us-ascii",
    "iso646-us": "us-ascii",
    "iso-8859-1": "windows-1252",
    "iso8859-1": "windows-1252",
    "iso_8859-1": "windows-1252",
    "latin1": "windows-1252",
    "latin-1": "windows-1252",
    "iso-8859-9": "windows-1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "iso-8859-6-e": "iso-8859-6",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "chinesegb": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "big5": "cp950",
    "big5-eten": "cp950",
    "x-x-big5": "cp950",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "windows-949": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "x-utf-8": "utf-8",
}
# Codecs of Python that are no charsets.
_NO_CHARSETS: Final = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "mbcs", "oem"}
)
FALLBACK: Final = "windows-1252"


class Decoded(NamedTuple):
    """Text, and whether something in the octets or the charset was not understood."""

    text: str
    problem: bool


@lru_cache(maxsize=256)
def codec_of(charset: str) -> str | None:
    """Python's name for a charset; None if it is unknown."""
    name = charset.strip().strip("\"'").lower()
    name = _MEANT.get(name, name)
    if name == "us-ascii":
        return "ascii"
    if not name or len(name) > 40 or not name.isascii():
        return None
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    is_charset = found._is_text_encoding and found.name.replace("_", "-") not in _NO_CHARSETS
    return found.name if is_charset else None


def decode(octets: bytes, charset: str | None) -> Decoded:
    """Text of `octets`; best effort, never an error.

    Without a charset, or with us-ascii that is none, UTF-8 is tried before an 8-bit charset.
    """
    codec = "ascii" if charset is None else codec_of(charset)
    if codec is not None:
        try:
            return Decoded(decode_known(octets, codec, "strict"), problem=False)
        except UnicodeError:
            if codec != "ascii":
                return Decoded(decode_known(octets, codec), problem=True)
    text, guessed_well = _guess(octets)
    return Decoded(text, problem=charset is not None or not guessed_well)


def decode_known(octets: bytes, codec: str, errors: str = "replace") -> str:
    """Text by a codec that `codec_of` gave; never with half a pair of surrogates."""
    text = octets.decode(codec, errors)
    if codec == "utf-7":
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _guess(octets: bytes) -> tuple[str, bool]:
    try:
        return octets.decode(), True
    except UnicodeDecodeError:
        return octets.decode(FALLBACK, "replace"), False

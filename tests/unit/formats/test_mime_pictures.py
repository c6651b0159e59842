"""The sizes of pictures, as their first octets say."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.formats.mime.pictures import dimensions

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480)
GIF = b"GIF89a" + struct.pack("<HH", 20, 10) + b"\x00"
APP = b"\xff\xe0" + struct.pack(">H", 16) + bytes(14)
FRAME = b"\xff\xc2" + struct.pack(">HBHH", 17, 8, 300, 400)
JPEG = b"\xff\xd8" + APP + b"\xff" + FRAME
VP8X = b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + b"\x7f\x02\x00\xdf\x01\x00"
VP8L = b"RIFF\0\0\0\0WEBPVP8L" + bytes(5) + struct.pack("<I", 639 | 479 << 14)
VP8 = b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + struct.pack("<HH", 640, 480)


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (PNG, (640, 480)),
        (GIF, (20, 10)),
        (JPEG, (400, 300)),
        (VP8X, (640, 480)),
        (VP8L, (640, 480)),
        (VP8, (640, 480)),
        (b"", None),
        (b"BM six", None),
        (b"RIFF\0\0\0\0WAVEfmt ", None),
        (b"\xff\xd8\xff\xd9", None),
        (b"\xff\xd8" + APP + b"\0", None),
        (PNG.replace(b"IHDR", b"IDAT"), None),
        (b"GIF89a" + bytes(4), None),
    ],
)
def test_the_size_is_told_if_it_can_be(octets, expected):
    assert dimensions(octets) == expected


@pytest.mark.parametrize("whole", [PNG, GIF, JPEG, VP8X, VP8L, VP8])
def test_what_ends_too_soon_has_no_size(whole):
    assert {dimensions(whole[:n]) for n in range(8)} == {None}


@given(
    st.sampled_from([b"\x89PNG\r\n\x1a\n", b"GIF8", b"\xff\xd8", b"RIFF", b"\xff\xd8\xff\xe0"]),
    st.binary(max_size=200),
)
def test_nothing_is_too_odd(start, rest):
    found = dimensions(start + rest)
    assert found is None or min(found) > 0

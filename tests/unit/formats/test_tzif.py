"""TZif files, read and written (RFC 9636)."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.errors import FormatError, NotFound
from cyrpy.formats.tzif import UNSPECIFIED, LocalType, ZoneData, read, release, write

BERLIN = release.octets("Europe/Berlin")
CET, CEST = LocalType(3600, False, "CET"), LocalType(7200, True, "CEST")
START, END = 1704067200, 1735689600  # 2024-01-01 and 2025-01-01


def offset_by_zoneinfo(octets: bytes, at: int) -> float:
    zone = ZoneInfo.from_file(io.BytesIO(octets))
    offset = datetime.fromtimestamp(at, UTC).astimezone(zone).utcoffset()
    assert offset is not None
    return offset.total_seconds()


def test_every_zone_is_the_same_after_writing_and_reading():
    for name in release.names():
        assert read(write(release.load(name))) == release.load(name), name


@pytest.mark.parametrize("name", ["Europe/Berlin", "Asia/Gaza", "America/Nuuk", "Etc/UTC"])
def test_zoneinfo_understands_what_is_written(name):
    written = write(release.load(name))
    original = release.octets(name)
    for at in range(0, 4102444800, 86400 * 37):
        assert offset_by_zoneinfo(written, at) == offset_by_zoneinfo(original, at)


def test_a_rule_beyond_the_day_makes_version_3():
    assert write(release.load("Asia/Gaza"))[4:5] == b"3"
    assert write(release.load("Europe/Berlin"))[4:5] == b"2"


def test_a_truncated_zone_says_nothing_outside_its_span():
    zone = read(write(release.load("Europe/Berlin").truncated(START, END)))
    assert zone.initial == UNSPECIFIED
    assert zone.transitions == (
        (START, CET),
        (1711846800, CEST),
        (1729990800, CET),
        (END, UNSPECIFIED),
    )
    assert zone.footer is None


def test_a_zone_truncated_at_its_start_keeps_the_footer():
    zone = read(write(release.load("Europe/Berlin").truncated(START, None)))
    assert zone.type_at(4102444800 - 86400 * 180) == CEST
    assert zone.type_at(START - 1) == UNSPECIFIED


def test_leap_seconds_are_counted_in_the_file_and_not_in_the_values():
    leaps = release.leap_seconds().counted()
    octets = write(release.load("Europe/Berlin"), leaps)
    zone = read(octets)
    assert zone.transitions == release.load("Europe/Berlin").transitions
    assert zone.leaps == leaps
    assert octets != BERLIN


def test_version_1_files_are_read_from_their_32_bit_block():
    header = b"TZif" + bytes(16)
    counts = (0, 0, 0, 1, 2, 8)
    block = b"".join(count.to_bytes(4, "big") for count in counts)
    block += (86400).to_bytes(4, "big") + b"\1"
    block += bytes(4) + b"\0\0" + (3600).to_bytes(4, "big") + b"\1\4" + b"UTC\0CET\0"
    zone = read(header + block)
    assert zone == ZoneData(
        LocalType(0, False, "UTC"), ((86400, LocalType(3600, True, "CET")),), None
    )


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b"", "before its header"),
        (b"TZif9" + bytes(39), "version 1 to 4"),
        (BERLIN[:100], "ends"),
        (BERLIN.rstrip(b"\n"), "footer"),
        (BERLIN[:-10] + b"nonsense\n", "TZ string"),
        (bytes(2 << 20), "at most"),
    ],
)
def test_a_broken_file_is_refused_with_the_reason(octets, reason):
    with pytest.raises(FormatError, match=reason):
        read(octets)


@given(st.binary(max_size=300), st.integers(0, len(BERLIN)))
def test_no_octets_make_the_reader_fail_otherwise(noise, at):
    for octets in (noise, b"TZif2" + noise, BERLIN[:at] + noise + BERLIN[at + len(noise) :]):
        try:
            read(octets)
        except FormatError:
            continue


def test_names_are_found_in_any_mixture_of_cases():
    assert release.find("europe/BERLIN") == "Europe/Berlin"
    assert release.find("Europe/Atlantis") is None


@pytest.mark.parametrize("name", ["../__init__.py", "europe/berlin", "tzdata.zi", ""])
def test_only_names_of_zones_open_files(name):
    with pytest.raises(NotFound):
        release.octets(name)


def test_aliases_have_the_data_of_their_targets():
    for alias, target in release.targets().items():
        assert release.octets(alias) == release.octets(target)
        assert alias in release.aliases()[target]


def test_the_last_leap_second_so_far_was_before_2017():
    table = release.leap_seconds()
    assert table.offsets[0] == (date(1972, 1, 1), 10)
    assert table.offsets[-1] == (date(2017, 1, 1), 37)
    assert table.expires > date(2026, 1, 1)

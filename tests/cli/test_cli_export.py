"""`cyrpy export`: what comes out goes in again."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.formats.ical.parse import parse
from cyrpy.transfer.export import free_name, safe_name

ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:{0}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
    "TZOFFSETFROM:{1}\r\nTZOFFSETTO:{1}\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)


def vevent(uid: str, tzid: str, offset: str) -> bytes:
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"
        + ZONE.format(tzid, offset)
        + f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\n"
        f"DTSTART;TZID={tzid}:20260105T100000\r\nDURATION:PT1H\r\nX-OWN: as it is\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()


CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:c\r\nFN:C\r\nX-OWN: as it is\r\nEND:VCARD\r\n"


@pytest.fixture
def filled(shell, tmp_path):
    shell.ok("user", "add", "test", "--no-password")
    folder = tmp_path / "in"
    folder.mkdir()
    for uid, tzid, offset in [
        ("a", "Mine", "+0100"),
        ("b", "Mine", "+0100"),
        ("c", "Mine", "+0500"),
    ]:
        (folder / f"{uid}.ics").write_bytes(vevent(uid, tzid, offset))
    (folder / "c.vcf").write_bytes(CARD)
    shell.ok("import", "ics", "test", str(folder))
    shell.ok("import", "vcf", "test", str(folder))
    return shell


def test_one_file_has_all_objects_and_each_zone_once(filled, tmp_path):
    filled.ok("export", "ics", "test", str(tmp_path / "out.ics"))
    calendar = parse((tmp_path / "out.ics").read_bytes())
    assert calendar.text("NAME") == "Default"
    uids = {c.text("UID"): c for c in calendar.components if c.name == "VEVENT"}
    assert set(uids) == {"a", "b", "c"}
    zones = {
        z.text("TZID"): z.components[0].value("TZOFFSETTO") for z in calendar.named("VTIMEZONE")
    }
    assert zones == {"Mine": "+0100", "Mine-2": "+0500"}
    assert {uid: c.first("DTSTART").param("TZID") for uid, c in uids.items()} == {
        "a": "Mine",
        "b": "Mine",
        "c": "Mine-2",
    }


def test_a_folder_has_each_object_octet_for_octet(filled, tmp_path):
    filled.ok("export", "ics", "test", f"{tmp_path}/out/")
    found = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert found == {
        "a.ics": vevent("a", "Mine", "+0100"),
        "b.ics": vevent("b", "Mine", "+0100"),
        "c.ics": vevent("c", "Mine", "+0500"),
    }


def test_what_was_exported_can_be_imported(filled, tmp_path):
    filled.ok("export", "ics", "test", str(tmp_path / "out.ics"))
    filled.ok("user", "add", "other", "--no-password")
    assert "3 added" in filled.run("import", "ics", "other", str(tmp_path / "out.ics")).stderr


def test_an_address_book_is_its_cards(filled, tmp_path):
    filled.ok("export", "vcf", "test", str(tmp_path / "out.vcf"))
    assert (tmp_path / "out.vcf").read_bytes() == CARD


def test_standard_output_can_be_written_to(filled):
    assert filled.run("export", "vcf", "test", "-").stdout_bytes == CARD


def test_all_of_a_user_is_a_tree_of_folders(filled, tmp_path):
    filled.ok("export", "user", "test", str(tmp_path / "out"))
    root = tmp_path / "out"
    assert (root / "calendars/Default/a.ics").read_bytes() == vevent("a", "Mine", "+0100")
    assert (root / "addressbooks/Default/c.vcf").read_bytes() == CARD
    about = json.loads((root / "calendars/Default/.collection.json").read_text())
    assert (about["name"], about["color"]) == ("Default", "#FD8208FF")
    again = filled.run("import", "ics", "test", str(root / "calendars/Default"))
    assert "3 unchanged" in again.stderr


def test_what_cannot_be_written_is_said_in_one_line(filled, tmp_path):
    assert "No such file" in filled.refused("export", "ics", "test", f"{tmp_path}/no/where.ics")
    assert "no calendar" in filled.refused("export", "ics", "test", "-", "-c", "none")


@given(st.text(max_size=400))
def test_security_no_name_leads_out_of_its_folder(name):
    safe = safe_name(name)
    assert safe
    assert not safe.startswith(".")
    assert not set(safe) & set('/\\\0:*?"<>|')
    assert len(safe.encode()) <= 200


@given(st.lists(st.text(max_size=5), max_size=20))
def test_no_two_files_have_one_name(names):
    taken: set[str] = set()
    made = [free_name(safe_name(name), taken).casefold() for name in names]
    assert len(set(made)) == len(made)

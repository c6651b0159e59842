"""`cyrpy import ics`: files, folders and streams of iCalendar objects."""

from __future__ import annotations

import json

import pytest

from cyrpy.data import calendars, events
from cyrpy.formats.ical.parse import parse

ZONE = """\
BEGIN:VTIMEZONE
TZID:{tzid}
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:{offset}
TZOFFSETTO:{offset}
END:STANDARD
END:VTIMEZONE
"""


def vevent(uid: str | None, *lines: str) -> str:
    named = [f"UID:{uid}"] if uid is not None else []
    usual = [] if any(s.startswith("DTSTART") for s in lines) else ["DTSTART:20260105T100000Z"]
    inside = "\n".join([*named, "DTSTAMP:20260101T000000Z", *usual, *lines])
    return f"BEGIN:VEVENT\n{inside}\nEND:VEVENT\n"


def stream(*parts: str, head: str = "") -> str:
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{head}{''.join(parts)}END:VCALENDAR\n"


def crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


@pytest.fixture
def user(shell):
    shell.ok("user", "add", "test", "--no-password")
    return shell


@pytest.fixture
def stored(user, opened):
    """URL name -> octets of all objects of a calendar."""

    def look(name: str = "Default") -> dict[str, bytes]:
        with opened().read() as unit:
            rows = unit.all(calendars.ALL, account_id=1)
            (row,) = [row for row in rows if name in {row.uri, row.name}]
            return {one.row.uri: one.octets for one in events.stored_members(unit, 1, row.id)}

    return look


@pytest.fixture
def write(tmp_path):
    def make(name: str, text: str | bytes) -> str:
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else crlf(text))
        return str(path)

    return make


def test_each_uid_of_a_stream_becomes_an_object_with_its_zones(user, write, stored):
    file = write(
        "all.ics",
        stream(
            ZONE.format(tzid="Mine", offset="+0100"),
            ZONE.format(tzid="Other", offset="+0200"),
            vevent("a", "DTSTART;TZID=Mine:20260105T100000", "X-KEPT:as it was"),
            vevent("b"),
            vevent("a", "RECURRENCE-ID:20260106T090000Z", "SUMMARY:moved"),
        ),
    )
    user.ok("import", "ics", "test", file)
    found = stored()
    assert set(found) == {"a.ics", "b.ics"}
    first = parse(found["a.ics"])
    assert [c.name for c in first.components] == ["VTIMEZONE", "VEVENT", "VEVENT"]
    assert first.components[0].text("TZID") == "Mine"
    assert b"X-KEPT:as it was" in found["a.ics"]
    assert b"VTIMEZONE" not in found["b.ics"]


def test_the_same_file_again_changes_nothing(user, write, opened):
    file = write("all.ics", stream(*(vevent(f"u{n}") for n in range(250))))
    assert "250 added" in user.run("import", "ics", "test", file).stderr
    with opened().read() as unit:
        before = {row.uid: row.updated_modseq for row in events.members(unit, 1, 1, 2)}
    result = user.run("import", "ics", "test", file)
    assert (result.exit_code, "0 added, 0 changed, 250 unchanged" in result.stderr) == (0, True)
    with opened().read() as unit:
        assert {row.uid: row.updated_modseq for row in events.members(unit, 1, 1, 2)} == before


def test_what_changed_is_changed_in_its_place(user, write, stored):
    user.ok("import", "ics", "test", write("a.ics", stream(vevent("a"), vevent("b"))))
    changed = write("b.ics", stream(vevent("a"), vevent("b", "SUMMARY:new"), vevent("c")))
    told = user.run("import", "ics", "test", changed).stderr
    assert "1 added, 1 changed, 1 unchanged" in told
    assert b"SUMMARY:new" in stored()["b.ics"]


def test_one_bad_object_is_told_of_and_the_rest_is_imported(user, write, stored):
    file = write(
        "mixed.ics",
        stream(
            vevent("good"),
            vevent("bad", "RRULE:FREQ=SOMETIMES"),
            "BEGIN:VEVENT\nUID:cut\nDTSTART:20260105T100000Z\n",
            vevent("last"),
        ),
    )
    result = user.run("import", "ics", "test", file)
    assert result.exit_code == 1
    assert set(stored()) == {"good.ics", "last.ics"}
    lines = [line for line in result.stderr.splitlines() if line.startswith("cyrpy: ")]
    assert f'{file}:9: VEVENT "bad": ' in "\n".join(lines)
    assert f'{file}:15: VEVENT "cut": ' in "\n".join(lines)
    assert "2 refused" in result.stderr


def test_reasons_name_the_line_of_the_file(user, write):
    broken = "BEGIN:VEVENT\nUID:x\nDTSTART:20260105T100000Z\nBEGIN:VALARM\nEND:VEVENT\n"
    file = write("broken.ics", stream(vevent("a"), broken))
    assert "line 13: " in user.run("import", "ics", "test", file).stderr


def test_a_file_that_is_none_is_told_of(user, write, tmp_path):
    for text in ("", "<html></html>", "BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n"):
        result = user.run("import", "ics", "test", write("none.ics", text))
        assert (result.exit_code, "no calendar objects" in result.stderr) == (1, True)
    result = user.run("import", "ics", "test", str(tmp_path / "missing.ics"))
    assert (result.exit_code, "No such file" in result.stderr) == (1, True)


def test_a_folder_is_gone_through_with_all_below_it(user, write, stored, tmp_path):
    write("a.ics", stream(vevent("a")))
    write("deep/er/b.ICS", stream(vevent("b")))
    write("deep/notes.txt", "no")
    write(".cache/c.ics", stream(vevent("c")))
    user.ok("import", "ics", "test", str(tmp_path / "in"))
    assert sorted(stored()) == ["a.ics", "b.ICS"]


def test_standard_input_is_read(user, stored):
    user.ok("import", "ics", "test", "-", stdin=stream(vevent("piped")))
    assert set(stored()) == {"piped.ics"}


def test_one_object_in_a_file_is_kept_octet_for_octet_under_its_name(user, write, stored):
    octets = crlf(stream(vevent("a", "summary;x-odd=1:Folded\n  here"), head="X-MINE:1\n"))
    user.ok("import", "ics", "test", write("my name.ics", octets))
    assert stored() == {"my name.ics": octets}


def test_what_has_no_uid_gets_one_that_stays(user, write, stored):
    file = write("none.ics", stream(vevent(None, "SUMMARY:a"), vevent(None, "SUMMARY:b")))
    user.ok("import", "ics", "test", file)
    assert len(stored()) == 2
    assert "2 unchanged" in user.run("import", "ics", "test", file).stderr


def test_of_an_instance_that_stands_there_twice_the_newest_counts(user, write, stored):
    parts = (vevent("a", "SEQUENCE:2", "SUMMARY:new"), vevent("a", "SEQUENCE:1", "SUMMARY:old"))
    user.ok("import", "ics", "test", write("a.ics", stream(*parts, vevent("b"))))
    assert b"SUMMARY:new" in stored()["a.ics"]


def test_several_calendars_in_one_file_keep_their_own_zones(user, write, stored):
    times = "DTSTART;TZID=Z:20260105T100000"
    first = stream(ZONE.format(tzid="Z", offset="+0100"), vevent("a", times))
    second = stream(ZONE.format(tzid="Z", offset="+0500"), vevent("b", times))
    user.ok("import", "ics", "test", write("two.ics", first + second))
    assert b"TZOFFSETTO:+0100" in stored()["a.ics"]
    assert b"TZOFFSETTO:+0500" in stored()["b.ics"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_other_encodings_of_unicode_are_read(user, write, stored, encoding):
    text = stream(vevent("a", "SUMMARY:Füße"), vevent("b")).replace("\n", "\r\n")
    user.ok("import", "ics", "test", write("a.ics", text.encode(encoding)))
    assert "SUMMARY:Füße".encode() in stored()["a.ics"]


def test_lines_may_end_as_on_old_macs(user, write, stored):
    text = stream(vevent("a"), vevent("b")).replace("\n", "\r").encode()
    user.ok("import", "ics", "test", write("a.ics", text))
    assert set(stored()) == {"a.ics", "b.ics"}


def test_a_calendar_is_found_by_its_names_and_made_when_asked(user, write, stored):
    file = write("a.ics", stream(vevent("a")))
    assert "no calendar 'Work'" in user.refused("import", "ics", "test", file, "-c", "Work")
    user.ok("import", "ics", "test", file, "-c", "Work", "--create")
    user.ok("import", "ics", "test", file, "-c", "work", "--create")
    assert set(stored("Work")) == {"a.ics"}


def test_a_dry_run_changes_nothing(user, write, stored):
    user.ok("import", "ics", "test", write("a.ics", stream(vevent("a"))))
    file = write("b.ics", stream(vevent("a", "SUMMARY:x"), vevent("b"), vevent("c", "RRULE:x")))
    result = user.run("import", "ics", "test", file, "--dry-run")
    assert result.exit_code == 1
    assert "1 would be added, 1 would be changed, 0 unchanged, 1 refused" in result.stderr
    assert set(stored()) == {"a.ics"}
    result = user.run("import", "ics", "test", file, "--dry-run", "-c", "New", "--create")
    assert "2 would be added" in result.stderr
    assert "no calendar 'New'" in user.refused("import", "ics", "test", file, "-c", "New")


def test_nobody_is_told_of_meetings(user, write, opened):
    user.ok("user", "add", "guest", "--no-password")
    people = ("ORGANIZER:mailto:test@localhost", "ATTENDEE:mailto:guest@localhost")
    start = "DTSTART:20360105T100000Z"
    user.ok("import", "ics", "test", write("m.ics", stream(vevent("m", start, *people))))
    with opened().read() as unit:
        guest = unit.all(calendars.ALL, account_id=2)[0]
        assert list(events.members(unit, 2, guest.id, 2)) == []


def test_rooms_have_calendars_and_groups_have_none(user, write):
    user.ok("group", "add", "team")
    file = write("a.ics", stream(vevent("a")))
    assert "group" in user.refused("import", "ics", "team", file)
    assert "there is no" in user.refused("import", "ics", "nobody", file)
    assert json.loads(user.ok("user", "list", "--json"))

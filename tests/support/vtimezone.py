"""Reads VTIMEZONE as RFC 5545 §3.6.5 says, with python-dateutil for RRULE: an oracle for ours."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from dateutil.rrule import rrulestr

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Change(NamedTuple):
    """Seconds since 1970; the offsets in seconds before it and from it on."""

    at: int
    before: int
    after: int


class Reading:
    """The changes of the one VTIMEZONE in a text, up to the year `until`."""

    def __init__(self, octets: bytes, until: int = 2100) -> None:
        self.properties: dict[str, str] = {}
        self.changes: list[Change] = []
        inner: list[tuple[str, str]] | None = None
        for line in octets.decode().replace("\r\n ", "").split("\r\n"):
            name, _, value = line.partition(":")
            if name == "BEGIN" and value in {"STANDARD", "DAYLIGHT"}:
                inner = []
            elif name == "END" and inner is not None:
                self.changes += _changes(inner, until)
                inner = None
            elif inner is not None:
                inner.append((name, value))
            else:
                self.properties[name] = value
        self.changes.sort()
        self._instants = [change.at for change in self.changes]

    def offset(self, at: int) -> int:
        """Seconds east of UT at an instant."""
        index = bisect_right(self._instants, at)
        return self.changes[index - 1].after if index else self.changes[0].before


def _changes(lines: list[tuple[str, str]], until: int) -> list[Change]:
    values = dict(reversed(lines))
    before, after = _seconds(values["TZOFFSETFROM"]), _seconds(values["TZOFFSETTO"])
    start = _local(values["DTSTART"])
    onsets = [start, *(_local(value) for name, value in lines if name == "RDATE")]
    if "RRULE" in values:
        # dateutil compares UNTIL, which is in UTC, with DTSTART, which is local.
        rule, _, last = values["RRULE"].partition(";UNTIL=")
        end = (
            _local(last) + timedelta(seconds=before) if last else datetime(until, 1, 1, tzinfo=UTC)
        )
        again = rrulestr(rule, dtstart=start)
        assert again[0] == start, "DTSTART is an instance of the rule"
        onsets += again.between(start, end, inc=True)[1:]
    return [
        Change(int((onset - EPOCH).total_seconds()) - before, before, after) for onset in onsets
    ]


def _local(text: str) -> datetime:
    return datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC)


def _seconds(text: str) -> int:
    hours, minutes, seconds = int(text[1:3]), int(text[3:5]), int(text[5:] or 0)
    return (-1 if text[0] == "-" else 1) * (hours * 3600 + minutes * 60 + seconds)

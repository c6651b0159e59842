"""Rules of JSContact that are about several properties, and forms of values (RFC 9553 §2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from cyrpy.errors import FormatError
from cyrpy.formats.jscontact.checks import Check, Report, join
from cyrpy.formats.jscontact.patches import Json
from cyrpy.formats.vcard import jcard

SCRIPT = re.compile(r"[A-Za-z]{4}")
CODE = re.compile(r"[A-Za-z]{2}")
MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?:\s*;.{0,500})?")

_SEPARATOR = "separator"


def components(value: Mapping[str, Json], path: str, report: Report) -> None:
    """Order, separators and phonetics of a Name or Address (RFC 9553 §2.2.1.1, §2.5.1.1)."""
    members = value.get("components")
    is_ordered = value.get("isOrdered") is True
    if "defaultSeparator" in value and not (is_ordered and members):
        report.add(join(path, "defaultSeparator"), "needs components that are ordered")
    if not members:
        return
    there = join(path, "components")
    kinds = [member["kind"] for member in members]
    if all(kind == _SEPARATOR for kind in kinds):
        report.add(there, "must have a component that is no separator")
    has_system = "phoneticSystem" in value or "phoneticScript" in value
    for index, member in enumerate(members):
        at = join(there, str(index))
        if member["kind"] == _SEPARATOR and not is_ordered:
            report.add(at, "must be no separator where isOrdered is false")
        elif member["kind"] == _SEPARATOR and index and kinds[index - 1] == _SEPARATOR:
            report.add(at, "must be no separator after another")
        if "phonetic" in member and not has_system:
            report.add(join(at, "phonetic"), "needs phoneticSystem or phoneticScript")


def name_sort(value: Mapping[str, Json], path: str, report: Report) -> None:
    """That sortAs speaks of components that are there (RFC 9553 §2.2.1.1)."""
    kinds = {member["kind"] for member in value.get("components", ())}
    for kind in value.get("sortAs", ()):
        if kind not in kinds:
            report.add(join(join(path, "sortAs"), kind), "there is no such component")


def members_of_group(value: Mapping[str, Json], path: str, report: Report) -> None:
    """That only groups have members (RFC 9553 §2.1.6)."""
    if "members" in value and value.get("kind") != "group":
        report.add(join(path, "members"), "needs kind to be group")


def partial_date(value: Mapping[str, Json], path: str, report: Report) -> None:
    """Which parts of a PartialDate need which, and that the day exists (RFC 9553 §2.8.1)."""
    year, month, day = (value.get(key) for key in ("year", "month", "day"))
    if year is None and month is None and day is None:
        report.add(path, "must have a year, or a month and a day")
    elif day is not None and month is None:
        report.add(join(path, "day"), "needs a month")
    elif month is not None and year is None and day is None:
        report.add(join(path, "month"), "needs a year or a day")
    elif day is not None and month is not None:
        try:
            date(year or 2000, month, day)
        except ValueError:
            report.add(join(path, "day"), "there is no such day")


def anniversary_date(partial: Check, timestamp: Check) -> Check:
    """A PartialDate, or a Timestamp if @type says so (RFC 9553 §1.3.4)."""

    def check(value: Json, path: str, report: Report) -> None:
        is_timestamp = isinstance(value, dict) and (
            value.get("@type") == "Timestamp" or ("utc" in value and "@type" not in value)
        )
        (timestamp if is_timestamp else partial)(value, path, report)

    return check


def jcard_property(value: Json, path: str, report: Report) -> None:
    """A JCardProp (RFC 9555 §2.15.1) that is a valid line of a vCard."""
    try:
        line = jcard.to_property(value)
    except FormatError as exc:
        report.add(path, str(exc))
        return
    if line.name in ("BEGIN", "END"):
        report.add(path, f"{line.name} is not for clients to set")

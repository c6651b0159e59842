"""Filters as XML, and whether they match."""

from __future__ import annotations

from datetime import tzinfo
from zoneinfo import ZoneInfo

from lxml import etree

from cyrpy.formats.ical.budget import Budget
from cyrpy.formats.ical.component import Component
from cyrpy_caldav.filter import Filter, Subject
from cyrpy_caldav.filter_xml import filter_of
from tests.support.dav import tree

UTC = ZoneInfo("UTC")


def compiled(content: str) -> Filter:
    """The filter whose VCALENDAR holds `content`."""
    inside = f'<C:comp-filter name="VCALENDAR">{content}</C:comp-filter>'
    return raw(f"<C:filter>{inside}</C:filter>")


def raw(content: str) -> Filter:
    """What is in a whole calendar-query."""
    return filter_of(etree.fromstring(tree("C:calendar-query", content)))


def matches(
    calendar: Component, content: str, floating: tzinfo = UTC, budget: Budget | None = None
) -> bool:
    """Whether a filter whose VCALENDAR holds `content` matches."""
    return Subject(calendar, floating, budget).matches(compiled(content))


def comp(name: str, *inside: str, **attributes: str) -> str:
    """A comp-filter."""
    return _element("comp-filter", name, inside, attributes)


def prop(name: str, *inside: str, **attributes: str) -> str:
    """A prop-filter."""
    return _element("prop-filter", name, inside, attributes)


def param(name: str, *inside: str) -> str:
    """A param-filter."""
    return _element("param-filter", name, inside, {})


def text(value: str, **attributes: str) -> str:
    """A text-match."""
    given = "".join(f' {k.replace("_", "-")}="{v}"' for k, v in attributes.items())
    return f"<C:text-match{given}>{value}</C:text-match>"


def span(start: str = "", end: str = "") -> str:
    """A time-range."""
    given = "".join(f' {k}="{v}"' for k, v in (("start", start), ("end", end)) if v)
    return f"<C:time-range{given}/>"


NOT = "<C:is-not-defined/>"


def _element(kind: str, name: str, inside: tuple[str, ...], attributes: dict[str, str]) -> str:
    given = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<C:{kind} name="{name}"{given}>{"".join(inside)}</C:{kind}>'

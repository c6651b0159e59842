"""xCal: iCalendar as XML (RFC 6321), written from a tree of components and read into one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cyrpy.errors import FormatError
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import LIMITS, Limits
from cyrpy.formats.ical.typed import Property, from_line, is_name, to_line

if TYPE_CHECKING:
    from lxml import etree

NAMESPACE = "urn:ietf:params:xml:ns:icalendar-2.0"
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
_PARTS = {  # elements that hold the parts of a value
    "geo": ("latitude", "longitude"),
    "request-status": ("code", "description", "data"),
}
_URI_PARAMS = frozenset(("altrep", "dir"))
_ADDRESS_PARAMS = frozenset(("delegated-from", "delegated-to", "member", "sent-by"))
_NUMBERS = frozenset(("integer", "float"))
_ESCAPED = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}
_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0 §2.2


def write(component: Component) -> bytes:
    """The octets of `application/calendar+xml`; `component` is a VCALENDAR.

    What has a name that XML does not allow is left out.
    """
    pieces = [_DECLARATION, f'<icalendar xmlns="{NAMESPACE}">', *_component(component)]
    return "".join([*pieces, "</icalendar>"]).encode()


def read(octets: bytes, limits: Limits = LIMITS) -> Component:
    """The iCalendar object of an xCal text.

    Raises:
        FormatError: it is no xCal, has a DTD, or is larger or nested deeper than `limits` allow.
    """
    if len(octets) > limits.max_octets:
        raise FormatError(f"xCal: {len(octets)} octets; at most {limits.max_octets} are accepted")
    from lxml import etree  # noqa: PLC0415 - writing, all that tzdist does, needs no parser

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(octets, parser)
    except etree.XMLSyntaxError as exc:
        raise FormatError(f"xCal: not XML: {exc}") from exc
    if root.getroottree().docinfo.doctype:
        raise FormatError("xCal: a document type declaration is not accepted")
    if root.tag != _tag("icalendar") or len(root) != 1 or root[0].tag != _tag("vcalendar"):
        raise FormatError("xCal: not one vcalendar inside of icalendar")
    return _read_component(root[0], limits.max_depth)


def _component(component: Component) -> Iterator[str]:
    name = component.name.lower()
    if not is_name(name):
        return
    yield f"<{name}>"
    if component.properties:
        yield "<properties>"
        for line in component.properties:
            if is_name(line.name):
                yield from _property(from_line(line))
        yield "</properties>"
    if component.components:
        yield "<components>"
        for inside in component.components:
            yield from _component(inside)
        yield "</components>"
    yield f"</{name}>"


def _property(given: Property) -> Iterator[str]:
    yield f"<{given.name}>"
    if given.params:
        yield "<parameters>"
        for name, values in given.params.items():
            if not is_name(name):
                continue
            kind = _param_type(name)
            texts = [value.lower() for value in values] if kind == "boolean" else values
            yield from (f"<{name}>", *(_element(kind, text) for text in texts), f"</{name}>")
        yield "</parameters>"
    parts = _PARTS.get(given.name)
    for value in given.values:
        if parts is not None and isinstance(value, list):
            yield from (_element(name, part) for name, part in zip(parts, value, strict=False))
        else:
            yield from _value(given.type, value)
    yield f"</{given.name}>"


def _value(kind: str, value: Any) -> Iterator[str]:  # noqa: ANN401 - a value of jCal
    if kind == "period" and isinstance(value, list):
        start, end = value
        name = "duration" if "P" in end else "end"
        yield f"<period>{_element('start', start)}{_element(name, end)}</period>"
    elif kind == "recur" and isinstance(value, dict):
        yield "<recur>"
        for part, given in value.items():
            for one in given if isinstance(given, list) else [given]:
                yield _element(part, one)
        yield "</recur>"
    else:
        yield _element(kind, value)


def _element(name: str, value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{name}>{_text(text)}</{name}>"


def _text(text: str) -> str:
    return _BAD.sub("", text).translate(_ESCAPED)


def _param_type(name: str) -> str:
    if name in _URI_PARAMS:
        return "uri"
    if name in _ADDRESS_PARAMS:
        return "cal-address"
    return "boolean" if name == "rsvp" else "text"


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _read_component(element: etree._Element, depth: int) -> Component:
    if depth == 0:
        raise FormatError("xCal: components are nested too deep")
    return Component(
        _name(element).upper(),
        [to_line(_read_property(one)) for one in element.iterfind(f"{_tag('properties')}/*")],
        [_read_component(one, depth - 1) for one in element.iterfind(f"{_tag('components')}/*")],
    )


def _read_property(element: etree._Element) -> Property:
    name = _name(element)
    params: Mapping[str, Sequence[str]] = {
        _name(param): [_param_value(value) for value in param]
        for param in element.iterfind(f"{_tag('parameters')}/*")
    }
    children = [child for child in element if child.tag != _tag("parameters")]
    if not children:
        raise FormatError(f"xCal: {name} has no value")
    if name in _PARTS and _name(children[0]) in _PARTS[name]:
        kind = "float" if name == "geo" else "text"
        return Property(name, params, kind, [[_scalar(kind, child) for child in children]])
    kind = _name(children[0])
    return Property(name, params, kind, [_read_value(kind, child) for child in children])


def _param_value(element: etree._Element) -> str:
    text = element.text or ""
    return text.upper() if _name(element) == "boolean" else text


def _read_value(kind: str, element: etree._Element) -> Any:  # noqa: ANN401 - a value of jCal
    if _name(element) != kind:
        raise FormatError(f"xCal: values of {kind} and of {_name(element)} in one property")
    if kind == "period":
        return [child.text or "" for child in element]
    if kind == "recur":
        parts: dict[str, list[str]] = {}
        for child in element:
            parts.setdefault(_name(child), []).append(child.text or "")
        return parts
    return _scalar(kind, element)


def _scalar(kind: str, element: etree._Element) -> str | float | bool:
    text = element.text or ""
    if kind == "boolean":
        return text == "true"
    if kind in _NUMBERS:
        try:
            return int(text) if kind == "integer" else float(text)
        except ValueError as exc:
            raise FormatError(f"xCal: {text[:40]!r} is not a number") from exc
    return text


def _name(element: etree._Element) -> str:
    namespace, _, name = str(element.tag).removeprefix("{").rpartition("}")
    if namespace != NAMESPACE:
        raise FormatError(f"xCal: an element of another namespace, {name[:80]!r}")
    return name

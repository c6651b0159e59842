"""What a CARDDAV:address-data element in a request asks for (RFC 6352 §10.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.markup import Whole, Xml, escape_all, escape_utf8, tags
from cyrpy.dav.xml import DAV, Element, children
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.vcard.values import V3
from cyrpy_carddav.forms import FORMS, JCARD, VCARD, Form, converted, form_of, written
from cyrpy_carddav.names import CARDDAV

ELEMENT: Final = CARDDAV("address-data")
MAX_PROPS: Final = 500
_BOM: Final = b"\xef\xbb\xbf"
# Name, and group before it or None for any -> whether values are wanted.
Props = Mapping[tuple[str | None, str], bool]


class Asked(NamedTuple):
    """The form in which address data is asked for, and which properties; None: all."""

    form: Form
    props: Props | None = None

    def told(
        self, versions: Sequence[str], found: Sequence[bytes | None]
    ) -> Sequence[bytes | None]:
        """What stands in an answer for vCards of these versions; None where each says it itself."""
        shown: dict[int, bytes] = {}
        as_stored: dict[int, bytes] = {}
        for place, (version, octets) in enumerate(zip(versions, found, strict=True)):
            if octets is None:
                continue
            if self._is_stored(octets, version):
                as_stored[place] = octets
                continue
            with suppress(DavError):
                shown[place] = self.shown(octets, version)
        shown |= zip(as_stored, escape_all(list(as_stored.values())), strict=True)
        return [shown.get(place) for place in range(len(found))]

    def _is_stored(self, octets: bytes, version: str) -> bool:
        return self.props is None and self.form.fits(version) and is_plain(octets)

    def shown(self, octets: bytes, stored: str) -> Xml:
        """What stands in the answer for a vCard that is stored in that version.

        Raises:
            DavError: 415 if it cannot be converted.
        """
        if self._is_stored(octets, stored):
            return escape_utf8(octets)
        card = converted(octets, self.form, stored)
        if self.props is not None:
            card = selected(card, self.props)
        content = escape_utf8(written(card, self.form))
        return content if self.form.media_type == VCARD else _typed(self.form, content)


def asked(ctx: DavContext) -> Asked | None:
    """What the request asks for; None if it does not. Use it as `ctx.once(asked)`.

    Raises:
        DavError: 403 supported-address-data; 400 for what is malformed.
    """
    return None if ctx.request.xml is None else ctx.request.said(_asked_in)


def _asked_in(body: Element) -> Asked | None:
    prop = body.find(DAV("prop"))
    element = None if prop is None else prop.find(ELEMENT)
    return None if element is None else _asked(element)


def _asked(element: Element) -> Asked:
    media_type = element.get("content-type", VCARD).partition(";")[0].strip().lower()
    # Without a version it is 3.0, as the definition of the element has it: iOS, which never names
    # one, cannot read 4.0.
    version = element.get("version", V3 if media_type != JCARD else None)
    form = form_of(media_type, None if version is None else version.strip())
    if form is None:
        known = ", ".join(f"{form.media_type} {form.version}" for form in FORMS)
        raise DavError(
            403,
            f"cards are given as {known}, not as {media_type[:80]} {(version or '')[:20]}",
            CARDDAV("supported-address-data"),
        )
    named = [child for child in children(element) if child.tag == CARDDAV("prop")]
    everything = not named or element.find(CARDDAV("allprop")) is not None
    return Asked(form, None if everything else _props(named))


def _props(elements: list[Element]) -> Props:
    if len(elements) > MAX_PROPS:
        raise DavError(400, f"at most {MAX_PROPS} properties of cards may be asked for")
    props: dict[tuple[str | None, str], bool] = {}
    for element in elements:
        name, novalue = element.get("name", "").strip(), element.get("novalue", "no")
        if not name or novalue not in {"yes", "no"}:
            raise DavError(400, "a prop in address-data needs a name, and novalue is yes or no")
        key = group_and_name(name)
        props[key] = props.get(key, False) or novalue == "no"
    return props


def group_and_name(name: str) -> tuple[str | None, str]:
    """`X-ABC.TEL` in its parts, in upper case; None where it names no group."""
    group, _, rest = name.upper().rpartition(".")
    return group or None, rest


def selected(card: Component, props: Props) -> Component:
    """The card with these properties alone (RFC 6352 §10.4.2)."""
    lines = []
    for line in card.properties:
        group = (line.group or "").upper()
        wanted = [props[key] for key in ((None, line.name), (group, line.name)) if key in props]
        if wanted:
            lines.append(line if any(wanted) else without_value(line))
    return Component(card.name, lines)


def without_value(line: Line) -> Line:
    """Name and parameters alone."""
    return Line(line.name, line.param_text, "", None, line.group)


def is_plain(octets: bytes) -> bool:
    """Whether the octets are UTF-8 without a byte order mark."""
    if octets.isascii():
        return True
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return not octets.startswith(_BOM)


def _typed(form: Form, content: bytes) -> Whole:
    start, end, _ = tags(ELEMENT)
    attributes = f' content-type="{form.media_type}" version="{form.version}"'
    return Whole(b"%b%b>%b%b" % (start[:-1], attributes.encode(), content, end))

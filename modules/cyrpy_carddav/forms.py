"""The forms in which cards are given: versions of vCard, and jCard (RFC 6352 §5.1.1, RFC 7095)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from cyrpy.dav.errors import DavError
from cyrpy.errors import FormatError
from cyrpy.formats.ical.component import Component
from cyrpy.formats.vcard import jcard
from cyrpy.formats.vcard.parse import parse
from cyrpy.formats.vcard.values import V3, V4
from cyrpy.formats.vcard.versions import to_version
from cyrpy.formats.vcard.write import write_utf8
from cyrpy_carddav.names import CARDDAV

VCARD: Final = "text/vcard"
JCARD: Final = "application/vcard+json"
OLD_NAMES: Final = frozenset({"text/x-vcard", "text/directory"})  # of text/vcard
CONVERSION: Final = CARDDAV("supported-address-data-conversion")
_ANY_VCARD: Final = frozenset({VCARD, *OLD_NAMES, "text/*", "*/*"})
MAX_RANGES: Final = 50  # in one Accept header


class Form(NamedTuple):
    """A media type, with the version of the vCard in it; None: the one in which it is stored."""

    media_type: str
    version: str | None = None

    def fits(self, stored: str) -> bool:
        """Whether a vCard that is stored in that version has this form already."""
        return self.media_type == VCARD and self.version in {None, stored}

    @property
    def content_type(self) -> str:
        """The header."""
        if self.media_type == JCARD:
            return JCARD
        version = "" if self.version is None else f"; version={self.version}"
        return f"{VCARD}{version}; charset=utf-8"


AS_STORED: Final = Form(VCARD)
FORMS: Final = (Form(VCARD, V3), Form(VCARD, V4), Form(JCARD, V4))


def form_of(media_type: str, version: str | None) -> Form | None:
    """The form of that name; without a version, vCard as it is stored."""
    if media_type == JCARD:
        return Form(JCARD, V4) if version in {None, V4} else None
    if media_type != VCARD and media_type not in OLD_NAMES:
        return None
    form = Form(VCARD, version)
    return form if version is None or form in FORMS else None


def accepted(header: str | None, stored: str) -> Form:
    """What an Accept header asks for of a vCard that is stored in a version.

    Of forms that are liked alike, the one in which it is stored goes first.

    Raises:
        DavError: 406 if it asks for none of ours.
    """
    if header is None or not header.strip():
        return AS_STORED
    ranges = sorted(_ranges(header), key=lambda pair: -pair[0])
    if not ranges:
        known = ", ".join(form.content_type for form in FORMS)
        raise DavError(406, f"cards are given as {known}", CONVERSION)
    best = [form for quality, form in ranges if quality == ranges[0][0]]
    return next((form for form in best if form.fits(stored)), best[0])


def _ranges(header: str) -> Iterator[tuple[float, Form]]:
    """The forms that are acceptable, with what they are worth (RFC 9110 §12.5.1)."""
    for part in header.split(",")[:MAX_RANGES]:
        name, *rest = (word.strip() for word in part.split(";"))
        params = {key.strip().lower(): value for key, _, value in (w.partition("=") for w in rest)}
        form = _named(name.lower(), params.get("version", "").strip(' "') or None)
        quality = _quality(params.get("q", "1"))
        if form is not None and quality > 0:
            # Naming a form is liking it better than anything.
            yield quality - (0.0001 if "*" in name else 0), form


def _named(name: str, version: str | None) -> Form | None:
    if name in {"application/*", "application/json"}:
        return Form(JCARD, V4)
    return form_of(VCARD if name in _ANY_VCARD else name, version)


def _quality(text: str) -> float:
    try:
        return max(0.0, min(1.0, float(text)))
    except ValueError:
        return 1.0


def converted(octets: bytes, form: Form, stored: str) -> Component:
    """The card of some octets in the version that a form has.

    Raises:
        DavError: 415 if it cannot be converted.
    """
    try:
        card = parse(octets)
        return card if form.version is None else to_version(card, form.version)
    except FormatError as exc:
        raise DavError(
            415, f"the card cannot be given as {form.content_type}: {exc}", CONVERSION
        ) from exc


def written(card: Component, form: Form) -> bytes:
    """A card in its form, in UTF-8."""
    return jcard.write(card) if form.media_type == JCARD else write_utf8(card)

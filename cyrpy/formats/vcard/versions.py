"""One card in another version of vCard, without loss (RFC 2426, RFC 6350, RFC 9554).

Photos stay octet for octet, groups and labels stay, what only one version knows keeps its name:
both grammars allow names that they do not list.
"""

from __future__ import annotations

from cyrpy.errors import FormatError
from cyrpy.formats.ical.component import Component
from cyrpy.formats.vcard.downgrade import to_v3
from cyrpy.formats.vcard.upgrade import to_v4
from cyrpy.formats.vcard.values import V3, V4, version


def to_version(card: Component, wanted: str) -> Component:
    """The card in version "3.0" or "4.0"; itself, if that is its version.

    Raises:
        FormatError: There is no such version here.
    """
    given = version(card)
    if given == wanted:
        return card
    if wanted == V4:
        return to_v4(card)
    if wanted == V3:
        return to_v3(card if given == V4 else to_v4(card))
    raise FormatError(f"vCards are written in versions {V3} and {V4}, not {wanted[:20]!r}")

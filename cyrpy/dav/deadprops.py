"""Dead properties: kept for clients as they came, xml:lang and all (RFC 4918 §4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Final

from lxml import etree

from cyrpy.data import dav
from cyrpy.data.dav import FOR_ALL, Key
from cyrpy.data.unit import Unit
from cyrpy.dav.errors import DavError
from cyrpy.dav.xml import Element

MAX_VALUE: Final = 64 * 1024  # octets of one property
MAX_COUNT: Final = 200  # dead properties of one resource
MAX_AT_ONCE: Final = 16  # objects whose properties are read together
MAX_KNOWN: Final = 10_000  # objects of which it is known that they have some
MAX_NAME: Final = 1000  # octets of a Clark name, which is part of an index's key
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"


class DeadProperties:
    """The dead properties that one user sees.

    They are read at once where few objects of a kind have any, as calendars do; of what there may
    be thousands of, it is known which have some, and those are read one by one.
    """

    def __init__(self, unit: Unit, user_id: int) -> None:
        self._unit = unit
        self._user_id = user_id
        self._read: dict[tuple[int, str], dict[int, dict[str, bytes]]] = {}
        self._having: dict[tuple[int, str], set[int] | None] = {}  # None: very many

    def of(self, key: Key | None) -> Mapping[str, bytes]:
        """Name -> element."""
        if key is None:
            return {}
        kind = (key.account_id, key.kind)
        known = self._read.get(kind)
        if known is None:
            known = self._read[kind] = self._begin(*kind)
        if key.object_id not in known:
            having = self._having[kind]
            if having is not None and key.object_id not in having:
                return {}
            known[key.object_id] = dav.dead_properties_of(self._unit, key, self._user_id)
        return known[key.object_id]

    def _begin(self, account_id: int, kind: str) -> dict[int, dict[str, bytes]]:
        """All that there is, if it is little; and which objects have some."""
        having = dav.objects_with_dead_properties(
            self._unit, account_id, kind, self._user_id, MAX_KNOWN + 1
        )
        self._having[account_id, kind] = None if len(having) > MAX_KNOWN else having
        if not having or len(having) > MAX_AT_ONCE:
            return {}
        return dav.dead_properties(self._unit, account_id, kind, self._user_id)

    def changed(self, key: Key) -> None:
        """They were changed by another hand."""
        self._read.pop((key.account_id, key.kind), None)

    def change(self, key: Key, changes: Mapping[str, bytes | None]) -> None:
        """Set some, for all if the user is the owner, else for the user; None removes.

        Raises:
            DavError: 507 if there would be more than MAX_COUNT.
        """
        before = self.of(key)
        changes = {n: value for n, value in changes.items() if value is not None or n in before}
        after = {**before, **changes}
        if sum(value is not None for value in after.values()) > MAX_COUNT:
            raise DavError(507, f"a resource has at most {MAX_COUNT} properties of clients' own")
        own = key.account_id == self._user_id
        dav.put(self._unit, key, FOR_ALL if own else self._user_id, changes)
        self.changed(key)


def stored(element: Element) -> bytes:
    """A client's element as it is kept, with the language that holds where it stands.

    Raises:
        DavError: 403 if it is too long.
    """
    copy = deepcopy(element)
    copy.tail = None
    lang = next((e.get(_LANG) for e in (element, *element.iterancestors()) if e.get(_LANG)), None)
    if lang is not None:
        copy.set(_LANG, lang)
    octets = etree.tostring(copy, encoding="utf-8", xml_declaration=False)
    if len(octets) > MAX_VALUE or len(str(element.tag).encode()) > MAX_NAME:
        raise DavError(
            403,
            f"a property has at most {MAX_VALUE} octets, its name {MAX_NAME}, namespace included",
        )
    return octets

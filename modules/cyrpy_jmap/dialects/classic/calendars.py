"""Calendars: the classic record has its rights as `may…` properties, and an `x-href`.

The rights are fewer than ours: who may only change events of their own is shown as one who may
not change any.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from cyrpy_jmap.dialects.classic.creation import CreationNames
from cyrpy_jmap.dialects.classic.lens import Lens, Wrong
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.types.calendar import EXTENSION_COLOR, EXTENSION_HREF, Calendar

DEFAULT_COLOR: Final = "#FD8208FF"  # Cyrus's, for calendars without one
SETTABLE: Final = ("name", "color", "sortOrder", "isVisible")
# Classic right -> members of myRights, any of which gives it.
RIGHTS: Final = {
    "mayReadFreeBusy": ("mayReadFreeBusy", "mayReadItems"),
    "mayReadItems": ("mayReadItems",),
    "mayAddItems": ("mayWriteAll",),
    "mayModifyItems": ("mayWriteAll",),
    "mayRemoveItems": ("mayWriteAll",),
    "mayRename": ("mayWriteAll",),
    "mayDelete": ("mayDelete",),
}

SHOWN: Final = ("id", *SETTABLE)
SERVER_SET: Final = frozenset({"id", "x-href", *RIGHTS})


class CalendarLens(Lens):
    """Calendar."""

    record_type = "Calendar"
    area = "calendars"
    model = Calendar
    sources = {  # noqa: RUF012 - declared as a Mapping
        "id": ("id",),
        **{name: (name,) for name in SETTABLE},
        "color": (EXTENSION_COLOR,),
        **dict.fromkeys(RIGHTS, ("myRights",)),
        "x-href": (EXTENSION_HREF,),
    }
    untold = (EXTENSION_HREF,)
    implied = {"isVisible": True}  # noqa: RUF012 - declared as a Mapping
    # The events of a destroyed calendar go with it.
    set_arguments = {"onDestroyRemoveEvents": True}  # noqa: RUF012 - declared as a Mapping

    def classic(self, record: Json) -> Json:
        """What can be made of `record`."""
        result: Json = {name: record[name] for name in SHOWN if name in record}
        if EXTENSION_HREF in record:
            result["x-href"] = record[EXTENSION_HREF]
        if EXTENSION_COLOR in record or "color" in record:
            result["color"] = record.get(EXTENSION_COLOR) or record.get("color") or DEFAULT_COLOR
        rights = record.get("myRights")
        if rights is not None:
            result.update(_classic_rights(tuple(name for name in rights if rights[name])))
        return result

    def create(self, record: Json, names: CreationNames) -> Json:
        """Settable properties as they are; rights may only be given as true, as they will be."""
        del names
        wrong: Wrong = {}
        canonical = self._settable(record, wrong)
        for name in record.keys() & SERVER_SET:
            if record[name] is not True or name not in RIGHTS:
                wrong[name] = "only the server sets this property; leave it out"
        if wrong:
            raise self.refusal(wrong, canonical, is_new=True)
        return canonical

    def needs(self, change: Json) -> Sequence[str]:
        """What is needed to see whether properties that only the server sets are repeated."""
        return self.canonical_properties(sorted(change.keys() & SERVER_SET))

    def update(self, change: Json, current: Json | None, names: CreationNames) -> Json:
        """Settable properties as they are; all others may only be repeated."""
        del names
        wrong: Wrong = {}
        patch = self._settable(change, wrong)
        present = dict.fromkeys(RIGHTS, True) if current is None else self.classic(current)
        for name in change.keys() & present.keys() & SERVER_SET:
            if (type(change[name]), change[name]) != (type(present[name]), present[name]):
                wrong[name] = "only the server sets this property, and it has another value now"
        if wrong:
            raise self.refusal(wrong, patch, is_new=False)
        return patch

    def _settable(self, record: Json, wrong: Wrong) -> Json:
        """The properties that clients set; null and what no calendar has are put into `wrong`."""
        for name in self.unknown(record):
            wrong[name] = "a calendar has no such property"
        for name in SETTABLE:
            if name in record and record[name] is None:
                wrong[name] = "this property cannot be null"
        return {name: record[name] for name in SETTABLE if name in record and name not in wrong}


@lru_cache(maxsize=1024)
def _classic_rights(held: tuple[str, ...]) -> Json:
    """The classic rights for those of ours that are true; there are few sets of them."""
    return {classic: any(r in held for r in made_of) for classic, made_of in RIGHTS.items()}

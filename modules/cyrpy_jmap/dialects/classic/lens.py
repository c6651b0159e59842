"""Lens: how records of one type look in the classic dialect, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, Final

from cyrpy_jmap import records
from cyrpy_jmap.dialects.classic.creation import CreationNames
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.objects import JmapObject

SHOWN: Final = 50  # wrong properties that are described; all are listed
Wrong = dict[str, str]  # classic property -> what is wrong with it


class Lens:
    """One type of record in both spellings; a subclass for each, which keeps nothing.

    "Classic" is the record as the drafts have it, "canonical" as the engine has it.
    """

    record_type: ClassVar[str] = ""  # canonical name, as in Calendar/get
    area: ClassVar[str] = ""  # kind of data that an account must have: mail, contacts, calendars
    model: ClassVar[type[JmapObject]] = JmapObject  # of the canonical record
    # Classic property -> the canonical properties that it is made of.
    sources: ClassVar[Mapping[str, Sequence[str]]] = {}
    # Canonical properties that the server sets, but does not tell of what was just created.
    untold: ClassVar[Sequence[str]] = ()
    # Left out where they have this value, unless a client asks for them by name: as Cyrus did.
    implied: ClassVar[Mapping[str, Any]] = {}
    # What every /set of this type is told beside what the client says.
    set_arguments: ClassVar[Mapping[str, Any]] = {}

    def classic(self, record: Json) -> Json:
        """The classic properties that can be made of what `record` has."""
        raise NotImplementedError

    def create(self, record: Json, names: CreationNames) -> Json:
        """The canonical record for one that a client wants created.

        Raises:
            SetError: `invalidProperties`, naming all that are.
        """
        raise NotImplementedError

    def copy(self, changes: Json, names: CreationNames) -> Json:
        """The canonical properties that a copy has otherwise than its original.

        Raises:
            SetError: `invalidProperties`, naming all that are.
        """
        return self.create(changes, names)

    def needs(self, change: Json) -> Sequence[str]:
        """Canonical properties of the present record without which `update` cannot translate."""
        del change
        return ()

    def update(self, change: Json, current: Json | None, names: CreationNames) -> Json:
        """The canonical patch for a change; `current` has what `needs` asked for.

        It is None for a record that this very request creates, empty for one that is not there.

        Raises:
            SetError: `invalidProperties`, naming all that are.
        """
        raise NotImplementedError

    def error(self, error: Json) -> Json:
        """A SetError of the engine as this type has it; most are spelled alike for all types."""
        return error

    # What follows from the tables

    def shown(self, record: Json, named: Sequence[str] | None) -> Json:
        """What a client is shown of a classic record: what it named, or all that says something."""
        if named is not None:
            return {k: v for k, v in record.items() if k == "id" or k in named}
        implied = self.implied
        return {k: v for k, v in record.items() if k not in implied or v != implied[k]}

    @cached_property
    def all_properties(self) -> list[str]:
        """The canonical properties that all classic ones are made of."""
        return self.canonical_properties(self.sources)

    def canonical_properties(self, names: Iterable[str]) -> list[str]:
        """The canonical properties that these classic ones are made of."""
        return list(dict.fromkeys(p for name in names for p in self.sources[name]))

    def unknown(self, names: Iterable[str]) -> list[str]:
        """Those that are no classic properties of the type."""
        return [name for name in names if name not in self.sources]

    def classic_path(self, path: str) -> str:
        """A canonical property path of a SetError, as the classic record has it."""
        head, slash, rest = path.partition("/")
        classic = next((c for c, made_of in self.sources.items() if head in made_of), head)
        return classic + slash + rest

    def refusal(self, wrong: Wrong, canonical: Json, *, is_new: bool) -> SetError:
        """`invalidProperties` for what is wrong here, and all that the model finds beside it."""
        shown = [f"{name[:80]}: {reason}" for name, reason in list(wrong.items())[:SHOWN]]
        if len(wrong) > SHOWN:
            shown.append(f"and {len(wrong) - SHOWN} more")
        properties = dict.fromkeys(wrong)
        try:
            if is_new:
                records.check_new(self.model, canonical)
            else:
                records.check_patched(self.model, {}, canonical)
        except SetError as exc:
            properties |= dict.fromkeys(map(self.classic_path, exc.properties or ()))
            shown.append(exc.description)
        return SetError("invalidProperties", "; ".join(shown), properties)

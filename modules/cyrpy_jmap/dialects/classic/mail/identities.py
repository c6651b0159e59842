"""Identities and vacation, and the lens that they share with submissions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cyrpy.formats.mime import addresses
from cyrpy_jmap.dialects.classic import arguments as types
from cyrpy_jmap.dialects.classic.arguments import Argument
from cyrpy_jmap.dialects.classic.creation import CreationNames
from cyrpy_jmap.dialects.classic.exchange import Asked
from cyrpy_jmap.dialects.classic.lens import Lens, Wrong
from cyrpy_jmap.dialects.classic.mail import reading, values
from cyrpy_jmap.dialects.classic.profiles import Profile
from cyrpy_jmap.dialects.classic.sets import Set
from cyrpy_jmap.dialects.classic.verbs import ClassicCall, Get
from cyrpy_jmap.invocation import Arguments, Json
from cyrpy_jmap.types.submission.identity import Identity
from cyrpy_jmap.types.submission.vacation import VacationResponse

ONLY_SERVER: Final = "only the server sets this property; leave it out"
UNCHANGED: Final = "this property cannot be changed, and it has another value now"


class PlainLens(Lens):
    """Records whose properties are the engine's under other names.

    Those in `fixed` are the client's to set in new records alone.
    """

    area = "mail"
    names: Mapping[str, str] = {}  # classic -> canonical
    server_set: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    noun: str = ""

    def __init__(self) -> None:
        self.sources = {name: (own,) for name, own in self.names.items()}  # type: ignore[misc]

    def classic(self, record: Json) -> Json:
        """Under the names of the drafts."""
        return {
            n: self.shown_value(n, record[own]) for n, own in self.names.items() if own in record
        }

    def shown_value(self, name: str, value: Any) -> Any:  # noqa: ANN401 - any JSON value
        """One value as the drafts have it."""
        del name
        return value

    def kept_value(self, name: str, value: Any, wrong: Wrong) -> Any:  # noqa: ANN401
        """One value as the engine has it."""
        del name, wrong
        return value

    def create(self, record: Json, names: CreationNames) -> Json:
        """What the client says."""
        wrong: Wrong = dict.fromkeys(record.keys() & {"id", *self.server_set}, ONLY_SERVER)
        return self._canonical(record, wrong, is_new=True)

    def needs(self, change: Json) -> Sequence[str]:
        """What is needed to see whether properties that cannot change are repeated."""
        return self.canonical_properties(sorted(change.keys() & self._unchanging))

    @property
    def _unchanging(self) -> frozenset[str]:
        return frozenset({"id", *self.server_set, *self.fixed})

    def update(self, change: Json, current: Json | None, names: CreationNames) -> Json:
        """What the client says; what cannot change may be repeated."""
        shown = {} if current is None else self.classic(current)
        given = change.keys() & self._unchanging
        wrong: Wrong = {
            name: UNCHANGED
            for name in given
            if (current is None or shown) and (name not in shown or change[name] != shown[name])
        }
        rest = {name: value for name, value in change.items() if name not in given}
        return self._canonical(rest, wrong, is_new=False)

    def _canonical(self, record: Json, wrong: Wrong, *, is_new: bool) -> Json:
        for name in self.unknown(record):
            wrong[name] = f"{self.noun} has no such property"
        result = {
            self.names[name]: self.kept_value(name, value, wrong)
            for name, value in record.items()
            if name in self.names and name not in wrong
        }
        if wrong:
            raise self.refusal(wrong, result, is_new=is_new)
        return result


class IdentityLens(PlainLens):
    """Identity: until 2017-04, who is answered to and copied are strings."""

    record_type = "Identity"
    model = Identity
    noun = "an identity"
    names = {  # noqa: RUF012 - declared as a Mapping
        **{n: n for n in ("id", "name", "email", "replyTo", "bcc")},
        **{n: n for n in ("textSignature", "htmlSignature")},
        "mayDeleteIdentity": "mayDelete",
    }
    server_set = frozenset({"mayDeleteIdentity"})
    fixed = frozenset({"email"})

    def shown_value(self, name: str, value: Any) -> Any:  # noqa: ANN401 - any JSON value
        """The addresses, with commas between."""
        if name in {"replyTo", "bcc"}:
            return ", ".join(map(_shown, value or ()))
        return value

    def kept_value(self, name: str, value: Any, wrong: Wrong) -> Any:  # noqa: ANN401
        """The addresses of a string."""
        if name not in {"replyTo", "bcc"} or value is None:
            return value
        if not isinstance(value, str):
            wrong[name] = "must be a string"
            return None
        found = addresses.read(value.encode("utf-8", "replace"))
        return [{"name": name, "email": email} for name, email in found] or None

    def error(self, error: Json) -> Json:
        """An address that is not the user's."""
        if error["type"] != "forbiddenFrom":
            return error
        return {n: v for n, v in error.items() if n != "properties"} | {"type": "emailNotPermitted"}


def _shown(one: Json) -> str:
    """An address as the value of a header field has it."""
    name = one["name"]
    if not name:
        return str(one["email"])
    if not set(name).isdisjoint('()<>[]:;@\\,."'):
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{name} <{one['email']}>"


class LaterIdentityLens(IdentityLens):
    """Identity as profile C has it."""

    names = {  # noqa: RUF012 - declared as a Mapping
        **{n: own for n, own in IdentityLens.names.items() if own != "mayDelete"},
        "mayDelete": "mayDelete",
    }
    server_set = frozenset({"mayDelete"})

    def shown_value(self, name: str, value: Any) -> Any:  # noqa: ANN401 - any JSON value
        """Lists of addresses."""
        return reading.emailers(value) if name in {"replyTo", "bcc"} else value

    def kept_value(self, name: str, value: Any, wrong: Wrong) -> Any:  # noqa: ANN401
        """Lists of addresses, checked."""
        if name in {"replyTo", "bcc"} and value is not None:
            before = len(wrong)
            values.EMAILERS(value, name, wrong)
            if len(wrong) == before:
                return [{"name": one.get("name") or None, "email": one["email"]} for one in value]
        return value


class VacationLens(PlainLens):
    """VacationResponse."""

    record_type = "VacationResponse"
    model = VacationResponse
    noun = "a vacation response"
    names = {  # noqa: RUF012 - declared as a Mapping
        n: n for n in ("id", "isEnabled", "fromDate", "toDate", "subject", "textBody", "htmlBody")
    }


class GetVacation(Get):
    """getVacationResponse: there is one, and the drafts gave it no state."""

    def known(self, call: ClassicCall, profile: Profile) -> Mapping[str, Argument]:
        """In profile C it is a call like others."""
        if profile.all_updates_paged:
            return super().known(call, profile)
        return {"accountId": types.STRING}

    def encode(self, asked: Asked, arguments: Arguments) -> Arguments:
        """Account and record."""
        answer = super().encode(asked, arguments)
        if asked.exchange.profile.all_updates_paged:
            return answer
        return {name: answer[name] for name in ("accountId", "list")}


class SetVacation(Set):
    """setVacationResponse: it can only be updated."""

    def known(self, call: ClassicCall, profile: Profile) -> Mapping[str, Argument]:
        """In profile C it is a call like others."""
        if profile.all_updates_paged:
            return super().known(call, profile)
        return {"accountId": types.STRING, "update": types.UPDATES}

    def encode(self, asked: Asked, arguments: Arguments) -> Arguments:
        """What was updated, or why not."""
        answer = super().encode(asked, arguments)
        if asked.exchange.profile.all_updates_paged:
            return answer
        return {name: answer[name] for name in ("accountId", "updated", "notUpdated")}

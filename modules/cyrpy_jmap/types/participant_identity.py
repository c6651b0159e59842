"""ParticipantIdentity: as whom a user takes part in events (draft-ietf-jmap-calendars-27)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Annotated, ClassVar, Final
from urllib.parse import quote

from pydantic import Field

from cyrpy.data import addresses, changes, identities, principals
from cyrpy.data.identities import KIND, IdentityRow
from cyrpy.data.unit import ChangeKind
from cyrpy.errors import CannotCalculateChanges, Forbidden, NotFound
from cyrpy.groupware.scheduling.address import mail_address, normalized
from cyrpy_jmap.call import Call
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.methods.set import SetArguments, SetOutcome
from cyrpy_jmap.objects import JmapObject, ServerSet, Text
from cyrpy_jmap.types.calendar.model import CALENDARS
from cyrpy_jmap.types.sharing import may_set_default, report_default

MAX_NAME: Final = 255  # characters
MAX_ADDRESS: Final = 320  # characters


class ParticipantIdentity(JmapObject):
    """One address of a user."""

    name: Annotated[Text, Field(max_length=MAX_NAME)] = ""
    calendar_address: Annotated[Text, Field(min_length=1, max_length=MAX_ADDRESS)]
    is_default: ServerSet[bool]


class IdentitySetArguments(SetArguments):
    """ParticipantIdentity/set has one more."""

    on_success_set_is_default: str | None = None


class ParticipantIdentities(DataType[ParticipantIdentity]):
    """The addresses of the account's owner, which the administrator gives; no others are taken."""

    name: ClassVar[str] = KIND
    capability = CALENDARS
    model = ParticipantIdentity
    set_arguments = IdentitySetArguments

    def load(self, call: Call, ids: Sequence[str] | None) -> Iterable[Json]:
        """All of them, or those of these ids."""
        for record in _all(call):
            if ids is None or record["id"] in ids:
                yield record

    def state(self, call: Call) -> str:
        """Of the log, and of the addresses that there are, of which no log is kept."""
        return f"{super().state(call)}.{_digest(call)}"

    def changes_since(self, call: Call, since: str, limit: int | None) -> changes.Changes:
        """From the log, as long as the addresses are the same.

        Raises:
            CannotCalculateChanges: `since` is no state that can be started from.
        """
        modseq, _, digest = since.partition(".")
        if digest != _digest(call):
            raise CannotCalculateChanges("the addresses of the account were changed; start anew")
        found = super().changes_since(call, modseq, limit)
        return found._replace(old=since, new=f"{found.new}.{digest}")

    def create(self, call: Call, checked: Json) -> Json:
        """Have an address again that was taken from the identities."""
        _check_own(call)
        address = _address(call, checked["calendarAddress"])
        held = identities.all_of(call.unit, call.account.id).get(address)
        id = id_of(address)
        if held is None or not held.is_hidden:
            raise SetError("alreadyExists", "there is an identity of this address", existingId=id)
        row = IdentityRow(call.account.id, address, checked["name"], 0, 0)
        identities.put(call.unit, row)
        call.unit.record(call.account.id, KIND, id, ChangeKind.CREATED)
        return {"id": id, "isDefault": False}

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        """Give it another name."""
        _check_own(call)
        address = _found(call, id)
        if normalized(patched["calendarAddress"]) != normalized(current["calendarAddress"]):
            raise Forbidden("the address of an identity stays; make another one for another")
        row = _row(call, address)
        identities.put(call.unit, row._replace(name=patched["name"]))
        call.unit.record(call.account.id, KIND, id, ChangeKind.UPDATED)
        return None

    def destroy(self, call: Call, id: str) -> None:
        """Take part by this address no more; the last one stays."""
        _check_own(call)
        address = _found(call, id)
        if len(_all(call)) == 1:
            raise Forbidden("the last identity of an account stays")
        row = _row(call, address)._replace(is_hidden=1, is_default=0)
        identities.put(call.unit, row)
        call.unit.record(call.account.id, KIND, id, ChangeKind.DESTROYED)

    def settle(self, call: Call, outcome: SetOutcome) -> None:
        """Make one the default, if all went well (`onSuccessSetIsDefault`)."""
        id = may_set_default(call, outcome, call.arguments.on_success_set_is_default)
        records = {record["id"]: record for record in _all(call)}
        if id is None or id not in records or records[id]["isDefault"]:
            return
        before = next((record["id"] for record in records.values() if record["isDefault"]), None)
        identities.set_default(call.unit, _row(call, _found(call, id)))
        for changed in filter(None, (id, before)):
            call.unit.record(call.account.id, KIND, changed, ChangeKind.UPDATED)
        report_default(outcome, id, before)


def id_of(address: str) -> str:
    """The id of an address, the same for ever."""
    return f"I{sha256(address.encode()).hexdigest()[:24]}"


def _all(call: Call) -> list[Json]:
    held = identities.all_of(call.unit, call.account.id)
    owner = call.unit.first(principals.BY_ID, id=call.account.id)
    shown = [
        address
        for address in addresses.addresses_of(call.unit, call.account.id)
        if address not in held or not held[address].is_hidden
    ]
    chosen = next((a for a in shown if a in held and held[a].is_default), None)
    default = chosen or (shown[0] if shown else None)
    found = []
    for address in shown:
        name = held[address].name if address in held else None
        fallback = owner.display_name if owner is not None else ""
        found.append(
            {
                "id": id_of(address),
                "name": fallback if name is None else name,
                "calendarAddress": f"mailto:{quote(address, safe=_SAFE)}",
                "isDefault": address == default,
            }
        )
    return found


_SAFE: Final = "@+!$&'*-/=^_`{|}~."


def _digest(call: Call) -> str:
    found = addresses.addresses_of(call.unit, call.account.id)
    return sha256("\n".join(found).encode()).hexdigest()[:12]


def _check_own(call: Call) -> None:
    if not call.account.is_own:
        raise Forbidden("identities are changed by whose account it is, and no other")


def _address(call: Call, text: str) -> str:
    """The mail address, if it is one of the account's.

    Raises:
        Forbidden: it is not.
    """
    mail = mail_address(normalized(text))
    if mail is None or mail not in addresses.addresses_of(call.unit, call.account.id):
        raise Forbidden("calendarAddress: only mailto: and an address that the account has")
    return mail


def _found(call: Call, id: str) -> str:
    for address in addresses.addresses_of(call.unit, call.account.id):
        if id_of(address) == id:
            return address
    raise NotFound(f"there is no identity {id[:255]!r}")


def _row(call: Call, address: str) -> IdentityRow:
    held = identities.all_of(call.unit, call.account.id)
    return held.get(address) or IdentityRow(call.account.id, address, None, 0, 0)

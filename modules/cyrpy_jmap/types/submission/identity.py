"""Identities as a data type (RFC 8621 §6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field

from cyrpy.groupware import mail_identities as groupware
from cyrpy_jmap.call import Call
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.objects import Immutable, JmapModel, JmapObject, ServerSet, Text
from cyrpy_jmap.types.submission.model import SUBMISSION

MAX_SIGNATURE: Final = 256 * 1024  # characters
Signature = Annotated[Text, Field(max_length=MAX_SIGNATURE)]


class EmailAddress(JmapModel):
    """An address with a name for people (RFC 8621 §4.1.2.3)."""

    name: Annotated[Text, Field(max_length=1000)] | None = None
    email: Annotated[Text, Field(max_length=1000)]


Addresses = Annotated[list[EmailAddress], Field(max_length=100)]


class Identity(JmapObject):
    """An address that the user may send mail from."""

    name: Annotated[Text, Field(max_length=1000)] = ""
    email: Immutable[Annotated[Text, Field(max_length=1000)]]
    reply_to: Addresses | None = None
    bcc: Addresses | None = None
    text_signature: Signature = ""
    html_signature: Signature = ""
    may_delete: ServerSet[bool]


_COLUMNS: Final[Mapping[str, str]] = {
    "name": "name",
    "replyTo": "reply_to",
    "bcc": "bcc",
    "textSignature": "text_signature",
    "htmlSignature": "html_signature",
}


class Identities(DataType[Identity]):
    """The identities of the user; those of others are theirs alone."""

    name: ClassVar[str] = "Identity"
    capability = SUBMISSION
    model = Identity

    def load(self, call: Call, ids: Sequence[str] | None) -> Iterable[Json]:
        """Those of the user's addresses first."""
        for one in groupware.all_of(call.unit, call.account.id):
            if ids is None or one.wire_id in ids:
                yield {
                    "id": one.wire_id,
                    "name": one.name,
                    "email": one.email,
                    "replyTo": one.reply_to,
                    "bcc": one.bcc,
                    "textSignature": one.text_signature,
                    "htmlSignature": one.html_signature,
                    "mayDelete": one.may_delete,
                }

    def create(self, call: Call, checked: Json) -> Json:
        """One more, for an address of the user."""
        values = {column: checked[name] for name, column in _COLUMNS.items()}
        try:
            made = groupware.create(call.unit, call.account.id, checked["email"], values)
        except groupware.NotAllowed as exc:
            raise SetError("forbiddenFrom", str(exc), ["email"]) from exc
        return {"id": made.wire_id, "mayDelete": True}

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        """All but the address."""
        values: dict[str, Any] = {
            column: patched[name]
            for name, column in _COLUMNS.items()
            if patched[name] != current[name]
        }
        found = groupware.find(call.unit, call.account.id, id)
        if values and found is not None:
            groupware.update(call.unit, call.account.id, found, values)
        return None

    def destroy(self, call: Call, id: str) -> None:
        """One that the user made."""
        groupware.destroy(call.unit, call.account.id, id)

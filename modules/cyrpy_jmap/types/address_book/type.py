"""Address books as a data type: reading, making, changing, sharing and destroying them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, Final
from urllib.parse import quote

from cyrpy.data import addressbooks
from cyrpy.data.addressbooks import NewAddressBook
from cyrpy.errors import Forbidden
from cyrpy.groupware import contacts as groupware
from cyrpy.groupware.access import to_rights
from cyrpy.groupware.contacts import ADDRESS_BOOK_RIGHTS, AddressBookView
from cyrpy_jmap.call import Call
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.methods.set import SetArguments, SetOutcome
from cyrpy_jmap.types.address_book.model import CONTACTS, EXTENSION_HREF, AddressBook
from cyrpy_jmap.types.sharing import (
    actor_of,
    letters_by_principal,
    may_set_default,
    report_default,
    shares,
    wants,
)

# Property -> column.
COLUMNS: Final[Mapping[str, str]] = {
    "name": "name",
    "description": "description",
    "sortOrder": "sort_order",
    "isSubscribed": "is_subscribed",
}


class AddressBookSetArguments(SetArguments):
    """AddressBook/set has two more."""

    on_destroy_remove_contents: bool = False
    on_success_set_is_default: str | None = None


class AddressBooks(DataType[AddressBook]):
    """The address books of an account, for the owner and for those whom they are shared with."""

    name: ClassVar[str] = "AddressBook"
    capability = CONTACTS
    model = AddressBook
    set_arguments = AddressBookSetArguments
    few = True

    def knows(self, property: str) -> bool:
        """Beside the model's, the extension that the classic dialect shows."""
        return property == EXTENSION_HREF or super().knows(property)

    def load(self, call: Call, ids: Sequence[str] | None) -> Iterable[Json]:
        """The address books that the user may see, in their order."""
        views = groupware.visible(call.unit, call.account.id, actor_of(call))
        wanted = wants(call, "shareWith")
        shared = shares(call, addressbooks.KIND, ADDRESS_BOOK_RIGHTS) if wanted else {}
        for view in views:
            if ids is None or view.row.wire_id in ids:
                yield _json(call, view, shared.get(view.row.id))

    def may_see(self, call: Call) -> Callable[[str], bool]:
        """One look at the grants for all address books."""
        views = groupware.visible(call.unit, call.account.id, actor_of(call))
        return frozenset(view.row.wire_id for view in views).__contains__

    def create(self, call: Call, checked: Json) -> Json:
        """An address book in the user's own account."""
        if not call.account.is_own:
            raise Forbidden("address books cannot be created in somebody else's account")
        new = NewAddressBook(**{column: checked[name] for name, column in COLUMNS.items()})
        row = addressbooks.create(call.unit, call.account.id, new)
        view = groupware.find(call.unit, call.account.id, actor_of(call), row.wire_id)
        if checked["shareWith"]:
            self._share(call, view, checked["shareWith"])
        made = _json(call, view, None)
        return {name: made[name] for name in ("id", "isDefault", "myRights")}

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        """Change it; order and subscription are a sharee's own."""
        changed = {name for name in patched if patched[name] != current.get(name)}
        view = groupware.find(call.unit, call.account.id, actor_of(call), id)
        values = {COLUMNS[name]: _stored(patched[name]) for name in COLUMNS if name in changed}
        own = {} if view.is_owner else _own(values)
        common = {column: value for column, value in values.items() if column not in own}
        if common:
            groupware.update(call.unit, view, common)
        if own:
            groupware.set_own(call.unit, view, actor_of(call), own)
        if "shareWith" in changed:
            self._share(call, view, patched["shareWith"] or {})
        return None

    def destroy(self, call: Call, id: str) -> None:
        """Delete it, with its cards if the client said so."""
        view = groupware.find(call.unit, call.account.id, actor_of(call), id)
        remove = call.arguments.on_destroy_remove_contents
        try:
            groupware.delete(call.unit, view, remove_cards=remove)
        except groupware.NotEmpty as exc:
            reason = f"{exc}: set onDestroyRemoveContents to true"
            raise SetError("addressBookHasContents", reason) from exc
        except groupware.IsDefault as exc:
            raise SetError("isDefault", f"{exc}; make another one the default first") from exc

    def settle(self, call: Call, outcome: SetOutcome) -> None:
        """Make one the default, if all went well (`onSuccessSetIsDefault`)."""
        id = may_set_default(call, outcome, call.arguments.on_success_set_is_default)
        views = groupware.visible(call.unit, call.account.id, actor_of(call)) if id else []
        view = next((view for view in views if view.row.wire_id == id), None)
        if view is not None and not view.is_default:
            before = groupware.set_default(call.unit, view.row)
            report_default(outcome, view.row.wire_id, before)

    def _share(self, call: Call, view: AddressBookView, wanted: Mapping[str, Json]) -> None:
        letters = letters_by_principal(call, wanted, ADDRESS_BOOK_RIGHTS, {})
        groupware.set_shares(call.unit, view, letters)


def _json(call: Call, view: AddressBookView, shared: dict[str, Json] | None) -> Json:
    """An address book as its viewer sees it; the extension only where properties are named."""
    row = view.row
    value: Json = {
        "id": row.wire_id,
        "name": row.name,
        "description": row.description,
        "sortOrder": row.sort_order,
        "isDefault": view.is_default,
        "isSubscribed": bool(row.is_subscribed),
        "shareWith": shared if "a" in view.rights else None,
        "myRights": to_rights(view.rights, ADDRESS_BOOK_RIGHTS),
    }
    if call.properties is not None:
        value[EXTENSION_HREF] = _href(call.account.name, row.uri)
    return value


@lru_cache(maxsize=4096)
def _href(userid: str, uri: str) -> str:
    """Path of an address book over CardDAV, as Cyrus lays it out."""
    return f"/dav/addressbooks/user/{quote(userid, safe='@')}/{quote(uri, safe='@')}"


def _own(values: Mapping[str, Any]) -> dict[str, Any]:
    return {column: values[column] for column in addressbooks.PERSONAL if column in values}


def _stored(value: Any) -> Any:  # noqa: ANN401 - a JSON value, a column's value
    return int(value) if isinstance(value, bool) else value

"""What an AddressBook is, and the capability that it belongs to (RFC 9610 §1.4, §2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field

from cyrpy_jmap.capability import Capability
from cyrpy_jmap.objects import Id, JmapModel, JmapObject, Name, ServerSet, Text
from cyrpy_jmap.viewer import Account

EXTENSION_HREF: Final = "x-href"  # where it is over CardDAV; given when asked for
MAX_DESCRIPTION: Final = 10_000  # characters
MAX_SHARES: Final = 1000


def _account_part(account: Account) -> Mapping[str, Any]:
    # What CardDAV can show: a card is in one collection.
    return {"maxAddressBooksPerCard": 1, "mayCreateAddressBook": account.is_own}


CONTACTS: Final = Capability(
    "urn:ietf:params:jmap:contacts", account=_account_part, shared_by=("AddressBook",)
)


class AddressBookRights(JmapModel):
    """What a user may do with an address book; what is left out is not granted."""

    may_read: bool = False
    may_write: bool = False
    may_share: bool = False
    may_delete: bool = False


class AddressBook(JmapObject):
    """A named collection of cards."""

    name: Name
    description: Annotated[Text, Field(max_length=MAX_DESCRIPTION)] | None = None
    sort_order: Annotated[int, Field(ge=0, lt=2**31)] = 0
    is_default: ServerSet[bool]
    is_subscribed: bool = True
    share_with: Annotated[dict[Id, AddressBookRights], Field(max_length=MAX_SHARES)] | None = None
    my_rights: ServerSet[AddressBookRights]

"""Contacts, groups of them, and address books, as the classic dialect has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, ClassVar, Final

from cyrpy_jmap.dialects.classic import arguments as types
from cyrpy_jmap.dialects.classic import contact_checks as checks
from cyrpy_jmap.dialects.classic import contact_read as read
from cyrpy_jmap.dialects.classic.contact_write import patch
from cyrpy_jmap.dialects.classic.creation import CreationNames
from cyrpy_jmap.dialects.classic.lens import Lens, Wrong
from cyrpy_jmap.dialects.classic.lists import Listing, Term
from cyrpy_jmap.dialects.classic.verbs import ClassicCall
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.records import invalid_properties
from cyrpy_jmap.types.address_book import AddressBook
from cyrpy_jmap.types.contact_card import DEFAULTS, ContactGroup

HREF: Final = "x-href"
FLAGGED: Final = "x-flagged"
IMPORTANCE: Final = "x-importance"
TYPE: Final = "@type"  # of a card that is whole, but for what is empty
BOOKS: Final = "addressBookIds"
ONLY_SERVER: Final = "only the server sets this property, and it has another value now"
# Classic property -> of which properties of a card it is made, and how.
Make = Callable[[Json], Any]
MADE: Final[Mapping[str, tuple[tuple[str, ...], Make]]] = {
    "isFlagged": ((FLAGGED,), itemgetter(FLAGGED)),
    "avatar": (("media",), read.avatar),
    **{p: (("name", "organizations"), partial(read.part, p)) for p in read.NAME_KINDS},
    "nickname": (("nicknames",), partial(read.first_name, "nicknames")),
    **{p: (("anniversaries",), partial(read.day, kind)) for p, kind in read.OCCASIONS.items()},
    "company": (("organizations",), partial(read.first_name, "organizations")),
    "department": (("organizations",), read.department),
    "jobTitle": (("titles",), read.job_title),
    "emails": (("emails",), partial(read.all_of, "emails", read.email)),
    "phones": (("phones",), partial(read.all_of, "phones", read.phone)),
    "online": (("links", "onlineServices"), read.online),
    "addresses": (("addresses",), partial(read.all_of, "addresses", read.address)),
    "notes": (("notes",), read.notes),
    HREF: ((HREF,), itemgetter(HREF)),
    "x-hasPhoto": (("media",), read.has_photo),
    IMPORTANCE: ((IMPORTANCE,), itemgetter(IMPORTANCE)),
    "addressbookId": ((BOOKS,), read.book),
}
SERVER_SET: Final = frozenset({"id", HREF, "x-hasPhoto"})
ALWAYS: Final = frozenset({FLAGGED, HREF, IMPORTANCE, BOOKS})  # of every card that is whole


class ContactLens(Lens):
    """Contact."""

    record_type = "Contact"
    area = "contacts"
    sources: Mapping[str, Sequence[str]] = {  # type: ignore[misc]
        "id": ("id", TYPE),
        **{name: made_of for name, (made_of, _) in MADE.items()},
    }
    untold = (HREF, BOOKS)

    def classic(self, record: Json) -> Json:
        """What can be made of `record`, in which a card's property may be left out that is empty.

        Of what the server tells after a change, only what can be made of that alone.
        """
        result: Json = {"id": record["id"]} if "id" in record else {}
        whole = TYPE in record
        for name, (made_of, make) in MADE.items():
            if any(n in ALWAYS and n not in record for n in made_of):
                continue
            if whole or made_of[0] in record:
                result[name] = make(record)
        return result

    def create(self, record: Json, names: CreationNames) -> Json:
        """A card that says what the contact does."""
        wrong: Wrong = dict.fromkeys(
            record.keys() & SERVER_SET, "only the server sets this property; leave it out"
        )
        return DEFAULTS | self._changed(record, {}, names, wrong)

    def copy(self, changes: Json, names: CreationNames) -> Json:
        """Only where the copy is to be; what it says is for a change of it."""
        wrong: Wrong = dict.fromkeys(
            changes.keys() - {"addressbookId"}, "a copy is as its original; change it afterwards"
        )
        return self._changed(changes, {}, names, wrong)

    def needs(self, change: Json) -> Sequence[str]:
        """What the properties are made of that change, so that the rest of it stays."""
        known = [name for name in change if name in self.sources and name != "id"]
        named = self.canonical_properties(known)
        return ["id", TYPE, *named] if named else ["id"] if "id" in change else []

    def update(self, change: Json, current: Json | None, names: CreationNames) -> Json:
        """What becomes of the card."""
        wrong: Wrong = {}
        shown = {} if not current else self.classic(current)
        for name in change.keys() & SERVER_SET & shown.keys():
            if change[name] != shown[name]:
                wrong[name] = ONLY_SERVER
        return self._changed(change, current or {}, names, wrong)

    def _changed(self, change: Json, card: Json, names: CreationNames, wrong: Wrong) -> Json:
        unknown = self.unknown(change)
        wrong |= dict.fromkeys(unknown, "a contact has no such property")
        good = checks.check(change, wrong)
        if wrong:
            raise invalid_properties(wrong)
        result = patch(good, card)
        if not card:
            result = {name: value for name, value in result.items() if value is not None}
        if "isFlagged" in good:
            result[FLAGGED] = good["isFlagged"]
        if IMPORTANCE in good:
            result[IMPORTANCE] = float(good[IMPORTANCE])
        if "addressbookId" in good:
            result[BOOKS] = {names.reference("AddressBook", good["addressbookId"]): True}
        return result


class ContactGroupLens(Lens):
    """ContactGroup; the engine has it in the same shape."""

    record_type = "ContactGroup"
    area = "contacts"
    model = ContactGroup
    sources = {  # noqa: RUF012 - declared as a Mapping
        name: (name,)
        for name in ("id", "name", "contactIds", "otherAccountContactIds", "addressbookId", HREF)
    }
    untold = (HREF,)
    implied = {"otherAccountContactIds": {}}  # noqa: RUF012 - declared as a Mapping

    def classic(self, record: Json) -> Json:
        """As it is."""
        return {name: value for name, value in record.items() if name in self.sources}

    def create(self, record: Json, names: CreationNames) -> Json:
        """As it is, but for references."""
        wrong: Wrong = dict.fromkeys(
            record.keys() & {"id", HREF}, "only the server sets this property; leave it out"
        )
        return self._settable(record, names, wrong, is_new=True)

    def needs(self, change: Json) -> Sequence[str]:
        """What is needed to see whether properties that only the server sets are repeated."""
        return self.canonical_properties(sorted(change.keys() & {"id", HREF}))

    def update(self, change: Json, current: Json | None, names: CreationNames) -> Json:
        """As it is, but for references."""
        shown = current or {}
        wrong: Wrong = {
            name: ONLY_SERVER
            for name in change.keys() & shown.keys() & {"id", HREF}
            if change[name] != shown[name]
        }
        return self._settable(change, names, wrong, is_new=False)

    def _settable(self, record: Json, names: CreationNames, wrong: Wrong, *, is_new: bool) -> Json:
        for name in self.unknown(record):
            wrong[name] = "a contact group has no such property"
        result = {n: v for n, v in record.items() if n in self.sources and n not in ("id", HREF)}
        for name in ("name", "contactIds"):
            if result.get(name, name) is None:
                wrong[name] = "this property cannot be null"
        ids = result.get("contactIds")
        if isinstance(ids, list):
            result["contactIds"] = [
                names.reference("Contact", id) if isinstance(id, str) else id for id in ids
            ]
        book = result.get("addressbookId")
        if isinstance(book, str):
            result["addressbookId"] = names.reference("AddressBook", book)
        if wrong:
            raise self.refusal(wrong, result, is_new=is_new)
        return result


class AddressBookLens(Lens):
    """Address books, as the era's web client asked for them."""

    record_type = "AddressBook"
    area = "contacts"
    model = AddressBook
    rights: ClassVar[Mapping[str, str]] = {  # classic right -> ours
        "mayReadItems": "mayRead",
        **dict.fromkeys(("mayAddItems", "mayModifyItems", "mayRemoveItems"), "mayWrite"),
        "mayRename": "mayShare",
        "mayDelete": "mayDelete",
    }
    settable: ClassVar[Mapping[str, str]] = {"name": "name", "isVisible": "isSubscribed"}
    sources = {  # noqa: RUF012 - declared as a Mapping
        "id": ("id",),
        "name": ("name",),
        "isVisible": ("isSubscribed",),
        **dict.fromkeys(rights, ("myRights",)),
        HREF: (HREF,),
    }
    untold = (HREF,)
    set_arguments = {"onDestroyRemoveContents": True}  # noqa: RUF012 - declared as a Mapping

    def classic(self, record: Json) -> Json:
        """Rights as properties."""
        result: Json = {n: record[n] for n in ("id", "name", HREF) if n in record}
        if "isSubscribed" in record:
            result["isVisible"] = record["isSubscribed"]
        held = record.get("myRights")
        if held is not None:
            result |= {classic: held[ours] for classic, ours in self.rights.items()}
        return result

    def create(self, record: Json, names: CreationNames) -> Json:
        """Its name, and whether it is shown; rights may only be given as they will be."""
        del names
        wrong: Wrong = {
            name: "only the server sets this property; leave it out"
            for name in record.keys() & {"id", HREF, *self.rights}
            if record[name] is not True or name not in self.rights
        }
        return self._settable(record, wrong, is_new=True)

    def needs(self, change: Json) -> Sequence[str]:
        """What is needed to see whether properties that only the server sets are repeated."""
        return self.canonical_properties(sorted(change.keys() & {"id", HREF, *self.rights}))

    def update(self, change: Json, current: Json | None, names: CreationNames) -> Json:
        """Its name, and whether it is shown; all others may only be repeated."""
        del names
        shown = dict.fromkeys(self.rights, True) if current is None else self.classic(current)
        wrong: Wrong = {
            name: ONLY_SERVER
            for name in change.keys() & shown.keys() & {"id", HREF, *self.rights}
            if change[name] is not shown[name] and change[name] != shown[name]
        }
        return self._settable(change, wrong, is_new=False)

    def _settable(self, record: Json, wrong: Wrong, *, is_new: bool) -> Json:
        for name in self.unknown(record):
            wrong[name] = "an address book has no such property"
        for name in self.settable.keys() & record.keys():
            if record[name] is None:
                wrong[name] = "this property cannot be null"
        result = {ours: record[n] for n, ours in self.settable.items() if n in record}
        if wrong:
            raise self.refusal(wrong, result, is_new=is_new)
        return result


# Conditions of getContactList -> those of the engine.
TEXTS: Final = {
    "text": "text",
    "prefix": "x-prefix",
    "firstName": "name/given",
    "lastName": "name/surname",
    "suffix": "x-suffix",
    "nickname": "nickname",
    "company": "organization",
    "department": "x-department",
    "jobTitle": "x-jobTitle",
    "email": "email",
    "phone": "phone",
    "online": "x-online",
    "address": "address",
    "notes": "note",
}


def listing(fetched: ClassicCall) -> Listing:
    """getContactList: filters of the drafts, and sorts, of which they had none."""
    return Listing(
        "Contact",
        "Contacts",
        {
            **{name: Term.of(types.STRING, known) for name, known in TEXTS.items()},
            "isFlagged": Term.of(types.BOOLEAN, FLAGGED),
            "inContactGroup": Term.of(types.IDS, "x-inGroups"),
            "inAddressbook": Term.of(types.STRING, "inAddressBook"),
        },
        {
            "firstName": [{"property": "name/given"}, {"property": "name/surname"}],
            "lastName": [{"property": "name/surname"}, {"property": "name/given"}],
            "company": [{"property": "company"}],
        },
        fetched,
        order=[{"property": "name/surname"}, {"property": "name/given"}],
    )

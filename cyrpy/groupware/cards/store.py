"""Storing, copying, moving and deleting cards, for every protocol.

A card is in one address book: a URL names one, and DAV could not show more (RFC 9610 §1.4.1 lets
a server say so: `maxAddressBooksPerCard` is 1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import orjson

from cyrpy.data import cards, dav, ids, itemchanges, search
from cyrpy.data.cards import KIND, LETTER, CardRow
from cyrpy.data.itemchanges import Place
from cyrpy.data.unit import Unit
from cyrpy.formats.vcard.parse import parse
from cyrpy.groupware.cards.document import document
from cyrpy.groupware.cards.errors import UidConflict, judge
from cyrpy.groupware.cards.media import with_blob_ids
from cyrpy.groupware.cards.prepare import Prepared
from cyrpy.groupware.cards.read import find
from cyrpy.groupware.cards.rendering import VERSION, as_jscontact, completed
from cyrpy.groupware.contacts import AddressBookView

SUFFIX: Final = ".vcf"
GROUP: Final = "group"
_PLAIN: Final = re.compile(r"[A-Za-z0-9._@-]{1,200}")


def put(
    unit: Unit, view: AddressBookView, uri: str, prepared: Prepared, found: CardRow | None = None
) -> CardRow:
    """Store a card under a URL name, in place of `found`, which has that name.

    What is there already, octet for octet, is left as it is.

    Raises:
        NotAllowed: the user may not.
        UidConflict: the UID is that of another card in the address book, or not that of `found`.
    """
    judge(view, "bind" if found is None else "write-content")
    if found is not None and found.uid != prepared.uid:
        raise _other_uid(found)
    if found is None:
        _check_uid(unit, view, prepared.uid)
        return _insert(unit, view, uri, prepared)
    if found.etag == prepared.etag:
        return found
    row = found._replace(
        etag=prepared.etag,
        size=len(prepared.octets),
        version=prepared.version,
        kind=prepared.kind,
        updated_at=unit.now,
        updated_modseq=_changed(unit, found, prepared.kind),
        created=prepared.created,
        updated=prepared.updated,
    )
    when = {"updated_at": row.updated_at, "updated_modseq": row.updated_modseq}
    json = completed(prepared.jscontact, row)
    cards.change(unit, row, {**prepared.columns(), **when, "jscontact": json})
    search.put(unit, row.account_id, row.id, prepared.document)
    return row


def put_by_uid(unit: Unit, view: AddressBookView, prepared: Prepared) -> CardRow:
    """Store a card in place of the one that has its UID, or under a new name; for imports.

    Raises:
        NotAllowed: the user may not.
    """
    found = cards.by_uid(unit, view.row.account_id, view.row.id, prepared.uid)
    uri = free_name(unit, view, prepared) if found is None else found.uri
    return put(unit, view, uri, prepared, found)


def free_name(unit: Unit, view: AddressBookView, prepared: Prepared) -> str:
    """A URL name that no card in the address book has: its UID, if that may be one."""
    account = view.row.account_id
    plain = _PLAIN.fullmatch(prepared.uid) is not None and prepared.uid[0] != "."
    name = prepared.uid if plain else ids.encode(LETTER, unit.new_id(account))
    while find(unit, view, name + SUFFIX) is not None:
        name = ids.encode(LETTER, unit.new_id(account))
    return name + SUFFIX


def copy(
    unit: Unit, row: CardRow, target: AddressBookView, uri: str, replaced: CardRow | None = None
) -> CardRow:
    """A copy of a card, which the user may read, in place of `replaced`.

    Raises:
        NotAllowed: the user may not add it there, or not remove what is replaced.
        UidConflict: the UID is that of another card there.
    """
    _make_room(unit, row, target, replaced)
    _check_uid(unit, target, row.uid)
    account = target.row.account_id
    number = unit.new_id(account)
    new = row._replace(
        account_id=account,
        id=number,
        address_book_id=target.row.id,
        uri=uri,
        created_at=unit.now,
        updated_at=unit.now,
    )
    modseq = _record(unit, None, new)
    new = new._replace(created_modseq=modseq, updated_modseq=modseq)
    cards.insert_copy(unit, row, new)
    octets = cards.vcards(unit, row.account_id, [row.id])[row.id]
    json, blob_ids = with_blob_ids(as_jscontact(parse(octets)))
    made = {"jscontact": completed(orjson.dumps(json), new), "rendering": VERSION}
    cards.change(unit, new, made)
    search.put(unit, account, number, document(json, blob_ids))
    return new


def mark(unit: Unit, view: AddressBookView, row: CardRow, values: Mapping[str, float]) -> CardRow:
    """Set what no vCard says: the columns `is_flagged` and `importance`.

    Raises:
        NotAllowed: the user may not.
    """
    judge(view, "write-content")
    modseq = _record(unit, row, row)
    cards.change(unit, row, {**values, "updated_modseq": modseq})
    return row._replace(**values, updated_modseq=modseq)  # type: ignore[arg-type]


def move(
    unit: Unit,
    source: AddressBookView,
    row: CardRow,
    target: AddressBookView,
    uri: str,
    replaced: CardRow | None = None,
) -> CardRow:
    """Move a card, in place of `replaced`; within one account it keeps its id.

    Raises:
        NotAllowed: the user may not remove it here, or not add it there.
        UidConflict: the UID is that of another card there.
    """
    judge(source, "unbind")
    if source.row.account_id != target.row.account_id:
        new = copy(unit, row, target, uri, replaced)
        delete(unit, source, row)
        return new
    _make_room(unit, row, target, replaced)
    _check_uid(unit, target, row.uid, besides=row)
    new = row._replace(address_book_id=target.row.id, uri=uri)
    new = new._replace(updated_modseq=_record(unit, row, new))
    changed = {name: getattr(new, name) for name in ("address_book_id", "uri", "updated_modseq")}
    cards.change(unit, new, changed)
    return new


def delete(unit: Unit, view: AddressBookView, row: CardRow) -> None:
    """Delete a card.

    Raises:
        NotAllowed: the user may not.
    """
    judge(view, "unbind")
    _remove(unit, row)


def _make_room(unit: Unit, row: CardRow, target: AddressBookView, replaced: CardRow | None) -> None:
    """Remove what is replaced, if `row` may come in its place."""
    judge(target, "bind")
    if replaced is None:
        return
    judge(target, "unbind")
    if replaced.uid != row.uid:
        raise _other_uid(replaced)
    _remove(unit, replaced)


def _remove(unit: Unit, row: CardRow) -> None:
    cards.remove(unit, row)
    search.remove(unit, row.account_id, row.id)
    dav.forget(unit, dav.Key(row.account_id, KIND, row.id))
    _record(unit, row, None)


def _insert(unit: Unit, view: AddressBookView, uri: str, prepared: Prepared) -> CardRow:
    book = view.row
    number = unit.new_id(book.account_id)
    row = CardRow(
        account_id=book.account_id,
        id=number,
        address_book_id=book.id,
        uri=uri,
        uid=prepared.uid,
        etag=prepared.etag,
        size=len(prepared.octets),
        version=prepared.version,
        kind=prepared.kind,
        created_at=unit.now,
        updated_at=unit.now,
        created_modseq=0,
        updated_modseq=0,
        created=prepared.created,
        updated=prepared.updated,
    )
    modseq = _record(unit, None, row)
    row = row._replace(created_modseq=modseq, updated_modseq=modseq)
    json = completed(prepared.jscontact, row)
    cards.insert(unit, row, {**prepared.columns(), "jscontact": json})
    search.put(unit, row.account_id, row.id, prepared.document)
    return row


def _check_uid(unit: Unit, view: AddressBookView, uid: str, besides: CardRow | None = None) -> None:
    taken = cards.by_uid(unit, view.row.account_id, view.row.id, uid)
    if taken is not None and (besides is None or taken.id != besides.id):
        raise UidConflict(f"the card {taken.uri[:100]!r} here has this UID already", taken)


def _other_uid(card: CardRow) -> UidConflict:
    return UidConflict(f"the card {card.uri[:100]!r} has another UID, which stays with it", card)


def _record(unit: Unit, before: CardRow | None, after: CardRow | None) -> int:
    row = after or before
    assert row is not None  # noqa: S101 - it was or is somewhere
    return itemchanges.record(unit, row.account_id, KIND, _place(before), _place(after))


def _changed(unit: Unit, found: CardRow, kind: str) -> int:
    """Log an update; what becomes a group, or was one, goes and comes again.

    To the classic dialect, for which groups are another type, that is what happens.
    """
    if (found.kind == GROUP) == (kind == GROUP):
        return _record(unit, found, found)
    _record(unit, found, None)
    return _record(unit, None, found)


def _place(row: CardRow | None) -> Place | None:
    if row is None:
        return None
    return Place(row.address_book_id, row.uri, (ids.encode(LETTER, row.id),))

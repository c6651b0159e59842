"""Which message here is which on an IMAP server, and the keywords that it had on both."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from sqlalchemy import and_, bindparam, delete, func, select, update

from cyrpy.data.statement import Query, among, upsert
from cyrpy.data.tables import imap_links, messages
from cyrpy.data.unit import Unit

MAX_UID: Final = (1 << 32) - 1  # RFC 3501 §2.3.1.1


class Link(NamedTuple):
    """One message there, in the order of the table's columns."""

    account_id: int
    folder_id: int
    uid: int
    message_id: int
    digest: bytes
    keywords: str  # with spaces between, sorted
    identity: int | None  # hash of what the server says of it

    @property
    def keyword_set(self) -> frozenset[str]:
        """The keywords on which both sides last agreed."""
        return frozenset(self.keywords.split())


_l = imap_links.c
_of_account = _l.account_id == bindparam("account_id")
_in_folder = (_of_account, _l.folder_id == bindparam("folder_id"))
OF_UIDS: Query[Link] = Query(
    select(imap_links).where(*_in_folder, among(_l.uid, "uids")), Link._make
)
UIDS: Query[tuple[int]] = Query(
    select(_l.uid)
    .where(*_in_folder, _l.uid > bindparam("after"), _l.uid <= bindparam("last"))
    .order_by(_l.uid)
)
NEWEST: Query[Link] = Query(
    select(imap_links).where(*_in_folder).order_by(_l.uid.desc()).limit(bindparam("count")),
    Link._make,
)
COUNT: Query[tuple[int]] = Query(select(func.count()).select_from(imap_links).where(*_in_folder))
OF_DIGEST: Query[Link] = Query(
    select(imap_links)
    .where(_of_account, _l.digest == bindparam("digest"))
    .order_by(_l.folder_id, _l.uid),
    Link._make,
)
OF_MESSAGES: Query[Link] = Query(
    select(imap_links).where(_of_account, among(_l.message_id, "ids")), Link._make
)
# Of messages that are here; what was destroyed here and moved there comes back.
OF_IDENTITIES: Query[tuple[int, bytes]] = Query(
    select(_l.identity, _l.digest)
    .join(
        messages,
        and_(messages.c.account_id == _l.account_id, messages.c.digest == _l.digest),
    )
    .where(_of_account, among(_l.identity, "identities"))
    .distinct()
)
ORPHANS: Query[tuple[bytes]] = Query(
    select(_l.digest)
    .outerjoin(
        messages,
        and_(messages.c.account_id == _l.account_id, messages.c.digest == _l.digest),
    )
    .where(_of_account, messages.c.id.is_(None))
    .distinct()
)
PUT = Query[None](
    upsert(
        imap_links,
        ["account_id", "folder_id", "uid"],
        ["message_id", "digest", "keywords", "identity"],
    )
)
_this = (
    _l.account_id == bindparam("key_account_id"),
    _l.folder_id == bindparam("key_folder_id"),
    _l.uid == bindparam("key_uid"),
)
SET_KEYWORDS = Query[None](update(imap_links).where(*_this).values(keywords=bindparam("keywords")))
DELETE = Query[None](delete(imap_links).where(*_in_folder, _l.uid == bindparam("uid")))


def of_uids(unit: Unit, account_id: int, folder_id: int, uids: Collection[int]) -> dict[int, Link]:
    """The links of those UIDs that there are."""
    if not uids:
        return {}
    rows = unit.all(OF_UIDS, account_id=account_id, folder_id=folder_id, uids=list(uids))
    return {row.uid: row for row in rows}


def uids_between(
    unit: Unit, account_id: int, folder_id: int, after: int, last: int | None
) -> list[int]:
    """Linked UIDs of a folder after one, and up to another, ascending."""
    span = {"after": after, "last": MAX_UID if last is None else last}
    rows = unit.all(UIDS, account_id=account_id, folder_id=folder_id, **span)
    return [uid for (uid,) in rows]


def newest(unit: Unit, account_id: int, folder_id: int, count: int) -> list[Link]:
    """Those with the highest UIDs."""
    return unit.all(NEWEST, account_id=account_id, folder_id=folder_id, count=count)


def of_digests(unit: Unit, account_id: int, digests: Iterable[bytes]) -> dict[bytes, list[Link]]:
    """Links by the message that they are of; an empty list where there are none."""
    return {digest: unit.all(OF_DIGEST, account_id=account_id, digest=digest) for digest in digests}


def of_messages(unit: Unit, account_id: int, numbers: Collection[int]) -> list[Link]:
    """Links of messages that had those numbers when they were linked."""
    return unit.all(OF_MESSAGES, account_id=account_id, ids=list(numbers)) if numbers else []


def digests_by_identity(
    unit: Unit, account_id: int, identities: Collection[int]
) -> dict[int, bytes]:
    """Messages that are here by what the server says of them, where that tells them apart."""
    if not identities:
        return {}
    found: dict[int, bytes] = {}
    ambiguous: set[int] = set()
    for identity, digest in unit.all(
        OF_IDENTITIES, account_id=account_id, identities=list(identities)
    ):
        if identity in found:
            ambiguous.add(identity)
        found[identity] = digest
    return {identity: digest for identity, digest in found.items() if identity not in ambiguous}


def orphans(unit: Unit, account_id: int) -> list[bytes]:
    """Digests of messages that are there, and were destroyed here."""
    return [digest for (digest,) in unit.all(ORPHANS, account_id=account_id)]


def put(unit: Unit, link: Link) -> None:
    """Note that a message is there."""
    unit.run(PUT, **link._asdict())


def set_keywords(unit: Unit, link: Link, keywords: str) -> None:
    """Note the keywords that it has on both sides."""
    unit.run(
        SET_KEYWORDS,
        key_account_id=link.account_id,
        key_folder_id=link.folder_id,
        key_uid=link.uid,
        keywords=keywords,
    )


def remove(unit: Unit, link: Link) -> None:
    """Note that it is there no more."""
    unit.run(DELETE, account_id=link.account_id, folder_id=link.folder_id, uid=link.uid)

"""The blob store's statements, and the rows that they give."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, func, literal_column, select, update

from cyrpy.data.statement import Query, among, insert_all, upsert
from cyrpy.data.tables import blob_owners, blobs

PREFIX: Final = "G"  # of blob ids


class Blob(NamedTuple):
    """One blob that an account owns."""

    digest: bytes
    size: int  # octets
    media_type: str  # as uploaded
    in_file: bool

    @property
    def id(self) -> str:
        """The id on the wire."""
        return PREFIX + self.digest.hex()


class Upload(NamedTuple):
    """A blob that nothing refers to."""

    digest: bytes
    size: int


_MINE = (blob_owners.c.digest == bindparam("digest"), among(blob_owners.c.account_id, "accounts"))
FIND: Query[Blob] = Query(
    select(blobs.c.digest, blobs.c.size, blob_owners.c.media_type, blobs.c.octets.is_(None))
    .join(blob_owners, blob_owners.c.digest == blobs.c.digest)
    .where(*_MINE)
    .limit(literal_column("1")),
    Blob._make,
)
OCTETS: Query[tuple[bytes]] = Query(
    select(func.substr(blobs.c.octets, bindparam("first"), bindparam("count"))).where(
        blobs.c.digest == bindparam("digest")
    )
)
EXISTS: Query[tuple[int]] = Query(select(blobs.c.size).where(blobs.c.digest == bindparam("digest")))
INSERT: Query[tuple[int]] = Query(insert_all(blobs))
OWN: Query[tuple[int]] = Query(upsert(blob_owners, ["account_id", "digest"], ["expires_at"]))
OWNED_FOR_GOOD: Query[tuple[int]] = Query(
    select(blob_owners.c.created_at).where(
        blob_owners.c.account_id == bindparam("account_id"),
        blob_owners.c.digest == bindparam("digest"),
        blob_owners.c.expires_at.is_(None),
    )
)
RELEASE: Query[tuple[int]] = Query(
    update(blob_owners)
    .where(
        blob_owners.c.account_id == bindparam("account_id"),
        blob_owners.c.digest == bindparam("digest"),
    )
    .values(expires_at=bindparam("until"))
)
UNREFERENCED: Query[Upload] = Query(
    select(blobs.c.digest, blobs.c.size)
    .join(blob_owners, blob_owners.c.digest == blobs.c.digest)
    .where(
        blob_owners.c.account_id == bindparam("account_id"), blob_owners.c.expires_at.is_not(None)
    )
    .order_by(blob_owners.c.expires_at, blob_owners.c.digest),
    Upload._make,
)
DISOWN: Query[tuple[int]] = Query(
    delete(blob_owners).where(
        blob_owners.c.account_id == bindparam("account_id"),
        blob_owners.c.digest == bindparam("digest"),
    )
)
EXPIRED: Query[tuple[int, bytes]] = Query(
    select(blob_owners.c.account_id, blob_owners.c.digest)
    .where(blob_owners.c.expires_at <= bindparam("now"))
    .order_by(blob_owners.c.expires_at)
    .limit(bindparam("count"))
)
OWNERS: Query[tuple[int]] = Query(
    select(blob_owners.c.account_id)
    .where(blob_owners.c.digest == bindparam("digest"))
    .limit(literal_column("1"))
)
DELETE: Query[tuple[int]] = Query(delete(blobs).where(blobs.c.digest == bindparam("digest")))

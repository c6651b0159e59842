"""Plain files and folders: rows that name blobs, and how much all of them take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from sqlalchemy import bindparam, delete, select, update

from cyrpy.data.blob_references import is_referred_to
from cyrpy.data.blobs import PREFIX, Blob, Blobs
from cyrpy.data.statement import Query, among, insert_all, updating
from cyrpy.data.tables import file_usage, files
from cyrpy.data.unit import ChangeKind, Unit

KIND: Final = "FileNode"  # its JMAP type, in the log
LETTER: Final = "F"  # of ids that the server gives
ROOT: Final = -1  # the folder in which the first ones are; it has no row


class FileRow(NamedTuple):
    """One file or folder, in the order of the table's columns."""

    account_id: int
    id: int
    parent_id: int
    name: str
    is_folder: int
    digest: bytes | None
    size: int
    media_type: str
    created_at: int
    updated_at: int
    created_modseq: int
    updated_modseq: int

    @property
    def wire_id(self) -> str:
        """Its id in JMAP and in the log."""
        return f"{LETTER}{self.id}"

    @property
    def segment(self) -> str:
        """The end of its URL, by which the log names it: a folder's has a slash."""
        return _segment(self.name, is_folder=bool(self.is_folder))


def _segment(name: str, *, is_folder: bool) -> str:
    return quote(name, safe="@") + "/" * is_folder


class NewFile(NamedTuple):
    """Where a file or folder is to be, and what it holds."""

    parent_id: int
    name: str
    blob: Blob | None  # None: a folder


class Usage(NamedTuple):
    """What an account's files take."""

    octets: int = 0
    nodes: int = 0  # files and folders


_of_account = files.c.account_id == bindparam("account_id")
_FILES = select(files).where(_of_account)
IN_FOLDER: Query[FileRow] = Query(
    _FILES.where(files.c.parent_id == bindparam("parent_id")).order_by(files.c.name),
    FileRow._make,
)
BY_NAME: Query[FileRow] = Query(
    _FILES.where(files.c.parent_id == bindparam("parent_id"), files.c.name == bindparam("name")),
    FileRow._make,
)
BY_NAMES: Query[FileRow] = Query(
    _FILES.where(files.c.parent_id == bindparam("parent_id"), among(files.c.name, "names")),
    FileRow._make,
)
IN_FOLDERS: Query[FileRow] = Query(_FILES.where(among(files.c.parent_id, "parents")), FileRow._make)
INSERT = Query[None](insert_all(files))
DELETE = Query[None](delete(files).where(_of_account, among(files.c.id, "ids")))
USAGE: Query[Usage] = Query(
    select(file_usage.c.octets, file_usage.c.count).where(
        file_usage.c.account_id == bindparam("account_id")
    ),
    Usage._make,
)
ADD_USAGE = Query[None](
    update(file_usage)
    .where(file_usage.c.account_id == bindparam("of_account"))
    .values(
        octets=file_usage.c.octets + bindparam("octets"),
        count=file_usage.c.count + bindparam("count"),
    )
)
BEGIN_USAGE = Query[None](insert_all(file_usage))


def usage(unit: Unit, account_id: int) -> Usage:
    """How much the account's files take."""
    return unit.first(USAGE, account_id=account_id) or Usage()


def _use(unit: Unit, account_id: int, octets: int, count: int) -> None:
    if not unit.run(ADD_USAGE, of_account=account_id, octets=octets, count=count):
        unit.run(BEGIN_USAGE, account_id=account_id, octets=octets, count=count)


def in_folder(unit: Unit, account_id: int, parent_id: int) -> list[FileRow]:
    """What is in a folder, by name."""
    return unit.all(IN_FOLDER, account_id=account_id, parent_id=parent_id)


def named(unit: Unit, account_id: int, parent_id: int, name: str) -> FileRow | None:
    """One file or folder by its name."""
    return unit.first(BY_NAME, account_id=account_id, parent_id=parent_id, name=name)


def those_named(unit: Unit, account_id: int, parent_id: int, names: Sequence[str]) -> list[FileRow]:
    """Files and folders by their names."""
    return unit.all(BY_NAMES, account_id=account_id, parent_id=parent_id, names=list(names))


def below(unit: Unit, row: FileRow) -> list[FileRow]:
    """All that is in a folder, at any depth; what holds something stands before it."""
    found: list[FileRow] = []
    parents = [row.id] if row.is_folder else []
    while parents:
        level = unit.all(IN_FOLDERS, account_id=row.account_id, parents=parents)
        found += level
        parents = [each.id for each in level if each.is_folder]
    return found


def create(unit: Unit, blobs: Blobs, account_id: int, new: NewFile) -> FileRow:
    """A new file or folder, under a name that is free; the account owns the blob for good."""
    number = unit.new_id(account_id)
    id = f"{LETTER}{number}"
    blob = new.blob
    modseq = unit.record(
        account_id,
        KIND,
        id,
        ChangeKind.CREATED,
        container_id=new.parent_id,
        name=_segment(new.name, is_folder=blob is None),
    )
    row = FileRow(
        account_id=account_id,
        id=number,
        parent_id=new.parent_id,
        name=new.name,
        is_folder=int(blob is None),
        digest=None if blob is None else blob.digest,
        size=0 if blob is None else blob.size,
        media_type="" if blob is None else blob.media_type,
        created_at=unit.now,
        updated_at=unit.now,
        created_modseq=modseq,
        updated_modseq=modseq,
    )
    if blob is not None:
        blobs.keep(unit, account_id, [], blob.id)
    unit.run(INSERT, **row._asdict())
    _use(unit, account_id, row.size, 1)
    return row


def replace(unit: Unit, blobs: Blobs, row: FileRow, blob: Blob) -> FileRow:
    """Give a file other content."""
    values = {"digest": blob.digest, "size": blob.size, "media_type": blob.media_type}
    if row.digest != blob.digest:
        blobs.keep(unit, row.account_id, [], blob.id)
    changed = _change(unit, row, {**values, "updated_at": unit.now})
    if row.digest is not None and row.digest != blob.digest:
        _release(unit, blobs, row.account_id, row.digest)
    _use(unit, row.account_id, blob.size - row.size, 0)
    return changed


def touch(unit: Unit, row: FileRow) -> None:
    """Note that something about it changed."""
    _change(unit, row, {})


def _change(unit: Unit, row: FileRow, values: Mapping[str, Any]) -> FileRow:
    modseq = unit.record(
        row.account_id,
        KIND,
        row.wire_id,
        ChangeKind.UPDATED,
        container_id=row.parent_id,
        name=row.segment,
    )
    return _write(unit, row, {**values, "updated_modseq": modseq})


def _write(unit: Unit, row: FileRow, values: dict[str, Any]) -> FileRow:
    query = updating(files, ("account_id", "id"), tuple(values))
    unit.run(query, key_account_id=row.account_id, key_id=row.id, **values)
    return row._replace(**values)


def move(unit: Unit, row: FileRow, parent_id: int, name: str) -> FileRow:
    """Put it into another folder, or under another name that is free, with all that is in it."""
    account_id, id = row.account_id, row.wire_id
    unit.record(
        account_id, KIND, id, ChangeKind.DESTROYED, container_id=row.parent_id, name=row.segment
    )
    modseq = unit.record(
        account_id,
        KIND,
        id,
        ChangeKind.CREATED,
        container_id=parent_id,
        name=row._replace(name=name).segment,
    )
    values = {"parent_id": parent_id, "name": name, "updated_modseq": modseq}
    return _write(unit, row, values)


def remove(unit: Unit, blobs: Blobs, row: FileRow) -> list[FileRow]:
    """Delete it with all that is in it; what that was."""
    gone = [row, *below(unit, row)]
    for each in gone:
        unit.record(
            each.account_id,
            KIND,
            each.wire_id,
            ChangeKind.DESTROYED,
            container_id=each.parent_id,
            name=each.segment,
        )
    unit.run(DELETE, account_id=row.account_id, ids=[each.id for each in gone])
    for digest in {each.digest for each in gone if each.digest is not None}:
        _release(unit, blobs, row.account_id, digest)
    _use(unit, row.account_id, -sum(each.size for each in gone), -len(gone))
    return gone


def _release(unit: Unit, blobs: Blobs, account_id: int, digest: bytes) -> None:
    """Let the blob go, unless something else in the account refers to it."""
    if not is_referred_to(unit, account_id, digest):
        blobs.release(unit, account_id, PREFIX + digest.hex())

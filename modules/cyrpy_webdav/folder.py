"""Folders as resources, and how files come into them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from cyrpy.data import dav, files
from cyrpy.data.blobs import Blob
from cyrpy.data.changes import changes_since, state
from cyrpy.data.dav import Key
from cyrpy.data.files import KIND, ROOT, FileRow, NewFile
from cyrpy.data.incoming import Incoming
from cyrpy.dav import privileges
from cyrpy.dav.errors import DavError
from cyrpy.dav.item import Item, Upload, Written
from cyrpy.dav.resource import Collection, Delta, Resource
from cyrpy.dav.urls import check_name, encode, split
from cyrpy.dav.xml import DAV
from cyrpy.errors import OverQuota
from cyrpy_webdav.file import File
from cyrpy_webdav.media import extension, media_type
from cyrpy_webdav.names import quota_of

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext

MAX_FILES: Final = 100_000  # files and folders of one user
MAX_DEPTH: Final = 64  # folders inside each other
DRIVE_SLASHES: Final = 5  # in the URL of a drive


class Body(NamedTuple):
    """Content that is to be stored."""

    incoming: Incoming | None
    media_type: str  # as the client gave it

    @property
    def size(self) -> int:
        """Octets."""
        return 0 if self.incoming is None else self.incoming.size


class Folder(Collection):
    """A folder; without a row a drive, or one that is still to be made."""

    types = (DAV("collection"),)
    methods = Collection.methods | {
        "PROPPATCH",
        "DELETE",
        "COPY",
        "MOVE",
        "LOCK",
        "UNLOCK",
        "POST",
    }
    makes = frozenset({"MKCOL", "PUT", "LOCK"})

    def __init__(self, url: str, account_id: int, row: FileRow | None) -> None:
        super().__init__(url, account_id)
        self.row = row
        self._name_to_be: tuple[int, str] | None = None
        self._adopt(row)

    def _adopt(self, row: FileRow | None) -> None:
        self.row = row
        self.number = ROOT if row is None else row.id
        self.sync_tag = f"{KIND}.{self.owner}.{self.number}"

    @property
    def owner(self) -> int:
        """The account that it is in."""
        return cast("int", self.owner_id)

    def display_name(self, ctx: DavContext) -> str | None:
        """Its name."""
        return None if self.row is None else self.row.name

    def held(self, ctx: DavContext) -> frozenset[str]:
        """Only its owner sees it."""
        return privileges.OWNING

    def dead_key(self, ctx: DavContext) -> Key:
        """By its number."""
        return Key(self.owner, KIND, self.number)

    def _resource(self, row: FileRow) -> Folder | File:
        url = f"{self.url}{encode(row.name)}"
        return Folder(f"{url}/", self.owner, row) if row.is_folder else File(url, row)

    def members(self, ctx: DavContext) -> Iterable[Resource]:
        """By name."""
        rows = files.in_folder(ctx.unit, self.owner, self.number)
        return [self._resource(row) for row in rows]

    def member(self, name: str, ctx: DavContext) -> Folder | File | None:
        """One file or folder."""
        row = files.named(ctx.unit, self.owner, self.number, name)
        return None if row is None else self._resource(row)

    def members_named(self, names: Sequence[str], ctx: DavContext) -> Mapping[str, Resource]:
        """By one look-up."""
        rows = files.those_named(ctx.unit, self.owner, self.number, names)
        return {row.name: self._resource(row) for row in rows}

    def draft(self, name: str, types: frozenset[str], ctx: DavContext) -> Folder:
        """A new folder."""
        if types != {DAV("collection")}:
            raise DavError(403, "there are plain folders here alone", DAV("valid-resourcetype"))
        self._check_new(name)
        made = Folder(f"{self.url}{encode(name)}/", self.owner, None)
        made._name_to_be = (self.number, name)
        return made

    def _check_new(self, name: str) -> None:
        check_name(name)
        if self.url.count("/") - DRIVE_SLASHES >= MAX_DEPTH:
            raise DavError(403, f"folders can be {MAX_DEPTH} deep inside each other")

    def save(self, ctx: DavContext) -> None:
        """Make it, or note that its properties have changed."""
        if self._name_to_be is not None:
            new = NewFile(*self._name_to_be, blob=None)
            self._make_room(ctx, 0, 1)
            self._adopt(files.create(ctx.unit, ctx.core.blobs, self.owner, new))
            self._name_to_be = None
        elif self.row is not None:
            files.touch(ctx.unit, self.row)

    def delete(self, ctx: DavContext) -> None:
        """With all that is in it; a drive stays."""
        if self.row is None:
            raise DavError(403, "a drive cannot be removed")
        for row in files.remove(ctx.unit, ctx.core.blobs, self.row):
            dav.forget(ctx.unit, Key(row.account_id, KIND, row.id))

    def prepare(self, ctx: DavContext, name: str, upload: Upload) -> Body:
        """On the disk, before the writer's lock."""
        body = Body(upload.incoming, ctx.request.header(b"content-type") or "")
        self.make_room(ctx, name, body.size)
        if upload.incoming is not None:
            upload.incoming.finish()
        return body

    def make_room(self, ctx: DavContext, name: str, octets: int) -> None:
        """By the quota, and what the file of that name takes now."""
        before = files.named(ctx.unit, self.owner, self.number, name)
        self._make_room(ctx, octets - (0 if before is None else before.size), 0)

    def put(self, ctx: DavContext, name: str, found: Item | None, prepared: Body) -> Written:
        """Store the octets as they came."""
        type = media_type(prepared.media_type, name)
        blobs = ctx.core.blobs
        if prepared.incoming is None:
            blob = blobs.store(ctx.unit, self.owner, b"", type)
        else:
            blob = blobs.put(ctx.unit, self.owner, prepared.incoming, type)
        return self._store(ctx, name, cast("File | None", found), blob)

    def _store(self, ctx: DavContext, name: str, found: File | None, blob: Blob) -> Written:
        before = 0 if found is None else found.row.size
        self._make_room(ctx, blob.size - before, int(found is None))
        if found is None:
            self._check_new(name)
            new = NewFile(self.number, name, blob)
            row = files.create(ctx.unit, ctx.core.blobs, self.owner, new)
        else:
            row = files.replace(ctx.unit, ctx.core.blobs, found.row, blob)
        return Written(self._resource(row), created=found is None)

    def new_name(self, ctx: DavContext, prepared: Body) -> str:
        """One that nobody else thinks of."""
        ending = extension(media_type(prepared.media_type, ""))
        return ctx.core.random_bytes(12).hex() + ending

    def accept(
        self, ctx: DavContext, name: str, source: Item, found: Item | None, *, move: bool
    ) -> Written:
        """A file of this drive is moved as it is; of all else the octets are taken."""
        if move and isinstance(source, File) and source.row.account_id == self.owner:
            if found is not None:
                found.delete(ctx)
            self._check_new(name)
            row = files.move(ctx.unit, source.row, self.number, name)
            return Written(self._resource(row), created=found is None)
        blob = self._taken(ctx, source)
        written = self._store(ctx, name, cast("File | None", found), blob)
        if move:
            source.delete(ctx)
        return written

    def _taken(self, ctx: DavContext, source: Item) -> Blob:
        content = source.content(ctx)
        blobs = ctx.core.blobs
        if isinstance(content.octets, bytes):
            return blobs.store(ctx.unit, self.owner, content.octets, content.media_type)
        owner = source.account_id
        kept = blobs.keep(ctx.unit, self.owner, [] if owner is None else [owner], content.octets.id)
        return kept._replace(media_type=content.media_type)

    def relocate(self, ctx: DavContext, parent: Collection, name: str) -> Collection:
        """Into another folder of the drive."""
        if self.row is None or not isinstance(parent, Folder) or parent.owner != self.owner:
            raise DavError(403, "a folder can be moved inside of its drive")
        parent._check_new(name)
        row = files.move(ctx.unit, self.row, parent.number, name)
        return cast("Folder", parent._resource(row))

    def _make_room(self, ctx: DavContext, octets: int, count: int) -> None:
        """Make sure that so much more can be kept.

        Raises:
            OverQuota: it cannot.
        """
        used = files.usage(ctx.unit, self.owner)
        quota = quota_of(ctx)
        if quota and octets > 0 and used.octets + octets > quota:
            raise OverQuota(f"all files of a user may have {quota} octets together")
        if count and used.nodes + count > MAX_FILES:
            raise OverQuota(f"a user may have {MAX_FILES} files and folders")

    def sync_state(self, ctx: DavContext) -> str:
        """Of what is in it."""
        return str(state(ctx.unit, self.owner, KIND, self.number))

    def sync_members(self, ctx: DavContext) -> Iterable[tuple[int, Resource]]:
        """By number."""
        rows = files.in_folder(ctx.unit, self.owner, self.number)
        return [(row.id, self._resource(row)) for row in sorted(rows, key=lambda row: row.id)]

    def sync_changes(self, ctx: DavContext, since: str, limit: int | None) -> Delta:
        """By the log: those that have a name now, and names that are free now."""
        found = changes_since(
            ctx.unit, self.owner, KIND, since, container_id=self.number, limit=limit
        )
        urls = [f"{self.url}{segment}" for segment in found.all_names]
        names = dict.fromkeys(split(url)[-1] for url in urls)
        members = list(self.members_named(list(names), ctx).values())
        there = {member.url for member in members}
        return Delta(found.new, members, [url for url in urls if url not in there], found.more)

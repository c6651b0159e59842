"""Note: a small type with everything that a type can declare, over a real table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar

import orjson
from pydantic import Field
from sqlalchemy import text

from cyrpy.data import ids as wire
from cyrpy.data.statement import Query
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy.errors import AlreadyExists, Forbidden, NotFound
from cyrpy_jmap.call import Call
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.filters import Comparator, Filter, in_order, matches
from cyrpy_jmap.invocation import Invocation, Json
from cyrpy_jmap.methods.set import SetArguments, SetOutcome
from cyrpy_jmap.objects import Id, Immutable, JmapModel, JmapObject, ServerSet, UnsignedInt
from cyrpy_jmap.stored import Record, Stored

URN = "https://example.com/notes"
NOTES = Capability(URN, server={"maxTitle": 40}, shared_by=("Note",))
CREATE = Query[None](
    text(
        "CREATE TABLE notes (account_id BIGINT, id BIGINT, json TEXT, PRIMARY KEY (account_id, id))"
    )
)
ALL = Query[tuple[int, str]](
    text("SELECT id, json FROM notes WHERE account_id = :account_id ORDER BY id")
)
PUT = Query[None](text("INSERT INTO notes VALUES (:account_id, :id, :json)"))
CHANGE = Query[None](
    text("UPDATE notes SET json = :json WHERE account_id = :account_id AND id = :id")
)
DROP = Query[None](text("DELETE FROM notes WHERE account_id = :account_id AND id = :id"))


class Link(JmapModel):
    """From a note to another."""

    note_id: Id
    label: str = ""


class Note(JmapObject):
    """A note."""

    title: Annotated[str, Field(max_length=40)]
    rank: UnsignedInt = 0
    tags: dict[str, bool] = Field(default_factory=dict)
    uid: Immutable[str | None] = None
    parent_id: Id | None = None
    links: list[Link] = Field(default_factory=list)
    related: dict[Id, bool] = Field(default_factory=dict)
    is_private: bool = False
    size: ServerSet[UnsignedInt]


class NoteSetArguments(SetArguments):
    """One argument more."""

    on_success_destroy: list[str] | None = None


class Notes(DataType[Note]):
    """Private notes are the owner's; titles are unique; one called `locked` cannot be changed."""

    name = "Note"
    capability = NOTES
    model = Note
    copyable = True
    set_arguments = NoteSetArguments
    filters: ClassVar[dict[str, Any]] = {"tag": str, "minRank": UnsignedInt, "uid": str | None}
    sorts: ClassVar[dict[str, dict[str, Any]]] = {
        "title": {},
        "rank": {},
        "uid": {},
        "tag": {"tag": str},
    }
    stable = frozenset({"uid"})

    def load(self, call: Call, ids: Sequence[str] | None) -> Iterable[Record]:
        for number, octets in call.unit.all(ALL, account_id=call.account.id):
            id = wire.encode("N", number)
            if ids is not None and id not in ids:
                continue
            if not call.account.is_own and orjson.loads(octets)["isPrivate"]:
                continue
            yield Stored(id, octets.encode())

    def search(
        self, call: Call, filter: Filter | None, sort: Sequence[Comparator]
    ) -> Sequence[str]:
        notes = [orjson.loads(stored.octets) for stored in self.load(call, None)]

        def holds(note: Json, name: str, value: Any) -> bool:
            if name == "tag":
                return value in note["tags"]
            return note["rank"] >= value if name == "minRank" else note["uid"] == value

        def key(note: Json, by: Comparator) -> Any:
            return (
                by.extra["tag"] in note["tags"] if by.property == "tag" else note[by.property] or ""
            )

        found = [n for n in notes if matches(filter, lambda k, v, n=n: holds(n, k, v))]
        return [note["id"] for note in in_order(found, sort, key)]

    def create(self, call: Call, checked: Json) -> Json:
        self._judge(call, None, checked)
        account = call.account.id
        number = call.unit.new_id(account)
        made = {"id": wire.encode("N", number), "size": len(checked["title"])}
        call.unit.run(
            PUT, account_id=account, id=number, json=orjson.dumps(made | checked).decode()
        )
        call.unit.record(account, "Note", made["id"], ChangeKind.CREATED)
        return made

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        self._judge(call, id, patched)
        if current["title"] == "locked":
            raise Forbidden("a locked note cannot be changed")
        size = len(patched["title"])
        json = orjson.dumps(patched | {"size": size}).decode()
        call.unit.run(CHANGE, account_id=call.account.id, id=wire.decode("N", id), json=json)
        call.unit.record(call.account.id, "Note", id, ChangeKind.UPDATED)
        return None if size == current["size"] else {"size": size}

    def destroy(self, call: Call, id: str) -> None:
        if not list(self.load(call, [id])):
            raise NotFound(f"there is no note {id}")
        call.unit.run(DROP, account_id=call.account.id, id=wire.decode("N", id))
        call.unit.record(call.account.id, "Note", id, ChangeKind.DESTROYED)

    def implied(self, call: Call, outcome: SetOutcome) -> Sequence[Invocation]:
        destroy = call.arguments.on_success_destroy
        if not destroy or not outcome.created:
            return ()
        return [Invocation("Note/set", {"accountId": call.account.wire_id, "destroy": destroy}, "")]

    def _judge(self, call: Call, id: str | None, note: Json) -> None:
        if note["title"] == "crash":
            raise ZeroDivisionError
        for stored in self.load(call, None):
            if stored.id != id and orjson.loads(stored.octets)["title"] == note["title"]:
                raise AlreadyExists("there is a note of that title", stored.id)


def make_table(unit: Unit) -> None:
    """To be run once in a fresh database."""
    unit.run(CREATE)

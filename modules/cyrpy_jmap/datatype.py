"""DataType: what one type of record declares, and the methods that follow from it (RFC 8620 §5)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from cyrpy.core import Core
from cyrpy.data import changes
from cyrpy.formats.pointer import escape
from cyrpy_jmap import records
from cyrpy_jmap.call import Call, Done, Method
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.filters import Comparator, Filter, used
from cyrpy_jmap.invocation import Arguments, Invocation, Json
from cyrpy_jmap.methods.changes import ChangesArguments, run_changes
from cyrpy_jmap.methods.copy import CopyArguments, run_copy
from cyrpy_jmap.methods.get import GetArguments, run_get
from cyrpy_jmap.methods.query import QueryArguments, run_query
from cyrpy_jmap.methods.query_changes import QueryChangesArguments, run_query_changes
from cyrpy_jmap.methods.set import SetArguments, SetOutcome, run_set
from cyrpy_jmap.objects import JmapObject, properties_of
from cyrpy_jmap.records import Wrong
from cyrpy_jmap.stored import Record, value_of

M = TypeVar("M", bound=JmapObject)


class DataType(Generic[M]):
    """One type of record, as an object that keeps nothing between calls.

    What a subclass defines gives its methods: `load` /get, with `logged` also /changes; any of
    `create`, `update`, `destroy` /set, with `copyable` also /copy; `search` /query and
    /queryChanges. Further ones by `methods`. Rights are the type's to judge, in all of these:
    what the viewer may not see is never loaded or found; what it may not do is `Forbidden`.
    """

    name: ClassVar[str]
    capability: ClassVar[Capability]
    model: ClassVar[type[JmapObject]]

    logged: ClassVar[bool] = True  # whether the change log knows the type
    # Properties that name records of other types, by an id or by the keys of a map.
    refers: ClassVar[Mapping[str, DataType[Any]]] = {}
    log_name: ClassVar[str] = ""  # how, if by the name of another type whose rows these are too
    in_account: ClassVar[bool] = True  # false: of the user itself, as PushSubscription (§7.2)
    singleton: ClassVar[bool] = False  # one record, which cannot be created or destroyed
    copyable: ClassVar[bool] = False
    slow: ClassVar[bool] = False  # whether searches may take long
    # Whether an account has a handful of them, in small rows, and its owner sees nothing of them
    # that changes without a change in the log: what /get gave is remembered by the type's state.
    few: ClassVar[bool] = False
    # Conditions and sorts of /query, with the types of their values; of a sort, further members.
    filters: ClassVar[Mapping[str, Any]] = {}
    sorts: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    # Those of them that no change to a record touches. Without a sort, order by such a one too.
    stable: ClassVar[frozenset[str]] = frozenset()

    get_arguments: ClassVar[type[GetArguments]] = GetArguments
    changes_arguments: ClassVar[type[ChangesArguments]] = ChangesArguments
    set_arguments: ClassVar[type[SetArguments]] = SetArguments
    copy_arguments: ClassVar[type[CopyArguments]] = CopyArguments
    query_arguments: ClassVar[type[QueryArguments]] = QueryArguments
    query_changes_arguments: ClassVar[type[QueryChangesArguments]] = QueryChangesArguments

    # Reading

    def load(self, call: Call, ids: Sequence[str] | None) -> Iterable[Record]:
        """The records of those ids that the viewer may see, or all; in any order.

        `call.properties` says which properties are wanted, and more may be given.
        """
        raise NotImplementedError

    def knows(self, property: str) -> bool:
        """Whether records may have that property; for names that no model lists (`header:*`)."""
        return property in properties_of(self.model).names

    def state(self, call: Call) -> str:
        """The state of the type in the account (§5.1); inside a write, with what was done there."""
        name = self.log_name or self.name
        moved = call.unit.moved_to(call.account.id, name)
        if moved is None:
            moved = changes.state(call.unit, call.account.id, name)
        return str(moved)

    def changes_since(self, call: Call, since: str, limit: int | None) -> changes.Changes:
        """What became of the records since a state (§5.2).

        Raises:
            CannotCalculateChanges: `since` is no state that can be started from.
        """
        viewer = None
        if not call.account.is_own:
            viewer = changes.Viewer(call.viewer.identity.principals, self.may_see(call))
        account_id = call.account.id
        name = self.log_name or self.name
        return changes.changes_since(call.unit, account_id, name, since, viewer=viewer, limit=limit)

    def may_see(self, call: Call) -> Callable[[str], bool]:
        """Whether the viewer sees a record of an account that is not its own."""
        return lambda id: any(True for _ in self.load(call, [id]))

    def changes_extra(self, call: Call, found: changes.Changes) -> Json:
        """Further members of a /changes response, such as `updatedProperties`."""
        del call, found
        return {}

    # Searching

    def search(
        self, call: Call, filter: Filter | None, sort: Sequence[Comparator]
    ) -> Sequence[str]:
        """The ids of all records that match and that the viewer may see, in order (§5.5).

        May be a sequence that reads only what is asked of it: a slice, `len`, `index`.
        """
        raise NotImplementedError

    def can_calculate(self, call: Call, filter: Filter | None, sort: Sequence[Comparator]) -> bool:
        """Whether changes to such a query follow from changes to the records it finds (§5.6)."""
        del call, filter, sort
        return self.logged

    def is_stable(self, call: Call, filter: Filter | None, sort: Sequence[Comparator]) -> bool:
        """Whether no update of a record can change whether, or where, one is found (§5.6)."""
        del call
        names = {*used(filter), *(comparator.property for comparator in sort)}
        return bool(self.stable) and names <= self.stable

    def moved(
        self,
        call: Call,
        filter: Filter | None,
        sort: Sequence[Comparator],
        found: changes.Changes,
    ) -> Sequence[str]:
        """The records that may be found elsewhere since, or no more; not those that are new."""
        del call, filter, sort
        return found.updated

    # Checking: what a client sends, before `create`, `copy` and `update` are handed it

    def check_new(self, value: Json) -> Json:
        """The record with the defaults of what was omitted.

        Raises:
            SetError: `invalidProperties`, with all that are.
        """
        return records.check_new(self.model, value)

    def check_patched(self, current: Json, patch: Json) -> Json:
        """The record as patched.

        Raises:
            SetError: `invalidPatch`, or `invalidProperties` with all that are.
        """
        return records.check_patched(self.model, current, patch)

    def ready(self, call: Call, checked: Json) -> Json:
        """The checked record with the work done that needs no lock, as for `create`.

        Members whose names begin with HIDDEN are for `create` alone.

        Raises:
            SetError: it cannot be made.
        """
        del call
        return checked

    def unresolved(self, call: Call, value: Json) -> Wrong:
        """What a record that is wrong already refers to besides that is not there."""
        wrong: Wrong = {}
        for property, type in self.refers.items():
            given = value.get(property)
            ids = {given: property} if isinstance(given, str) else {}
            if isinstance(given, dict):
                ids = {id: f"{property}/{escape(id)}" for id in given}
            named = {id: path for id, path in ids.items() if id[:1] != "#"}
            if named:
                sees = type.may_see(call)
                missing = (path for id, path in named.items() if not sees(id))
                wrong |= dict.fromkeys(missing, f"there is no such {type.name}")
        return wrong

    # Writing: each is called inside a transaction, in a savepoint that a CyrpyError undoes

    def create(self, call: Call, checked: Json) -> Json:
        """Make a record; the properties that the server set, `id` among them."""
        raise NotImplementedError

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        """Change a record; the properties that changed otherwise than the client asked."""
        raise NotImplementedError

    def destroy(self, call: Call, id: str) -> None:
        """Remove a record.

        Raises:
            NotFound: there is none, or none that the viewer may see.
        """
        raise NotImplementedError

    def in_order_of_destruction(self, call: Call, ids: Sequence[str]) -> Iterable[str]:
        """The ids that a client gave, each once, as the records can be destroyed."""
        del call
        return dict.fromkeys(ids)

    def copy(self, call: Call, source: Call, original: Json, checked: Json) -> Json:
        """Make a copy of `original`, a record of `source.account`; as `create` (§5.4)."""
        del source, original
        return self.create(call, checked)

    def current(self, call: Call, ids: Sequence[str]) -> Iterable[Record]:
        """Records as an update or a copy needs them: with every property."""
        return self.load(call, ids)

    def settle(self, call: Call, outcome: SetOutcome) -> None:
        """The last act of a /set's transaction, as for `onSuccessSetIsDefault`."""

    def implied(self, call: Call, outcome: SetOutcome) -> Sequence[Invocation]:
        """Calls that a /set makes after its response, as for `onSuccessUpdateEmail`."""
        del call, outcome
        return ()

    def beside(self, core: Core) -> Coroutine[Any, Any, None] | None:
        """What runs beside the requests until it is cancelled, if anything does."""
        del core
        return None

    # What follows

    def methods(self) -> dict[str, Method]:
        """The type's methods by their names; extend it for further ones."""
        found: dict[str, Method] = {}
        if self.defines("load"):
            found["get"] = Method(self._get, brief=self.few)
            if self.logged:
                found["changes"] = Method(self._changes)
        if self.defines("create") or self.defines("update") or self.defines("destroy"):
            found["set"] = Method(self._set, writes=True)
        if self.copyable:
            found["copy"] = Method(self._copy, writes=True)
        if self.defines("search"):
            found["query"] = Method(self._query, slow=self.slow)
            found["queryChanges"] = Method(self._query_changes, slow=self.slow)
        return {f"{self.name}/{verb}": method for verb, method in found.items()}

    def defines(self, what: str) -> bool:
        """Whether the type has a `load`, `create` … of its own."""
        return getattr(type(self), what) is not getattr(DataType, what)

    def enter(self, call: Call, account_id: str | None, *, writes: bool = False) -> None:
        """Work in the account that the arguments name."""
        if self.in_account:
            call.enter(account_id or "", self.capability, writes=writes)

    def values(self, call: Call, ids: Sequence[str]) -> dict[str, Json]:
        """Whole records by id."""
        records = (value_of(record) for record in self.current(call, ids))
        return {record["id"]: record for record in records}

    def _get(self, call: Call, arguments: Arguments) -> Arguments:
        return run_get(self, call, arguments)

    def _changes(self, call: Call, arguments: Arguments) -> Arguments:
        return run_changes(self, call, arguments)

    def _set(self, call: Call, arguments: Arguments) -> Done:
        return run_set(self, call, arguments)

    def _copy(self, call: Call, arguments: Arguments) -> Done:
        return run_copy(self, call, arguments)

    def _query(self, call: Call, arguments: Arguments) -> Arguments:
        return run_query(self, call, arguments)

    def _query_changes(self, call: Call, arguments: Arguments) -> Arguments:
        return run_query_changes(self, call, arguments)

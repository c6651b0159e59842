"""Mailboxes as a data type: reading, finding, making, changing, sharing and destroying them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Final

from cyrpy.data import ids
from cyrpy.data.changes import Changes
from cyrpy.data.mailboxes import KIND, LETTER, NewMailbox
from cyrpy.groupware import mailboxes as groupware
from cyrpy.groupware.access import to_rights
from cyrpy.groupware.mail_access import MailAccess
from cyrpy.groupware.mailboxes import MAILBOX_IMPLIED, MAILBOX_RIGHTS, MailboxView
from cyrpy_jmap.call import Call
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.filters import Comparator, Filter
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.methods.set import SetArguments
from cyrpy_jmap.types.mailbox import query
from cyrpy_jmap.types.mailbox.model import MAIL, Mailbox
from cyrpy_jmap.types.mailbox.query import MailboxQueryArguments, MailboxQueryChangesArguments
from cyrpy_jmap.types.sharing import actor_of, letters_by_principal, shares, wants

KNOWN_ROLES: Final = groupware.ROLES | {None}
COUNTS: Final = ("totalEmails", "unreadEmails", "totalThreads", "unreadThreads")


class MailboxSetArguments(SetArguments):
    """Mailbox/set has one more."""

    on_destroy_remove_emails: bool = False


class Mailboxes(DataType[Mailbox]):
    """The mailboxes of an account, for the owner and for those whom they are shared with."""

    name: ClassVar[str] = "Mailbox"
    capability = MAIL
    model = Mailbox
    set_arguments = MailboxSetArguments
    query_arguments = MailboxQueryArguments
    query_changes_arguments = MailboxQueryChangesArguments
    filters: ClassVar[Mapping[str, Any]] = query.FILTERS
    sorts: ClassVar[Mapping[str, Mapping[str, Any]]] = query.SORTS
    few = True

    def visible(self, call: Call) -> list[MailboxView]:
        """The mailboxes that the user may see, with the roles that there are in JMAP (§10.5)."""
        views = groupware.visible(call.unit, call.account.id, actor_of(call))
        return [
            v if v.row.role in KNOWN_ROLES else v._replace(row=v.row._replace(role=None))
            for v in views
        ]

    def load(self, call: Call, ids: Sequence[str] | None) -> Iterable[Json]:
        """The mailboxes that the user may see, in their order."""
        views = self.visible(call)
        known = {view.row.id: view for view in views}
        shared = shares(call, KIND, MAILBOX_RIGHTS) if wants(call, "shareWith") else {}
        for view in views:
            if ids is None or view.row.wire_id in ids:
                yield _json(call, view, known, shared.get(view.row.id))

    def may_see(self, call: Call) -> Callable[[str], bool]:
        """One look at the grants for all mailboxes."""
        return frozenset(view.row.wire_id for view in self.visible(call)).__contains__

    def changes_extra(self, call: Call, found: Changes) -> Json:
        """Which properties changed, where that were the counts alone (RFC 8621 §2.2)."""
        changed = {view.row.wire_id: view.row.properties_modseq for view in self.visible(call)}
        since = int(found.old.partition("-")[0])
        others = [*found.created, *found.destroyed]
        only_counts = bool(found.updated and not others) and all(
            changed.get(id, since + 1) <= since for id in found.updated
        )
        return {"updatedProperties": list(COUNTS) if only_counts else None}

    def search(
        self, call: Call, filter: Filter | None, sort: Sequence[Comparator]
    ) -> Sequence[str]:
        """All of them are looked at; there are few."""
        return query.search(self.visible(call), filter, sort, call.arguments)

    def can_calculate(self, call: Call, filter: Filter | None, sort: Sequence[Comparator]) -> bool:
        """Not of trees, in which one moves with another."""
        arguments = call.arguments
        as_tree = arguments.sort_as_tree or arguments.filter_as_tree
        return not as_tree and super().can_calculate(call, filter, sort)

    def create(self, call: Call, checked: Json) -> Json:
        """A mailbox in an account where the user may put one."""
        self.check_role(checked["role"])
        parent = self._parent(call, checked["parentId"])
        new = NewMailbox(
            checked["name"],
            checked["role"],
            None if parent is None else parent.row.id,
            checked["sortOrder"],
            checked["isSubscribed"],
        )
        with _as_set_errors():
            row = groupware.create(call.unit, call.account.id, actor_of(call), new, parent)
        view = groupware.find(call.unit, call.account.id, actor_of(call), row.wire_id)
        if not view.is_owner and checked["isSubscribed"]:
            groupware.update(call.unit, view, actor_of(call), {"is_subscribed": 1})
        if checked["shareWith"]:
            self._share(call, view, checked["shareWith"])
        made = _json(call, view, {}, None)
        return {name: made[name] for name in ("id", *COUNTS, "myRights")}

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        """Change it; whether one is subscribed, for this user alone."""
        changed = {name for name in patched if patched[name] != current.get(name)}
        view = groupware.find(call.unit, call.account.id, actor_of(call), id)
        values: dict[str, Any] = {
            column: patched[name] for name, column in _COLUMNS.items() if name in changed
        }
        if "parentId" in changed:
            parent = self._parent(call, patched["parentId"])
            if parent is not None and "k" not in parent.rights:
                raise SetError("forbidden", "putting it there needs the right to create there")
            values["parent_id"] = None if parent is None else parent.row.id
        if "is_subscribed" in values:
            values["is_subscribed"] = int(values["is_subscribed"])
        if values:
            self.check_role(values.get("role"))
            with _as_set_errors():
                groupware.update(call.unit, view, actor_of(call), values)
        if "shareWith" in changed:
            self._share(call, view, patched["shareWith"] or {})
        return None

    def in_order_of_destruction(self, call: Call, ids: Sequence[str]) -> Iterable[str]:
        """Each mailbox before the one that it is inside."""
        parents = {view.row.id: view.row.parent_id for view in self.visible(call)}
        unique = list(dict.fromkeys(ids))
        return sorted(unique, key=lambda id: _depth(call, parents, id), reverse=True)

    def destroy(self, call: Call, id: str) -> None:
        """Destroy it, with mail that is nowhere else if the client said so."""
        view = groupware.find(call.unit, call.account.id, actor_of(call), id)
        try:
            self.remove(call, view)
        except groupware.HasChild as exc:
            raise SetError("mailboxHasChild", str(exc)) from exc
        except groupware.HasEmail as exc:
            raise SetError("mailboxHasEmail", f"{exc}: set onDestroyRemoveEmails") from exc

    def remove(self, call: Call, view: MailboxView) -> None:
        """Destroy a mailbox with what is in it, as the arguments say."""
        groupware.destroy(call.unit, view, remove_emails=call.arguments.on_destroy_remove_emails)

    def check_role(self, role: str | None) -> None:
        """Refuse roles that JMAP does not have.

        Raises:
            SetError: `invalidProperties`.
        """
        if role is not None and role not in KNOWN_ROLES:
            raise SetError("invalidProperties", f"role: there is no role {role[:80]!r}", ["role"])

    def _parent(self, call: Call, id: str | None) -> MailboxView | None:
        if id is None:
            return None
        for view in self.visible(call):
            if view.row.wire_id == id:
                return view
        raise SetError("invalidProperties", "parentId: there is no such mailbox", ["parentId"])

    def _share(self, call: Call, view: MailboxView, wanted: Mapping[str, Json]) -> None:
        """Grant exactly this, by principals' ids."""
        letters = letters_by_principal(call, wanted, MAILBOX_RIGHTS, MAILBOX_IMPLIED)
        groupware.set_shares(call.unit, view, letters)


_COLUMNS: Final[Mapping[str, str]] = {
    "name": "name",
    "role": "role",
    "sortOrder": "sort_order",
    "isSubscribed": "is_subscribed",
}


@contextmanager
def _as_set_errors() -> Iterator[None]:
    """Name the property that cannot be as it was given.

    Raises:
        SetError: `invalidProperties`.
    """
    try:
        yield
    except groupware.InvalidMailbox as exc:
        raise SetError("invalidProperties", f"{exc.property}: {exc}", [exc.property]) from exc


def _json(
    call: Call, view: MailboxView, known: Mapping[int, MailboxView], shared: dict[str, Json] | None
) -> Json:
    """A mailbox as its viewer sees it."""
    row = view.row
    unread = (row.unread_emails, row.unread_threads)
    if not view.is_owner and (wants(call, "unreadEmails") or wants(call, "unreadThreads")):
        unread = _access(call).unread(call.unit, row.id)
    return {
        "id": row.wire_id,
        "name": row.name,
        "parentId": ids.encode(LETTER, row.parent_id or 0) if row.parent_id in known else None,
        "role": row.role,
        "sortOrder": row.sort_order,
        "totalEmails": row.total_emails,
        "unreadEmails": unread[0],
        "totalThreads": row.total_threads,
        "unreadThreads": unread[1],
        "myRights": to_rights(view.rights, MAILBOX_RIGHTS),
        "isSubscribed": bool(row.is_subscribed),
        "shareWith": shared if "a" in view.rights else None,
    }


def _depth(call: Call, parents: Mapping[int, int | None], id: str) -> int:
    """How many mailboxes one is inside of."""
    depth, above = 0, ids.decode(LETTER, call.real_id(id) or id)
    while above is not None and (above := parents.get(above)) is not None:
        depth += 1
    return depth


def _access(call: Call) -> MailAccess:
    return MailAccess.of(call.unit, call.account.id, actor_of(call))

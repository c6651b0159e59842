"""Mailboxes: who sees which, and creating, changing, sharing and destroying them (RFC 8621 §2)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from cyrpy.data import access, mailboxes, messages
from cyrpy.data.mailboxes import KIND, MailboxRow, NewMailbox
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy.errors import AlreadyExists, Forbidden, FormatError, NotFound
from cyrpy.groupware import mail, mail_recount
from cyrpy.groupware.access import ALL_LETTERS, Actor, has
from cyrpy.groupware.mail_counts import TRASH
from cyrpy.groupware.sharing import Container, share, shows, unshare_all

# MailboxRights (RFC 8621 §2; mayShare: draft-ietf-jmap-mail-sharing): letters that are each right.
MAILBOX_RIGHTS: Final[Mapping[str, str]] = {
    "mayReadItems": "lr",
    "mayAddItems": "i",
    "mayRemoveItems": "te",
    "maySetSeen": "s",
    "maySetKeywords": "w",
    "mayCreateChild": "k",
    "mayRename": "x",
    "mayDelete": "x",
    "maySubmit": "p",
    "mayShare": "a",
}
MAILBOX_IMPLIED: Final[Mapping[str, str]] = {}
# Names of the IANA registry of mailbox attributes that say what a mailbox is for (§10.5).
ROLES: Final = frozenset(
    {"all", "archive", "drafts", "flagged", "important", "inbox", "junk", "memos", "scheduled"}
    | {"sent", "snoozed", "subscribed", "trash"}
)
# Further ones that a mailbox may have, which are not shown to clients of that registry's.
PRIVATE_ROLES: Final = re.compile(r"templates|x-[a-z0-9._-]{1,30}", re.ASCII)
MAX_NAME: Final = 255  # octets
MAX_DEPTH: Final = 20
BATCH: Final = 500


class HasChild(Forbidden):
    """There are mailboxes inside it."""


class HasEmail(Forbidden):
    """There is mail in it, and it was not to be removed with it."""


class InvalidMailbox(FormatError):
    """A property cannot be so; `property` names it."""

    def __init__(self, property: str, message: str) -> None:
        super().__init__(message)
        self.property = property


class MailboxView(NamedTuple):
    """A mailbox as one user sees it."""

    row: MailboxRow  # with its own subscription put in
    rights: str  # letters
    is_owner: bool


def container(row: MailboxRow) -> Container:
    """The mailbox as something that can be shared."""
    return Container(row.account_id, KIND, row.id, row.wire_id, row.wire_id)


def visible(unit: Unit, account_id: int, actor: Actor) -> list[MailboxView]:
    """The mailboxes of the account that `actor` may see, in the owner's order."""
    rows = mailboxes.all_of(unit, account_id)
    if account_id == actor.principal_id:
        return [MailboxView(row, ALL_LETTERS, is_owner=True) for row in rows]
    granted = access.granted_to(unit, account_id, KIND, actor.principals)
    if not granted:
        return []
    own = unit.all(mailboxes.SUBSCRIBED, account_id=account_id, principal_id=actor.principal_id)
    subscribed = dict(own)
    return [
        MailboxView(
            row._replace(is_subscribed=subscribed.get(row.id, 0)), granted[row.id], is_owner=False
        )
        for row in rows
        if shows(granted.get(row.id, ""))
    ]


def find(unit: Unit, account_id: int, actor: Actor, wire_id: str) -> MailboxView:
    """One mailbox by its id.

    Raises:
        NotFound: there is none, or `actor` may not see it.
    """
    for view in visible(unit, account_id, actor):
        if view.row.wire_id == wire_id:
            return view
    raise NotFound(f"there is no mailbox {wire_id[:80]!r} in this account")


def create(
    unit: Unit, account_id: int, actor: Actor, new: NewMailbox, parent: MailboxView | None
) -> MailboxRow:
    """A new mailbox inside `parent`, or at the top.

    Raises:
        Forbidden: `actor` may not put one there.
        InvalidMailbox: name or role cannot be.
        AlreadyExists: name or role are taken.
    """
    if parent is None and account_id != actor.principal_id:
        raise Forbidden("only the owner of an account makes mailboxes at its top level")
    if parent is not None and not has(parent.rights, "k"):
        raise Forbidden("making a mailbox inside this one needs the right to create there")
    name = checked_name(new.name)
    _check_role(new.role)
    _check_depth(unit, account_id, new.parent_id)
    row = mailboxes.create(unit, account_id, new._replace(name=name))
    if row.role == TRASH:
        mail_recount.repair(unit, account_id)
    if parent is not None and not parent.is_owner:
        _inherit(unit, parent, row)
    return row


def _inherit(unit: Unit, parent: MailboxView, row: MailboxRow) -> None:
    """Who may make a mailbox inside another has there what it has in that (RFC 4314 §3)."""
    grants = unit.all(
        access.GRANTS_ON, account_id=row.account_id, kind=KIND, container_id=parent.row.id
    )
    share(unit, container(row), {grant.principal_id: grant.rights for grant in grants}, None)


def checked_name(name: str) -> str:
    """A name as it is stored (RFC 8621 §2, RFC 5198).

    Raises:
        InvalidMailbox: it cannot be one.
    """
    normal = unicodedata.normalize("NFC", name)
    if not normal.strip() or len(normal.encode("utf-8", "replace")) > MAX_NAME:
        raise InvalidMailbox("name", f"a name has 1 to {MAX_NAME} octets")
    if any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in normal):
        raise InvalidMailbox("name", "a name has no control characters")
    return normal


def _check_role(role: str | None) -> None:
    if role is not None and role not in ROLES and not PRIVATE_ROLES.fullmatch(role):
        raise InvalidMailbox("role", f"there is no role {role[:80]!r}")


def _check_depth(unit: Unit, account_id: int, parent_id: int | None, moved: int = 0) -> None:
    """Make sure that a mailbox inside `parent_id` is not too deep, and not inside itself."""
    parents = {row.id: row.parent_id for row in mailboxes.all_of(unit, account_id)}
    depth = 1
    while parent_id is not None:
        if parent_id == moved:
            raise InvalidMailbox("parentId", "a mailbox cannot be inside itself")
        if parent_id not in parents:
            raise InvalidMailbox("parentId", "there is no such mailbox")
        parent_id = parents[parent_id]
        depth += 1
    below = _height(parents, moved) if moved else 0
    if depth + below > MAX_DEPTH:
        raise InvalidMailbox("parentId", f"mailboxes may be {MAX_DEPTH} deep")


def _height(parents: Mapping[int, int | None], top: int) -> int:
    """How many levels there are below a mailbox."""
    level, height = {top}, -1
    while level:
        level = {id for id, parent in parents.items() if parent in level}
        height += 1
    return height


def update(unit: Unit, view: MailboxView, actor: Actor, values: Mapping[str, Any]) -> MailboxRow:
    """Change columns: name, parent_id, role, sort_order; is_subscribed for `actor` alone.

    Raises:
        Forbidden: `actor` may not.
        InvalidMailbox: a value cannot be.
        AlreadyExists: name or role are taken.
    """
    row, common = view.row, dict(values)
    if not view.is_owner and "is_subscribed" in common:
        _subscribe(unit, row, actor, common.pop("is_subscribed"))
    if not common:
        return row
    if not has(view.rights, "x"):
        raise Forbidden("changing this mailbox needs the right to rename it")
    if "name" in common:
        common["name"] = checked_name(common["name"])
    _check_change(unit, row, row._replace(**common))
    changed = mailboxes.change(unit, row, common)
    if TRASH in {row.role, changed.role} and row.role != changed.role:
        mail_recount.repair(unit, row.account_id)
    return changed


def _check_change(unit: Unit, row: MailboxRow, wanted: MailboxRow) -> None:
    if wanted.role != row.role:
        _check_new_role(unit, row, wanted.role)
    if wanted.parent_id != row.parent_id:
        _check_depth(unit, row.account_id, wanted.parent_id, row.id)
    if (wanted.name, wanted.parent_id) != (row.name, row.parent_id):
        sibling = mailboxes.child(unit, row.account_id, wanted.parent_id, wanted.name)
        if sibling is not None and sibling.id != row.id:
            raise AlreadyExists(f"there is a mailbox {wanted.name!r} already", sibling.wire_id)


def _check_new_role(unit: Unit, row: MailboxRow, role: str | None) -> None:
    _check_role(role)
    other = mailboxes.by_role(unit, row.account_id, role) if role is not None else None
    if other is not None and other.id != row.id:
        raise AlreadyExists(f"there is a mailbox with role {role!r} already", other.wire_id)


def _subscribe(unit: Unit, row: MailboxRow, actor: Actor, is_subscribed: int) -> None:
    unit.run(
        mailboxes.SUBSCRIBE,
        account_id=row.account_id,
        mailbox_id=row.id,
        principal_id=actor.principal_id,
        is_subscribed=int(is_subscribed),
    )
    unit.record(row.account_id, KIND, row.wire_id, ChangeKind.UPDATED, audience=actor.principal_id)


def set_shares(unit: Unit, view: MailboxView, wanted: Mapping[int, str]) -> None:
    """Share the mailbox with exactly these principals: id -> letters.

    Raises:
        Forbidden: the user may not administer it, or gives a right that it does not have.
    """
    if not has(view.rights, "a"):
        raise Forbidden("sharing this mailbox needs the right to administer it")
    if share(unit, container(view.row), wanted, None if view.is_owner else view.rights):
        mailboxes.change(unit, view.row, {})
        # Who does not see a mailbox sees those inside it at the top.
        key = {"account_id": view.row.account_id, "parent_id": view.row.id}
        for inside in unit.all(mailboxes.CHILDREN, **key):
            mailboxes.change(unit, inside, {})


def destroy(unit: Unit, view: MailboxView, *, remove_emails: bool) -> None:
    """Destroy a mailbox; mail that is nowhere else goes with it, if that is said.

    Raises:
        Forbidden: the user may not, or it is the inbox.
        HasChild: there are mailboxes inside it.
        HasEmail: there is mail in it, and `remove_emails` is false.
    """
    row = view.row
    key = {"account_id": row.account_id}
    if not has(view.rights, "x"):
        raise Forbidden("destroying this mailbox needs the right to delete it")
    if row.role == "inbox":
        raise Forbidden("the inbox cannot be destroyed: mail is delivered there")
    if unit.first(mailboxes.CHILDREN, parent_id=row.id, **key) is not None:
        raise HasChild("there are mailboxes inside this one")
    numbers = [number for (number,) in unit.all(messages.IN_MAILBOX, mailbox_id=row.id, **key)]
    if numbers and not remove_emails:
        raise HasEmail("there is mail in this mailbox; ask for it to be removed with it")
    _empty(unit, row, numbers)
    unshare_all(unit, container(row))
    unit.run(mailboxes.FORGET_SETTINGS, mailbox_id=row.id, **key)
    unit.run(mailboxes.DELETE, id=row.id, **key)
    unit.record(row.account_id, KIND, row.wire_id, ChangeKind.DESTROYED)
    if row.role == TRASH:
        mail_recount.repair(unit, row.account_id)


def _empty(unit: Unit, mailbox: MailboxRow, numbers: list[int]) -> None:
    for at in range(0, len(numbers), BATCH):
        some = numbers[at : at + BATCH]
        for row in unit.all(messages.OF_IDS, account_id=mailbox.account_id, ids=some):
            left = row.mailbox_ids - {mailbox.id}
            if left:
                mail.update(unit, row, mailbox_ids=left)
            else:
                mail.destroy(unit, row)


def rights_by_number(views: Iterable[MailboxView]) -> dict[int, str]:
    """Letters by the numbers of mailboxes."""
    return {view.row.id: view.rights for view in views}

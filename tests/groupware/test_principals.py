"""Adding, renaming and removing principals, and what each has from its first day."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from cyrpy.config import CoreSettings
from cyrpy.data import addressbooks, addresses, calendars, mailboxes, principals
from cyrpy.data.access import put_grant
from cyrpy.data.changes import Viewer, changes_since, state
from cyrpy.data.statement import Query
from cyrpy.data.tables import metadata
from cyrpy.errors import AlreadyExists, Forbidden, FormatError, NotFound
from cyrpy.groupware import groups
from cyrpy.groupware import principals as use
from cyrpy.groupware.principals import NewPrincipal
from cyrpy.groupware.provision import Folders
from cyrpy.groupware.userids import UserIds

SETTINGS = CoreSettings(defaultdomain="localhost")
USERIDS = UserIds.of(SETTINGS)
FOLDERS = Folders.of(SETTINGS)


@pytest.fixture
def add(database):
    def make(name, type="individual", *, userids=USERIDS, folders=FOLDERS, **new):
        principal = NewPrincipal(name, type, **new)
        return database.write(lambda unit: use.create(unit, userids, folders, principal))

    return make


def test_user_has_inbox_folders_calendar_and_address_book(add, database):
    user = add("test")
    with database.read() as unit:
        boxes = mailboxes.all_of(unit, user.id)
        (calendar,) = unit.all(calendars.ALL, account_id=user.id)
        (book,) = addressbooks.all_of(unit, user.id)
        assert calendars.default_id(unit, user.id) == calendar.id
        assert addressbooks.default_id(unit, user.id) == book.id
    assert [(box.name, box.role) for box in boxes] == [
        ("Inbox", "inbox"),
        ("Drafts", "drafts"),
        ("Sent", "sent"),
        ("Junk", "junk"),
        ("Trash", "trash"),
        ("Archive", "archive"),
    ]
    assert all(box.is_subscribed and box.wire_id == f"M{box.id}" for box in boxes)
    assert (calendar.wire_id, calendar.uri, calendar.name) == ("Default",) * 3
    assert (calendar.color, calendar.sort_order) == ("#FD8208FF", 1)
    assert calendar.components == "VEVENT VTODO VJOURNAL VFREEBUSY VAVAILABILITY"
    assert (book.wire_id, book.uri, book.name) == ("Default",) * 3


def test_all_that_a_new_account_has_is_in_the_log(add, database):
    user = add("test")
    with database.read() as unit:
        made = {
            type: changes_since(unit, user.id, type, str(user.created_at)).created
            for type in ("Mailbox", "Calendar", "AddressBook")
        }
    assert {type: len(ids) for type, ids in made.items()} == {
        "Mailbox": 6,
        "Calendar": 1,
        "AddressBook": 1,
    }


def test_folders_are_those_of_the_options(add, database):
    settings = CoreSettings(
        autocreate_inbox_folders=("INBOX", "Sent Items", "Sent", "Work"),
        autocreate_subscribe_folders=("Work",),
    )
    user = add("test", folders=Folders.of(settings))
    with database.read() as unit:
        boxes = mailboxes.all_of(unit, user.id)[1:]
        sent = mailboxes.by_role(unit, user.id, "sent")
    assert [(box.name, box.role, box.is_subscribed) for box in boxes] == [
        ("Sent Items", "sent", 0),
        ("Sent", None, 0),
        ("Work", None, 1),
    ]
    assert sent == boxes[0]


@pytest.mark.parametrize(
    ("type", "count"), [("location", (0, 1, 0)), ("resource", (0, 1, 0)), ("group", (0, 0, 0))]
)
def test_rooms_have_a_calendar_and_groups_nothing(add, database, type, count):
    row = add("it", type)
    with database.read() as unit:
        found = (
            len(mailboxes.all_of(unit, row.id)),
            len(unit.all(calendars.ALL, account_id=row.id)),
            len(addressbooks.all_of(unit, row.id)),
        )
    assert found == count


def test_name_is_taken_once(add):
    add("test")
    with pytest.raises(AlreadyExists):
        add("TEST")


def test_account_id_that_a_renamed_user_keeps_is_not_given_again(add, database):
    user = add("test")
    database.write(lambda unit: use.rename(unit, USERIDS, user, "anna", keep_address=False))
    assert add("test").wire_id == "test_40localhost-2"


def test_namesake_of_a_removed_user_shares_no_state_with_it(add, database, clock):
    user = add("test")
    with database.read() as unit:
        old = state(unit, user.id, "Calendar")
    database.write(lambda unit: use.remove(unit, user))
    clock.advance(3600)
    again = add("test")
    with database.read() as unit:
        new = state(unit, again.id, "Calendar")
    assert again.wire_id == user.wire_id
    assert new > old
    assert again.id != user.id


def test_removal_leaves_nothing_behind(add, database):
    add("anna")
    counts = [Query(select(func.count()).select_from(table)) for table in metadata.sorted_tables]

    def rows():
        with database.read() as unit:
            return [unit.value(query) for query in counts]

    before = rows()
    user = add("test", aliases=("t@localhost",))
    database.write(lambda unit: use.remove(unit, user))
    assert rows() == before


def test_rename_keeps_ids_and_by_request_the_address(add, database):
    user = add("test")

    def again(name, *, keep):
        with database.read() as unit:
            row = unit.first(principals.BY_ID, id=user.id)
        return database.write(lambda unit: use.rename(unit, USERIDS, row, name, keep_address=keep))

    assert again("anna", keep=True) == "anna@localhost"
    assert again("berta", keep=False) == "berta@localhost"
    with database.read() as unit:
        row = unit.first(principals.BY_NAME, name="berta@localhost")
        assert (row.id, row.wire_id) == (user.id, "test_40localhost")
        assert addresses.addresses_of(unit, user.id) == ["berta@localhost", "test@localhost"]


def test_rename_to_the_name_of_another_is_refused(add, database):
    user, _ = add("test"), add("anna")
    with pytest.raises(AlreadyExists):
        database.write(lambda unit: use.rename(unit, USERIDS, user, "anna", keep_address=False))


def test_address_is_in_a_domain_of_ours(add, database):
    user = add("test")

    def give(address, **how):
        database.write(lambda unit: use.add_address(unit, USERIDS, user, address, **how))

    with pytest.raises(NotFound, match=r"cyrpy domain add example\.com"):
        give("t@example.com")
    database.write(lambda unit: use.add_domain(unit, "example.com"))
    give("T@example.com", first=True)
    with database.read() as unit:
        assert addresses.addresses_of(unit, user.id) == ["t@example.com", "test@localhost"]
        assert addresses.recipient(unit, "T+list@Example.com") == user.id
        assert addresses.recipient(unit, "x@example.com") is None
    with pytest.raises(Forbidden, match="1 addresses"):
        database.write(lambda unit: use.remove_domain(unit, "example.com"))
    database.write(lambda unit: use.remove_address(unit, "t@example.com"))
    database.write(lambda unit: use.remove_domain(unit, "example.com"))


def test_address_belongs_to_one(add):
    add("test", aliases=("info@localhost",))
    with pytest.raises(AlreadyExists):
        add("anna", aliases=("INFO@localhost",))
    with pytest.raises(AlreadyExists):
        add("info")


def test_own_name_cannot_be_taken_away(add, database):
    add("test")
    with pytest.raises(Forbidden):
        database.write(lambda unit: use.remove_address(unit, "test@localhost"))


def test_addresses_are_bounded(add):
    with pytest.raises(FormatError, match="100"):
        add("test", aliases=tuple(f"t{n}@localhost" for n in range(use.MAX_ADDRESSES)))


@pytest.fixture
def shared(add, database):
    """Berta shares her calendar with the group staff."""
    berta, staff = add("berta"), add("staff", "group")
    with database.read() as unit:
        (calendar,) = unit.all(calendars.ALL, account_id=berta.id)
    database.write(lambda unit: put_grant(unit, berta.id, "Calendar", calendar.id, staff.id, "lr"))
    return berta, staff


def seen_since(database, owner, viewer, since):
    with database.read() as unit:
        who = Viewer(frozenset({viewer.id}), lambda _: False)
        changes = changes_since(unit, owner.id, "Calendar", str(since), viewer=who)
        return changes.created, changes.destroyed


def test_member_sees_what_the_group_was_granted_come_and_go(add, database, shared):
    berta, staff = shared
    user = add("test")
    with database.read() as unit:
        before = state(unit, berta.id, "Calendar")
    database.write(lambda unit: groups.join(unit, staff, user))
    assert seen_since(database, berta, user, before) == (["Default"], [])
    with database.read() as unit:
        joined = state(unit, berta.id, "Calendar")
    database.write(lambda unit: use.remove(unit, staff))
    assert seen_since(database, berta, user, joined) == ([], ["Default"])


def test_owner_learns_that_a_sharee_was_removed(database, shared):
    berta, staff = shared
    with database.read() as unit:
        before = state(unit, berta.id, "Calendar")
    database.write(lambda unit: use.remove(unit, staff))
    with database.read() as unit:
        assert changes_since(unit, berta.id, "Calendar", str(before)).updated == ["Default"]


def test_groups_are_not_nested(add, database):
    one, other = add("one", "group"), add("other", "group")
    with pytest.raises(Forbidden):
        database.write(lambda unit: groups.join(unit, one, other))


def test_member_joins_once_and_leaves_once(add, database):
    staff, user = add("staff", "group"), add("test")
    database.write(lambda unit: groups.join(unit, staff, user))
    with pytest.raises(AlreadyExists):
        database.write(lambda unit: groups.join(unit, staff, user))
    database.write(lambda unit: groups.leave(unit, staff, user))
    with pytest.raises(NotFound):
        database.write(lambda unit: groups.leave(unit, staff, user))

"""The change log: net changes since a state, for owners and for others (RFC 8620 §5.2)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cyrpy.data import changes
from cyrpy.data.changes import Viewer
from cyrpy.data.database import Database
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy.errors import CannotCalculateChanges
from tests.support.accounts import new_account

CREATED, UPDATED, DESTROYED = ChangeKind
OTHER = 4711  # some principal that is not the owner


@pytest.fixture
def account(database: Database) -> int:
    return new_account(database, "anna")


def record(database: Database, account: int, *lines: tuple, **more) -> None:
    """One unit with a line for each `(object, kind)`."""

    def work(unit: Unit) -> None:
        for object_id, kind in lines:
            unit.record(account, "Note", object_id, kind, **more)

    database.write(work)


def since(database: Database, account: int, state: str, **more) -> changes.Changes:
    with database.read() as unit:
        return changes.changes_since(unit, account, "Note", state, **more)


def test_created_then_updated_is_created(database, account):
    record(database, account, ("N1", CREATED))
    record(database, account, ("N1", UPDATED))
    found = since(database, account, "0")
    assert (found.created, found.updated, found.destroyed) == (["N1"], [], [])


def test_made_and_unmade_is_vanished(database, account):
    record(database, account, ("N1", CREATED), name="n1.txt")
    record(database, account, ("N1", DESTROYED), name="n1.txt")
    found = since(database, account, "0")
    assert (found.created, found.destroyed, found.vanished) == ([], [], ["N1"])
    assert found.names == {"N1": "n1.txt"}


def test_destroyed_and_made_again_is_updated(database, account):
    record(database, account, ("N1", CREATED))
    state = since(database, account, "0").new
    record(database, account, ("N1", DESTROYED), ("N1", CREATED))
    assert since(database, account, state).updated == ["N1"]


def test_a_container_has_a_state_of_its_own(database, account):
    record(database, account, ("N1", CREATED), container_id=7)
    record(database, account, ("N2", CREATED), container_id=8)
    with database.read() as unit:
        assert changes.state(unit, account, "Note", 7) == 1
        assert changes.state(unit, account, "Note") == 2
    assert since(database, account, "0", container_id=8).created == ["N2"]


@pytest.mark.parametrize("state", ["99", "-1", "", "x", "1-", "1-x", "٣", "1" * 30])
def test_a_state_that_never_was_cannot_be_started_from(database, account, state):
    record(database, account, ("N1", CREATED))
    record(database, account, ("N1", UPDATED))
    with pytest.raises(CannotCalculateChanges, match="are known from state 0 to 2"):
        since(database, account, state)


def test_a_limit_cuts_inside_a_unit_and_goes_on_from_there(database, account):
    record(database, account, *((f"N{n}", CREATED) for n in range(5)))
    first = since(database, account, "0", limit=2)
    assert (first.created, first.more) == (["N0", "N1"], True)
    second = since(database, account, first.new, limit=2)
    assert (second.created, second.more) == (["N2", "N3"], True)
    third = since(database, account, second.new, limit=2)
    assert (third.created, third.more, third.new) == (["N4"], False, "1")


def test_lines_for_one_principal_concern_no_other(database, account):
    record(database, account, ("N1", CREATED), audience=OTHER)
    assert since(database, account, "0").created == []
    viewer = Viewer(frozenset({OTHER}), lambda _: True)
    assert since(database, account, "0", viewer=viewer).created == ["N1"]


def test_the_owner_sees_lines_addressed_to_the_owner(database, account):
    record(database, account, ("N1", UPDATED), audience=account)
    assert since(database, account, "0").updated == ["N1"]


def test_others_learn_nothing_of_what_they_may_not_see(database, account):
    record(database, account, ("N1", CREATED), ("N2", CREATED))
    record(database, account, ("N1", DESTROYED), ("N2", UPDATED))
    viewer = Viewer(frozenset({OTHER}), lambda object_id: object_id == "N2")
    found = since(database, account, "0", viewer=viewer)
    assert (found.created, found.updated, found.destroyed) == ([], ["N2"], [])
    assert found.vanished == []


def test_who_loses_one_of_two_grants_still_has_the_object(database, account):
    record(database, account, ("N1", DESTROYED), audience=OTHER)
    viewer = Viewer(frozenset({OTHER}), lambda _: True)
    found = since(database, account, "0", viewer=viewer)
    assert (found.updated, found.destroyed) == (["N1"], [])


OPERATIONS = st.lists(
    st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=6),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(units=OPERATIONS, stops=st.sets(st.integers(0, 11)), limit=st.integers(1, 4))
def test_following_changes_ends_with_what_there_is(database, units, stops, limit):
    account = new_account(database, f"a{id(units)}-{id(stops)}-{limit}-{len(units)}")
    there: set[str] = set()
    mirror: set[str] = set()
    state = "0"

    def follow() -> None:
        nonlocal state
        more = True
        while more:
            found = since(database, account, state, limit=limit)
            assert found.new != state or not found.more
            mirror.update(found.created)
            mirror.difference_update(found.destroyed, found.vanished)
            state, more = found.new, found.more

    for number, operations in enumerate(units):
        lines = []
        for which, keep in operations:
            name = f"N{which}"
            if name in there and not keep:
                there.remove(name)
                lines.append((name, DESTROYED))
            else:
                lines.append((name, UPDATED if name in there else CREATED))
                there.add(name)
        record(database, account, *lines)
        if number in stops:
            follow()
            assert mirror == there
    follow()
    assert mirror == there

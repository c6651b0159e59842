"""What one process changes holds in another one at its next request."""

from __future__ import annotations

import pytest

from cyrpy.data import credentials
from cyrpy.data.access import put_grant
from cyrpy.data.principals import bump_epoch
from cyrpy.groupware.groups import join, leave
from cyrpy.groupware.principals import remove, rename
from tests.auth.conftest import basic, bearer

TEST = basic("test", "test")


@pytest.fixture
def other(start, server):
    """Another worker, which knows the password of test already."""
    worker = start(own_database=True)
    assert worker.status(TEST) == 200
    return worker


def test_changed_password_fails(server, other):
    server.set_password("new")
    assert other.status(TEST) == 401
    assert other.status(basic("test", "new")) == 200


def test_revoked_token_fails(server, other):
    issued = server.token()
    assert other.status(bearer(issued.secret)) == 200
    user = server.user()
    server.database.write(lambda unit: credentials.revoke(unit, user.id, issued.id))
    assert other.status(bearer(issued.secret)) == 401


def test_password_goes_on_when_a_token_is_revoked(server, other):
    issued = server.token()
    user = server.user()
    server.database.write(lambda unit: credentials.revoke(unit, user.id, issued.id))
    assert other.status(TEST) == 200
    assert other.passwords.verified == 1


def test_all_that_was_generated_can_be_revoked_at_once(server, other):
    secrets = [bearer(server.token().secret), basic("test", server.app_password().secret)]
    assert [other.status(secret) for secret in secrets] == [200, 200]
    user = server.user()
    server.database.write(lambda unit: credentials.revoke_generated(unit, user.id))
    assert [other.status(secret) for secret in secrets] == [401, 401]
    assert other.status(TEST) == 200


def test_removed_user_fails(server, other):
    user = server.user()
    server.database.write(lambda unit: remove(unit, user))
    assert other.status(TEST) == 401


def test_namesake_of_a_removed_user_is_somebody_else(server, other):
    user = server.user()
    server.database.write(lambda unit: remove(unit, user))
    server.add("test", "other")
    assert other.status(TEST) == 401


def test_old_name_of_a_renamed_user_fails(server, other):
    user = server.user()
    server.database.write(
        lambda unit: rename(unit, server.userids, user, "anna", keep_address=True)
    )
    assert other.status(TEST) == 401
    assert other.sign_in(basic("anna", "test")).account_id == "test_40localhost"


def test_group_is_part_of_the_identity_as_long_as_the_user_is_in_it(server, other):
    user, group = server.user(), server.add("staff", type="group")
    server.database.write(lambda unit: join(unit, group, user))
    assert other.sign_in(TEST).groups == {group.id}
    server.database.write(lambda unit: leave(unit, group, user))
    assert other.sign_in(TEST).groups == frozenset()


def test_removed_group_is_left_by_all(server, other):
    user, group = server.user(), server.add("staff", type="group")
    server.database.write(lambda unit: join(unit, group, user))
    assert other.sign_in(TEST).groups == {group.id}
    server.database.write(lambda unit: remove(unit, group))
    assert other.sign_in(TEST).groups == frozenset()


def test_grant_moves_the_epoch_and_costs_no_new_verification(server, other):
    user, anna = server.user(), server.add("anna")
    before = other.sign_in(TEST)
    server.database.write(lambda unit: put_grant(unit, anna.id, "Account", 0, user.id, "lr"))
    after = other.sign_in(TEST)
    assert after.epoch > before.epoch
    assert after == before._replace(epoch=after.epoch)
    assert other.passwords.verified == 1


def test_what_moves_a_group_moves_its_members(server, other):
    user, group = server.user(), server.add("staff", type="group")
    server.database.write(lambda unit: join(unit, group, user))
    before = other.sign_in(TEST)
    server.database.write(lambda unit: bump_epoch(unit, [group.id]))
    assert other.sign_in(TEST).epoch > before.epoch


def test_owner_that_goes_moves_those_it_shared_with(server, other):
    user, anna = server.user(), server.add("anna")
    server.database.write(lambda unit: put_grant(unit, anna.id, "Account", 0, user.id, "lr"))
    before = other.sign_in(TEST)
    server.database.write(lambda unit: remove(unit, anna))
    assert other.sign_in(TEST).epoch > before.epoch


def test_wrong_password_that_becomes_right_is_right(server, other):
    assert other.status(basic("test", "new")) == 401
    server.set_password("new")
    assert other.status(basic("test", "new")) == 200


def test_user_that_comes_into_being_signs_in(server, other):
    assert other.status(basic("anna", "anna")) == 401
    server.add("anna", "anna")
    assert other.status(basic("anna", "anna")) == 200

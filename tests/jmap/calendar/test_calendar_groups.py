"""What members of groups see of what the groups were given (RFC 9670 §4)."""

from __future__ import annotations

import pytest

from tests.jmap.calendar.test_calendar_changes import changed
from tests.support.groups import Group
from tests.support.jmap import Replica

READ = {"mayReadItems": True}


@pytest.fixture
def default(anna, bert) -> str:
    """A calendar that bert may read."""
    anna.share("Default", **{bert.account: READ})
    return "Default"


@pytest.fixture
def team(server, bert) -> Group:
    """A group of bert alone."""
    return Group(server, f"team-{bert.user}", bert.user)


@pytest.fixture
def replica(shared, default) -> Replica:
    """What bert has of anna's account, before anything is shared with the group."""
    made = Replica(shared)
    made.sync()
    return made


def test_what_a_group_is_given_its_members_see(anna, shared, team, default):
    since = shared.state()
    other = anna.create(shareWith={team.account: READ})
    assert shared.changes(since) == changed(created=[other])
    assert set(shared.all()) == {default, other}


def test_rights_of_user_and_group_add_up(anna, bert, shared, team):
    anna.share("Default", **{bert.account: READ, team.account: {"mayDelete": True}})
    mine = shared.one("Default")["myRights"]
    assert (mine["mayReadItems"], mine["mayDelete"], mine["mayShare"]) == (True, True, False)


def test_who_leaves_a_group_sees_no_more_of_it(anna, bert, shared, team, replica):
    other = anna.create(shareWith={team.account: READ})
    replica.sync()
    team.leave(bert.user)
    replica.sync()
    assert (other in replica.records, replica.records) == (False, shared.all())


def test_who_joins_a_group_sees_what_it_was_given(anna, server, bert, shared, replica):
    other = Group(server, f"others-{bert.user}")
    id = anna.create(shareWith={other.account: READ})
    other.join(bert.user)
    replica.sync()
    assert set(replica.records) == {"Default", id}


def test_a_second_way_to_see_a_calendar_makes_no_difference(anna, bert, shared, team, replica):
    anna.share("Default", **{bert.account: READ, team.account: READ})
    anna.share("Default", **{team.account: READ})
    replica.sync()
    assert replica.records == shared.all() != {}


def test_losing_all_ways_at_once_is_a_destruction(anna, bert, shared, team, default):
    other = anna.create(shareWith={bert.account: READ})
    since = shared.state()
    anna.share(other, **{bert.account: READ, team.account: READ})
    anna.share(other, **{bert.account: READ})
    anna.update(other, shareWith=None)
    assert shared.changes(since) == changed(destroyed=[other])


def test_who_leaves_a_group_learns_what_it_lost_before(anna, bert, shared, team, default):
    other = anna.create(shareWith={team.account: READ})
    since = shared.state()
    anna.update(other, shareWith=None)
    team.leave(bert.user)
    assert shared.changes(since) == changed(destroyed=[other])


def test_a_group_with_its_owner_in_it_changes_nothing_for_the_owner(anna, server, bert):
    both = Group(server, f"both-{bert.user}", anna.client.user, bert.user)
    since = anna.state()
    anna.share("Default", **{both.account: READ})
    assert anna.changes(since) == changed(updated=["Default"])


def test_a_right_that_shows_nothing_comes_with_joining(anna, server, bert, shared, replica):
    other = Group(server, f"deleters-{bert.user}")
    anna.share("Default", **{bert.account: READ, other.account: {"mayDelete": True}})
    replica.sync()
    other.join(bert.user)
    replica.sync()
    assert replica.records == shared.all()
    assert replica.records["Default"]["myRights"]["mayDelete"] is True


def test_a_right_that_shows_nothing_goes_with_leaving(anna, bert, shared, team, replica):
    anna.share("Default", **{bert.account: READ, team.account: {"mayDelete": True}})
    replica.sync()
    team.leave(bert.user)
    replica.sync()
    assert replica.records == shared.all()
    assert replica.records["Default"]["myRights"]["mayDelete"] is False

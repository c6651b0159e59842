"""Whatever happens, clients that only follow changes end with what the server has."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contracts.dialects import DIALECTS
from tests.support.groups import Group
from tests.support.jmap import Calendars, Jmap, Replica
from tests.support.servers import new_client

NUMBERS = count(1)
RIGHTS = [
    {},
    {"mayReadFreeBusy": True},
    {"mayReadItems": True},
    {"mayReadItems": True, "mayShare": True},
    {"mayReadItems": True, "mayWriteAll": True, "mayDelete": True},
    {"mayDelete": True},
]
USERS = st.sampled_from(range(3))  # each has an account, and sees what it may of the others'
OPERATIONS = st.one_of(
    st.tuples(st.just("create"), USERS, st.sampled_from(sorted(DIALECTS))),
    st.tuples(
        st.just("rename"), USERS, USERS, st.integers(0, 3), st.sampled_from(sorted(DIALECTS))
    ),
    st.tuples(
        st.just("share"),
        USERS,
        USERS,
        st.integers(0, 3),
        st.sampled_from(["0", "1", "2", "team"]),
        st.sampled_from(RIGHTS),
    ),
    st.tuples(st.just("unshare"), USERS, USERS, st.integers(0, 3)),
    st.tuples(
        st.just("destroy"), USERS, USERS, st.integers(0, 3), st.sampled_from(sorted(DIALECTS))
    ),
    st.tuples(st.just("default"), USERS, st.integers(0, 3)),
    st.tuples(st.just("membership"), USERS),
    st.tuples(st.just("sync"), USERS, st.sampled_from([None, 1, 2])),
)
SEQUENCES = st.lists(OPERATIONS, min_size=15, max_size=25)


class World:
    """Three users, a group, and what each user has of each account."""

    def __init__(self, server) -> None:
        self.users: list[Jmap] = [new_client(server, name) for name in ("anna", "bert", "carl")]
        self.team = Group(server, f"team{next(NUMBERS)}", self.users[2].user)
        self.members = {2}
        self.views = {
            (viewer, owner): Replica(Calendars(self.users[viewer], self.users[owner].account))
            for viewer in range(3)
            for owner in range(3)
        }

    def of(self, viewer: int, owner: int) -> Calendars:
        return self.views[viewer, owner].source

    def play(self, operation: tuple) -> None:
        name, *arguments = operation
        step: Callable[..., None] = getattr(self, name)
        step(*arguments)

    def pick(self, viewer: int, owner: int, index: int) -> str | None:
        """The id of a calendar that the viewer sees there, if there is any."""
        if self.users[owner].account not in self.users[viewer].session()["accounts"]:
            return None
        ids = sorted(self.of(viewer, owner).all())
        return ids[index % len(ids)] if ids else None

    def create(self, user: int, dialect: str) -> None:
        DIALECTS[dialect].set(self.of(user, user), create={"k": {"name": "new"}})

    def rename(self, user: int, owner: int, index: int, dialect: str) -> None:
        id = self.pick(user, owner, index)
        if id is not None:
            new = {"name": f"name {next(NUMBERS)}"}
            DIALECTS[dialect].set(self.of(user, owner), update={id: new})

    def share(self, user: int, owner: int, index: int, whom: str, rights: dict) -> None:
        account = self.team.account if whom == "team" else self.users[int(whom)].account
        id = self.pick(user, owner, index)
        if id is not None:
            shares = self.of(user, owner).one(id)["shareWith"] or {}
            patch = {"shareWith": {**shares, account: rights}}
            self.of(user, owner).set(update={id: patch})  # refused to most

    def unshare(self, user: int, owner: int, index: int) -> None:
        id = self.pick(user, owner, index)
        if id is not None:
            self.of(user, owner).set(update={id: {"shareWith": None}})

    def destroy(self, user: int, owner: int, index: int, dialect: str) -> None:
        id = self.pick(user, owner, index)
        if id is not None:
            DIALECTS[dialect].set(self.of(user, owner), destroy=[id])

    def default(self, owner: int, index: int) -> None:
        self.of(owner, owner).set(onSuccessSetIsDefault=self.pick(owner, owner, index))

    def membership(self, user: int) -> None:
        (self.team.leave if user in self.members else self.team.join)(self.users[user].user)
        self.members ^= {user}

    def sync(self, viewer: int, limit: int | None) -> None:
        """One user's client catches up, and must then have what the server has."""
        accounts = self.users[viewer].session()["accounts"]
        for owner in range(3):
            replica = self.views[viewer, owner]
            if replica.source.account in accounts:
                replica.limit = limit
                replica.sync()
                assert replica.records == replica.source.all()
            else:
                replica.state = None


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sequence=SEQUENCES)
def test_following_changes_ends_with_what_there_is(server, sequence):
    world = World(server)
    for viewer in range(3):
        world.sync(viewer, None)
    for operation in sequence:
        world.play(operation)
    for viewer in range(3):
        world.sync(viewer, 1)

"""The log of events: whoever follows it ends with what it may see, and hears of nothing else."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.shared_calendars import DavReader, JmapReader, World

CALENDARS, OBJECTS = st.integers(0, 3), st.integers(0, 4)
WORKS = st.one_of(
    st.tuples(st.just("put"), CALENDARS, OBJECTS, st.integers(0, 2), st.integers(0, 5)),
    st.tuples(st.just("put"), CALENDARS, OBJECTS, st.integers(0, 2), st.just(0)),
    st.tuples(st.just("move"), CALENDARS, CALENDARS, OBJECTS, OBJECTS),
    st.tuples(st.just("delete"), CALENDARS, OBJECTS),
    st.tuples(st.just("share"), CALENDARS, st.integers(0, 2), st.sampled_from(["lr9", "9", ""])),
    st.tuples(st.just("share"), CALENDARS, st.integers(0, 2), st.just("lr9")),
    st.tuples(st.just("membership")),
    st.tuples(st.just("new_calendar")),
    st.tuples(st.just("drop_calendar"), CALENDARS),
)
STEPS = st.lists(
    st.tuples(
        st.lists(WORKS, min_size=1, max_size=4),
        st.sets(st.integers(0, 4)),  # who follows then
        st.sampled_from([None, None, 1, 2, 5]),  # how much at once
        st.sampled_from([None, None, None, None, 2]),  # days to which the log is pruned
    ),
    min_size=1,
    max_size=14,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_all_who_follow_end_with_what_they_may_see(database, clock, steps):
    world = World(database, clock)
    people = (world.owner, world.bert, world.cleo)
    readers = [
        *(JmapReader(world, who) for who in people),
        DavReader(world, world.owner),
        DavReader(world, world.bert),
    ]
    for works, followers, limit, pruned in steps:
        made = [
            getattr(world, name)(*args) if args else getattr(world, name) for name, *args in works
        ]
        world.do(*made)
        for number in sorted(followers):
            readers[number].follow(limit)
        if pruned is not None:
            world.prune(pruned)
    for reader in readers:
        reader.follow(None)

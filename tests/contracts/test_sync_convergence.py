"""Clients that only follow changes end with what the server has, whatever its users do.

And they learn of nothing that their users may not see. DAV devices follow sync-collection (RFC
6578), JMAP clients /changes and /queryChanges (RFC 8620 §5), in both dialects.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.convergence.grounds import OPTIONS, Inside
from tests.support.convergence.jmapacts import JMAP_WEIGHTS
from tests.support.convergence.operations import SPAN, WEIGHTS
from tests.support.convergence.world import Operation, known, play
from tests.support.server import Server

NUMBER = st.integers(0, SPAN - 1)
pytestmark = pytest.mark.timeout(1200)  # thousands of requests, on whatever machine


def sequences(*, jmap: bool) -> st.SearchStrategy[list[Operation]]:
    """Long ones: what goes wrong mostly takes several operations that meet."""
    takes, often = known(jmap=jmap), WEIGHTS | JMAP_WEIGHTS
    by_name = {n: st.tuples(st.just(n), *[NUMBER] * numbers) for n, numbers in takes.items()}
    names = [name for name in takes for _ in range(often.get(name, 1))]
    one = st.sampled_from(names).flatmap(by_name.__getitem__)
    return st.lists(one, min_size=30, max_size=50)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def ground(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Inside]:
    """A server of this test alone, for it prunes the log of all accounts."""
    folder: Path = tmp_path_factory.mktemp("convergence")
    options = OPTIONS
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql").new_database()
        options += f"database_url: {url}\n"
    server = Server(folder, options)
    yield Inside(server)
    server.close()


CONFIGURED = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))


@CONFIGURED
@given(sequence=sequences(jmap=False))
def test_devices_that_follow_end_with_what_there_is(ground, sequence):
    play(ground, sequence)


@CONFIGURED
@given(sequence=sequences(jmap=True))
def test_clients_of_all_protocols_end_with_what_there_is(ground, sequence):
    play(ground, sequence, jmap=True)

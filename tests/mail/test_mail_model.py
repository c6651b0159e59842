"""Mail clients that only follow changes end with what the server has, whatever happens (RFC 8621).

Three users share mailboxes and stop it again, while mail comes by LMTP, import and drafts. Clients
keep mailboxes, emails and threads by /changes, and sorted, filtered and collapsed lists by
/queryChanges. At every state the counts are those of a recount, and nobody is told an id of what
it could not see. By hand, longer: `python -m tests.robustness.converge --mail`, which also plays
them against several workers that are killed (`--workers 2 --kill`), and on `--postgresql`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.convergence.grounds import OPTIONS, Inside
from tests.support.convergence.mailworld import OPERATIONS, SPAN, Operation, play
from tests.support.server import Server

NUMBER = st.integers(0, SPAN - 1)
pytestmark = pytest.mark.timeout(900)  # thousands of requests, on whatever machine


def sequences() -> st.SearchStrategy[list[Operation]]:
    """Long ones: what goes wrong mostly takes several operations that meet."""
    by_name = {n: st.tuples(st.just(n), *[NUMBER] * takes) for n, (takes, _) in OPERATIONS.items()}
    names = [name for name, (_, often) in OPERATIONS.items() for _ in range(often)]
    one = st.sampled_from(names).flatmap(by_name.__getitem__)
    return st.lists(one, min_size=30, max_size=50)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def ground(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Inside]:
    """A server of this test alone, for it prunes the log of all accounts."""
    folder: Path = tmp_path_factory.mktemp("mail-model")
    options = OPTIONS
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql").new_database()
        options += f"database_url: {url}\n"
    server = Server(folder, options)
    yield Inside(server)
    server.close()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(sequence=sequences())
def test_mail_clients_that_follow_end_with_what_there_is(ground, sequence):
    play(ground, sequence)

"""Requests that no client would send, in both dialects; `python -m tests.robustness.fuzz` for many.

Whatever comes, the answer is what the RFCs say of it: never a 5xx, never `serverFail`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.jmap import CALENDARS, CORE, Jmap
from tests.support.server import Answer, Server
from tests.support.servers import new_client

SERVERS_FAULT = {"serverFail", "serverError", "serverPartialFail", "serverUnavailable"}
METHODS = ["get", "set", "changes", "query", "copy", "echo", "none"]
NAMES = [
    *(f"{type}/{verb}" for type in ("Calendar", "Core", "Blob") for verb in METHODS),
    *("getCalendars", "setCalendars", "getCalendarUpdates", "getAccounts", "error", ""),
]
ARGUMENTS = [
    "accountId",
    "ids",
    "properties",
    "sinceState",
    "maxChanges",
    "ifInState",
    "create",
    "update",
    "destroy",
    "fromAccountId",
    "blobIds",
    "onDestroyRemoveEvents",
    "onSuccessSetIsDefault",
    "fetchRecords",
    "fetchRecordProperties",
    "#ids",
    "#create",
    "#destroy",
    "#properties",
    "#sinceState",
    "filter",
]
PROPERTIES = [
    "id",
    "name",
    "description",
    "color",
    "sortOrder",
    "isSubscribed",
    "isVisible",
    "isDefault",
    "includeInAvailability",
    "defaultAlertsWithTime",
    "defaultAlertsWithTime/a",
    "defaultAlertsWithTime/a/trigger",
    "timeZone",
    "shareWith",
    "shareWith/x",
    "shareWith/x/mayShare",
    "myRights",
    "mayDelete",
    "x-href",
    "resultOf",
    "path",
    "trigger",
    "offset",
    "@type",
    "when",
    "a",
]

texts = st.one_of(
    st.sampled_from(["", "#k", "k", "Default", "c0", "/list/*/id", "1", "\0", "\ud800", "~", "/"]),
    st.sampled_from(PROPERTIES),
    st.text(max_size=8),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 3),
    st.sampled_from([2**31, 2**53, 2**63, 2**64, -(2**63), 10**40, 1e308, 0.5, float("nan")]),
    texts,
)
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)
records = st.dictionaries(st.one_of(st.sampled_from(PROPERTIES), texts), values, max_size=4)
by_id = st.dictionaries(
    st.one_of(st.sampled_from(["k", "#k", "Default"]), texts), records, max_size=2
)
ids = st.lists(texts, max_size=3)


def plausible(account: str, state: str) -> dict[str, st.SearchStrategy[Any]]:
    """For some arguments, values that lead further in than anything does."""
    return {
        "accountId": st.sampled_from([account, account.replace("_40", "@")]),
        "create": by_id,
        "update": by_id,
        "destroy": ids,
        "ids": ids,
        "properties": st.lists(st.sampled_from(PROPERTIES), max_size=3),
        "sinceState": st.sampled_from([state, "0", "1-1"]),
        "ifInState": st.just(state),
    }


@st.composite
def arguments(draw: st.DrawFn, account: str, state: str) -> dict[str, Any]:
    """Arguments of a call, some of them plausible."""
    good = plausible(account, state)
    found: dict[str, Any] = {"accountId": account} if draw(st.integers(0, 3)) else {}
    for name in draw(st.lists(st.sampled_from(ARGUMENTS), max_size=4, unique=True)):
        usual = good.get(name, values) if draw(st.integers(0, 3)) else values
        found[name] = draw(usual)
    return found


def bodies(account: str, state: str) -> st.SearchStrategy[bytes]:
    """Bodies of requests: of the right shape, of another, and damaged ones."""
    given_arguments = st.one_of(arguments(account, state), arguments(account, state), values)
    call = st.tuples(
        st.one_of(st.sampled_from(NAMES), values), given_arguments, st.sampled_from(["c0", "c1"])
    )
    good_call = st.tuples(st.sampled_from(NAMES), arguments(account, state), st.just("c0"))
    calls = st.lists(st.one_of(good_call, good_call, call, values), max_size=3)
    modern = st.fixed_dictionaries(
        {"using": st.one_of(st.just([CORE, CALENDARS]), values), "methodCalls": calls},
        optional={"createdIds": st.one_of(st.dictionaries(texts, texts, max_size=2), values)},
    )
    whole = st.one_of(modern, modern, calls, calls, values).map(_octets)
    return st.one_of(
        whole, whole, whole, st.builds(_damaged, whole, st.binary(max_size=4), _PLACES)
    )


_PLACES = st.tuples(st.floats(0, 1), st.floats(0, 1))


def _octets(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=True).encode()


def _damaged(whole: bytes, put: bytes, places: tuple[float, float]) -> bytes:
    """`put` in place of a part."""
    start, stop = sorted(int(place * len(whole)) for place in places)
    return whole[:start] + put + whole[stop:]


def judge(answer: Answer) -> None:
    """What any answer must be like."""
    assert 200 <= answer.status < 500, answer
    found = answer.json
    if answer.status != 200:
        assert answer.headers["content-type"] == "application/problem+json", answer
        assert found["status"] == answer.status, answer
        assert found["detail"], answer
        return
    responses = found["methodResponses"] if isinstance(found, dict) else found
    for name, arguments, call_id in responses:
        assert isinstance(call_id, str)
        assert name != "error" or arguments["type"] not in SERVERS_FAULT, answer
        assert name == "error" or "type" not in arguments or name == "Core/echo", answer


def check(client: Jmap, count: int) -> None:
    """Send so many; the client must be served as before after each of them."""
    state = client.call("Calendar/get", ids=[])["state"]

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(body=bodies(client.account, state))
    def send(body: bytes) -> None:
        judge(client.post(body))
        assert client.run(["Core/echo", {"still": "here"}])[0][1] == {"still": "here"}

    run: Callable[[], None] = send
    run()


def main() -> None:
    """Send as many as the command line says, to a server of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    wanted = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            check(new_client(server, "fuzz"), wanted.count)
        finally:
            server.close()
    print(f"{wanted.count} requests in {time.monotonic() - started:.0f} s")  # noqa: T201


if __name__ == "__main__":
    main()

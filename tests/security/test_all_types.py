"""Every JMAP type that there is: no method of any reaches an account that is another's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cyrpy_jmap.datatype import DataType
from tests.support.convergence.grounds import OPTIONS
from tests.support.jmap import Jmap
from tests.support.server import Server
from tests.support.servers import new_client

ARGUMENTS = {
    "get": {"ids": None},
    "changes": {"sinceState": "0"},
    "query": {},
    "queryChanges": {"sinceQueryState": "0"},
    "set": {"destroy": ["x"]},
    "copy": {"create": {}},
}

WITHOUT_ACCOUNT = {"Core/echo", "PushSubscription/get", "PushSubscription/set"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with all modules."""
    folder: Path = tmp_path_factory.mktemp("whole")
    made = Server(folder, OPTIONS)
    yield made
    made.close()


def methods(server: Server) -> list[tuple[DataType, str]]:
    """Of all types but the classic dialect's own, and of what is of no account (RFC 8620 §7.2)."""
    return [
        (type, name)
        for type in server.core.offered(DataType)
        for name in type.methods()
        if type.capability.urn and name not in WITHOUT_ACCOUNT
    ]


@pytest.mark.parametrize("spelled", ["anothers", "nobodys"])
def test_no_method_reaches_the_account_of_another(whole, spelled):
    anna, mallory = new_client(whole, "anna"), new_client(whole, "mallory")
    account = anna.account if spelled == "anothers" else "nobody"
    found = methods(whole)
    assert len(found) > 50
    for _, name in found:
        arguments = ARGUMENTS.get(name.partition("/")[2], {})
        ((said, answer, _),) = _run(mallory, [name, {"accountId": account, **arguments}])
        assert said == "error", (name, answer)
        assert answer["type"] in {"accountNotFound", "invalidArguments"}, (name, answer)


def test_what_is_anothers_cannot_be_copied_from(whole):
    anna, mallory = new_client(whole, "anna"), new_client(whole, "mallory")
    copies = [name for _, name in methods(whole) if name.endswith("/copy")]
    assert copies
    for name in copies:
        arguments = {"fromAccountId": anna.account, "create": {}, "blobIds": ["Gx"]}
        wanted = {n: v for n, v in arguments.items() if (n == "blobIds") == name.startswith("Blob")}
        wanted["fromAccountId"] = anna.account
        ((said, answer, _),) = _run(mallory, [name, {"accountId": mallory.account, **wanted}])
        assert (said, answer["type"]) == ("error", "fromAccountNotFound"), name


def _run(client: Jmap, call: list) -> list:
    using = tuple(client.session()["capabilities"])
    return client.run(call, using=using)

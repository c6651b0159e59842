"""Quota/get, /changes, /query, /queryChanges, and what a full account refuses (RFC 9425)."""

from __future__ import annotations

import pytest

from cyrpy.data import mail_usage
from cyrpy.groupware.principals import find
from cyrpy.groupware.userids import UserIds
from tests.jmap.mail.conftest import MAIL, QUOTA
from tests.mail.messages import message
from tests.support.jmap import CORE, Records


class Quotas(Records):
    """Quotas."""

    type = "Quota"


@pytest.fixture
def quotas(anna):
    return Quotas(anna)


@pytest.fixture
def bound(anna):
    """Sets the limit on Anna's mail."""

    def set_bound(octets: int | None) -> None:
        core = anna.server.core
        with core.database.read() as unit:
            number = find(unit, UserIds.of(core.settings), anna.name).id
        core.database.write(lambda unit: mail_usage.set_bound(unit, number, octets))

    return set_bound


def test_there_is_none_without_a_limit(anna, quotas):
    assert anna.session()["capabilities"][QUOTA] == {}
    before = quotas.state()
    anna.deliver(message())
    assert quotas.all() == {}
    assert quotas.changes(before)["updated"] == []


def test_a_limit_is_shown_with_what_is_used(anna, quotas, bound):
    bound(100_000)
    size = anna.email(anna.deliver(message()))["size"]
    assert quotas.all() == {
        "mail": {
            "id": "mail",
            "resourceType": "octets",
            "used": size,
            "hardLimit": 100_000,
            "warnLimit": None,
            "softLimit": None,
            "scope": "account",
            "name": "Mail",
            "description": "The size of all messages in the account",
            "types": ["Email"],
        }
    }


def test_who_knows_no_mail_is_told_nothing(anna, bound):
    bound(100_000)
    call = ["Quota/get", {"accountId": anna.account, "ids": None}]
    ((_, found, _),) = anna.run(call, using=(CORE, QUOTA))
    assert found["list"] == []
    ((_, found, _),) = anna.run(call, using=(CORE, QUOTA, MAIL))
    assert len(found["list"]) == 1


def test_changes_say_whether_the_limit_moved(anna, quotas, bound):
    bound(100_000)
    before = quotas.state()
    id = anna.deliver(message())
    found = quotas.call("changes", sinceState=before)
    assert (found["updated"], found["updatedProperties"]) == (["mail"], ["used"])
    bound(200_000)
    found = quotas.call("changes", sinceState=before)
    assert (found["updated"], found["updatedProperties"]) == (["mail"], None)
    before = quotas.state()
    anna.call("Email/set", update={id: {"keywords/$seen": True}})
    assert quotas.state() == before
    anna.call("Email/set", destroy=[id])
    assert quotas.changes(before)["updated"] == ["mail"]
    assert quotas.one("mail")["used"] == 0
    bound(None)
    assert quotas.changes(before)["destroyed"] == ["mail"]


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        (None, True),
        ({"name": "ma"}, True),
        ({"name": "files"}, False),
        ({"scope": "account", "resourceType": "octets", "type": "Email"}, True),
        ({"scope": "domain"}, False),
        ({"resourceType": "count"}, False),
        ({"type": "Calendar"}, False),
    ],
)
def test_quotas_are_found(quotas, bound, filter, found):
    bound(100_000)
    sort = [{"property": "used"}, {"property": "name"}]
    assert quotas.call("query", filter=filter, sort=sort)["ids"] == ["mail"] * found


def test_changes_to_a_query_are_told(anna, quotas, bound):
    bound(100_000)
    state = quotas.call("query")["queryState"]
    anna.deliver(message())
    found = quotas.call("queryChanges", sinceQueryState=state)
    assert (found["removed"], found["added"]) == (["mail"], [{"id": "mail", "index": 0}])


def test_a_full_account_takes_no_more(anna, quotas, bound, boxes):
    inbox = boxes.role("inbox")
    bound(1000)
    blob = anna.upload(message(body="x" * 2000))
    answer = anna.call("Email/import", emails={"i": {"blobId": blob, "mailboxIds": {inbox: True}}})
    assert answer["notCreated"]["i"]["type"] == "overQuota"
    email = {
        "mailboxIds": {inbox: True},
        "subject": "x" * 2000,
        "bodyValues": {"t": {"value": "y" * 2000}},
        "textBody": [{"partId": "t"}],
    }
    answer = anna.call("Email/set", create={"k": email})
    assert answer["notCreated"]["k"]["type"] == "overQuota"
    assert quotas.one("mail")["used"] == 0
    answer = anna.call("Email/set", create={"k": email | {"subject": "x", "bodyValues": {}}})
    assert answer["notCreated"]["k"]["type"] == "invalidProperties"

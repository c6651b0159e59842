"""Credentials that are limited, revoked, or of users who are gone."""

from __future__ import annotations

import pytest

from cyrpy.auth.passwords import Passwords
from cyrpy.data import credentials
from cyrpy.groupware.principals import find, remove
from cyrpy.groupware.userids import UserIds
from tests.support.jmap import Calendars, Jmap
from tests.support.process import Process, token
from tests.support.server import add_user, basic, bearer
from tests.support.servers import new_client


def user_of(configuration, unit, name: str):
    return find(unit, UserIds.of(configuration.settings), name)


@pytest.mark.parametrize("kind", ["app-password", "token"])
def test_what_is_good_for_another_module_is_not_good_for_jmap(server, mallory, kind):
    issued = server.issue(mallory.user, kind=kind, modules=frozenset({"tzdist"}))
    sign_in = bearer(issued.secret) if kind == "token" else basic(mallory.user, issued.secret)
    limited = Jmap(server, mallory.user, sign_in)
    assert limited.get("/jmap/").status == 403
    assert limited.post([["getCalendars", {}, "c"]]).status == 403
    assert limited.get(f"/jmap/download/{mallory.account}/G0/x").status == 403


def test_what_is_good_for_jmap_is_good_for_jmap(server, mallory):
    issued = server.issue(mallory.user, kind="app-password", modules=frozenset({"jmap"}))
    assert Jmap(server, mallory.user, basic(mallory.user, issued.secret)).session()


def test_the_app_password_of_another_is_wrong(server, anna, mallory):
    issued = server.issue(anna.client.user, kind="app-password")
    assert Jmap(server, "m", basic(mallory.user, issued.secret)).get("/jmap/").status == 401


def test_a_token_is_no_password(server, mallory):
    issued = server.issue(mallory.user)
    assert Jmap(server, "m", basic(mallory.user, issued.secret)).get("/jmap/").status == 401


def test_a_hash_is_no_token(server, mallory):
    with server.core.database.read() as unit:
        row = user_of(server.configuration, unit, mallory.user)
        (stored,) = unit.all(credentials.OF_PRINCIPAL, principal_id=row.id)
    assert Jmap(server, "m", bearer(stored.secret)).get("/jmap/").status == 401


@pytest.mark.parametrize(
    "name", ["\0", "anna\0", "a" * 5000, "anna@localhost\0", "%", "' OR 1=1 --"]
)
@pytest.mark.parametrize("password", ["", "\0", "x" * 5000])
def test_odd_names_and_passwords_are_wrong(server, name, password):
    assert Jmap(server, "m", basic(name, password)).get("/jmap/").status in {400, 401, 429}


@pytest.mark.parametrize("secret", ["x\0y", "cyrpy_" + "A" * 5000, "' OR 1=1 --"])
def test_odd_tokens_are_wrong(server, secret):
    assert Jmap(server, "m", bearer(secret)).get("/jmap/").status in {400, 401, 429}


def test_a_removed_user_is_gone_at_the_next_request(server, anna, mallory):
    anna.share("Default", **{mallory.account: {"mayReadItems": True}})
    assert mallory.session()

    def work(unit):
        remove(unit, user_of(server.configuration, unit, mallory.user))

    server.core.database.write(work)
    assert mallory.get("/jmap/").status == 401
    assert anna.one("Default")["shareWith"] is None


def test_a_removed_owner_takes_its_account_from_the_sharees(server, anna, mallory):
    anna.share("Default", **{mallory.account: {"mayReadItems": True}})
    assert anna.account in mallory.session()["accounts"]
    server.core.database.write(
        lambda unit: remove(unit, user_of(server.configuration, unit, anna.client.user))
    )
    assert anna.account not in mallory.session()["accounts"]
    assert mallory.fail("Calendar/get", accountId=anna.account)["type"] == "accountNotFound"


def test_a_new_user_of_an_old_name_inherits_nothing(server, anna, mallory):
    anna.share("Default", **{mallory.account: {"mayReadItems": True}})
    userid = mallory.user
    server.core.database.write(lambda u: remove(u, user_of(server.configuration, u, userid)))
    add_user(server.configuration, server.core.database, userid)
    again = Jmap(server, userid, bearer(server.issue(userid).secret))
    assert list(again.session()["accounts"]) == [again.account]
    assert mallory.get("/jmap/").status == 401


def test_a_new_password_ends_the_old_one_at_once(server):
    client = new_client(server, "carl")
    passwords = Passwords(memory_kib=8, passes=1)
    hashed = [passwords.hash(text) for text in ("old", "new")]
    passwords.close()

    def set_to(secret: str) -> None:
        def work(unit):
            row = user_of(server.configuration, unit, client.user)
            credentials.set_password(unit, row.id, secret)

        server.core.database.write(work)

    old = Jmap(server, client.user, basic(client.user, "old"))
    set_to(hashed[0])
    assert old.get("/jmap/").status == 200
    set_to(hashed[1])
    assert old.get("/jmap/").status == 401
    assert Jmap(server, client.user, basic(client.user, "new")).get("/jmap/").status == 200


def test_a_revoked_token_and_an_ended_share_end_in_every_worker(tmp_path):
    process = Process(tmp_path, workers=2)
    try:
        anna, bert = process.add("anna", "bert")
        connections = [process.connect() for _ in range(8)]  # of both workers
        clients = [Jmap(connection, "bert", token(bert)) for connection in connections]
        owner = Calendars(Jmap(process.connect(), "anna", token(anna)))
        owner.share("Default", bert_40localhost={"mayReadItems": True})
        assert all(owner.account in client.session()["accounts"] for client in clients)
        owner.update("Default", shareWith=None)
        assert not any(owner.account in client.session()["accounts"] for client in clients)
        revoke(process, "bert", bert.id)
        assert [client.get("/jmap/").status for client in clients] == [401] * 8
        for connection in [*connections, owner.client.server]:
            connection.close()
    finally:
        assert process.stop() == 0


def revoke(process: Process, name: str, number: int) -> None:
    database = process.database()

    def work(unit):
        row = user_of(process.configuration, unit, name)
        assert credentials.revoke(unit, row.id, number)

    database.write(work)
    database.close()

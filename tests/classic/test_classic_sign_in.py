"""The classic sign-in: steps, tokens, the URLs again, and signing out."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from cyrpy.auth.authenticator import Authenticator
from cyrpy.auth.passwords import Passwords
from cyrpy.data import credentials
from cyrpy_jmap.app import create_api
from cyrpy_jmap.dialects.classic import PROFILES
from cyrpy_jmap.dialects.classic.auth import ClassicAuth
from cyrpy_jmap.settings import JmapSettings
from cyrpy_jmap.signing import Signer
from tests.support.server import JSON, ask, basic

HELLO = {"clientName": "Tester", "clientVersion": "1.0", "deviceName": "Ann's phone"}
URL = "/jmap/auth/"


class Login:
    """The authentication URL in one profile, beside a server whose tokens it gives."""

    def __init__(self, server, profile):
        self.server = server
        self.profile = PROFILES[profile]
        self.now = server.core.clock()
        passwords = Passwords(memory_kib=8, passes=1)
        self.authenticator = Authenticator(server.core, passwords, lambda _: asyncio.sleep(0))
        self.app = ClassicAuth(
            create_api(server.core, JmapSettings()),
            self.profile,
            self.authenticator,
            Signer(b"k" * 32, lambda: self.now),
            lambda scope: "https://localhost/jmap",
        )

    def request(self, method, body=None, **headers):
        octets = b"" if body is None else orjson.dumps(body)
        return self.server.await_(ask(self.app, method, URL, octets, JSON | headers))

    def start(self, username="test"):
        return self.request("POST", {"username": username, **HELLO})

    def login_id(self, username="test"):
        return self.start(username).json[self.profile.login_id]

    def proceed(self, login_id, value="test", method="password", name="value"):
        step = {self.profile.login_id_sent: login_id, self.profile.method_sent: method}
        return self.request("POST", {**step, name: value})

    def token(self):
        answer = self.proceed(self.login_id())
        assert answer.status == 201, answer.body
        return answer.json["accessToken"]

    def header(self, token):
        return {"authorization": f"{self.profile.scheme} {token}".strip()}


@pytest.fixture(params=sorted(PROFILES))
def login(request, server):
    made = Login(server, request.param)
    yield made
    made.authenticator.close()


@pytest.fixture
def in_a(server):
    made = Login(server, "A")
    yield made
    made.authenticator.close()


def test_two_steps_lead_to_a_token_that_the_api_takes(login):
    first = login.start()
    assert first.status == 200
    answer = login.proceed(first.json[login.profile.login_id])
    assert (answer.status, answer.json["username"]) == (201, "test@localhost")
    headers = JSON | login.header(answer.json["accessToken"])
    api = login.server.request("POST", "/jmap/", b'[["getCalendars",{},"#1"]]', headers)
    assert api.json[0][0] == "calendars"


def test_a_user_who_is_not_there_looks_like_one_who_is(login):
    answers = [login.start(name) for name in ("test", "nobody")]
    assert answers[0].status == answers[1].status == 200
    shapes = [{**answer.json, login.profile.login_id: ""} for answer in answers]
    assert shapes[0] == shapes[1]
    wrong = [login.proceed(a.json[login.profile.login_id], "wrong") for a in answers]
    assert wrong[0].status == wrong[1].status
    assert wrong[0].json["prompt"] == wrong[1].json["prompt"]


def test_after_a_wrong_password_one_may_try_again(login):
    wrong = login.proceed(login.login_id(), "wrong")
    assert wrong.status == (401 if login.profile.name == "A0" else 403)
    assert login.proceed(wrong.json[login.profile.login_id]).status == 201


def test_methods_are_objects_since_a(login):
    expected = ["password"] if login.profile.name == "A0" else [{"type": "password"}]
    assert login.start().json["methods"] == expected


def test_the_password_may_be_named_as_cyrus_named_it(login):
    assert login.proceed(login.login_id(), name="password").status == 201


def test_another_method_is_a_failed_step(in_a):
    answer = in_a.proceed(in_a.login_id(), None, method="external")
    assert (answer.status, answer.json["methods"]) == (403, [{"type": "password"}])


@pytest.mark.parametrize("login_id", ["", "x", "x.y", "é.é", "A" * 5000, "eA.eA"])
def test_an_unknown_login_id_means_to_start_anew(login, login_id):
    expected = 403 if login.profile.name == "A0" else 410
    assert login.proceed(login_id).status == expected


def test_a_login_id_ends_after_a_quarter_of_an_hour(in_a):
    login_id = in_a.login_id()
    in_a.now += 15 * 60
    assert in_a.proceed(login_id).status == 410


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"username": ""},
        {"username": 1},
        {"username": "a:b"},
        {"username": "a\nb"},
        {"username": "a" * 257},
        {"username": "test", "clientName": 1},
        {"loginId": 1, "type": "password"},
        {"loginId": "x"},
        {"loginId": "x", "type": "password", "value": 1},
        {"loginId": "x", "type": "password", "value": "a" * 1025},
    ],
)
def test_a_malformed_step_is_a_bad_request(in_a, body):
    answer = in_a.request("POST", body)
    assert answer.status == 400
    assert answer.json["detail"]


def test_too_many_failures_must_wait(in_a):
    login_id = in_a.login_id()
    answers = [in_a.proceed(login_id, f"wrong {n}") for n in range(11)]
    assert answers[-1].status == 429
    assert int(answers[-1].headers["retry-after"]) > 0


def test_a_password_is_not_asked_for_over_an_open_line(in_a):
    scope = {"client": ("192.0.2.1", 1), "scheme": "http"}

    async def app(own, receive, send):
        await in_a.app({**own, **scope}, receive, send)

    body = orjson.dumps({"username": "test", **HELLO})
    assert in_a.server.await_(ask(app, "POST", URL, body, JSON)).status == 403


def test_the_answer_has_what_the_profile_has(login):
    answer = login.proceed(login.login_id()).json
    late = login.profile.name in {"B", "C"}
    assert ("accounts" in answer, "capabilities" in answer) == (late, late)
    assert ("versions" in answer, "extensions" in answer) == (not late, not late)
    assert ("api" in answer) == (login.profile.name == "A0")
    assert answer["apiUrl"] == "https://localhost/jmap/"
    assert "{blobId}" in answer["downloadUrl"]
    if late:
        assert answer["accounts"]["test@localhost"]["hasDataFor"] == [
            "mail",
            "contacts",
            "calendars",
        ]


def test_the_urls_can_be_had_again_with_the_token(login):
    answer = login.request("GET", **login.header(login.token()))
    assert answer.status == 201
    assert answer.json["apiUrl"] == "https://localhost/jmap/"
    assert "accessToken" not in answer.json


def test_the_urls_are_for_those_who_signed_in(login):
    assert login.request("GET").status == 403


def test_a_revoked_token_is_good_for_nothing(login):
    header = login.header(login.token())
    assert login.request("DELETE", **header).status == 204
    again = login.request("DELETE", **header)
    assert again.status == 401
    assert again.headers["www-authenticate"] == (login.profile.scheme or "X-JMAP")
    api = login.server.request("POST", "/jmap/", b"[]", JSON | header)
    assert api.status == 401


def test_a_password_cannot_be_revoked(in_a):
    assert in_a.request("DELETE", **basic("test")).status == 401
    assert in_a.server.post(b"[]").status == 200


def test_a_token_is_for_jmap_alone_ends_and_says_what_it_is_for(in_a):
    in_a.token()
    with in_a.server.core.database.read() as unit:
        (row,) = [
            row
            for row in unit.all(credentials.OF_PRINCIPAL, principal_id=1)
            if row.kind == credentials.TOKEN
        ]
        assert (row.modules, row.label) == ("jmap", "Tester 1.0 (Ann's phone)")
        assert row.expires_at == unit.now + 30 * 24 * 3600


def test_other_methods_are_not_allowed(in_a):
    answer = in_a.request("PUT")
    assert (answer.status, "POST" in answer.headers["allow"]) == (405, True)

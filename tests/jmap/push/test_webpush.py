"""Web push: what is sent, to whom, how often, and what becomes of it (RFC 8030, 8291, 8292)."""

from __future__ import annotations

import asyncio
from functools import partial

import orjson
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

from cyrpy_jmap import store
from cyrpy_jmap.push.courier import Courier, Verdict
from cyrpy_jmap.push.sender import Pace
from cyrpy_jmap.push.ssrf import Policy
from cyrpy_jmap.push.vapid import Vapid
from tests.jmap.push.conftest import HERE, QUICK
from tests.jmap.push.receiver import Device, Receiver, answer, unb64


def test_a_new_subscription_is_sent_its_code(push):
    async def scenario(mine, receiver):
        made = await mine.create(receiver.url())
        received = await receiver.next()
        assert received.path == "/push/secret"
        assert received.json == {
            "@type": "PushVerification",
            "pushSubscriptionId": made["id"],
            "verificationCode": mine.row(made["id"]).verification_code,
        }
        assert len(received.json["verificationCode"]) == 32

    push(scenario)


def test_nothing_else_is_sent_before_it_is_verified(push, site, anna):
    async def scenario(mine, receiver):
        await mine.create(receiver.url())
        await receiver.next()
        site.touch(anna.principal_id)
        await mine.create(receiver.url("/another"))
        assert (await receiver.next()).path == "/another"

    push(scenario)


def test_a_change_is_pushed_to_a_verified_subscription(push):
    async def scenario(mine, receiver):
        await mine.subscribe(receiver)
        state, received = await mine.pushed(receiver)
        assert received.json == {"@type": "StateChange", "changed": {"anna": {"Note": state}}}
        assert received.headers["content-type"] == "application/json"
        assert received.headers["ttl"] == "604800"
        assert received.headers["urgency"] == "normal"
        assert len(received.headers["topic"]) == 32

    push(scenario)


def test_with_keys_all_is_encrypted_for_the_device(push):
    device = Device()

    async def scenario(mine, receiver):
        made = await mine.create(receiver.url(), keys=device.keys)
        asked = await receiver.next()
        assert asked.headers["content-encoding"] == "aes128gcm"
        code = orjson.loads(device.decrypt(asked.body))["verificationCode"]
        await mine.update(made["id"], verificationCode=code)
        await mine.until_begun(made["id"])
        state, received = await mine.pushed(receiver)
        assert orjson.loads(device.decrypt(received.body))["changed"] == {"anna": {"Note": state}}

    push(scenario)


def test_only_the_types_of_the_subscription_are_pushed(push, site, anna):
    async def scenario(mine, receiver):
        await mine.subscribe(receiver, "/mail", types=["Email"])
        await mine.subscribe(receiver, "/notes", types=["Note"])
        site.touch(anna.principal_id)
        assert (await receiver.next()).path == "/notes"
        assert receiver.queue.empty()

    push(scenario)


def test_nothing_of_others_is_pushed(push, site, anna, bert):
    async def scenario(mine, receiver):
        await mine.subscribe(receiver)
        site.touch(bert.principal_id)
        _, received = await mine.pushed(receiver)
        assert list(received.json["changed"]) == ["anna"]

    push(scenario)


def test_what_is_shared_is_pushed(push, site, bert, anna):
    site.share(bert.principal_id, anna.principal_id)

    async def scenario(mine, receiver):
        mine.user = mine.user._replace(epoch=mine.user.epoch + 1)
        await mine.subscribe(receiver)
        modseq = site.touch(bert.principal_id)
        assert (await receiver.next()).json["changed"] == {"bert": {"Note": str(modseq)}}

    push(scenario)


def test_each_message_is_signed_for_its_push_service(push, site):
    (vapid,) = site.core.offered(Vapid)

    async def scenario(mine, receiver):
        await mine.create(receiver.url())
        scheme, token, key = (await receiver.next()).headers["authorization"].split(" ")
        assert (scheme, token[:2], key) == ("vapid", "t=", f"k={vapid.public}")
        header, claims, signature = token[2:].rstrip(",").split(".")
        assert orjson.loads(unb64(header)) == {"typ": "JWT", "alg": "ES256"}
        assert orjson.loads(unb64(claims)) == {
            "aud": f"https://localhost:{receiver.port}",
            "exp": int(site.core.clock()) + 12 * 3600,
            "sub": "mailto:postmaster@mail.example.com",
        }
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(key[2:]))
        octets = unb64(signature)
        numbers = [int.from_bytes(octets[:32]), int.from_bytes(octets[32:])]
        der = utils.encode_dss_signature(*numbers)
        point.verify(der, f"{header}.{claims}".encode(), ec.ECDSA(SHA256()))
        with pytest.raises(InvalidSignature):
            point.verify(der, f"{header}.{claims}x".encode(), ec.ECDSA(SHA256()))

    push(scenario)


def test_the_key_is_made_once_and_shown_in_the_session(push, site, anna):
    async def first(*_):
        pass

    push(first)
    (vapid,) = site.core.offered(Vapid)
    again = Vapid()
    again.open(site.core)
    assert again.public == vapid.public
    assert len(unb64(vapid.public)) == 65
    session = asyncio.run(site.api.viewer_of(anna))
    document = site.api.sessions.session(session, "https://mail.example.com/jmap")
    assert document["capabilities"]["urn:ietf:params:jmap:webpush-vapid"] == {
        "applicationServerKey": vapid.public
    }


@pytest.mark.parametrize("status", [500, 503, 429])
def test_what_the_service_cannot_take_now_is_sent_again_with_the_newest_state(push, status):
    async def scenario(mine, receiver):
        await mine.subscribe(receiver)
        receiver.answers += [answer(status), answer(status)]
        state, _ = await mine.pushed(receiver)
        await receiver.next()
        assert (await receiver.next()).json["changed"] == {"anna": {"Note": state}}

    push(scenario)


def test_retry_after_is_heeded(push, site, anna):
    async def scenario(mine, receiver):
        await mine.subscribe(receiver, "/busy")
        await mine.subscribe(receiver, "/idle")
        receiver.answers += [answer(429, "retry-after: 3600")] * 2
        site.touch(anna.principal_id)
        assert {(await receiver.next()).path for _ in range(2)} == {"/busy", "/idle"}
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(receiver.queue.get(), 0.2)

    push(scenario)


@pytest.mark.parametrize("status", [404, 410])
def test_where_nobody_is_the_subscription_is_destroyed(push, status):
    async def scenario(mine, receiver):
        id = await mine.subscribe(receiver)
        receiver.answers.append(answer(status))
        await mine.pushed(receiver)
        await mine.until_gone(id)

    push(scenario)


def test_a_service_that_always_refuses_is_given_up(push, site, anna):
    async def scenario(mine, receiver):
        id = await mine.subscribe(receiver)
        receiver.answers += [answer(403)] * 8
        site.touch(anna.principal_id)
        await mine.until_gone(id)
        assert receiver.queue.qsize() == 8

    push(scenario)


def test_a_burst_becomes_few_messages(push, site, anna):
    async def scenario(mine, receiver):
        await mine.subscribe(receiver)
        for _ in range(100):
            site.touch(anna.principal_id)
        newest = str(site.touch(anna.principal_id))
        count = 1
        while (await receiver.next()).json["changed"]["anna"]["Note"] != newest:
            count += 1
        assert count < 30

    push(scenario)


def test_an_expired_subscription_gets_nothing_and_is_removed(push, site, anna, clock):
    async def scenario(mine, receiver):
        id = await mine.subscribe(receiver)
        clock.advance(8 * 24 * 3600)
        site.touch(anna.principal_id)
        await mine.until_gone(id)
        assert receiver.queue.empty()

    push(scenario)


def test_one_that_is_never_verified_is_removed_after_a_day(push, clock):
    async def scenario(mine, receiver):
        id = (await mine.create(receiver.url()))["id"]
        await receiver.next()
        clock.advance(25 * 3600)
        await mine.until_gone(id)

    push(scenario)


def test_a_revoked_credential_ends_the_push(push, site, anna):
    async def scenario(mine, receiver):
        await mine.subscribe(receiver)
        site.revoke(anna)
        site.touch(anna.principal_id)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(receiver.queue.get(), 0.2)

    push(scenario)


def test_verifications_of_one_user_are_few(push):
    async def scenario(mine, receiver):
        for n in range(3):
            await mine.create(receiver.url(f"/{n}"))
        assert {(await receiver.next()).path for _ in range(2)} <= {"/0", "/1", "/2"}
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(receiver.queue.get(), 0.2)

    push(scenario, QUICK._replace(verifications=2))


def test_what_changed_while_nobody_sent_is_pushed_by_the_next_who_does(push, site, anna):
    found: dict[str, str] = {}

    async def before(mine, receiver):
        found["id"] = await mine.subscribe(receiver)

    async def after(_, receiver):
        number = int(found["id"][1:])
        here = partial(store.change, id=number, url=receiver.url())  # it has another port
        await asyncio.to_thread(site.core.database.write, here)
        assert (await receiver.next()).json["changed"] == {"anna": {"Note": found["state"]}}

    push(before)
    found["state"] = str(site.touch(anna.principal_id))
    push(after)


def test_a_redirect_that_keeps_the_method_is_followed(push):
    async def scenario(mine, receiver):
        await mine.subscribe(receiver)
        receiver.answers.append(answer(307, f"location: {receiver.url('/there')}"))
        await mine.pushed(receiver)
        assert (await receiver.next()).path == "/there"

    push(scenario)


class TestCourier:
    """Where it goes, and where it does not."""

    @staticmethod
    def post(certificate, script, policy=HERE, url=None, answers=()):
        server, client = certificate

        async def whole():
            async with Receiver().listening(server) as receiver:
                receiver.answers += [a(receiver) if callable(a) else a for a in answers]
                courier = Courier(policy, client)
                outcome = await courier.post(
                    url(receiver) if url else receiver.url(), b"{}", lambda _: {}
                )
                await courier.aclose()
                script(outcome, receiver)

        asyncio.run(whole())

    def test_ssrf_to_this_machine_is_refused_by_the_policy_of_servers(self, certificate):
        def script(outcome, receiver):
            assert outcome.verdict is Verdict.FORBIDDEN
            assert receiver.queue.empty()

        policy = Policy(may_use_port=lambda _: True)
        self.post(certificate, script, policy)

    def test_ssrf_by_a_redirect_is_refused(self, certificate):
        def script(outcome, receiver):
            assert outcome.verdict is Verdict.FORBIDDEN
            assert receiver.queue.qsize() == 1

        policy = Policy(may_connect=lambda a: str(a) == "127.0.0.1", may_use_port=lambda _: True)
        inside = answer(307, "location: https://10.0.0.1/admin")
        self.post(certificate, script, policy, answers=[inside])

    def test_ssrf_by_a_redirect_to_plain_http_is_refused(self, certificate):
        def script(outcome, _):
            assert outcome.verdict is Verdict.FORBIDDEN

        policy = Policy(may_connect=lambda _: True, may_use_port=lambda _: True)
        self.post(certificate, script, policy, answers=[answer(308, "location: http://localhost/")])

    def test_ssrf_by_dns_rebinding_is_impossible(self, certificate):
        """The connection goes to the address that was judged; the name is not resolved again."""

        class Once(Policy):
            async def resolve(self, target):
                assert target.host == "localhost"
                resolved.append(target.host)
                return "127.0.0.1"

        resolved: list[str] = []

        def script(outcome, receiver):
            assert outcome.verdict is Verdict.DELIVERED
            assert resolved == ["localhost"]
            host = receiver.queue.get_nowait().headers["host"]
            assert host == f"localhost:{receiver.port}"

        policy = Once(HERE.schemes, HERE.may_connect, HERE.may_use_port)
        self.post(certificate, script, policy)

    def test_a_certificate_of_another_name_is_not_taken(self, certificate):
        class Elsewhere(Policy):
            async def resolve(self, target):
                return "127.0.0.1"

        def script(outcome, receiver):
            assert outcome.verdict is Verdict.LATER
            assert receiver.queue.empty()

        policy = Elsewhere(HERE.schemes, HERE.may_connect, HERE.may_use_port)
        self.post(certificate, script, policy, url=lambda r: f"https://push.example.com:{r.port}/")

    def test_a_redirect_that_changes_the_method_is_not_followed(self, certificate):
        def script(outcome, receiver):
            assert outcome.verdict is Verdict.REFUSED
            assert receiver.queue.qsize() == 1

        self.post(certificate, script, answers=[answer(302, "location: /there")])

    def test_redirects_without_end_are_given_up(self, certificate):
        def script(outcome, receiver):
            assert outcome.verdict is Verdict.REFUSED
            assert receiver.queue.qsize() == 4

        self.post(certificate, script, answers=[answer(307, "location: /again")] * 9)

    def test_an_answer_without_end_is_cut_off(self, certificate):
        def script(outcome, _):
            assert outcome.verdict is Verdict.DELIVERED

        endless = b"HTTP/1.1 201 Created\r\ncontent-length: 999999999\r\n\r\n" + bytes(100_000)
        self.post(certificate, script, answers=[endless])

    def test_a_service_that_is_not_there_may_be_later(self, certificate):
        def script(outcome, _):
            assert outcome.verdict is Verdict.LATER

        self.post(certificate, script, url=lambda _: "https://localhost:1/")

    @pytest.mark.parametrize(
        ("value", "seconds"),
        [("120", 120), ("junk", 0), ("999999999", 86400), ("Thu, 01 Jan 1970 00:00:00 GMT", 0)],
    )
    def test_retry_after_is_read(self, certificate, value, seconds):
        def script(outcome, _):
            assert outcome.wait == seconds

        self.post(certificate, script, answers=[answer(503, f"retry-after: {value}")])


def test_the_usual_pace_is_kind_to_devices():
    assert Pace().gap >= 1
    assert Pace().turn < Pace().lease / 2

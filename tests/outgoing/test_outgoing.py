"""What is queued arrives at the relay, when it should, and once."""

from __future__ import annotations

import asyncio

import pytest

from cyrpy.data import submission_queue, submissions
from cyrpy.data.submission_queue import LONGEST_WAIT, MAX_AGE
from cyrpy.data.submissions import CANCELED, FINAL, NOTICE, PENDING, SCHEDULING, NewSubmission
from cyrpy.errors import OverQuota
from cyrpy.mail import outgoing
from tests.outgoing.conftest import BOB, EVE, mail


def test_a_message_arrives_with_its_envelope(sender, relay):
    row = sender.add(to={EVE: {}, BOB: {}})
    sender.turn()
    (found,) = relay.received
    assert (found.sender, found.recipients) == ("anna@example.com", [EVE, BOB])
    assert found.octets == mail()
    assert sender.states(row) == {EVE: "unknown", BOB: "unknown"}
    assert sender.reply(row) == "250 2.0.0 taken"
    assert sender.row(row).undo_status == FINAL
    assert sender.inbox() == []


def test_it_is_sent_once(sender, relay):
    sender.add()
    for _ in range(3):
        sender.turn()
        sender.clock.advance(86_400)
    assert len(relay.received) == 1


def test_blind_recipients_are_not_shown(sender, relay):
    header = b"Bcc: bob@elsewhere.org,\r\n  mallory@elsewhere.org\r\nbcc : x@y\r\nX-Bcc: stays\r\n"
    sender.add(mail(header=header, body=b"Bcc: stays\r\n"), to={EVE: {}, BOB: {}})
    sender.turn()
    octets = relay.received[0].octets
    assert b"mallory" not in octets
    assert b"x@y" not in octets
    assert octets.count(b"Bcc: stays") == 2


@pytest.mark.parametrize(
    "body",
    [b".\r\n..\r\n.a\r\n", b"a\n.\nb\n", b"no end", b"", b"\r\n.\r\nMAIL FROM:<x@y>\r\n", b"a\rb"],
)
def test_every_body_arrives_as_it_is(sender, relay, body):
    sender.add(mail(body))
    sender.turn()
    (found,) = relay.received
    wanted = mail(body).replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    assert found.octets == wanted if wanted.endswith(b"\r\n") else wanted + b"\r\n"


def test_a_large_message_arrives_whole(sender, relay):
    octets = mail(b"x" * 70 + b"\r\n" + (b"." + b"y" * 70 + b"\r\n") * 200_000)
    sender.options["submission_timeout"] = 60
    relay._options["data_size_limit"] = 0
    sender.add(octets)
    sender.turn()
    assert relay.received[0].octets == octets


def test_delayed_mail_waits_for_its_time(sender, relay):
    row = sender.add(send_at=int(sender.clock()) + 3600)
    sender.turn()
    sender.clock.advance(3599)
    sender.turn()
    assert relay.received == []
    assert sender.row(row).undo_status == PENDING
    sender.clock.advance(1)
    sender.turn()
    assert len(relay.received) == 1


def test_canceled_mail_is_not_sent(sender, relay):
    row = sender.add(send_at=int(sender.clock()) + 60)
    assert sender.database.write(lambda u: submissions.cancel(u, sender.blobs, row))
    sender.clock.advance(60)
    sender.turn()
    assert relay.received == []
    assert sender.row(row).undo_status == CANCELED


def test_what_was_sent_cannot_be_canceled(sender, relay):
    row = sender.add()
    sender.turn()
    assert not sender.database.write(lambda u: submissions.cancel(u, sender.blobs, row))
    assert sender.row(row).undo_status == FINAL


def test_what_is_being_sent_cannot_be_canceled(sender):
    row = sender.add()
    (held,) = sender.database.write(lambda u: submission_queue.claim(u, "other", 10))
    assert held.row.id == row.id
    assert not sender.database.write(lambda u: submissions.cancel(u, sender.blobs, row))
    sender.database.write(lambda u: submission_queue.free(u, "other"))
    assert sender.database.write(lambda u: submissions.cancel(u, sender.blobs, row))


def test_removed_from_sight_it_is_sent_nevertheless(sender, relay):
    row = sender.add()
    sender.database.write(lambda u: submissions.destroy(u, sender.blobs, row))
    with sender.database.read() as unit:
        assert submissions.emails_of(unit, sender.account_id) == []
    sender.turn()
    assert len(relay.received) == 1
    assert sender.row(row) is None


@pytest.mark.parametrize("stage", ["MAIL", f"RCPT {EVE}", "DATA"])
def test_what_fails_for_now_is_tried_again_later(sender, relay, stage):
    row = sender.add()
    relay.say[stage] += ["451 4.3.0 come back", "450 4.2.0 not yet"]
    sender.turn()
    assert sender.states(row) == {EVE: "queued"}
    assert sender.reply(row) == "451 4.3.0 come back"
    sender.clock.advance(59)
    sender.turn()
    assert sender.reply(row) == "451 4.3.0 come back"
    sender.clock.advance(1)
    sender.turn()
    assert sender.reply(row) == "450 4.2.0 not yet"
    sender.clock.advance(120)
    sender.turn()
    assert len(relay.received) == 1
    assert sender.inbox() == []


def test_waits_double_up_to_a_longest_until_it_is_given_up(sender, relay):
    row = sender.add()
    relay.always["MAIL"] = "451 4.3.0 come back"
    start = sender.clock()
    waits = []
    while sender.states(row) == {EVE: "queued"}:
        sender.turn()
        due = sender.row(row).due_at
        if due is not None:
            waits.append(due - int(sender.clock()))
            sender.clock.advance(waits[-1])
    assert waits[:3] == [60, 120, 240]
    assert max(waits) == LONGEST_WAIT
    assert sender.clock() - start == MAX_AGE
    (told,) = sender.inbox()
    assert "come back" in told.as_string()
    assert sender.reply(row).startswith("554 5.4.7 ")


def test_each_recipient_has_a_state_of_its_own(sender, relay):
    row = sender.add(to={EVE: {}, BOB: {}, "carl@elsewhere.org": {}})
    relay.say[f"RCPT {BOB}"].append("450 4.2.1 busy")
    relay.say["RCPT carl@elsewhere.org"].append("550 5.1.1 no such user")
    sender.turn()
    assert sender.states(row) == {EVE: "unknown", BOB: "queued", "carl@elsewhere.org": "no"}
    assert sender.row(row).undo_status == FINAL
    assert len(sender.inbox()) == 1
    sender.clock.advance(60)
    sender.turn()
    assert [found.recipients for found in relay.received] == [[EVE], [BOB]]
    assert len(sender.inbox()) == 1


def test_too_many_recipients_are_sent_to_at_once_in_several_transactions(sender, relay):
    to = {f"u{n}@elsewhere.org": {} for n in range(250)}
    row = sender.add(to=to)
    relay.say["RCPT u70@elsewhere.org"].append("452 4.5.3 too many")
    sender.turn()
    assert sorted(one for found in relay.received for one in found.recipients) == sorted(to)
    assert set(sender.states(row).values()) == {"unknown"}


def test_a_connection_is_used_for_many_messages(sender, relay):
    for _ in range(30):
        sender.add()
    sender.turn()
    assert len(relay.received) == 30
    assert relay.connections <= 5


def test_a_relay_that_wants_few_connections_gets_few(sender, relay):
    relay.limit = 2
    for _ in range(30):
        sender.add()
    assert sender.turn()
    assert len(relay.received) == 30


def test_a_connection_that_broke_is_opened_anew(sender, relay, monkeypatch):
    monkeypatch.setattr(outgoing, "CONNECTIONS", 1)
    for _ in range(6):
        sender.add()
    relay.say["MAIL"] += ["250 2.1.0 ok", "421 4.3.2 enough for now"]
    sender.turn()
    assert len(relay.received) == 6


def test_a_relay_that_is_away_costs_no_attempt(sender, relay):
    row = sender.add()
    sender.options["submission_relay"] = "127.0.0.1:1"
    assert not sender.turn()
    assert sender.row(row).attempts == 0
    sender.options["submission_relay"] = relay.address
    assert sender.turn()
    assert len(relay.received) == 1


def test_mail_is_given_up_where_no_relay_comes_back(sender):
    row = sender.add()
    sender.options["submission_relay"] = "127.0.0.1:1"
    sender.clock.advance(MAX_AGE - 1)
    sender.turn()
    assert sender.states(row) == {EVE: "queued"}
    sender.clock.advance(1)
    sender.turn()
    assert sender.states(row) == {EVE: "no"}
    assert len(sender.inbox()) == 1


def test_where_the_relay_was_taken_away_mail_arrives_here_and_comes_back_from_elsewhere(sender):
    row = sender.add(to={EVE: {}, "anna@example.com": {}}, send_at=int(sender.clock()) + 60)
    sender.options["submission_relay"] = None
    sender.turn()
    assert set(sender.states(row).values()) == {"queued"}
    sender.clock.advance(60)
    sender.turn()
    assert sender.states(row) == {EVE: "no", "anna@example.com": "yes"}
    subjects = [found["Subject"] for found in sender.inbox()]
    assert sorted(subjects) == ["Lunch", "Undelivered mail: Lunch"]


def test_an_answer_that_gets_lost_makes_it_try_again(sender, relay):
    row = sender.add()
    relay.say["DATA"].append("drop")
    sender.turn()
    assert sender.states(row) == {EVE: "queued"}
    assert sender.reply(row).startswith("451 4.4.2 ")
    sender.clock.advance(60)
    sender.turn()
    assert sender.states(row) == {EVE: "unknown"}


def test_a_message_that_is_gone_is_told_of(sender):
    row = sender.add(digest=None)
    sender.turn()
    assert sender.states(row) == {EVE: "no"}
    assert len(sender.inbox()) == 1


def test_notices_leave_nothing_behind(sender, relay):
    row = sender.add(purpose=NOTICE, digest=None, message=mail())
    sender.turn()
    assert len(relay.received) == 1
    assert sender.row(row) is None
    assert sender.recipients(row) == {}


def test_what_is_waiting_keeps_its_blob(sender, relay):
    row = sender.add(send_at=int(sender.clock()) + 30 * 86_400)
    sender.clock.advance(29 * 86_400)
    sender.database.write(sender.blobs.expire)
    sender.clock.advance(86_400)
    sender.turn()
    assert len(relay.received) == 1
    sender.clock.advance(2 * 86_400)
    sender.database.write(sender.blobs.expire)
    with sender.database.read() as unit:
        found = sender.blobs.read(unit, [sender.account_id], "G" + row.digest.hex())
    assert found is None


def test_waiting_mail_of_an_account_is_bounded(sender, monkeypatch):
    monkeypatch.setattr(submissions, "MAX_WAITING", 1)
    sender.add()
    with pytest.raises(OverQuota):
        sender.add()


def test_what_is_over_is_forgotten_after_a_while(sender, relay):
    done, waiting = sender.add(), sender.add(send_at=int(sender.clock()) + 90 * 86_400)
    invited = sender.add(purpose=SCHEDULING, digest=None, message=mail())
    sender.turn()
    assert sender.row(invited).message is None
    assert sender.database.write(lambda u: submissions.forget(u, sender.blobs)) == 0
    sender.clock.advance(submissions.KEPT + 1)
    assert sender.database.write(lambda u: submissions.forget(u, sender.blobs)) == 2
    assert sender.row(done) is None
    assert sender.row(invited) is None
    assert sender.recipients(invited) == {}
    assert sender.row(waiting) is not None


def test_new_mail_is_sent_at_once(sender, relay):
    sent = asyncio.run(_serve_until_sent(sender, relay))
    assert sent


async def _serve_until_sent(sender, relay) -> bool:
    from cyrpy.mail.outgoing import Outgoing  # noqa: PLC0415
    from cyrpy.mail.relay import Relay  # noqa: PLC0415

    core = sender.core()
    outgoing = Outgoing(core, Relay.of(core.settings))
    outgoing.start()
    await asyncio.sleep(0)
    new = NewSubmission(NOTICE, "", {EVE: {}}, message=mail())
    moved = await asyncio.to_thread(
        sender.database.write, lambda u: (submissions.add(u, sender.account_id, new), u.finish())[1]
    )
    core.notifier.deliver(moved)
    async with asyncio.timeout(20):
        while not relay.received:
            await asyncio.sleep(0.01)
    await outgoing.close()
    return True

"""LMTP (RFC 2033): who gets what, and what the sender is told."""

from __future__ import annotations

import orjson
import pytest

from cyrpy.data import addresses, blobs, mail_usage, principals
from cyrpy.groupware import mail_recount
from tests.mail.messages import message


def right(user) -> bool:
    """Whether all counts of the account are as its messages say."""
    with user.core.database.read() as unit:
        return mail_recount.differences(unit, user.account_id) == []


def test_a_message_arrives_in_the_inbox_with_its_trace(post):
    user = post.user()
    octets = message("Lunch?", "At noon.")
    assert post.deliver(octets, user.address) == ["250 2.1.5 delivered"]
    (row,) = user.messages()
    stored = user.octets(row)
    assert stored.startswith(b"Return-Path: <ada@example.com>\r\nReceived: from ")
    assert stored.endswith(octets)
    shown = orjson.loads(row.properties)
    assert (shown["subject"], shown["preview"]) == ("Lunch?", "At noon.")
    assert user.mailboxes()["Inbox"].unread_emails == 1
    assert right(user)


def test_the_extensions_are_told(post):
    with post.client() as client:
        assert client.ehlo()[0] == 250
        assert {"pipelining", "enhancedstatuscodes", "8bitmime", "smtputf8"} <= set(
            client.esmtp_features
        )
        assert client.esmtp_features["size"] == str(3 << 20)


def test_helo_and_ehlo_are_no_commands_of_lmtp(post):
    with post.client() as client:
        assert client.docmd("EHLO x")[0] == 500
        assert client.docmd("HELO x")[0] == 500


def test_each_recipient_has_an_answer_of_its_own(post):
    one, two = post.user(), post.user()
    answers = post.deliver(message(), one.address, "nobody@localhost", two.address)
    assert answers == [
        "250 2.1.5 delivered",
        "550 5.1.1 there is no such user here",
        "250 2.1.5 delivered",
    ]
    assert len(one.messages()) == len(two.messages()) == 1


def test_a_message_for_many_is_stored_once(post):
    users = [post.user() for _ in range(3)]
    post.deliver(message(), *(user.address for user in users))
    digests = {user.messages()[0].digest for user in users}
    assert len(digests) == 1


def test_a_large_message_for_many_is_one_file(post):
    users = [post.user() for _ in range(2)]
    octets = message(body="x" * 70 + "\r\n" + ("y" * 70 + "\r\n") * 20_000)
    assert post.deliver(octets, *(user.address for user in users)) == ["250 2.1.5 delivered"] * 2
    rows = [user.messages()[0] for user in users]
    assert rows[0].digest == rows[1].digest
    assert post.core.blobs.path(rows[0].digest).stat().st_size == rows[0].size
    assert users[1].octets(rows[1]).endswith(octets)


@pytest.mark.parametrize(
    ("command", "sender"),
    [
        ("MAIL FROM:<>", ""),
        ("MAIL FROM:<ada@example.com> BODY=8BITMIME SIZE=500", "ada@example.com"),
        ("MAIL FROM:<=odd\u00e4@b\u00fccher.example> SMTPUTF8", "=odd\u00e4@b\u00fccher.example"),
        ("mail from:<@a,@b:ada@example.com>", "ada@example.com"),
    ],
)
def test_any_sender_is_taken(post, command, sender):
    user = post.user()
    with post.client() as client:
        client.ehlo_or_helo_if_needed()
        client.send(f"{command}\r\nRCPT TO:<{user.address}>\r\nDATA\r\n".encode())
        assert [client.getreply()[0] for _ in range(3)] == [250, 250, 354]
        client.send(message() + b".\r\n")
        assert client.getreply()[0] == 250
    assert user.octets(user.messages()[0]).startswith(f"Return-Path: <{sender}>".encode())


def test_plus_addresses_reach_the_mailbox_of_that_name(post):
    user = post.user()
    to = user.address.replace("@", "+archive@")
    assert post.deliver(message(), to) == ["250 2.1.5 delivered"]
    assert len(user.messages("Archive")) == 1
    assert user.messages() == []


@pytest.mark.parametrize("detail", ["nothing", "Sent", "", "a/b", "%"])
def test_other_plus_addresses_reach_the_inbox(post, detail):
    user = post.user()
    post.deliver(message(), user.address.replace("@", f"+{detail}@"))
    assert len(user.messages()) == 1


def test_case_and_a_missing_domain_are_of_no_matter(post):
    user = post.user()
    assert post.deliver(message(), user.name.upper()) == ["250 2.1.5 delivered"]
    assert post.deliver(message(), user.address.upper()) == ["250 2.1.5 delivered"]
    assert len(user.messages()) == 2


def test_an_alias_is_an_address_too_and_gives_no_second_copy(post):
    user = post.user()
    alias = f"alias-{user.name}@localhost"

    def add(unit):
        row = unit.first(principals.BY_ID, id=user.account_id)
        addresses.arrange(unit, row.id, [user.address, alias])

    post.core.database.write(add)
    assert post.deliver(message(), alias, user.address) == ["250 2.1.5 delivered"] * 2
    assert len(user.messages()) == 1


def test_over_quota_comes_again_or_is_refused(post):
    user, other = post.user(), post.user()
    post.core.database.write(lambda unit: mail_usage.set_bound(unit, user.account_id, 2000))
    answers = post.deliver(message(body="x" * 3000), user.address, other.address)
    assert answers == ["452 4.2.2 the mailbox is full; try again later", "250 2.1.5 delivered"]
    assert user.messages() == []
    assert len(other.messages()) == 1
    assert post.deliver(message(), user.address) == ["250 2.1.5 delivered"]
    assert right(user)


def test_a_message_that_goes_round_is_refused(post):
    user = post.user()
    octets = b"Received: from x by y; Tue, 14 Nov 2023 22:13:20 +0000\r\n" * 101 + message()
    assert post.deliver(octets, user.address) == ["554 5.4.6 the message goes round in circles"]
    assert user.messages() == []


def test_a_message_that_is_too_large_is_refused_for_each(post):
    user, other = post.user(), post.user()
    with post.client() as client:
        answers = client.deliver(b"x" * (4 << 20), [user.address, other.address])
        assert answers == ["552 5.3.4 the message is too large"] * 2
        assert client.deliver(message(), [user.address]) == ["250 2.1.5 delivered"]
    assert len(user.messages()) == 1


def test_dots_and_odd_octets_arrive_as_they_were_sent(post):
    user = post.user()
    octets = message() + b".\r\n..two\r\n.x\r\nnul \0 high \xff bare \n\r cr \r lf \n end\r\n"
    octets += b"long " * 200_000 + b"\r\n"
    assert post.deliver(octets, user.address) == ["250 2.1.5 delivered"]
    assert user.octets(user.messages()[0]).endswith(octets)


@pytest.mark.parametrize(
    "octets", [b"", b"\r\n", b"no header at all\r\n", b"\0\r\n", b"\xff" * 9000]
)
def test_the_emptiest_messages_are_taken(post, octets):
    user = post.user()
    assert post.deliver(octets, user.address) == ["250 2.1.5 delivered"]
    assert len(user.messages()) == 1


def test_data_without_a_recipient_is_refused_and_the_session_goes_on(post):
    user = post.user()
    with post.client() as client:
        client.ehlo_or_helo_if_needed()
        assert client.docmd("DATA")[0] == 503
        assert client.mail("a@b")[0] == 250
        assert client.docmd("DATA")[0] == 503
        assert client.rcpt("nobody@localhost")[0] == 550
        assert client.docmd("RCPT TO:garbage")[0] == 553
        assert client.docmd("RSET")[0] == 250
        assert client.deliver(message(), [user.address]) == ["250 2.1.5 delivered"]


def test_commands_may_come_all_at_once(post):
    user = post.user()
    with post.client() as client:
        client.ehlo_or_helo_if_needed()
        client.send(f"MAIL FROM:<a@b>\r\nRCPT TO:<{user.address}>\r\nDATA\r\n".encode())
        assert [client.getreply()[0] for _ in range(3)] == [250, 250, 354]
        client.send(message() + b".\r\nNOOP\r\n")
        assert [client.getreply()[0] for _ in range(2)] == [250, 250]
    assert len(user.messages()) == 1


def test_replies_join_the_thread_and_new_subjects_do_not(post):
    user = post.user()
    post.deliver(message("Plan", Message_ID="<plan@x>"), user.address)
    post.deliver(message("Re: Plan", In_Reply_To="<plan@x>"), user.address)
    post.deliver(message("Else", In_Reply_To="<plan@x>"), user.address)
    first, reply, other = user.messages()
    assert first.thread_id == reply.thread_id != other.thread_id
    assert user.mailboxes()["Inbox"].total_threads == 2


def test_a_message_that_links_two_threads_makes_them_one(post):
    user = post.user()
    post.deliver(message("Plan", Message_ID="<a@x>"), user.address)
    post.deliver(message("Plan", Message_ID="<b@x>"), user.address)
    before = user.messages()
    assert len({row.thread_id for row in before}) == 2
    post.deliver(message("Re: Plan", References="<a@x> <b@x>"), user.address)
    after = user.messages()
    assert len({row.thread_id for row in after}) == 1
    kept = {row.id: row.thread_id for row in before}
    assert all(kept.get(row.id, row.thread_id) == row.thread_id for row in after)
    assert right(user)


def test_a_blob_that_mail_refers_to_does_not_expire(post):
    user = post.user()
    post.deliver(message(), user.address)
    (row,) = user.messages()
    with post.core.database.read() as unit:
        owned = unit.value(blobs.OWNED_FOR_GOOD, account_id=user.account_id, digest=row.digest)
    assert owned is not None

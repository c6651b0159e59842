"""Scripts at delivery: what comes by LMTP is filed, refused, sent on and answered as they say."""

from __future__ import annotations

import logging

import pytest

from cyrpy.data import sieve as data
from cyrpy.data.mailboxes import NewMailbox, create
from cyrpy.mail.delivery import Letter, deliver
from cyrpy.mail.recipients import Recipient
from tests.mail.messages import message

LISTS = 'require ["fileinto"]; '


def box(user, name: str, parent: str | None = None, role: str | None = None) -> str:
    """The id of a new mailbox."""
    inside = None if parent is None else user.mailboxes()[parent].id
    new = NewMailbox(name, role, inside)
    made = user.core.database.write(lambda unit: create(unit, user.account_id, new))
    return made.wire_id


def good(post, octets: bytes, *recipients: str, sender: str = "ada@example.com") -> None:
    answers = post.deliver(octets, *recipients, sender=sender)
    assert all(one.startswith("250") for one in answers), answers


def test_mail_is_filed(post, bob):
    box(bob, "Lists")
    bob.script('require ["fileinto"]; if header :contains "subject" "[x]" { fileinto "Lists"; }')
    good(post, message("[x] one"), bob.address)
    good(post, message("two"), bob.address)
    assert bob.count() == {"Lists": 1, "Inbox": 1}


def test_a_script_that_is_not_active_is_not_run(post, bob):
    bob.script("discard;", active=False)
    good(post, message(), bob.address)
    assert bob.count() == {"Inbox": 1}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("INBOX", "Inbox"),
        ("inbox", "Inbox"),
        ("Work/2026", "2026"),
        ("/Work/2026/", "2026"),
        ("Work.2026", "2026"),
        ("work", "Work"),
        ("INBOX/Inside", "Inside"),
        ("INBOX.Inside", "Inside"),
        ("INBOX/Work/2026", "2026"),
        ("Junk", "Junk"),
        ("Spam", "Junk"),
        ("Sent Items", "Sent"),
        ("nowhere", "Inbox"),
        ("Work/nowhere", "Inbox"),
    ],
)
def test_mailboxes_by_their_paths(post, bob, name, expected):
    box(bob, "Work")
    box(bob, "2026", "Work")
    box(bob, "Inside", "Inbox")
    bob.script(f'{LISTS} fileinto "{name}";')
    good(post, message(), bob.address)
    assert bob.count() == {expected: 1}


def test_mailboxes_are_made_where_the_script_says_so(post, bob):
    bob.script('require ["fileinto", "mailbox"]; fileinto :create "New/Below";')
    good(post, message(), bob.address)
    good(post, message(), bob.address)
    assert bob.count() == {"Below": 2}
    made = bob.mailboxes()
    assert made["Below"].parent_id == made["New"].id
    bob.script('require ["fileinto", "mailbox"]; fileinto :create "' + "a/" * 30 + '";')
    good(post, message(), bob.address)
    assert bob.count() == {"Below": 2, "Inbox": 1}


def test_mailboxes_by_id_and_by_use(post, bob):
    id = box(bob, "Deep")
    require = 'require ["fileinto", "mailboxid", "special-use", "mailbox"]; '
    bob.script(f'{require} if mailboxidexists "{id}" {{ fileinto :mailboxid "{id}" "Junk"; }}')
    good(post, message(), bob.address)
    assert bob.count() == {"Deep": 1}
    bob.script(f'{require} fileinto :mailboxid "M99999" "Junk";')
    good(post, message(), bob.address)
    assert bob.count() == {"Deep": 1, "Junk": 1}
    bob.script(
        rf'{require} if allof(specialuse_exists "\\Archive", mailboxexists "Archive",'
        rf' not mailboxexists "Nowhere") {{ fileinto :specialuse "\\Archive" "Junk"; }}'
    )
    good(post, message(), bob.address)
    assert bob.count() == {"Deep": 1, "Junk": 1, "Archive": 1}


def test_a_message_in_several_mailboxes_is_stored_once(post, bob):
    box(bob, "Lists")
    bob.script('require ["fileinto", "copy"]; fileinto :copy "Lists"; fileinto :copy "Junk";')
    good(post, message(), bob.address)
    assert bob.count() == {"Lists": 1, "Junk": 1, "Inbox": 1}
    (row,) = bob.messages()
    assert len(row.mailbox_ids) == 3


def test_flags_become_keywords(post, bob):
    bob.script(
        r'require "imap4flags"; addflag ["\\Seen", "\\Flagged", "\\Deleted", "$Label1", "Work"];'
    )
    good(post, message(), bob.address)
    (row,) = bob.messages()
    assert row.keyword_set == {"$seen", "$flagged", "$label1", "work"}
    assert bob.mailboxes()["Inbox"].unread_emails == 0


def test_mail_is_discarded(post, bob):
    bob.script("discard;")
    assert post.deliver(message(), bob.address) == ["250 2.1.5 delivered"]
    assert bob.count() == {}


def test_what_is_kept_goes_where_the_address_says(post, bob):
    box(bob, "lists")
    address = bob.address.replace("@", "+lists@")
    bob.script(
        'require ["envelope", "subaddress", "imap4flags"];'
        'if envelope :detail "to" "lists" { addflag "seen_by_script"; }'
    )
    good(post, message(), address)
    assert bob.count() == {"lists": 1}
    (row,) = bob.messages("lists")
    assert row.keyword_set == {"seen_by_script"}


def test_each_recipient_has_its_own_script(post, bob):
    carl, dora = post.user("carl"), post.user("dora")
    bob.script("discard;")
    carl.script(f'{LISTS} fileinto "Junk";')
    good(post, message(), bob.address, carl.address, dora.address)
    assert (bob.count(), carl.count(), dora.count()) == ({}, {"Junk": 1}, {"Inbox": 1})


@pytest.mark.parametrize("action", ["reject", "ereject"])
def test_mail_is_refused_by_its_recipient(post, bob, sent, action):
    carl = post.user("carl")
    bob.script(f'require "{action}"; {action} "I take\r\nno mail.";')
    answers = post.deliver(message(), bob.address, carl.address)
    assert answers == ["550 5.7.1 I take no mail.", "250 2.1.5 delivered"]
    assert (bob.count(), carl.count()) == ({}, {"Inbox": 1})
    assert sent() == []


def test_a_reason_that_smtp_cannot_say_is_sent(post, bob, sent):
    bob.script('require "reject"; reject "Schöne Grüße, nein";')
    octets = message("Lunch", Message_ID="<lunch@x>", To=bob.address)
    assert post.deliver(octets, bob.address) == ["250 2.1.5 delivered"]
    assert bob.count() == {}
    (told,) = sent()
    assert (told.sender, told.recipients) == ("", ["ada@example.com"])
    found = told.message
    assert found.get_content_type() == "multipart/report"
    assert found["Auto-Submitted"] == "auto-replied"
    text, status, given = found.iter_parts()
    assert "Schöne Grüße, nein" in text.get_content()
    assert "automatic-action/MDN-sent-automatically; deleted" in status.as_string()
    assert "Subject: Lunch" in given.as_string()


def test_nobody_is_told_who_is_no_person(post, bob, sent):
    bob.script('require "reject"; reject "Nö";')
    (answer,) = post.deliver(message(), bob.address, sender="")
    assert answer == "550 5.7.1 the recipient does not take this message"
    bob.script('require "ereject"; ereject "Nö";')
    (answer,) = post.deliver(message(), bob.address)
    assert answer == "550 5.7.1 the recipient does not take this message"
    assert sent() == []


def test_mail_is_sent_on(post, bob, sent):
    bob.script('redirect "eve@elsewhere.org";')
    good(post, message("Lunch", To=bob.address), bob.address)
    assert bob.count() == {}
    (one,) = sent()
    assert (one.sender, one.recipients) == ("ada@example.com", ["eve@elsewhere.org"])
    assert one.message["Subject"] == "Lunch"
    assert one.message["X-Sieve-Redirected-From"] == bob.address
    assert "Return-Path" not in one.message
    assert one.message["Received"] is not None


def test_mail_is_sent_on_and_kept(post, bob, sent):
    bob.script('require "copy"; redirect :copy "eve@elsewhere.org"; redirect :copy "x@y.org";')
    good(post, message(), bob.address, sender="")
    assert bob.count() == {"Inbox": 1}
    found = sent()
    assert [one.sender for one in found] == ["", ""]
    assert sorted(one.recipients[0] for one in found) == ["eve@elsewhere.org", "x@y.org"]


def test_mail_that_goes_in_circles_is_kept(post, bob, sent):
    bob.script('redirect "eve@elsewhere.org";')
    good(post, message(X_Sieve_Redirected_From=bob.address.upper()), bob.address)
    assert bob.count() == {"Inbox": 1}
    often = b"".join(b"X-Sieve-Redirected-From: u%d@x.org\r\n" % n for n in range(10))
    good(post, often + message(), bob.address)
    assert bob.count() == {"Inbox": 2}
    assert sent() == []


def test_two_users_who_redirect_to_each_other_end_with_one_copy(post, bob, sent):
    carl = post.user("carl")
    bob.script(f'redirect "{carl.address}";')
    carl.script(f'redirect "{bob.address}";')
    good(post, message(), bob.address)
    for user in (carl, bob):  # what the relay would bring back
        (one,) = sent()
        assert one.recipients == [user.address]
        good(post, one.octets, user.address, sender=one.sender)
    assert sent() == []
    assert (bob.count(), carl.count()) == ({"Inbox": 1}, {})


def test_a_duplicate_is_seen_the_second_time(post, bob):
    bob.script('require ["duplicate"]; if duplicate { discard; }')
    good(post, message("a", Message_ID="<same@x>"), bob.address)
    good(post, message("b", Message_ID="<same@x>"), bob.address)
    good(post, message("c", Message_ID="<other@x>"), bob.address)
    assert bob.count() == {"Inbox": 2}
    assert bob.seen() == 2


def test_what_fails_remembers_nothing(post, bob):
    bob.script('require ["duplicate", "ihave"]; if duplicate { discard; } error "x";')
    good(post, message(Message_ID="<same@x>"), bob.address)
    good(post, message(Message_ID="<same@x>"), bob.address)
    assert bob.count() == {"Inbox": 2}
    assert bob.seen() == 0


def test_what_fails_is_kept_and_logged_without_what_is_in_the_mail(post, bob, caplog):
    bob.script(
        'require ["variables", "fileinto"];\r\nif header :matches "subject" "*" {\r\n'
        '  fileinto "Junk"; redirect "${1}"; }'
    )
    with caplog.at_level(logging.INFO, "cyrpy.mail"):
        good(post, message("my secret"), bob.address)
    assert bob.count() == {"Inbox": 1}
    (record,) = [one for one in caplog.records if "Sieve" in one.getMessage()]
    assert record.getMessage() == (
        f"the Sieve script of account {bob.account_id} failed: line 3, column 20"
    )


def test_scripts_include_others(post, bob):
    bob.script('require ["fileinto"]; fileinto "Junk";', "other", active=False)
    folder = post.core.settings.configdirectory / "sieve"
    folder.mkdir(exist_ok=True)
    (folder / "all.sieve").write_text('require "imap4flags"; addflag "global";')
    (folder.parent / "outside.sieve").write_text("discard;")
    bob.script('require "include"; include :global "all"; include :personal "other";')
    good(post, message(), bob.address)
    assert bob.count() == {"Junk": 1}
    (row,) = bob.messages("Junk")
    assert row.keyword_set == {"global"}
    bob.script('require "include"; include :global :optional "..\\\\outside"; keep;')
    good(post, message(), bob.address)
    assert bob.count() == {"Junk": 1, "Inbox": 1}


def test_edited_headers_are_one_users(post, bob):
    carl = post.user("carl")
    bob.script(
        'require "editheader"; addheader "X-Bob" "yes"; deleteheader "subject";'
        'addheader "Subject" "other";'
    )
    good(post, message("original"), bob.address, carl.address)
    (row,), (untouched,) = bob.messages(), carl.messages()
    assert b"X-Bob: yes\r\n" in bob.octets(row)
    assert b"Subject: original" not in bob.octets(row)
    assert b"Subject: original" in carl.octets(untouched)
    assert row.subject_key == "other"
    assert row.digest != untouched.digest


def test_members_of_a_group_cannot_refuse_for_all(post, bob, sent):
    carl = post.user("carl")
    bob.script('require "ereject"; ereject "no";')
    both = Recipient("team@localhost", (bob.account_id, carl.account_id), "")
    letter = Letter(message(), "ada@example.com")
    (answer,) = deliver(post.core, letter, [both])
    assert str(answer) == "250 2.1.5 delivered"
    assert (bob.count(), carl.count()) == ({}, {"Inbox": 1})
    (told,) = sent()
    assert told.recipients == ["ada@example.com"]


def test_without_a_relay_mail_is_sent_on_to_users_of_the_server(lonely):
    bob, carl = lonely.user("bob"), lonely.user("carl")
    bob.script(f'redirect "{carl.address}"; redirect "eve@elsewhere.org";')
    good(lonely, message(), bob.address)
    lonely.settle()
    assert carl.count() == {"Inbox": 1}
    assert bob.count() == {"Inbox": 1}  # for Eve, whom it cannot be sent to
    (row,) = carl.messages()
    assert b"X-Sieve-Redirected-From: " + bob.address.encode() in carl.octets(row)


def test_users_who_redirect_to_each_other_without_a_relay_end_too(lonely):
    bob, carl = lonely.user("bob"), lonely.user("carl")
    bob.script(f'redirect "{carl.address}";')
    carl.script(f'redirect "{bob.address}";')
    good(lonely, message(), bob.address)
    lonely.settle()
    assert (bob.count(), carl.count()) == ({"Inbox": 1}, {})


def test_refusals_come_back_to_users_of_the_server(lonely):
    bob, carl = lonely.user("bob"), lonely.user("carl")
    bob.script(f'redirect "{carl.address}";')
    carl.script('require "ereject"; ereject "not from Bob";')
    good(lonely, message(), bob.address)
    lonely.settle()
    assert carl.count() == {}
    (row,) = bob.messages()
    assert b"not from Bob" in bob.octets(row)


def test_ids_are_forgotten_when_their_time_is_over(post, bob):
    bob.script('require ["duplicate"]; if duplicate :seconds 100 { discard; }')
    good(post, message(Message_ID="<same@x>"), bob.address)
    database = post.core.database

    def later(seconds: int):
        def work(unit) -> None:
            unit.now += seconds
            data.forget(unit)

        return work

    database.write(later(90))
    assert bob.seen() == 1
    database.write(later(110))
    assert bob.seen() == 0
    good(post, message(Message_ID="<same@x>"), bob.address)
    assert bob.count() == {"Inbox": 2}


def test_the_time_of_an_id_runs_on_unless_the_script_says_otherwise(post, bob):
    def until() -> int:
        with post.core.database.read() as unit:
            rows = unit.all(data.OLD, now=2**40, count=1000)
            (key,) = [key for account, key in rows if account == bob.account_id]
            return unit.value(data.SEEN, account_id=bob.account_id, key=key) - unit.now

    octets = {"Message_ID": "<same@x>"}
    bob.script('require ["duplicate"]; if duplicate :seconds 1000 {}')
    good(post, message(**octets), bob.address)
    bob.script('require ["duplicate"]; if duplicate :seconds 5000 {}')
    good(post, message(**octets), bob.address)
    assert until() <= 1000
    bob.script('require ["duplicate"]; if duplicate :seconds 5000 :last {}')
    good(post, message(**octets), bob.address)
    assert 4900 < until() <= 5000

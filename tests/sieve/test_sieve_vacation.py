"""`vacation` at delivery (RFC 5230), beside VacationResponse (RFC 8621 §8)."""

from __future__ import annotations

import pytest

from cyrpy.data import vacation
from cyrpy.data.vacation import VacationRow
from tests.mail.messages import message


@pytest.fixture
def answers(post, bob, sent):
    """The answers to mail to Bob from Ada."""

    def deliver(subject: str = "Hello", sender: str = "ada@example.com", **fields) -> list:
        octets = message(subject, **{"To": bob.address, **fields})
        (answer,) = post.deliver(octets, bob.address, sender=sender)
        assert answer.startswith("250"), answer
        return sent()

    return deliver


def away(user, text: str = "By the other one.") -> None:
    """Enable the user's VacationResponse."""
    row = VacationRow(user.account_id, 1, None, None, None, text, None)
    user.core.database.write(lambda unit: vacation.put(unit, row, "singleton"))


def script(arguments: str) -> str:
    return f'require ["vacation", "vacation-seconds", "variables"]; vacation {arguments};'


def test_mail_is_answered(bob, answers):
    bob.script(script('"I am away."'))
    (sent,) = answers("Lunch", Message_ID="<lunch@x>")
    assert (sent.sender, sent.recipients) == ("", ["ada@example.com"])
    found = sent.message
    assert found["From"].endswith(f"<{bob.address}>")
    assert found["Subject"] == "Auto: Lunch"
    assert found["Auto-Submitted"] == "auto-replied"
    assert found["In-Reply-To"] == "<lunch@x>"
    assert found.get_content().strip() == "I am away."
    assert bob.count() == {"Inbox": 1}


def test_the_script_says_as_whom_and_about_what(bob, answers):
    bob.script(script(f':subject "Weg: Grüße" :from "B. <{bob.address.upper()}>" "x"'))
    (sent,) = answers()
    assert sent.message["Subject"] == "Weg: Grüße"
    assert sent.message["From"] == f'"B." <{bob.address}>'
    bob.script(script(':from "eve@elsewhere.org" :handle "2" "x"'))
    (sent,) = answers()
    assert sent.message["From"].endswith(f"<{bob.address}>")


def test_an_entity_is_sent_as_it_is(bob, answers):
    entity = "Content-Type: text/html; charset=utf-8\r\nX-Evil: 1\r\n\r\n<p>Grüße</p>"
    bob.script(script(f":mime text:\r\n{entity}\r\n.\r\n"))
    (sent,) = answers()
    assert sent.message.get_content_type() == "text/html"
    assert "<p>Grüße</p>" in sent.message.get_content()
    assert sent.message["X-Evil"] is None
    assert sent.message["Subject"] == "Auto: Hello"
    assert sent.octets.count(b"Content-Type:") == 1


def test_a_sender_is_answered_once(bob, answers):
    bob.script(script('"I am away."'))
    assert len(answers()) == 1
    assert answers() == []
    assert len(answers(sender="eve@example.com")) == 1
    bob.script(script('"I am still away."'))
    assert len(answers()) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto-Submitted": "auto-generated"},
        {"Precedence": "bulk"},
        {"List-Id": "<x.example.com>"},
        {"To": "somebody@else.org"},
        {"sender": ""},
        {"sender": "list-request@example.com"},
    ],
)
def test_mail_of_programs_and_to_others_is_not_answered(bob, answers, fields):
    bob.script(script('"I am away."'))
    assert answers(**fields) == []
    assert bob.count() == {"Inbox": 1}


def test_other_addresses_of_the_user_are_known(bob, answers):
    bob.script(script(':addresses ["Bob@Old.org"] "I am away."'))
    (sent,) = answers(To="bob@old.org")
    assert sent.message["From"].endswith(f"<{bob.address}>")


def test_own_mail_is_not_answered(bob, answers):
    bob.script(script('"I am away."'))
    assert answers(sender=bob.address) == []


def test_one_message_is_answered_once_whoever_would(bob, answers):
    away(bob)
    bob.script(script('"By the script."'))
    (sent,) = answers()
    assert sent.message.get_content().strip() == "By the script."
    assert answers() == []


def test_who_was_answered_by_a_script_is_not_answered_by_the_other(bob, answers):
    away(bob)
    bob.script('require "vacation"; if header "subject" "urgent" { vacation "By the script."; }')
    assert len(answers("urgent")) == 1
    assert answers("other") == []
    (sent,) = answers("other", sender="eve@example.com")
    assert sent.message.get_content().strip() == "By the other one."


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("keep;", 1),
        ('require "fileinto"; fileinto "Archive";', 1),
        ('require "fileinto"; fileinto "Junk";', 0),
        ("discard;", 0),
        ('redirect "eve@elsewhere.org";', 0),
    ],
)
def test_what_is_kept_is_answered_by_vacation_response(bob, answers, text, count):
    away(bob)
    bob.script(text)
    found = [one for one in answers() if one.recipients == ["ada@example.com"]]
    assert len(found) == count


def test_what_is_discarded_may_be_answered_by_the_script(bob, answers):
    bob.script('require "vacation"; vacation "Nobody reads this."; discard;')
    assert len(answers()) == 1
    assert bob.count() == {}


def test_a_copy_of_the_answer_is_filed_if_one_is_sent(bob, answers):
    bob.script(
        'require ["vacation", "fcc", "imap4flags", "mailbox"];'
        r'vacation :fcc "Answers" :create :flags "\\Seen" "I am away.";'
    )
    (sent,) = answers("Lunch")
    assert answers("Lunch again") == []
    assert bob.count() == {"Inbox": 2, "Answers": 1}
    (row,) = bob.messages("Answers")
    assert row.keyword_set == {"$seen"}
    octets = bob.octets(row)
    assert sent.message["Message-ID"].encode() in octets
    assert b"I am away." in octets


def test_no_copy_is_filed_where_there_is_no_such_mailbox(bob, answers):
    bob.script('require ["vacation", "fcc"]; vacation :fcc "Nowhere" "I am away.";')
    assert len(answers()) == 1
    assert bob.count() == {"Inbox": 1}

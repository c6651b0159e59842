"""VacationResponse, and the answers that it has sent (RFC 8621 §8, RFC 3834)."""

from __future__ import annotations

import pytest

from tests.jmap.mail.conftest import VACATION
from tests.mail.messages import message
from tests.support.jmap import Records


class Vacations(Records):
    """The vacation response of a user."""

    type = "VacationResponse"


@pytest.fixture
def vacation(anna):
    return Vacations(anna)


@pytest.fixture
def away(vacation):
    """Anna is away."""
    vacation.update("singleton", isEnabled=True, textBody="I am away.")
    return vacation


@pytest.fixture
def answers(anna, submissions, received):
    """The answers to mail to Anna from Ada."""

    def deliver(subject: str = "Hello", **fields) -> list:
        to = fields.pop("To", anna.name)
        anna.deliver(message(subject, To=to, **fields))
        submissions.turn()
        found = list(received)
        received.clear()
        return found

    return deliver


def test_the_session_tells_of_it(anna):
    session = anna.session()
    assert session["capabilities"][VACATION] == {}
    assert session["accounts"][anna.account]["accountCapabilities"][VACATION] == {}


def test_there_is_one(anna, vacation):
    assert vacation.all() == {
        "singleton": {
            "id": "singleton",
            "isEnabled": False,
            "fromDate": None,
            "toDate": None,
            "subject": None,
            "textBody": None,
            "htmlBody": None,
        }
    }
    assert vacation.call("get", ids=["x"])["notFound"] == ["x"]
    assert vacation.refused_create(isEnabled=True)["type"] == "singleton"
    assert vacation.refused_destroy("singleton")["type"] == "singleton"


def test_it_is_changed(vacation):
    before = vacation.state()
    wanted = {
        "isEnabled": True,
        "fromDate": "2026-01-01T00:00:00Z",
        "toDate": "2126-01-01T00:00:00Z",
        "subject": "Away",
        "textBody": "a",
        "htmlBody": "<p>a</p>",
    }
    vacation.update("singleton", **wanted)
    assert vacation.one("singleton") == {"id": "singleton", **wanted}
    assert vacation.state() != before
    error = vacation.refused_update("singleton", fromDate="yesterday")
    assert (error["type"], error["properties"]) == ("invalidProperties", ["fromDate"])


def test_a_message_is_answered(anna, away, answers):
    (sent,) = answers("Lunch", Message_ID="<lunch@x>", References="<a@x>")
    assert (sent.sender, sent.recipients) == ("", ["ada@example.com"])
    found = sent.message
    assert found["From"].endswith(f"<{anna.name}>")
    assert found["To"] == "ada@example.com"
    assert found["Subject"] == "Auto: Lunch"
    assert found["Auto-Submitted"] == "auto-replied"
    assert found["In-Reply-To"] == "<lunch@x>"
    assert found["References"] == "<a@x> <lunch@x>"
    assert found.get_content().strip() == "I am away."


def test_both_forms_are_sent_with_the_users_subject(away, answers):
    away.update("singleton", subject="Weg bis März", htmlBody="<p>Weg</p>")
    (sent,) = answers()
    assert sent.message["Subject"] == "Weg bis März"
    assert [part.get_content_type() for part in sent.message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_a_sender_is_answered_once_until_the_text_changes(away, answers):
    assert len(answers()) == 1
    assert answers() == []
    away.update("singleton", textBody="Still away.")
    assert len(answers()) == 1


@pytest.mark.parametrize(
    "dates",
    [
        {"isEnabled": False},
        {"fromDate": "2126-01-01T00:00:00Z"},
        {"toDate": "2020-01-01T00:00:00Z"},
    ],
)
def test_only_while_its_owner_is_away(away, answers, dates):
    away.update("singleton", **dates)
    assert answers() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto_Submitted": "auto-generated"},
        {"Auto_Submitted": "auto-replied; owner-email=x"},
        {"Precedence": "bulk"},
        {"Precedence": "List"},
        {"List_Id": "<l.example.com>"},
        {"List_Unsubscribe": "<mailto:x@example.com>"},
        {"X_Auto_Response_Suppress": "OOF, DR"},
        {"To": "undisclosed-recipients:;"},
        {"To": "somebody.else@localhost"},
    ],
)
def test_what_no_person_sent_to_its_owner_is_not_answered(away, answers, fields):
    assert answers(**fields) == []


def test_mail_to_a_detail_or_a_copy_is_answered(anna, away, answers):
    assert len(answers(To="x@example.com", Cc=f"{anna.user}+list@LOCALHOST")) == 1


def test_auto_submitted_no_is_from_a_person(away, answers):
    assert len(answers(Auto_Submitted="no")) == 1

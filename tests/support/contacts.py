"""Classic contacts: one with everything, and a client of them."""

from __future__ import annotations

from typing import Any

from tests.support.cards import Cards

Json = dict[str, Any]
CONTACT: Json = {
    "isFlagged": True,
    "prefix": "Dr.",
    "firstName": "Anna Maria",
    "lastName": "Lee",
    "suffix": "PhD",
    "nickname": "Annie",
    "birthday": "1977-03-05",
    "anniversary": "0000-06-07",
    "company": "ACME",
    "department": "Rockets",
    "jobTitle": "Engineer",
    "emails": [
        {"type": "work", "label": None, "value": "anna@example.com", "isDefault": True},
        {"type": "personal", "label": "club", "value": "lee@example.org", "isDefault": False},
        {"type": "other", "label": None, "value": "x@example.net", "isDefault": False},
    ],
    "phones": [
        {"type": "mobile", "label": None, "value": "+1 555 010 9999", "isDefault": False},
        {"type": "home", "label": None, "value": "030 1234567", "isDefault": False},
        {"type": "fax", "label": "old", "value": "5", "isDefault": False},
    ],
    "online": [
        {"type": "uri", "label": None, "value": "https://example.com/", "isDefault": False},
        {"type": "username", "label": "Mastodon", "value": "@anna", "isDefault": False},
        {"type": "other", "label": "Game", "value": "anna77", "isDefault": False},
    ],
    "addresses": [
        {
            "type": "home",
            "label": None,
            "street": "54321 Oak St",
            "locality": "Reston",
            "region": "VA",
            "postcode": "20190",
            "country": "USA",
            "isDefault": False,
        },
        {
            "type": "postal",
            "label": "parcels",
            "street": "PO Box 5\nBack door",
            "locality": "",
            "region": "",
            "postcode": "",
            "country": "",
            "isDefault": False,
        },
    ],
    "notes": "met in 2019",
    "x-importance": 2.5,
}
EMPTY: Json = {
    "isFlagged": False,
    "avatar": None,
    **dict.fromkeys(("prefix", "firstName", "lastName", "suffix", "nickname"), ""),
    **dict.fromkeys(("company", "department", "jobTitle", "notes"), ""),
    **dict.fromkeys(("birthday", "anniversary"), "0000-00-00"),
    **{name: [] for name in ("emails", "phones", "online", "addresses")},
    "x-importance": 0.0,
    "x-hasPhoto": False,
}


class Contacts:
    """The contacts of one user, by the classic dialect."""

    def __init__(self, cards: Cards) -> None:
        self.cards = cards
        self.client = cards.client

    def call(self, name: str, **arguments: Any) -> Json:
        return self.client.classic_call(name, **arguments)

    def fail(self, name: str, **arguments: Any) -> Json:
        ((found, error, _),) = self.client.classic([name, arguments])
        assert found == "error", error
        return error

    def make(self, **properties: Any) -> str:
        answer = self.call("setContacts", create={"k": properties})
        assert answer["created"], answer
        return answer["created"]["k"]["id"]

    def group(self, name: str, *ids: str) -> str:
        answer = self.call("setContactGroups", create={"g": {"name": name, "contactIds": [*ids]}})
        assert answer["created"], answer
        return answer["created"]["g"]["id"]

    def one(self, id: str) -> Json:
        (found,) = self.call("getContacts", ids=[id])["list"]
        return found

    def update(self, id: str, /, **change: Any) -> None:
        answer = self.call("setContacts", update={id: change})
        assert answer["updated"] == [id], answer

    def refused(self, id: str | None = None, /, **change: Any) -> Json:
        if id is None:
            return self.call("setContacts", create={"k": change})["notCreated"]["k"]
        return self.call("setContacts", update={id: change})["notUpdated"][id]

    def updates(self, since: str, what: str = "Contact") -> Json:
        found = self.call(f"get{what}Updates", sinceState=since)
        return {"changed": found["changed"], "removed": found["removed"]}

    def state(self, what: str = "Contacts") -> str:
        return self.call(f"get{what}", ids=[])["state"]

    def list(self, filter: Json | None = None, **arguments: Any) -> list[str]:
        return self.call("getContactList", filter=filter, **arguments)["contactIds"]

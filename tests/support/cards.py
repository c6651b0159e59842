"""A JMAP client of cards, which also speaks CardDAV and moves blobs."""

from __future__ import annotations

from typing import Any

from tests.support.jmap import AddressBooks, ContactCards, Jmap

Json = dict[str, Any]


class Cards(ContactCards):
    """Cards, new ones in one address book unless they say otherwise."""

    def __init__(self, client: Jmap, account: str | None = None, book: str | None = None) -> None:
        super().__init__(client, account)
        self.books = AddressBooks(client, self.account)
        self.book = book or next(iter(self.books.all()))

    def make(self, **properties: Any) -> str:
        """The id of a new card."""
        answer = self.set(create={"k": self.card(**properties)})
        assert answer["created"], answer
        id: str = answer["created"]["k"]["id"]
        return id

    def card(self, **properties: Any) -> Json:
        return {"addressBookIds": {self.book: True}, **properties}

    def named(self, full: str, **properties: Any) -> str:
        return self.make(name={"full": full}, **properties)

    def put(self, name: str, vcard: str, book: str | None = None) -> None:
        """Store a vCard over CardDAV."""
        answer = self.dav("PUT", name, vcard.replace("\n", "\r\n").encode(), book)
        assert answer.status in (201, 204), answer.body

    def dav(self, method: str, name: str, body: bytes = b"", book: str | None = None) -> Any:
        path = f"/dav/addressbooks/user/{self.client.name}/{book or self.book}/{name}"
        headers = {"content-type": "text/vcard", **self.client.sign_in}
        return self.client.server.request(method, path, body, headers)

    def upload(self, octets: bytes, type: str = "application/octet-stream") -> str:
        path = f"/jmap/upload/{self.client.account}/"
        headers = {"content-type": type, **self.client.sign_in}
        answer = self.client.server.request("POST", path, octets, headers)
        assert answer.status == 201, answer.body
        id: str = answer.json["blobId"]
        return id

    def download(self, blob_id: str) -> Any:
        return self.client.get(f"/jmap/download/{self.account}/{blob_id}/x")

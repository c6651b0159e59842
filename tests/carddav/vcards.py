"""vCards for tests, and what a client does with them."""

from __future__ import annotations

from typing import Any

from tests.support.dav import Answer, Client, prop

DATA = "CR:address-data"


def vcard(uid: str, *lines: str, name: str = "Nobody", version: str = "3.0") -> bytes:
    """A card with further lines."""
    head = ("BEGIN:VCARD", f"VERSION:{version}", f"UID:{uid}", f"FN:{name}", f"N:{name};;;;")
    return "".join(f"{line}\r\n" for line in (*head, *lines, "END:VCARD")).encode()


def put(client: Client, url: str, octets: bytes, **headers: str) -> Answer:
    """Store a card."""
    given = {key.replace("_", "-"): value for key, value in headers.items()}
    return client.request("PUT", url, octets, {"content-type": "text/vcard", **given})


def put_all(client: Client, book: str, **cards: bytes) -> None:
    """Store cards under the names `<key>.vcf`."""
    for name, octets in cards.items():
        assert put(client, f"{book}{name}.vcf", octets).status == 201


def query(client: Client, book: str, inside: str, asked: str = "D:getetag", **more: Any) -> Answer:
    """An addressbook-query with this filter."""
    depth = more.pop("depth", "1")
    limit = more.pop("limit", "")
    return client.report(book, "CR:addressbook-query", prop(asked) + inside + limit, depth)


def names(answer: Answer, book: str) -> set[str]:
    """The cards in an answer by their names without the suffix."""
    return {
        href.removeprefix(book).removesuffix(".vcf")
        for href, response in answer.responses.items()
        if response.status is None
    }


def multiget(client: Client, book: str, *urls: str, asked: str = "<CR:address-data/>") -> Answer:
    """An addressbook-multiget."""
    hrefs = "".join(f"<D:href>{url}</D:href>" for url in urls)
    body = f"<D:prop><D:getetag/>{asked}</D:prop>{hrefs}"
    return client.report(book, "CR:addressbook-multiget", body)

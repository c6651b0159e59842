"""Users with mailboxes that they share now and then, and mail that comes by all ways at once."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, Final, Protocol

from cyrpy.config import CoreSettings
from cyrpy.data import upkeep
from cyrpy.data.database import Database
from cyrpy.groupware import mail_recount
from cyrpy.groupware.principals import find
from cyrpy.groupware.userids import UserIds
from tests.support.convergence.mailviews import MailDevice
from tests.support.convergence.people import Person
from tests.support.jmap import Carrier, Json
from tests.support.server import DOMAIN

NUMBERS = count(1)
NAMES: Final = ("anna", "bert", "carl")
LIMITS: Final = (None, None, 1, 2, 5)
SPAN: Final = 60
SUBJECTS: Final = ("Lunch in the garden", "The garden", "Plans", "Re: Plans", "Fwd: The garden")
MARKS: Final = ("$seen", "$flagged", "$draft", "$seen", "$flagged", "x-own")
READ: Final = {"mayReadItems": True}
RIGHTS: Final[tuple[Json | None, ...]] = (
    None,
    READ,
    {**READ, "maySetSeen": True, "maySetKeywords": True},
    {**READ, "mayAddItems": True, "mayRemoveItems": True, "maySetSeen": True},
    {**READ, "mayAddItems": True, "mayRemoveItems": True, "maySetKeywords": True},
    {"mayAddItems": True},
)
# Name -> how many numbers it takes, and how often it comes.
OPERATIONS: Final = {
    "deliver": (3, 6),
    "import_": (3, 3),
    "draft": (3, 2),
    "mark": (3, 6),
    "move": (4, 6),
    "copy": (3, 2),
    "destroy": (2, 3),
    "make_box": (3, 2),
    "change_box": (4, 2),
    "destroy_box": (3, 1),
    "share": (4, 6),
    "prune": (1, 1),
    "sync": (2, 8),
}
Operation = tuple[Any, ...]


class Ground(Protocol):
    """A server that worlds are made on."""

    database: Database
    settings: CoreSettings

    def carriers(self) -> list[Carrier]:
        """Connections of a new user's clients."""

    def sign_in(self, name: str) -> dict[str, str]:
        """Make a user; its header."""

    def deliver(self, octets: bytes, addresses: Sequence[str]) -> None:
        """Mail comes in."""


class MailWorld:
    """Three users with a client each."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.userids = UserIds.of(ground.settings)
        self.tag = next(NUMBERS)
        self.names = [f"{name}{self.tag}" for name in NAMES]
        self.people = [Person(n, ground.sign_in(n), ground.carriers()) for n in self.names]
        self.devices = [MailDevice(one) for one in self.people]
        self.letters = count(1)
        for user in range(len(NAMES)):
            self.devices[user].look()
            self.sync(user, 0)

    def play(self, operation: Operation) -> None:
        """One operation; every state of the counts is right."""
        name, *numbers = operation
        getattr(self, name)(*numbers)
        for device in self.devices:
            device.look()
        self.recount()

    def recount(self) -> None:
        with self.ground.database.read() as unit:
            for name in self.names:
                row = find(unit, self.userids, name)
                wrong = mail_recount.differences(unit, row.id)
                assert not wrong, f"{name}: {wrong}"

    def judge(self) -> None:
        """All clients catch up, and have what there is; the owner's counts of others' too."""
        for user in range(len(NAMES)):
            self.sync(user, 0)

    def sync(self, user: int, limit: int) -> None:
        device = self.devices[user % len(NAMES)]
        device.sync(LIMITS[limit % len(LIMITS)])
        device.judge()

    def prune(self, which: int) -> None:
        """Forget the whole log, now and then."""
        if which % 3 == 0:
            upkeep.prune(self.ground.database, 1 << 40)

    # What is there to be done something with

    def account(self, user: int, n: int) -> tuple[Any, str]:
        """A client, and one of the accounts that it sees."""
        asker = self.devices[user % len(NAMES)].asker
        accounts = [account for account, type in asker.places() if type == "Mailbox"]
        return asker, accounts[n % len(accounts)]

    def box(self, asker: Any, account: str, n: int) -> str | None:
        _, found = asker.call("Mailbox/get", accountId=account, properties=["id"])
        ids = [one["id"] for one in found["list"]]
        return ids[n % len(ids)] if ids else None

    def email(self, asker: Any, account: str, n: int) -> Json | None:
        _, found = asker.call("Email/query", accountId=account, limit=50)
        ids = found.get("ids", ())
        if not ids:
            return None
        wanted = [ids[n % len(ids)]]
        shown = ["mailboxIds", "keywords", "blobId"]
        _, got = asker.call("Email/get", accountId=account, ids=wanted, properties=shown)
        return next(iter(got["list"]), None)

    def letter(self, n: int, more: int) -> bytes:
        """A message that may belong to others by its references and subject."""
        number = next(self.letters)
        refs = " ".join(f"<{one}.{self.tag}@x>" for one in (1 + n % number, 1 + more % number))
        known = f"References: {refs}\r\n" if more % 3 else ""
        return (
            f"From: {NAMES[n % 3]} <{NAMES[n % 3]}@example.com>\r\nTo: all@example.com\r\n"
            f"Subject: {SUBJECTS[n % len(SUBJECTS)]}\r\nMessage-ID: <{number}.{self.tag}@x>\r\n"
            f"Date: Mon, 01 Jun 2026 10:{n % 60:02}:00 +0000\r\n{known}\r\nText {'x' * n}\r\n"
        ).encode()

    # What users do

    def deliver(self, user: int, n: int, more: int) -> None:
        """Mail for one or two users."""
        to = {user % len(NAMES), (user + more % 2) % len(NAMES)}
        addresses = [f"{self.names[one]}@{DOMAIN}" for one in sorted(to)]
        self.ground.deliver(self.letter(n, more), addresses)

    def import_(self, user: int, n: int, more: int) -> None:
        asker, account = self.account(user, more)
        box = self.box(asker, account, n)
        path = f"/jmap/upload/{asker.account}/"
        answer = asker.who.request(
            "POST", path, self.letter(n, more), {"content-type": "message/rfc822"}
        )
        assert answer.status in {200, 201}, answer
        blob_id = json.loads(answer.body)["blobId"]
        new = {"blobId": blob_id, "mailboxIds": {box: True}, "keywords": {MARKS[n % 6]: True}}
        asker.call("Email/import", accountId=account, emails={"k": new})

    def draft(self, user: int, n: int, more: int) -> None:
        asker, account = self.account(user, more)
        new = {
            "mailboxIds": {self.box(asker, account, n): True},
            "keywords": {"$draft": True},
            "subject": SUBJECTS[n % len(SUBJECTS)],
            "bodyValues": {"1": {"value": f"Draft {n} {more}"}},
            "textBody": [{"partId": "1", "type": "text/plain"}],
        }
        asker.call("Email/set", accountId=account, create={"k": new})

    def mark(self, user: int, n: int, which: int) -> None:
        asker, account = self.account(user, n)
        email = self.email(asker, account, which)
        if email is None:
            return
        word = MARKS[n // 3 % len(MARKS)]
        patch = {f"keywords/{word}": None if word in email["keywords"] else True}
        asker.call("Email/set", accountId=account, update={email["id"]: patch})

    def move(self, user: int, n: int, which: int, to: int) -> None:
        """Into another mailbox, into one more, or out of one."""
        asker, account = self.account(user, n)
        email = self.email(asker, account, which)
        box = self.box(asker, account, to)
        if email is None or box is None:
            return
        is_in = box in email["mailboxIds"]
        patch: Json = {f"mailboxIds/{box}": None if is_in else True}
        if to % 2:
            patch = {"mailboxIds": {box: True}}
        asker.call("Email/set", accountId=account, update={email["id"]: patch})

    def copy(self, user: int, n: int, which: int) -> None:
        """From what another shares, with the end of the original or without."""
        asker, account = self.account(user, n)
        email = self.email(asker, account, which)
        if email is None or account == asker.account:
            return
        box = self.box(asker, asker.account, which)
        arguments = {"fromAccountId": account, "onSuccessDestroyOriginal": which % 2 == 0}
        new = {"id": email["id"], "mailboxIds": {box: True}, "keywords": email["keywords"]}
        asker.calls(["Email/copy", {"accountId": asker.account, **arguments, "create": {"k": new}}])

    def destroy(self, user: int, n: int) -> None:
        asker, account = self.account(user, n)
        email = self.email(asker, account, n // 3)
        if email is not None:
            asker.call("Email/set", accountId=account, destroy=[email["id"]])

    def make_box(self, user: int, n: int, more: int) -> None:
        asker, account = self.account(user, n)
        parent = self.box(asker, account, more) if more % 2 else None
        new = {"name": f"Box {more % 7}", "parentId": parent}
        asker.call("Mailbox/set", accountId=account, create={"k": new})

    def change_box(self, user: int, n: int, which: int, more: int) -> None:
        """Another name, place or role; the role of the trash moves counts."""
        asker, account = self.account(user, n)
        box = self.box(asker, account, which)
        patches: tuple[Json, ...] = (
            {"name": f"Box {more % 7}"},
            {"role": "trash"},
            {"role": None},
            {"parentId": self.box(asker, account, more)},
            {"isSubscribed": more % 2 == 0},
        )
        if box is not None:
            patch = patches[more % len(patches)]
            asker.call("Mailbox/set", accountId=account, update={box: patch})

    def destroy_box(self, user: int, n: int, which: int) -> None:
        asker, account = self.account(user, n)
        box = self.box(asker, account, which)
        gone = {"accountId": account, "onDestroyRemoveEmails": which % 3 > 0}
        asker.call("Mailbox/set", destroy=[box] if box else [], **gone)

    def share(self, user: int, which: int, to: int, rights: int) -> None:
        """A mailbox of one's own is shared with another, otherwise, or no more."""
        asker = self.devices[user % len(NAMES)].asker
        other = self.devices[(user + 1 + to % 2) % len(NAMES)].asker.account
        _, found = asker.call("Mailbox/get", accountId=asker.account, properties=["shareWith"])
        if not found["list"]:
            return
        box = found["list"][which % len(found["list"])]
        shared = {**(box["shareWith"] or {}), other: RIGHTS[rights % len(RIGHTS)]}
        granted = {id: one for id, one in shared.items() if one is not None}
        patch = {box["id"]: {"shareWith": granted}}
        asker.call("Mailbox/set", accountId=asker.account, update=patch)


def drawn(seed: int, length: int) -> list[Operation]:
    """A sequence that follows from a number."""
    numbers = random.Random(seed)  # noqa: S311 - which calls, not secrets
    often = [weight for _, weight in OPERATIONS.values()]
    chosen = numbers.choices(list(OPERATIONS), often, k=length)
    return [(n, *(numbers.randrange(SPAN) for _ in range(OPERATIONS[n][0]))) for n in chosen]


def play(
    ground: Ground, operations: Sequence[Operation], disturb: Callable[[], None] = lambda: None
) -> None:
    """One sequence on a world of its own; before each operation the server may be disturbed."""
    world = MailWorld(ground)
    for operation in operations:
        disturb()
        world.play(operation)
    world.judge()

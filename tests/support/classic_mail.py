"""Mail by the classic dialect, and what comes in by the way that LMTP takes it."""

from __future__ import annotations

import asyncio
from typing import Any

from cyrpy.data import submission_queue
from cyrpy.groupware.principals import find
from cyrpy.groupware.userids import UserIds
from cyrpy.mail.delivery import Letter, deliver
from cyrpy.mail.recipients import Recipient
from tests.support.jmap import Json
from tests.support.server import Server, basic

MAIL = "urn:ietf:params:jmap:mail"
SUBMISSION = "urn:ietf:params:jmap:submission"
VACATION = "urn:ietf:params:jmap:vacationresponse"
PRINCIPALS = "urn:ietf:params:jmap:principals"
USING = ("urn:ietf:params:jmap:core", MAIL, SUBMISSION, VACATION, PRINCIPALS)
LETTER = """\
From: Ada <ada@example.com>
To: {user}@localhost
Subject: {subject}
Date: Tue, 05 Jan 2016 10:00:00 +0000
Message-ID: <{id}@example.com>
{more}
{text}
"""


def turn(server: Server) -> None:
    """Let the server send what is due."""

    def is_busy() -> bool:
        with server.core.database.read() as unit:
            held = unit.all(submission_queue.NEXT_FREE, count=1)
            return bool(held) or submission_queue.is_due(unit)

    async def idle() -> None:
        async with asyncio.timeout(30):
            while is_busy():
                await asyncio.sleep(0.01)

    server.await_(idle())


class ClassicMail:
    """One user's mail."""

    def __init__(self, server: Server, user: str = "test") -> None:
        self.server = server
        self.user = user
        self.account = f"{user}_40localhost"

    def call(self, name: str, **arguments: Any) -> Json:
        """The arguments of the one response."""
        return self.server.call(name, self.user, **arguments)

    def calls(self, *calls: list[Any]) -> list[list[Any]]:
        """The responses to several calls."""
        return self.server.calls(*calls, user=self.user)

    def error(self, name: str, **arguments: Any) -> Json:
        """The arguments of the error."""
        ((said, found, _),) = self.calls([name, arguments])
        assert said == "error", found
        error: Json = found
        return error

    def boxes(self) -> dict[str, str]:
        """Ids of mailboxes by role, or else name."""
        return {box["role"] or box["name"]: box["id"] for box in self.call("getMailboxes")["list"]}

    def box(self, id: str) -> Json:
        (found,) = self.call("getMailboxes", ids=[id])["list"]
        record: Json = found
        return record

    def new_box(self, name: str, **properties: Any) -> str:
        """The id of a new mailbox."""
        answer = self.call("setMailboxes", create={"k": {"name": name, **properties}})
        assert answer["notCreated"] == {}, answer
        id: str = answer["created"]["k"]["id"]
        return id

    def letter(self, subject: str = "Lunch", text: str = "At noon?", **how: str) -> bytes:
        """A message that comes in."""
        fields = {"id": "a", "more": "", "user": self.user, **how}
        made = LETTER.format(subject=subject, text=text, **fields)
        return made.replace("\n", "\r\n").encode()

    def deliver(self, octets: bytes | None = None, **letter: str) -> str:
        """The id of the message that comes of one that is delivered."""
        core = self.server.core
        with core.database.read() as unit:
            number = find(unit, UserIds.of(core.settings), self.user).id
        since = self.call("getMessages", ids=[])["state"]
        octets = self.letter(**letter) if octets is None else octets
        (answer,) = deliver(core, Letter(octets, "ada@example.com"), [Recipient("", (number,), "")])
        assert answer.is_good, answer
        (id,) = self.call("getMessageUpdates", sinceState=since)["changed"]
        made: str = id
        return made

    def new(self, **properties: Any) -> Json:
        """What the server says of a new draft."""
        draft = {"mailboxIds": [self.boxes()["drafts"]], "subject": "Lunch", **properties}
        answer = self.call("setMessages", create={"k": draft})
        assert answer["notCreated"] == {}, answer
        made: Json = answer["created"]["k"]
        return made

    def draft(self, **properties: Any) -> str:
        """The id of a new draft."""
        id: str = self.new(**properties)["id"]
        return id

    def refused(self, **properties: Any) -> Json:
        """The SetError of a draft that cannot be."""
        answer = self.call("setMessages", create={"k": properties})
        assert answer["created"] == {}, answer
        error: Json = answer["notCreated"]["k"]
        return error

    def message(self, id: str, *properties: str) -> Json:
        """One message, with these properties or all."""
        (found,) = self.call("getMessages", ids=[id], properties=list(properties) or None)["list"]
        record: Json = found
        return record

    def update(self, id: str, /, **change: Any) -> None:
        answer = self.call("setMessages", update={id: change})
        assert id in answer["updated"], answer

    def refused_update(self, id: str, /, **change: Any) -> Json:
        answer = self.call("setMessages", update={id: change})
        error: Json = answer["notUpdated"][id]
        return error

    def list(self, *, user: str | None = None, **arguments: Any) -> list[str]:
        """The ids of a list."""
        found = self.server.call("getMessageList", user or self.user, **arguments)
        ids: list[str] = found["messageIds"]
        return ids

    def upload(self, octets: bytes, type: str = "message/rfc822") -> str:
        """The id of a blob."""
        path = f"/jmap/upload/{self.account}/"
        headers = {**basic(self.user), "content-type": type}
        answer = self.server.request("POST", path, octets, headers)
        assert answer.status in {200, 201}, answer.body
        id: str = answer.json["blobId"]
        return id

    def download(self, blob_id: str) -> bytes:
        path = f"/jmap/download/{self.account}/{blob_id}/x"
        answer = self.server.request("GET", path, headers=basic(self.user))
        assert answer.status == 200, answer.body
        return answer.body

    def modern(self, method: str, **arguments: Any) -> Json:
        """The same account by RFC 8621."""
        call = [method, {"accountId": self.account, **arguments}, "0"]
        answer = self.server.post({"using": USING, "methodCalls": [call]}, user=self.user).json
        name, found, _ = answer["methodResponses"][0]
        assert name == method, found
        result: Json = found
        return result

    def share(self, box: str, **shares: Json) -> None:
        """Share a mailbox: user -> rights."""
        wanted = {f"{user}_40localhost": rights for user, rights in shares.items()}
        answer = self.modern("Mailbox/set", update={box: {"shareWith": wanted}})
        assert answer["updated"], answer

"""MessageSubmission: sending as the last of the classic drafts had it (profile C)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from cyrpy_jmap.dialects.classic import arguments as types
from cyrpy_jmap.dialects.classic.arguments import Argument
from cyrpy_jmap.dialects.classic.creation import CreationNames
from cyrpy_jmap.dialects.classic.exchange import Asked, Part, Role, part_of
from cyrpy_jmap.dialects.classic.lists import Listing, Term
from cyrpy_jmap.dialects.classic.mail.identities import PlainLens
from cyrpy_jmap.dialects.classic.mail.lists import DATE
from cyrpy_jmap.dialects.classic.profiles import Profile
from cyrpy_jmap.dialects.classic.sets import Set
from cyrpy_jmap.dialects.classic.verbs import ClassicCall
from cyrpy_jmap.invocation import Arguments, Invocation, Json, Response
from cyrpy_jmap.types.submission.model import EmailSubmission


class SubmissionLens(PlainLens):
    """MessageSubmission (profile C)."""

    record_type = "EmailSubmission"
    model = EmailSubmission
    noun = "a message submission"
    names = {  # noqa: RUF012 - declared as a Mapping
        "id": "id",
        "messageId": "emailId",
        **{n: n for n in ("identityId", "threadId", "envelope", "sendAt", "undoStatus")},
        **{n: n for n in ("deliveryStatus", "dsnBlobIds", "mdnBlobIds")},
    }
    server_set = frozenset({"threadId", "sendAt", "deliveryStatus", "dsnBlobIds", "mdnBlobIds"})
    fixed = frozenset({"identityId", "messageId", "envelope"})

    def create(self, record: Json, names: CreationNames) -> Json:
        """With references to messages and identities of the same request."""
        result = super().create(record, names)
        for name, type in (("emailId", "Message"), ("identityId", "Identity")):
            if isinstance(result.get(name), str):
                result[name] = names.reference(type, result[name])
        return result

    def error(self, error: Json) -> Json:
        """As the last drafts spelled it."""
        if error["type"] == "invalidProperties" and error.get("properties") == ["emailId"]:
            return {"type": "messageNotFound", "description": error["description"]}
        result = {**error, "type": _SUBMISSION_ERRORS.get(error["type"], error["type"])}
        if "invalidRecipients" in result:
            result["invalidEmails"] = result.pop("invalidRecipients")
        return result


_SUBMISSION_ERRORS: Final[Mapping[str, str]] = {
    "invalidEmail": "invalidMessage",
    "forbiddenFrom": "notPermittedFrom",
    "forbiddenMailFrom": "notPermittedFrom",
    "forbiddenToSend": "notPermittedToSend",
}
_TERMS: Final[Mapping[str, Term]] = {
    **{
        f"{one}Ids": Term.of(types.IDS, f"{own}Ids")
        for one, own in (("message", "email"), ("thread", "thread"), ("identity", "identity"))
    },
    "undoStatus": Term.of(types.STRING, "undoStatus"),
    "before": Term.of(DATE, "before"),
    "after": Term.of(DATE, "after"),
}
_SORTS: Final[Mapping[str, Sequence[Json]]] = {
    "messageId": [{"property": "emailId"}],
    **{name: [{"property": name}] for name in ("threadId", "sentAt", "sendAt")},
}


def submission_listing(get: ClassicCall) -> Listing:
    """Of getMessageSubmissionList."""
    return Listing("MessageSubmission", "MessageSubmissions", _TERMS, _SORTS, fetched=get)


class SetSubmissions(Set):
    """setMessageSubmissions, which may be followed by one setMessages."""

    def __init__(self, messages: ClassicCall) -> None:
        self._messages: Final = messages

    def known(self, call: ClassicCall, profile: Profile) -> Mapping[str, Argument]:
        """Two more."""
        return {
            **super().known(call, profile),
            "onSuccessUpdateMessage": types.UPDATES,
            "onSuccessDestroyMessage": types.IDS,
        }

    def decode(self, asked: Asked, call_id: str) -> list[Invocation]:
        """With a look at the submissions that there are already."""
        known = [id for id in _wanted(asked) if id[:1] != "#"]
        calls = super().decode(asked, call_id)
        if not known:
            return calls
        canonical: Arguments = {
            "accountId": asked.account_id,
            "ids": known,
            "properties": ["emailId"],
        }
        origin = Part(asked, Role.LOOK)
        look = Invocation("EmailSubmission/get", canonical, call_id, origin=origin)
        return [look, *calls]

    def follow_ups(self, asked: Asked, response: Response) -> Sequence[Invocation]:
        """What is to be done with the messages of what succeeded."""
        part = part_of(response.invocation)
        if part.role is Role.LOOK and part.completes is None:
            found = response.arguments.get("list", ())
            asked.memo = {one["id"]: one["emailId"] for one in found}
            return ()
        implied = [*super().follow_ups(asked, response)]
        if part.role is Role.ANSWER and response.name != "error":
            implied += self._messages_set(asked, response)
        return implied

    def _messages_set(self, asked: Asked, response: Response) -> list[Invocation]:
        sent = asked.arguments
        update: dict[str, Json] = {}
        for key, patch in sent.get("onSuccessUpdateMessage", {}).items():
            id = _message_of(asked, key, response.arguments)
            if id is not None:
                update[id] = update.get(id, {}) | patch
        wanted = [
            _message_of(asked, key, response.arguments)
            for key in sent.get("onSuccessDestroyMessage", ())
        ]
        destroy = list(dict.fromkeys(id for id in wanted if id is not None))
        if not update and not destroy:
            return []
        arguments: Arguments = {"update": update, "destroy": destroy}
        implied = Asked(self._messages, asked.exchange, arguments, asked.account_id)
        return self._messages.verb.decode(implied, response.call_id)


def _wanted(asked: Asked) -> list[str]:
    """The submissions whose messages something is to be done with."""
    sent = asked.arguments
    keys = [*sent.get("onSuccessUpdateMessage", ()), *sent.get("onSuccessDestroyMessage", ())]
    return list(dict.fromkeys(keys))


def _message_of(asked: Asked, key: str, done: Arguments) -> str | None:
    """The message of a submission that was created, changed or destroyed."""
    names, type = asked.exchange.names, asked.call.lens.record_type
    if key[:1] != "#":
        succeeded = key in (done["updated"] or ()) or key in (done["destroyed"] or ())
        return asked.memo.get(key) if succeeded else None
    if names.name(type, key[1:]) not in (done["created"] or ()):
        return None
    id: str = asked.arguments["create"][key[1:]]["messageId"]
    return id

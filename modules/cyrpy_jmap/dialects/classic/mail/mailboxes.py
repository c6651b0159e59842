"""Mailboxes: the classic record has its rights as `may…` properties, and some roles more.

The Outbox of the drafts is what RFC 8621 §10.5 knows as the role `scheduled`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from cyrpy_jmap.dialects.classic.creation import CreationNames
from cyrpy_jmap.dialects.classic.exchange import Asked, Part, Role
from cyrpy_jmap.dialects.classic.lens import Lens, Wrong
from cyrpy_jmap.dialects.classic.verbs import Get, Updates, fetches
from cyrpy_jmap.invocation import Arguments, Invocation, Json, Response
from cyrpy_jmap.types.mailbox import Mailbox

ROLES: Final[Mapping[str, str]] = {"outbox": "scheduled", "spam": "junk"}
_CLASSIC_ROLES: Final = {canonical: classic for classic, canonical in ROLES.items()}
COUNTS: Final[Mapping[str, str]] = {
    "totalMessages": "totalEmails",
    "unreadMessages": "unreadEmails",
    "totalThreads": "totalThreads",
    "unreadThreads": "unreadThreads",
}
RIGHTS: Final = (
    *("mayReadItems", "mayAddItems", "mayRemoveItems"),
    *("mayCreateChild", "mayRename", "mayDelete"),
)
LATER_RIGHTS: Final = (*RIGHTS, "maySetSeen", "maySetKeywords", "maySubmit")
SETTABLE: Final = ("name", "parentId", "sortOrder")
ALIKE: Final = ("id", "name", "parentId", "sortOrder")
ONLY: Final = "mustBeOnlyMailbox"  # never: a message may be in any number of them


class MailboxLens(Lens):
    """Mailbox; profiles differ in its rights, and in what becomes of mail in a destroyed one."""

    record_type = "ClassicMailbox"
    area = "mail"
    model = Mailbox

    def __init__(self, rights: Sequence[str], *, keeps_mail: bool, has_only: bool = True) -> None:
        self._rights: Final = frozenset(rights)
        self._only: Final = {ONLY: False} if has_only else {}
        self.set_arguments = {"onDestroyKeepEmails": True} if keeps_mail else {}  # type: ignore[misc]
        self.sources = {  # type: ignore[misc]
            **{name: (name,) for name in (*ALIKE, "role")},
            **dict.fromkeys(self._only, ("id",)),
            **dict.fromkeys(rights, ("myRights",)),
            "mayDelete": ("myRights", "role"),
            **{name: (canonical,) for name, canonical in COUNTS.items()},
        }
        self._server_set: Final = self.sources.keys() - {*SETTABLE, "role"}

    def classic(self, record: Json) -> Json:
        """What can be made of `record`."""
        result: Json = {name: record[name] for name in ALIKE if name in record}
        result |= {name: record[own] for name, own in COUNTS.items() if own in record}
        if "role" in record:
            result["role"] = _CLASSIC_ROLES.get(record["role"], record["role"])
        if "myRights" in record:
            result |= {name: record["myRights"][name] for name in self._rights}
            if record.get("role") == "inbox":  # whatever the rights: mail comes in there
                result["mayDelete"] = False
        return result | self._only if "id" in result else result

    def classic_path(self, path: str) -> str:
        """Rights and what is alike keep their names."""
        head, slash, rest = path.partition("/")
        return head + slash + rest if head in ALIKE else super().classic_path(path)

    def create(self, record: Json, names: CreationNames) -> Json:
        """Name, place, role and order; the server sets all else."""
        wrong: Wrong = dict.fromkeys(
            record.keys() & self._server_set, "only the server sets this property; leave it out"
        )
        result = self._settable(record, names, wrong)
        role = record.get("role")
        if isinstance(role, str):
            result["role"] = ROLES.get(role, role)
            if role in _CLASSIC_ROLES:
                wrong["role"] = f"there is no role {role!r}; it is called {_CLASSIC_ROLES[role]!r}"
        elif role is not None:
            wrong["role"] = "must be a string, or null"
        if wrong:
            raise self.refusal(wrong, result, is_new=True)
        return result

    def needs(self, change: Json) -> Sequence[str]:
        """What is needed to see whether properties that cannot change are repeated."""
        return self.canonical_properties(sorted(change.keys() & {*self._server_set, "role"}))

    def update(self, change: Json, current: Json | None, names: CreationNames) -> Json:
        """Name, place and order; all else may only be repeated."""
        shown = {} if current is None else self.classic(current)
        wrong: Wrong = {
            name: "this property cannot be changed, and it has another value now"
            for name in change.keys() & {*self._server_set, "role"}
            if name not in shown
            or (type(change[name]), change[name]) != (type(shown[name]), shown[name])
        }
        patch = self._settable(change, names, wrong)
        if wrong:
            raise self.refusal(wrong, patch, is_new=False)
        return patch

    def _settable(self, record: Json, names: CreationNames, wrong: Wrong) -> Json:
        for name in self.unknown(record):
            wrong[name] = "a mailbox has no such property"
        for name in ("name", "sortOrder"):
            if name in record and record[name] is None:
                wrong[name] = "this property cannot be null"
        result: Json = {n: record[n] for n in SETTABLE if n in record and n not in wrong}
        if isinstance(result.get("parentId"), str):
            result["parentId"] = names.reference(self.record_type, result["parentId"])
        return result

    def error(self, error: Json) -> Json:
        """Siblings of one name, and a second mailbox with a role, are wrong properties."""
        if error["type"] != "alreadyExists":
            return error
        wrong = "role" if "role" in error["description"] else "name"
        described = f"{wrong}: {error['description']}"
        return {
            **error,
            "type": "invalidProperties",
            "properties": [wrong],
            "description": described,
        }


class GetMailboxes(Get):
    """getMailboxes, before which the user's own account gets an Outbox."""

    def decode(self, asked: Asked, call_id: str) -> list[Invocation]:
        """The Outbox, then the /get."""
        canonical: Arguments = {"accountId": asked.account_id}
        origin = Part(asked, Role.LOOK)
        look = Invocation("ClassicMailbox/outbox", canonical, call_id, origin=origin)
        return [look, *super().decode(asked, call_id)]


class MailboxUpdates(Updates):
    """getMailboxUpdates, which says whether nothing but counts changed."""

    def follow_ups(self, asked: Asked, response: Response) -> Sequence[Invocation]:
        """Of those of which only the counts changed, no more than these."""
        wanted = asked.arguments
        fetch = asked.call.fetch
        properties = response.arguments.get("updatedProperties")
        if fetch is None or not wanted.get("fetchRecords") or properties is None:
            return super().follow_ups(asked, response)
        named = wanted.get("fetchRecordProperties", list(COUNTS))
        return fetches(asked, fetch, response.arguments["updated"], named, response.call_id)

    def encode(self, asked: Asked, arguments: Arguments) -> Arguments:
        """As the drafts had it, and as the last of them did."""
        only_counts = arguments["updatedProperties"] is not None
        answer = super().encode(asked, arguments) | {"onlyCountsChanged": only_counts}
        if asked.exchange.profile.all_updates_paged:
            answer["changedProperties"] = list(COUNTS) if only_counts else None
        return answer

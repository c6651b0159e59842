"""Emails with what RFC 9219 adds to them: four properties and three filters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from cyrpy.core import Core
from cyrpy.data import messages, smime
from cyrpy.data.messages import MessageRow
from cyrpy_jmap.call import Call
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.stored import Record, value_of
from cyrpy_jmap.types.email import Emails
from cyrpy_jmap.types.email.query import FILTERS
from cyrpy_jmap.types.email.rendering import utc_date
from cyrpy_jmap.types.smime.judging import Judge, Judged
from cyrpy_jmap.types.smime.stamping import Stamping

SMIME_VERIFY: Final = Capability("urn:ietf:params:jmap:smimeverify", shared_by=("Mailbox",))
STATUS: Final = "smimeStatus"
AT_DELIVERY: Final = "smimeStatusAtDelivery"
ERRORS: Final = "smimeErrors"
VERIFIED_AT: Final = "smimeVerifiedAt"
PROPERTIES: Final = frozenset({STATUS, AT_DELIVERY, ERRORS, VERIFIED_AT})
HAS: Final = "hasSmime"
HAS_VERIFIED: Final = "hasVerifiedSmime"
HAS_VERIFIED_AT_DELIVERY: Final = "hasVerifiedSmimeAtDelivery"
MOST: Final = 2000  # messages that one query verifies
BATCH: Final = 200
UNKNOWN: Final = "unknown"


class SmimeEmails(Emails):
    """Emails, with whether their signatures hold."""

    filters: ClassVar[Mapping[str, Any]] = {
        **FILTERS,
        **dict.fromkeys((HAS, HAS_VERIFIED, HAS_VERIFIED_AT_DELIVERY), bool),
    }

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def knows(self, property: str) -> bool:
        """Beside those of every email, four more."""
        return property in PROPERTIES or super().knows(property)

    def load(self, call: Call, ids: Sequence[str] | None) -> Iterable[Record]:
        """The messages, with what was asked for of S/MIME."""
        wanted = (call.properties or frozenset()) & PROPERTIES
        found = super().load(call, ids)
        return found if not wanted else self._with_status(call, found, wanted)

    def _with_status(
        self, call: Call, found: Iterable[Record], wanted: Collection[str]
    ) -> Iterator[Record]:
        values = [value_of(record) for record in found]
        for at in range(0, len(values), BATCH):
            page = values[at : at + BATCH]
            rows = messages.of_ids(call.unit, call.account.id, [value["id"] for value in page])
            known = smime.statuses(call.unit, call.account.id, [row.id for row in rows])
            of = {row.wire_id: row for row in rows if row.id in known}
            for value in page:
                row = of.get(value["id"])
                if row is None:
                    yield {**value, **dict.fromkeys(wanted)}
                else:
                    yield {**value, **self._status(call, row, known[row.id], wanted)}

    def _status(
        self, call: Call, row: MessageRow, stored: str | None, wanted: Collection[str]
    ) -> Json:
        now = int(call.services.core.clock())
        verdict, at = self._judge.now(call.unit, call.services.blobs, row, now)
        if verdict is None:
            return dict.fromkeys(wanted)
        made: Json = {
            STATUS: verdict.status,
            ERRORS: list(verdict.errors) or None,
            VERIFIED_AT: None if verdict.status == UNKNOWN else utc_date(at),
        }
        if AT_DELIVERY in wanted:
            made[AT_DELIVERY] = stored or self._at_delivery(call, row)
        return {name: value for name, value in made.items() if name in wanted}

    def _at_delivery(self, call: Call, row: MessageRow) -> str | None:
        found = self._judge.at(call.unit, call.services.blobs, row, row.received_at)
        return None if found is None else found.status

    def beside(self, core: Core) -> Coroutine[Any, Any, None]:
        """What messages were worth when they came is found out as they come."""
        return Stamping(core, self._judge).run()

    def further(self, call: Call) -> Mapping[str, Callable[[], Sequence[int]]]:
        """The numbers of messages of which a filter is true."""
        return {
            HAS: lambda: self._numbers(call, lambda row, _: self._is(call, row)),
            HAS_VERIFIED: lambda: self._numbers(call, lambda row, _: self._is_verified(call, row)),
            HAS_VERIFIED_AT_DELIVERY: lambda: self._numbers(
                call,
                lambda row, stored: (stored or self._at_delivery(call, row) or "").endswith(
                    "/verified"
                ),
            ),
        }

    def _is(self, call: Call, row: MessageRow) -> bool:
        return self._now(call, row).verdict is not None

    def _is_verified(self, call: Call, row: MessageRow) -> bool:
        verdict = self._now(call, row).verdict
        return verdict is not None and verdict.is_verified

    def _now(self, call: Call, row: MessageRow) -> Judged:
        now = int(call.services.core.clock())
        return self._judge.now(call.unit, call.services.blobs, row, now)

    def _numbers(
        self, call: Call, holds: Callable[[MessageRow, str | None], bool]
    ) -> Sequence[int]:
        """Of the account's S/MIME messages, those for which something holds.

        Raises:
            MethodError: `unsupportedFilter`, if there are too many to look at.
        """
        known = smime.all_of(call.unit, call.account.id)
        if len(known) > MOST:
            raise MethodError(
                "unsupportedFilter", f"more than {MOST} S/MIME messages would be verified"
            )
        numbers = list(known)
        found: list[int] = []
        for at in range(0, len(numbers), BATCH):
            some = numbers[at : at + BATCH]
            rows = call.unit.all(messages.OF_IDS, account_id=call.account.id, ids=some)
            found += [row.id for row in rows if holds(row, known[row.id])]
        return found

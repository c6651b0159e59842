"""Lists: getFooList and getFooListUpdates, which are /query and /queryChanges."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from cyrpy_jmap.dialects.classic import arguments as types
from cyrpy_jmap.dialects.classic.arguments import Argument
from cyrpy_jmap.dialects.classic.exchange import Asked, Part
from cyrpy_jmap.dialects.classic.profiles import Profile
from cyrpy_jmap.dialects.classic.verbs import (
    ClassicCall,
    Verb,
    check_properties,
    fetches,
    look_at_state,
)
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.filters import MAX_COMPARATORS, MAX_DEPTH, OPERATORS
from cyrpy_jmap.invocation import Arguments, Invocation, Json, Response

ASCENDING: Final = {"asc": True, "desc": False}
ANCHORED: Final = {"anchor": types.STRING, "anchorOffset": types.INTEGER}


class Term(NamedTuple):
    """One condition of filters: the type of its value, and the canonical filter for a value."""

    argument: Argument
    canonical: Callable[[Any], Json]

    @classmethod
    def of(cls, argument: Argument, name: str) -> Term:
        """A condition that the engine has too, as `name`."""
        return cls(argument, lambda value: {name: value})


@dataclass(frozen=True)
class Listing:
    """What lists of one type take, and how their answers call it.

    Attributes:
        one: The type, as in `contactIds`.
        many: Likewise, as in `fetchContacts`.
        terms: Conditions of filters by their classic names.
        sorts: Canonical comparators, ascending, by classic names; none: lists are not sorted.
        fetched: The call that `fetchContacts` implies.
        always: Canonical filter that every list has beside what the client asks for.
        order: Canonical comparators of a list whose order the client leaves open.
        nullable: Conditions for which null is a value.
    """

    one: str
    many: str
    terms: Mapping[str, Term]
    sorts: Mapping[str, Sequence[Json]] = field(default_factory=dict)
    fetched: ClassicCall | None = None
    always: Json | None = None
    order: Sequence[Json] = ()
    nullable: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        """What an id is called: contactId."""
        return f"{self.one[0].lower()}{self.one[1:]}Id"

    def query(self, asked: Asked) -> Arguments:
        """The canonical arguments that /query and /queryChanges share.

        Raises:
            MethodError: `invalidArguments`, `unsupportedFilter`, `unsupportedSort`.
        """
        return {
            "accountId": asked.account_id,
            "filter": self._filter(asked.arguments.get("filter")),
            "sort": self._comparators(asked.arguments.get("sort")),
            "calculateTotal": True,
        }

    def _filter(self, sent: Json | None) -> Json | None:
        wanted = None if sent is None else _Filter(self.terms, self.nullable).translate(sent)
        if wanted is None or self.always is None:
            return wanted or self.always
        return {"operator": "AND", "conditions": [self.always, wanted]}

    def _comparators(self, sort: list[str] | None) -> list[Json]:
        if sort is None:
            return [*self.order]
        if len(sort) > MAX_COMPARATORS:
            raise MethodError("unsupportedSort", f"more than {MAX_COMPARATORS} criteria")
        return [comparator for item in sort for comparator in self.comparators(item)]

    def comparators(self, item: str) -> list[Json]:
        """The comparators for `name`, `name asc` or `name desc`; the first is the same as the last.

        (The drafts of 2016-10 and later want the direction; what they refuse is understood here.)
        """
        name, _, direction = item.partition(" ")
        if name not in self.sorts or direction not in ("", *ASCENDING):
            known = ", ".join(self.sorts)
            raise MethodError(
                "unsupportedSort",
                f"{item[:80]!r} must be one of {known}, with asc or desc behind it",
            )
        up = ASCENDING.get(direction, False)
        return [{**c, "isAscending": c.get("isAscending", True) is up} for c in self.sorts[name]]

    def echo(self, asked: Asked) -> Arguments:
        """What answers repeat of the call."""
        answer: Arguments = {"filter": asked.arguments.get("filter")}
        if self.sorts:
            answer["sort"] = asked.arguments.get("sort")
        return answer


class List(Verb):
    """getFooList: the ids that match, always with their total; may fetch the records."""

    def __init__(self, listing: Listing) -> None:
        self.listing: Final = listing

    def known(self, call: ClassicCall, profile: Profile) -> Mapping[str, Argument]:
        """Filter, sort, which part of the list; and what to fetch, as the drafts or Cyrus say."""
        del profile
        one, many = self.listing.one, self.listing.many
        return {
            "accountId": types.STRING,
            "filter": types.OBJECT,
            **({"sort": types.STRINGS} if self.listing.sorts else {}),
            "position": types.NUMBER,
            **ANCHORED,
            "limit": types.NUMBER,
            f"fetch{many}": types.BOOLEAN,
            f"fetch{one}Properties": types.STRINGS,
            "fetchRecords": types.BOOLEAN,
            "fetchRecordProperties": types.STRINGS,
            **call.arguments,
        }

    def decode(self, asked: Asked, call_id: str) -> list[Invocation]:
        """A /query; the offset counts against RFC 8620's direction."""
        for name in self._named(asked):
            check_properties(asked.call.lens, asked.arguments, name)
        sent = asked.arguments
        canonical = self.listing.query(asked)
        canonical |= {name: sent[name] for name in ("position", "anchor", "limit") if name in sent}
        if "anchorOffset" in sent:
            canonical["anchorOffset"] = -sent["anchorOffset"]
        return [Invocation(asked.call.method, canonical, call_id, origin=Part(asked))]

    def _named(self, asked: Asked) -> list[str]:
        """The arguments that name properties."""
        both = (f"fetch{self.listing.one}Properties", "fetchRecordProperties")
        return [name for name in both if name in asked.arguments]

    def follow_ups(self, asked: Asked, response: Response) -> Sequence[Invocation]:
        """The records of the list, if they are to be fetched."""
        wanted = (f"fetch{self.listing.many}", "fetchRecords")
        fetched = self.listing.fetched
        if response.name == "error" or fetched is None:
            return ()
        if not any(asked.arguments.get(name) for name in wanted):
            return ()
        properties = next((asked.arguments[name] for name in self._named(asked)), None)
        ids = response.arguments["ids"]
        return fetches(asked, fetched, ids, properties, response.call_id)

    def encode(self, asked: Asked, arguments: Arguments) -> Arguments:
        """The ids, and where in the whole list they are."""
        listing = self.listing
        return {
            "accountId": asked.exchange.classic_account_id(arguments["accountId"]),
            **listing.echo(asked),
            "state": arguments["queryState"],
            "canCalculateUpdates": arguments["canCalculateChanges"],
            "position": arguments["position"],
            "total": arguments["total"],
            f"{listing.id}s": arguments["ids"],
        }


class ListUpdates(Verb):
    """getFooListUpdates: what a client takes out of its list, and then what it puts in."""

    def __init__(self, listing: Listing) -> None:
        self.listing: Final = listing

    @property
    def _upto(self) -> str:
        return f"upto{self.listing.one}Id"

    def known(self, call: ClassicCall, profile: Profile) -> Mapping[str, Argument]:
        """The query, and since when."""
        del profile
        return {
            "accountId": types.STRING,
            "filter": types.OBJECT,
            **({"sort": types.STRINGS} if self.listing.sorts else {}),
            "sinceState": types.STRING.required(),
            self._upto: types.STRING,
            "maxChanges": types.POSITIVE,
            **call.arguments,
        }

    def decode(self, asked: Asked, call_id: str) -> list[Invocation]:
        """A /queryChanges."""
        sent = asked.arguments
        canonical = self.listing.query(asked) | {"sinceQueryState": sent["sinceState"]}
        for name, known in ((self._upto, "upToId"), ("maxChanges", "maxChanges")):
            if name in sent:
                canonical[known] = sent[name]
        return [Invocation(asked.call.method, canonical, call_id, origin=Part(asked))]

    def follow_ups(self, asked: Asked, response: Response) -> Sequence[Invocation]:
        """Where changes cannot be told, the present state."""
        return look_at_state(asked, response) if response.name == "error" else ()

    def encode(self, asked: Asked, arguments: Arguments) -> Arguments:
        """What left and what came, those that may have moved among both."""
        listing = self.listing
        return {
            "accountId": asked.exchange.classic_account_id(arguments["accountId"]),
            **listing.echo(asked),
            "oldState": arguments["oldQueryState"],
            "newState": arguments["newQueryState"],
            self._upto: asked.arguments.get(self._upto),
            "total": arguments["total"],
            "removed": [{listing.id: id} for id in arguments["removed"]],
            "added": [{listing.id: i["id"], "index": i["index"]} for i in arguments["added"]],
        }

    def supplement(self, asked: Asked, answer: Arguments, arguments: Arguments) -> None:
        """The present state, for a client that has to start anew."""
        del asked
        answer["newState"] = arguments["state"]


class _Filter:
    """Translates one filter."""

    def __init__(self, terms: Mapping[str, Term], nullable: frozenset[str]) -> None:
        self._terms = terms
        self._nullable = nullable

    def translate(self, value: Json, path: str = "filter", depth: int = 1) -> Json:
        """The canonical filter for a classic one, in which null is the same as missing.

        Raises:
            MethodError: `invalidArguments`, `unsupportedFilter`.
        """
        if depth > MAX_DEPTH:
            raise MethodError("unsupportedFilter", f"nested more than {MAX_DEPTH} deep")
        if not isinstance(value, dict):
            raise types.invalid({"filter": f"{path} must be an object"})
        if "operator" in value:
            return self._operator(value, path, depth)
        told = {n: v for n, v in value.items() if v is not None or n in self._nullable}
        parts = [self._term(name, v, path) for name, v in told.items()]
        return parts[0] if len(parts) == 1 else {"operator": "AND", "conditions": parts}

    def _operator(self, value: Json, path: str, depth: int) -> Json:
        conditions = value.get("conditions")
        if value["operator"] not in OPERATORS or not isinstance(conditions, list):
            reason = f"{path} must have an operator, AND, OR or NOT, and an array of conditions"
            raise types.invalid({"filter": reason})
        inside = [
            self.translate(v, f"{path}/conditions/{n}", depth + 1) for n, v in enumerate(conditions)
        ]
        return {"operator": value["operator"], "conditions": inside}

    def _term(self, name: str, value: Any, path: str) -> Json:  # noqa: ANN401 - any JSON value
        term = self._terms.get(name)
        if term is None:
            known = ", ".join(self._terms)
            raise MethodError(
                "unsupportedFilter",
                f"{path} has {name[:80]!r}; the conditions here are: {known}",
                arguments=["filter"],
            )
        if value is not None and not term.argument.accepts(value):
            raise types.invalid({"filter": f"{path}/{name} must be {term.argument.expected}"})
        return term.canonical(value)

"""The actions of RFC 7808 §5: from a path and a query to an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import blake2b
from typing import Any

import orjson

from cyrpy.formats.tzif import release
from cyrpy_tzdist import query
from cyrpy_tzdist.answers import Answer, Key, answer
from cyrpy_tzdist.capabilities import PUBLISHER, capabilities
from cyrpy_tzdist.formats import FORMATS, Format, wanted
from cyrpy_tzdist.problems import Problem

REVISION = "1"  # raise it whenever an answer is written in another way
MAX_EXPANSION = 1000 * 366 * 86400  # seconds
_JSON = b"application/json"
_RELEASE = re.compile(r"\d{4}[a-z]{1,2}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def act(key: Key) -> Answer:
    """The answer to a question.

    Raises:
        Problem: there is none.
    """
    path, query_string, accept = key
    simple = _SIMPLE.get(path.rstrip("/"))
    if simple is not None:
        return simple(query_string)
    if not path.startswith("/zones/"):
        raise Problem.invalid_action(f"{path[:80]!r} is not the path of an action")
    tzid = path.removeprefix("/zones/").rstrip("/")
    if tzid.endswith("/observances"):
        return expand(tzid.removesuffix("/observances"), query_string)
    return get(tzid, query_string, accept)


def capability_list(query_string: bytes) -> Answer:
    """What this server can do (RFC 7808 §5.1)."""
    query.parameters(query_string, ())
    return _json(capabilities(), "capabilities")


def zones(query_string: bytes) -> Answer:
    """Every zone, or those changed since, or those of a name (RFC 7808 §5.2, §5.5)."""
    given = query.parameters(query_string, ("changedsince", "pattern"))
    if len(given) == 2:
        raise Problem.invalid_action("changedsince belongs to list and pattern to find: not both")
    names: Iterable[str] = [name for name in release.names() if name not in release.targets()]
    if "changedsince" in given and _is_current(given["changedsince"]):
        names = ()
    if "pattern" in given:
        matches = query.pattern(given["pattern"]).fullmatch
        names = [n for n in names if any(map(matches, (n, *release.aliases().get(n, ()))))]
    return _json(
        {"synctoken": release.version(), "timezones": [_zone(name) for name in names]}, "list"
    )


def get(tzid: str, query_string: bytes, accept: bytes | None) -> Answer:
    """A zone, whole or truncated, in the format asked for (RFC 7808 §5.3)."""
    span = query.span(query.parameters(query_string, ("start", "end")))
    chosen = wanted(accept)
    name = _known(tzid)
    return answer(
        chosen.content_type,
        chosen.render(name, span),
        _tag(name, chosen),
        release.modified(),
        [(b"vary", b"Accept")],
    )


def expand(tzid: str, query_string: bytes) -> Answer:
    """The changes of a zone in a span of time (RFC 7808 §5.4)."""
    given = query.parameters(query_string, ("start", "end"))
    start, end = query.full_span(given)
    if end - start > MAX_EXPANSION:
        raise Problem(400, "invalid-end", "end is more than 1000 years after start")
    name = _known(tzid)
    zone = release.load(name)
    held = zone.type_at(start)
    changes = [(start, held, held), *zone.onsets(start, end)]
    observances = [
        {
            "name": after.abbreviation,
            "onset": _instant(at),
            "utc-offset-from": before.offset,
            "utc-offset-to": after.offset,
        }
        for at, before, after in changes
    ]
    document = {
        "tzid": name,
        "start": _instant(start),
        "end": _instant(end),
        "observances": observances,
    }
    return _json(document, f"{_fingerprint(name)}-observances")


def leap_seconds(query_string: bytes) -> Answer:
    """The leap seconds since 1972 (RFC 7808 §5.6)."""
    query.parameters(query_string, ())
    table = release.leap_seconds()
    rows = [{"utc-offset": offset, "onset": day.isoformat()} for day, offset in table.offsets]
    document = {
        "expires": table.expires.isoformat(),
        "publisher": PUBLISHER,
        "version": release.version(),
        "leapseconds": rows,
    }
    return _json(document, "leapseconds")


_SIMPLE: Mapping[str, Callable[[bytes], Answer]] = {
    "/capabilities": capability_list,
    "/zones": zones,
    "/leapseconds": leap_seconds,
}


def _zone(name: str) -> dict[str, Any]:
    """An entry of the list; its ETag is that of `get` in the first format."""
    entry: dict[str, Any] = {
        "tzid": name,
        "etag": _tag(name, FORMATS[0]),
        "last-modified": release.modified().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "publisher": PUBLISHER,
        "version": release.version(),
    }
    if name in release.aliases():
        entry["aliases"] = release.aliases()[name]
    return entry


def _known(tzid: str) -> str:
    name = release.find(tzid)
    if name is None:
        raise Problem(
            404,
            "tzid-not-found",
            f"no time zone {tzid[:80]!r} in release {release.version()} of the tz database",
        )
    return name


def _is_current(token: str) -> bool:
    """Whether nothing has changed since a synctoken, the name of a release, was given.

    What an older release had is not known here, so all is new since then.
    """
    if _RELEASE.fullmatch(token) is None:
        raise Problem(400, "invalid-changedsince", "changedsince is no synctoken of this server")
    return token == release.version()


def _tag(name: str, chosen: Format) -> str:
    """The entity tag of a zone, without its quotes.

    It is of the zone's data, so that it outlives a release that changes other zones.
    """
    tag = f"{_fingerprint(name)}-{chosen.short}"
    return f"{tag}-{release.leap_seconds().expires:%Y%m%d}" if chosen.has_leaps else tag


@cache
def _fingerprint(name: str) -> str:
    known = "\0".join((REVISION, name, release.targets().get(name, ""))).encode()
    return blake2b(known + release.octets(name), digest_size=12).hexdigest()


def _json(document: dict[str, Any], tag: str) -> Answer:
    return answer(
        _JSON, orjson.dumps(document), f"{release.version()}-{REVISION}-{tag}", release.modified()
    )


def _instant(at: int) -> str:
    moment = _EPOCH + timedelta(seconds=at)
    return f"{moment.year:04}-{moment:%m-%dT%H:%M:%SZ}"

"""The splitter of messages against the standard library's parser.

`python -m tests.robustness.mime_fuzz --count 100000` compares that many; a part of them are in
`tests/unit/formats/test_mime_fuzz.py`. Whatever is spoilt must be split into ranges that make
sense, in bounded time; what is as it should be must be split as the standard library does.
"""

from __future__ import annotations

import argparse
import time
from email import message_from_bytes
from email.message import Message as Parsed
from email.policy import compat32

from cyrpy.formats.mime.message import Message
from cyrpy.formats.mime.part import Part
from cyrpy.formats.mime.split import split
from tests.support.odd_mail import Maker

LONGEST = 2.0  # seconds of CPU for one message of a few thousand octets
Shown = tuple[str, bytes | None]  # type, and the content of leaves


def ours(octets: bytes, part: Part) -> list[Shown]:
    """The parts, depth first."""
    return [
        (one.type, octets[one.body : one.end] if one.subparts is None else None)
        for one in part.walk()
    ]


def theirs(parsed: Parsed, found: list[Shown] | None = None) -> list[Shown]:
    """The same by the standard library; attached messages are leaves here."""
    found = [] if found is None else found
    type = parsed.get_content_type()
    payload = vars(parsed)["_payload"]  # get_payload would decode it
    if parsed.get_content_maintype() == "multipart" and isinstance(payload, list):
        found.append((type, None))
        for part in payload:
            theirs(part, found)
    elif isinstance(payload, str):
        found.append((type, payload.encode("ascii", "surrogateescape")))
    else:
        found.append((type, b""))
    return found


def alike(octets: bytes) -> None:
    """What is as it should be is split the same way."""
    mine = ours(octets, split(octets))
    other = theirs(message_from_bytes(octets, policy=compat32))
    bare = [(type, b"" if _is_inner(type) else content) for type, content in mine]
    other = [(type, b"" if _is_inner(type) else content) for type, content in other]
    assert bare == other, (octets, bare, other)


def _is_inner(type: str) -> bool:
    """Whether the standard library parses what is inside, where we do not."""
    return type.startswith("message/")


def sound(octets: bytes) -> None:
    """Whatever it is, its parts are ranges inside each other, and all that is kept can be made."""
    started = time.process_time()
    message = Message(octets)
    assert message.root.start == 0
    assert message.root.end == len(octets)
    _inside(message.root)
    message.rendered()
    message.structure()
    assert time.process_time() - started < LONGEST, octets


def _inside(part: Part) -> None:
    assert part.start <= part.body <= part.end
    at = part.body
    for one in part.subparts or ():
        assert at <= one.start <= one.end <= part.end
        at = one.end
        _inside(one)


def check(number: int) -> None:
    """One message as it should be, and one that is spoilt."""
    maker = Maker(number)
    octets = maker.message()
    alike(octets)
    sound(octets)
    sound(maker.spoilt(octets))


def main() -> None:
    """As the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0)
    wanted = parser.parse_args()
    failed = 0
    for number in range(wanted.first, wanted.first + wanted.count):
        try:
            check(number)
        except AssertionError as exc:
            failed += 1
            print(f"{number}: {str(exc)[:1500]}")  # noqa: T201
    print(f"{wanted.count} messages, {failed} failed")  # noqa: T201
    raise SystemExit(bool(failed))


if __name__ == "__main__":
    main()

"""Whatever a script and a message are: an answer or a SieveError, and soon."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyrpy.formats.mime.message import Message
from cyrpy.formats.sieve import glob
from cyrpy.formats.sieve.check import script_of
from cyrpy.formats.sieve.errors import SieveError
from cyrpy.formats.sieve.known_commands import COMMANDS
from cyrpy.formats.sieve.known_conditions import TESTS
from cyrpy.formats.sieve.language import Option, Signature
from cyrpy.formats.sieve.run import run
from tests.unit.formats.sieve_runs import EVERYTHING, MAIL, result, world

PATIENCE = 5  # seconds of CPU, on a machine that others use
STRINGS = st.sampled_from(
    [
        "",
        "a",
        "*",
        "*?*",
        "subject",
        "from",
        "to",
        "x@y.org",
        "${a}",
        "${1}",
        "${hex:41}",
        "year",
        "Date",
        "received",
        "INBOX",
        "A/B",
        "\\\\Seen",
        "7",
        "eq",
        "+0100",
        "global.a",
        "ü",
        "/",
    ]
)
QUOTED = STRINGS.map(lambda text: f'"{text}"')
LISTS = st.lists(QUOTED, min_size=1, max_size=3).map(lambda words: f"[{', '.join(words)}]")
NUMBERS = st.sampled_from(["0", "1", "2", "9K", "2G"])
VALUES = {"string": QUOTED, "strings": st.one_of(QUOTED, LISTS), "number": NUMBERS}


@st.composite
def written(draw: st.DrawFn, signature: Signature) -> str:
    """A command or test with arguments as its signature has them, more or less."""
    words = [signature.name]
    options: list[Option] = list(signature.options)
    for option in draw(st.lists(st.sampled_from(options), max_size=3)) if options else ():
        words.append(f":{option.tag}")
        if option.value is not None:
            words.append(draw(VALUES[option.value]))
    for positional in signature.positional:
        if not (positional.is_optional and draw(st.booleans())):
            words.append(draw(VALUES[positional.kind]))
    return " ".join(words)


SINGLE_TESTS = st.sampled_from([s for s in TESTS.values() if s.tests == "none"]).flatmap(written)
ANY_TEST = st.recursive(
    SINGLE_TESTS,
    lambda inner: st.one_of(
        inner.map(lambda test: f"not {test}"),
        st.lists(inner, min_size=1, max_size=3).map(lambda tests: f"allof({', '.join(tests)})"),
        st.lists(inner, min_size=1, max_size=3).map(lambda tests: f"anyof({', '.join(tests)})"),
    ),
    max_leaves=5,
)
SINGLE_COMMANDS = (
    st.sampled_from([s for s in COMMANDS.values() if not s.has_block and s.name != "require"])
    .flatmap(written)
    .map(lambda command: f"{command};")
)
BLOCKS = st.recursive(
    st.lists(SINGLE_COMMANDS, max_size=4).map("\r\n".join),
    lambda inner: st.tuples(ANY_TEST, inner, inner).map(
        lambda parts: "if {} {{ {} }} else {{ {} }}".format(*parts)
    ),
    max_leaves=6,
)


def outcome(script: bytes, octets: bytes = MAIL) -> None:
    """Run a script, if it is one."""
    try:
        checked = script_of(script)
    except SieveError as exc:
        said = str(exc)
    else:
        found = run(checked, Message(octets), world(is_known=lambda _: False))
        assert found.actions
        said = found.error or "line "
    assert said.startswith("line ")


@settings(max_examples=300)
@given(BLOCKS)
def test_scripts_of_known_words(script):
    outcome(EVERYTHING + script.encode())


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_octets(octets):
    outcome(octets)
    outcome(EVERYTHING + octets)


TOKENS = st.lists(
    st.sampled_from(
        [
            "if",
            "elsif",
            "else",
            "allof",
            "not",
            "true",
            "keep",
            "(",
            ")",
            "{",
            "}",
            "[",
            "]",
            ",",
            ";",
            ":is",
            ":x",
            '"a"',
            "5",
            "5K",
            "text:\r\nx\r\n.\r\n",
            "# c\r\n",
            "/* c */",
            "require",
        ]
    ),
    max_size=40,
).map(" ".join)


@settings(max_examples=300)
@given(TOKENS)
def test_tokens_in_any_order(script):
    outcome(script.encode())


@settings(max_examples=200)
@given(BLOCKS, st.binary(max_size=300))
def test_messages(script, octets):
    outcome(EVERYTHING + script.encode(), octets)
    outcome(EVERYTHING + script.encode(), MAIL + octets)


@settings(max_examples=300)
@given(st.text("ab*?\\", max_size=12), st.text("ab", max_size=12))
def test_wildcards_stand_for_parts_of_the_text(pattern, text):
    spans = glob.match(pattern, text)
    if spans is None:
        return
    assert all(0 <= start <= stop <= len(text) for start, stop in spans)
    assert spans == sorted(spans)
    pieces = glob.pieces_of(pattern)
    wild = len(pieces) - 1 + sum(one.characters.count(None) for one in pieces)
    assert len(spans) == wild


@pytest.mark.parametrize(
    "script",
    [
        'if header :matches "subject" "' + "*a" * 2000 + 'b" { discard; }',
        'if header :matches "subject" "' + "*?a" * 1300 + 'b" { discard; }',
        'if header :matches "x-long" "' + "*?????????????????b" * 200 + '" { discard; }',
        'set "v" "aaaaaaaaaaaaaaaa";' + 'set "v" "${v}${v}${v}${v}";' * 2000,
        'set "v" "'
        + "a" * 8000
        + '";'
        + ('if string :matches "${v}" "' + "*?????????b" * 100 + '" {}') * 50,
        "if anyof(" + ",".join(['body :contains "x1"'] * 2000) + ") { discard; }",
        "if header :contains ["
        + ",".join(['"x"'] * 4000)
        + "] ["
        + ",".join(['"y"'] * 4000)
        + "] { discard; }",
        'addheader "x" "y"; deleteheader "x";' * 2000,
    ],
)
def test_the_time_is_bounded(script):
    octets = b"X-Long: " + b"a" * 60_000 + b"\r\n" + MAIL + b"a missile " * 20_000
    assert seconds_of(script, octets) < PATIENCE


HEADER = b"".join(b"X-Many: <x%d@y.org>, =?utf-8?q?a%d?=\r\n" % (n, n) for n in range(5000))
WORDS = b"Subject:" + b" =?utf-8?b?w7w=?=" * 3800 + b"\r\n"
SOME = b"\r\n".join(
    b"--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + b"PGI+" * 10_000
    for _ in range(100)
)
KIND = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'


@pytest.mark.parametrize(
    "script",
    [
        'if header "x-many" "z" {}' * 4000,
        'if address :detail "x-many" "z" {}' * 4000,
        'if header :count "eq" "x-many" "z" {}' * 4000,
        'if header :contains "subject" "z" {}' * 4000,
        'if body :content "text" :contains "z" {}' * 4000,
        'if body :raw :contains "z" {}' * 4000,
        'if body :text :is "z" {}' * 4000,
        'addheader "x" "y"; deleteheader :contains "x-many" "z"; deleteheader "x";' * 3000,
        'if date :index 5000 "x-many" "year" "2026" {}' * 4000,
    ],
)
def test_the_time_is_bounded_for_large_messages(script):
    assert seconds_of(script, HEADER + WORDS + KIND + SOME) < 2 * PATIENCE


def seconds_of(script: str, octets: bytes) -> float:
    """CPU time of a run."""
    before = time.process_time()
    result(script, octets)
    return time.process_time() - before

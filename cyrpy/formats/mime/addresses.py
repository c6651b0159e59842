"""Address lists (RFC 5322 §3.4, §4.4), read as leniently as they are written."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from cyrpy.formats.mime.words import MAX_VALUE, composed, decode_words, raw, unfold

MAX_ADDRESSES: Final = 10_000
MAX_UNCLOSED: Final = 20

_TOKEN: Final = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |"(?P<quoted>(?:[^"\\]|\\.)*)"
    |(?P<angle><(?:[^<>"]|"(?:[^"\\<>]|\\.)*")*>|<[^<>,;]*)
    |(?P<special>[(,;:])
    |(?P<atom>\[[^\[\]]*\]|[^ \t\r\n"<(,;:\[]+|.)""",
    re.VERBOSE | re.DOTALL,
)
_PAIR: Final = re.compile(r"\\(.)", re.DOTALL)
_COMMENT: Final = re.compile(r"\\.|[()]", re.DOTALL)
_SPACES: Final = re.compile(r"\s+")
# What needs a closer look: quotes, comments, groups, encoded words, escapes.
_ODD: Final = re.compile(r"[\"();:\\\r\n\[]|=\?")
_SIMPLE: Final = re.compile(
    r"\s*(?:([\w!#$%&'*+/=^`{|}~-][\w !#$%&'*+/=^`{|}~-]*?)?[ \t]*<(?=[^<>]+>\s*$))?"
    r"([\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+)>?\s*"
)


class Address(NamedTuple):
    """One mailbox."""

    name: str | None
    email: str  # as it stands there, if it is no address


class Group(NamedTuple):
    """A named group, or consecutive mailboxes that are in none."""

    name: str | None
    addresses: list[Address]


def read(octets: bytes) -> list[Address]:
    """All mailboxes of a field's value (RFC 8621 §4.1.2.3)."""
    value = unfold(raw(octets[:MAX_VALUE])).rstrip()
    simple = _simple(value)
    if simple is not None:
        return simple
    return [address for group in _Reader(value).groups() for address in group.addresses]


def _simple(value: str) -> list[Address] | None:
    """The mailboxes of a list that has nothing odd in it, as most; None of others."""
    if _ODD.search(value):
        return None
    found: list[Address] = []
    for one in value.split(","):
        match = _SIMPLE.fullmatch(one)
        if match is None:
            return None
        name = match[1]
        found.append(Address(composed(_SPACES.sub(" ", name)) if name else None, match[2]))
    return found


def read_groups(octets: bytes) -> list[Group]:
    """The mailboxes of a field's value by their groups (RFC 8621 §4.1.2.4)."""
    return _Reader(unfold(raw(octets[:MAX_VALUE]))).groups()


class _Reader:
    """One address list being read, token by token."""

    def __init__(self, value: str) -> None:
        self._value = value
        self._groups: list[Group] = []
        self._is_open = False  # whether the last group has a name and waits for its semicolon
        self._count = 0
        self._unclosed = 0  # parentheses that were looked for in vain
        self._clear()

    def _clear(self) -> None:
        self._words: list[tuple[str, bool]] = []  # what stands before an angle bracket; is quoted
        self._spaced = False
        self._angle: str | None = None
        self._comment: str | None = None

    def groups(self) -> list[Group]:
        """All of it."""
        at = 0
        while at < len(self._value) and self._count < MAX_ADDRESSES:
            match = _TOKEN.match(self._value, at)
            assert match is not None  # noqa: S101 - any character is a token
            at = match.end()
            kind, text = match.lastgroup, match[0]
            if kind == "special":
                at = self._special(text, at)
            elif kind == "space":
                self._spaced = True
            elif kind == "angle":
                if self._angle is None or "@" not in self._angle:
                    self._angle = text.strip("<>")
            else:
                self._word(match["quoted"] if kind == "quoted" else text, kind == "quoted")
        self._finish()
        return self._groups

    def _special(self, text: str, at: int) -> int:
        """Separators and comments; where reading goes on."""
        if text == "(":
            end = _comment_end(self._value, at) if self._unclosed < MAX_UNCLOSED else None
            if end is None:
                self._unclosed += 1
                return at
            self._comment = _PAIR.sub(r"\1", self._value[at : end - 1])
            self._spaced = True
            return end
        if text == ":" and self._angle is None and not self._is_open:
            if self._words:  # else it stands there for nothing
                self._groups.append(Group(_phrase(self._words), []))
                self._is_open = True
            self._clear()
            return at
        if text == ":":
            self._word(text, is_quoted=False)
            return at
        self._finish()
        if text == ";":
            self._is_open = False
        return at

    def _word(self, text: str, is_quoted: bool) -> None:
        if self._angle is not None:
            return
        if self._words and self._spaced:
            self._words.append((" ", False))
        self._spaced = False
        self._words.append((text, is_quoted))

    def _finish(self) -> None:
        """One mailbox is complete."""
        address = self._address()
        self._clear()
        if address is None:
            return
        self._count += 1
        is_inside = self._is_open or (bool(self._groups) and self._groups[-1].name is None)
        if not is_inside:
            self._groups.append(Group(None, []))
        self._groups[-1].addresses.append(address)

    def _address(self) -> Address | None:
        comment = self._comment
        spoken = composed(decode_words(_SPACES.sub(" ", comment).strip())) if comment else None
        if self._angle is not None:
            email = _addr_spec(self._angle)
            name = _phrase(self._words) or spoken or None
            return Address(name, email) if email or name else None
        if not self._words:
            return None
        *before, last = _runs(self._words)
        if "@" not in last:
            text = _phrase(self._words)
            return Address(spoken or None, text) if text else None
        if before:  # a name, and an address without its brackets
            spoken = composed(decode_words(" ".join(before).replace('"', "")))
        return Address(spoken or None, last)


def _runs(words: list[tuple[str, bool]]) -> list[str]:
    """What stands between spaces, but for those around a dot or an @, which say nothing (§4.4)."""
    runs = [""]
    for word, is_quoted in words:
        if word == " " and not is_quoted:
            runs.append("")
        else:
            runs[-1] += f'"{word}"' if is_quoted else word
    joined = runs[:1]
    for run in runs[1:]:
        if joined[-1].endswith("@") or run.startswith("@") or "." in (joined[-1], run):
            joined[-1] += run
        else:
            joined.append(run)
    return joined


def _comment_end(value: str, at: int) -> int | None:
    """Where the comment ends that is open at `at`; None if it never does."""
    depth = 1
    for match in _COMMENT.finditer(value, at):
        if match[0] == "(":
            depth += 1
        elif match[0] == ")":
            depth -= 1
            if depth == 0:
                return match.end()
    return None


def _addr_spec(angle: str) -> str:
    """What stands between the brackets, without comments, white space and an old route (§4.4)."""
    text = re.sub(r"\([^()]*\)", "", angle) if "(" in angle else angle
    if '"' not in text:
        text = _SPACES.sub("", text)
    if text.startswith("@") and ":" in text:
        text = text.partition(":")[2]
    return text.strip().removeprefix("mailto:")


def _phrase(words: list[tuple[str, bool]]) -> str:
    """A display name: atoms with encoded words decoded, quoted strings with their pairs."""
    pieces: list[str] = []
    atoms = ""
    for word, is_quoted in words:
        if not is_quoted:
            atoms += word
            continue
        pieces.append(decode_words(atoms))
        atoms = ""
        unquoted = _SPACES.sub(" ", _PAIR.sub(r"\1", word))
        # Not allowed in quotes (RFC 2047 §5), but common, and never meant as it stands.
        pieces.append(decode_words(unquoted.strip()) if "=?" in unquoted else unquoted)
    pieces.append(decode_words(atoms))
    return composed("".join(pieces).strip())

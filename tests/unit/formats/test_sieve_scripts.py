"""Scripts that include others, that ask what there is, and that edit headers."""

from __future__ import annotations

import pytest

from cyrpy.formats.mime import words
from cyrpy.formats.sieve.actions import Discard, FileInto, Keep
from tests.unit.formats.sieve_runs import EVERYTHING, MAIL, actions, problem, result

IMPLICIT = Keep(is_implicit=True)


def library(**scripts: str):
    """What finds scripts by their names; those of names that begin with g_ are global."""

    def find(is_global: bool, name: str) -> bytes | None:
        found = scripts.get(f"g_{name}" if is_global else name)
        return None if found is None else EVERYTHING + found.encode()

    return find


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('include "a";', [FileInto("A")]),
        ('include :personal "a";', [FileInto("A")]),
        ('include :global "a";', [FileInto("G")]),
        ('include "a"; include "a";', [FileInto("A")]),
        ('include :optional "none"; discard;', [Discard()]),
        ('include "returns"; fileinto "B";', [FileInto("A"), FileInto("B")]),
        ('include "stops"; fileinto "B";', [FileInto("A")]),
        ("return; discard;", [IMPLICIT]),
    ],
)
def test_include(script, expected):
    find = library(
        a='fileinto "A";',
        g_a='fileinto "G";',
        returns='if true { include "a"; return; } discard;',
        stops='include "a"; if true { stop; } discard;',
    )
    assert actions(script, script=find) == expected


def test_scripts_that_are_included_once():
    find = library(a='set "global.n" "${global.n}x";', b='include :once "a"; include :once "a";')
    script = 'include "a"; include :once "a"; include "b"; fileinto "=${global.n}";'
    assert actions(script, script=find) == [FileInto("=x")]


def test_variables_are_each_scripts_own_unless_they_are_global():
    find = library(
        a='global "shared"; set "own" "changed"; set "shared" "${shared}+"; set "global.g" "z";'
    )
    script = (
        'global ["shared", "other"]; set "own" "x"; set "shared" "y"; include "a";'
        'fileinto "${own}${shared}${global.g}${global.shared}";'
    )
    assert actions(script, script=find) == [FileInto("xy+zy+")]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ('include "none";', "there is no script 'none'"),
        ('include "loop";', "the script 'loop' includes itself"),
        ('include "broken";', "the script 'broken': line 2, column 1: there is no command 'x'"),
        ('include "d0";', "scripts are included too often"),
        ("".join('include "empty";' for _ in range(51)), "scripts are included too often"),
    ],
)
def test_includes_that_fail_keep_the_message(script, said):
    deep = {f"d{n}": f'include "d{n + 1}";' for n in range(20)}
    find = library(loop='include "loop";', broken="x;", empty="", **deep)
    found = result(script, script=find)
    assert said in found.error
    assert found.actions == (IMPLICIT,)


def test_names_of_scripts_cannot_be_paths():
    assert "cannot be the name of a script" in problem('include "../a";')
    assert "no variables are possible here" in problem('include "${a}";')


IHAVE = b'require ["ihave"];\n'


def test_what_ihave_asks_for_may_be_used():
    script = 'if ihave "fileinto" { fileinto "A"; }'
    assert result(script, require=IHAVE).actions == (FileInto("A"),)


def test_what_is_not_there_is_no_error_where_it_is_not_run():
    script = (
        'if ihave "vnd.x" { x_command :tag 5 { other; } }'
        'elsif allof(ihave "vnd.y", y_test "a") { discard; } else { discard; }'
    )
    assert result(script, require=IHAVE).actions == (Discard(),)
    script = 'if not ihave "vnd.x" { x_command; }'
    assert "there is no command 'x_command'" in result(script, require=IHAVE).error
    assert "there is no command" in problem("if true { x_command; }", IHAVE)
    assert "there is no command" in problem('if ihave "fileinto" { x_command; }', IHAVE)


def header(script: str, octets: bytes = MAIL) -> list[bytes]:
    """The lines of the header that a script leaves."""
    found = result(script, octets)
    assert found.error is None
    assert found.octets is not None
    return found.octets.partition(b"\r\n\r\n")[0].split(b"\r\n")


def test_fields_are_added():
    lines = header('addheader "X-A" "one"; addheader :last "X-B" "Grüße\r\n two";')
    assert lines[0] == b"X-A: one"
    assert words.text(lines[-1]) == "X-B: Grüße  two"
    assert lines[1:-1] == MAIL.partition(b"\r\n\r\n")[0].split(b"\r\n")


@pytest.mark.parametrize(
    ("script", "left"),
    [
        ('deleteheader "x-score";', []),
        ('deleteheader :index 1 "x-score";', [b" 7"]),
        ('deleteheader :index 1 :last "x-score";', [b" 0042"]),
        ('deleteheader :contains "x-score" "4";', [b" 7"]),
        ('deleteheader :value "lt" :comparator "i;ascii-numeric" "x-score" "10";', [b" 0042"]),
        ('deleteheader :index 2 :is "x-score" "7"; addheader "X-Score" "1";', [b" 1", b" 0042"]),
    ],
)
def test_fields_are_deleted(script, left):
    lines = header(script)
    assert [line[8:] for line in lines if line.lower().startswith(b"x-score:")] == left


def test_what_follows_sees_the_edited_header():
    script = (
        'deleteheader "subject"; addheader "Subject" "new";'
        'if header "subject" "new" { fileinto "A"; }'
    )
    found = result(script)
    assert found.actions == (FileInto("A"),)
    assert found.octets.endswith(b"\r\n\r\nThe missile is ready.\r\n")


def test_some_fields_are_not_deleted():
    octets = b"Auto-Submitted: auto-replied\r\n" + MAIL
    script = 'deleteheader "received"; deleteheader "Auto-Submitted"; deleteheader "none";'
    assert result(script, octets).octets is None


def test_edits_of_a_script_that_fails_are_lost():
    found = result('addheader "X-A" "b"; error "no";')
    assert (found.octets, found.actions) == (None, (IMPLICIT,))


def test_fields_that_are_added_are_few():
    script = "".join(f'addheader "X-{n}" "a";' for n in range(51))
    assert "at most 50 header fields" in result(script).error
    assert "cannot be the name of a header field" in problem('addheader "a b" "c";')


def test_line_ends_stay_as_they_are():
    octets = MAIL.replace(b"\r\n", b"\n")
    found = result(f'addheader "X-A" "{"long " * 100}";', octets)
    assert b"\r" not in found.octets
    assert found.octets.endswith(octets)

"""Variables, what patterns match, and encoded characters (RFC 5229, RFC 5228 §2.4.2.4)."""

from __future__ import annotations

import pytest

from cyrpy.formats.sieve import glob
from cyrpy.formats.sieve.actions import FileInto
from tests.unit.formats.sieve_runs import MAIL, actions, problem, result


def value(script: str, octets: bytes = MAIL) -> str:
    """What is in the variable v in the end."""
    (found,) = actions(script + 'fileinto "=${v}=";', octets)
    assert isinstance(found, FileInto)
    return found.mailbox[1:-1]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('set "v" "a";', "a"),
        ('set "V" "a";', "a"),
        ('set "v" "a"; set "v" "${v}${V}b";', "aab"),
        ('set "v" "${none}";', ""),
        ('set "v" "$v {v} ${} ${1a} ${a-b} ${v";', "$v {v} ${} ${1a} ${a-b} ${v"),
        ('set "x" "v"; set "v" "${${x}}";', "${v}"),
        ('set "x" "${"; set "v" "${x}v}";', "${v}"),
        ('set :lower "v" "ÄBc";', "Äbc"),
        ('set :upper "v" "äbc";', "äBC"),
        ('set :lowerfirst "v" "ABC";', "aBC"),
        ('set :upperfirst :lower "v" "aBC";', "Abc"),
        (r'set :quotewildcard "v" "a*b?c\\d";', r"a\*b\?c\\d"),
        ('set :length "v" "Grüße";', "5"),
        ('set :length :quotewildcard "v" "a*";', "3"),
        ('set "v" "${hex:}";', "${hex:}"),
    ],
)
def test_set(script, expected):
    assert value(script) == expected


@pytest.mark.parametrize(
    ("pattern", "text", "groups"),
    [
        ("*", "abc", ["abc"]),
        ("*", "", [""]),
        ("", "", []),
        ("a*c", "abbc", ["bb"]),
        ("a?c", "abc", ["b"]),
        ("*-*", "a-b-c", ["a", "b-c"]),  # the first * takes as little as it can
        ("*-*-*", "a-b-c-d", ["a", "b", "c-d"]),
        ("?*?", "abcd", ["a", "bc", "d"]),
        ("**", "ab", ["", "ab"]),
        (r"\*\?\\*", "*?\\x", ["x"]),
        (r"a\b*", "abc", ["c"]),
        ("*b?d*", "abbbcdbxd!", ["abb", "c", "bxd!"]),
        ("*.txt", "a.txt.txt", ["a.txt"]),
        ("a*a", "a", None),
        ("ab", "abc", None),
        ("?", "", None),
        ("*x*", "abc", None),
    ],
)
def test_what_wildcards_stand_for(pattern, text, groups):
    spans = glob.match(pattern, text)
    assert (None if spans is None else [text[start:stop] for start, stop in spans]) == groups


def test_matches_are_kept_until_the_next_that_succeeds():
    script = (
        'if header :matches "subject" "*[*]*" {}'
        'if header :matches "subject" "nothing*" {}'
        'if header :is "subject" "nothing" {}'
        'set "v" "${0}/${1}/${02}/${3}/${4}/${99999}";'
    )
    assert value(script) == "Grüße [devel] from  home/Grüße /devel/ from  home//"


def test_a_branch_that_is_not_looked_at_matches_nothing():
    script = (
        'if anyof(header :matches "x-score" "00*", header :matches "subject" "*") {}set "v" "${1}";'
    )
    assert value(script) == "42"


def test_texts_are_compared():
    assert value('set "v" "no"; set "s" "ABC"; if string "${s}" "abc" { set "v" "yes"; }') == "yes"
    script = 'if string :matches "${x}a.b" "*.*" { set "v" "${2}"; }'
    assert value(script) == "b"
    script = 'if string :count "eq" ["a", "", "${none}"] "1" { set "v" "yes"; }'
    assert value(script) == "yes"


def test_values_are_cut_off_where_they_are_too_long():
    grow = 'set "v" "0123456789";' + 'set "v" "${v}${v}${v}${v}";' * 10
    assert len(value(grow + 'set :length "v" "${v}";')) == 4
    assert value(grow + 'set :length "v" "${v}";') == "8192"


def test_variables_are_few():
    script = "".join(f'set "v{n}" "x";' for n in range(1001))
    assert "at most 1000 variables" in result(script).error


ENCODED = b'require ["encoded-character", "fileinto", "variables"];\r\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$${hex:40}", "$@"),
        ("${hex: 40 }", "@"),
        ("${HEX: 40 41\t42}", "@AB"),
        ("${hex:c3 9f}", "ß"),
        ("${hex:400}", "${hex:400}"),
        ("${hex:4${hex:30}}", "${hex:40}"),
        ("${unicode:40}", "@"),
        ("${ unicode:40}", "${ unicode:40}"),
        ("${UNICODE:20AC 1f600}", "€😀"),
        ("${unicode:}", "${unicode:}"),
        ("${unicode:Cool}", "${unicode:Cool}"),
    ],
)
def test_encoded_characters(text, expected):
    found = result(f'fileinto "{text}";', require=ENCODED)
    assert found.actions == (FileInto(expected),)


@pytest.mark.parametrize("number", ["D800", "dfff", "110000", "1000000000000000000000"])
def test_numbers_of_no_character_are_refused(number):
    assert "is no Unicode character" in problem(f'fileinto "${{unicode:{number}}}";', ENCODED)


def test_characters_are_decoded_before_variables():
    found = result('set "a" "x"; fileinto "${hex:24}{a}";', require=ENCODED)
    assert found.actions == (FileInto("x"),)

"""What Sieve's commands lead to (RFC 5228 §4, and the RFCs of the extensions)."""

from __future__ import annotations

import pytest

from cyrpy.formats.sieve.actions import Discard, FileInto, Keep, Redirect, Reject, Vacation
from cyrpy.formats.sieve.check import script_of
from cyrpy.formats.sieve.errors import SieveError
from tests.unit.formats.sieve_runs import MAIL, actions, problem, result

DAY = 86_400
IMPLICIT = Keep(is_implicit=True)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("", [IMPLICIT]),
        ("keep;", [Keep()]),
        ("keep; keep;", [Keep()]),
        ("discard;", [Discard()]),
        ("discard; keep;", [Keep()]),
        ("stop; discard;", [IMPLICIT]),
        ("if true { stop; } discard;", [IMPLICIT]),
        ('fileinto "A";', [FileInto("A")]),
        ('fileinto "A"; fileinto "A"; fileinto "B";', [FileInto("A"), FileInto("B")]),
        ('fileinto "A"; keep;', [FileInto("A"), Keep()]),
        ('fileinto :copy "A";', [FileInto("A"), IMPLICIT]),
        ('fileinto :copy "A"; discard;', [FileInto("A")]),
        ('redirect "x@y.org";', [Redirect("x@y.org")]),
        ('redirect "x@y.org"; redirect "x@y.org";', [Redirect("x@y.org")]),
        ('redirect :copy "x@y.org";', [Redirect("x@y.org"), IMPLICIT]),
        (r'redirect "\"X, Y\" <x@y.org>";', [Redirect("x@y.org")]),
        ('fileinto :create "A/B";', [FileInto("A/B", creates=True)]),
        ('fileinto :mailboxid "M7" "A";', [FileInto("A", mailbox_id="M7")]),
        (
            r'fileinto :specialuse "\\Archive" :create "A";',
            [FileInto("A", creates=True, special_use="\\Archive")],
        ),
        ('reject "no";', [Reject("no", is_extended=False)]),
        ('ereject "no";', [Reject("no", is_extended=True)]),
        ('discard; reject "no";', [Reject("no", is_extended=False)]),
        ('reject "no"; discard;', [Reject("no", is_extended=False)]),
    ],
)
def test_actions_and_the_implicit_keep(script, expected):
    assert actions(script) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('if true { fileinto "A"; } else { fileinto "B"; }', "A"),
        ('if false { fileinto "A"; } else { fileinto "B"; }', "B"),
        ('if false { discard; } elsif true { fileinto "C"; } else { discard; }', "C"),
        ('if false {} elsif false {} elsif true { fileinto "D"; } elsif true { discard; }', "D"),
        ('if true { if false {} else { fileinto "E"; } } else { discard; }', "E"),
    ],
)
def test_the_first_branch_that_holds_is_run(script, expected):
    assert actions(script) == [FileInto(expected)]


def test_a_text_of_several_lines():
    found = actions("reject text: # why\r\nNo.\r\n..dots\r\n\r\n.end\r\n.\r\n;")
    assert found == [Reject("No.\r\n.dots\r\n\r\n.end", is_extended=False)]


@pytest.mark.parametrize(
    ("script", "flags"),
    [
        (r'setflag "\\Seen"; keep;', ("\\Seen",)),
        (r'setflag "\\Seen"; addflag ["\\seen", "a b"]; keep;', ("\\Seen", "a", "b")),
        (r'addflag "a b c"; removeflag "B"; keep;', ("a", "c")),
        (r'keep; addflag "a";', ()),
        (r'addflag "a"; keep :flags ["x", "y"];', ("x", "y")),
        (r'addflag "a"; keep :flags "";', ()),
        (
            r'setflag "v" "a b"; addflag "v" "c"; removeflag "v" "a"; keep :flags "${v}";',
            ("b", "c"),
        ),
        (r'addflag ["good", "b(d", "\\Recent", "\\x"]; keep;', ("good",)),
        ('keep :flags "a"; keep :flags "b";', ("a", "b")),
    ],
)
def test_flags(script, flags):
    assert actions(script) == [Keep(flags)]


def test_the_implicit_keep_has_the_flags_that_are_set():
    assert actions('addflag "a";') == [Keep(("a",), is_implicit=True)]
    assert actions('fileinto :flags "x" "A"; fileinto :flags "y" "A";') == [
        FileInto("A", ("x", "y"))
    ]


def test_vacation_has_what_is_said_of_it():
    (found, kept) = actions(
        'vacation :days 3 :subject "Gone" :from "Bob <bob@here.org>"'
        ' :addresses ["b@x.org", "c@x.org"] :handle "h" :mime "Away";'
    )
    assert kept == IMPLICIT
    assert found == Vacation(
        "Away",
        3 * DAY,
        "h h",
        "Gone",
        "Bob <bob@here.org>",
        ("b@x.org", "c@x.org"),
        is_mime=True,
    )


@pytest.mark.parametrize(
    ("argument", "seconds"),
    [
        ("", 7 * DAY),
        (":days 0", DAY),
        (":days 1000", 90 * DAY),
        (":seconds 3600", 3600),
        (":seconds 0", 60),
        (":seconds 1G", 90 * DAY),
    ],
)
def test_vacation_answers_not_too_often_and_not_too_seldom(argument, seconds):
    assert actions(f'vacation {argument} "Away";')[0].seconds == seconds


def test_a_copy_of_the_answer_is_filed():
    script = r'vacation :fcc "Sent" :flags ["\\Seen"] :create :specialuse "\\Sent" "Away";'
    place = FileInto("Sent", ("\\Seen",), creates=True, special_use="\\Sent")
    assert actions(script)[0].copy == place
    assert actions('addflag "x"; vacation :fcc "Sent" "Away";')[0].copy == FileInto("Sent")
    assert actions('vacation "Away";')[0].copy is None
    assert ":create needs :fcc beside it" in problem('vacation :create "Away";')
    assert "cannot be the name of a mailbox" in problem('vacation :fcc "" "Away";')


def test_answers_are_told_apart_by_what_is_written():
    def of(script: str, octets: bytes = MAIL) -> str:
        found: str = actions(script, octets)[0].handle
        return found

    assert of('vacation "a";') != of('vacation "b";')
    assert of('vacation "a";') != of('vacation :subject "s" "a";')
    assert of('vacation :handle "h" "a";') == of('vacation :handle "h" "b";')
    script = 'if header :matches "subject" "*" {} vacation :subject "Re: ${1}" "a";'
    assert of(script) == of(script, MAIL.replace(b"home", b"work"))


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ('vacation "a"; vacation "b";', "vacation can be used once for a message"),
        ('keep; reject "no";', "reject cannot be used with another action"),
        ('fileinto "A"; ereject "no";', "ereject cannot be used with another action"),
        ('reject "no"; fileinto "A";', "fileinto cannot be used beside a rejection"),
        ('reject "no"; vacation "a";', "vacation cannot be used beside a rejection"),
        ('set "a" "x"; redirect "${a}";', "'x' is no mail address"),
        ('set "a" ""; fileinto "${a}";', "'' cannot be the name of a mailbox"),
        ('error "as you like";', "as you like"),
    ],
)
def test_what_fails_keeps_the_message(script, said):
    found = result(f"discard; {script}" if "error" in script else script)
    assert said in found.error
    assert found.error.startswith("line ")
    assert found.actions == (IMPLICIT,)
    assert found.duplicates == ()


def test_redirections_are_few():
    script = "".join(f'redirect "x{n}@y.org";' for n in range(5))
    assert "at most 4 addresses" in result(script).error
    assert len(actions(script, max_redirects=5)) == 5


def test_actions_are_bounded():
    script = "".join(f'fileinto "A{n}";' for n in range(65))
    assert "at most 64 actions" in result(script).error


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("nothing;", "1: there is no command 'nothing'"),
        ("true;", "1: true is a test; it must stand after if"),
        ("keep", "1: ';' is missing after keep, before the end of the script"),
        ("keep { }", "1: no block may follow keep; end it with ';'"),
        ("keep true;", "1: no test may follow keep"),
        ("\r\n  keep 5;", "2: keep takes no arguments; 1 stand here"),
        ("if true;", "1: a block in { } must follow if"),
        ("if { keep; }", "1: one test without parentheses must follow if"),
        ("else { keep; }", "1: else must follow the block of an if or elsif"),
        ("if true {} else {} elsif true {}", "1: elsif must follow the block of an if or elsif"),
        ("if true { keep;", "the block that begins in line 2 must be closed with '}'"),
        ("}", "1: a command must stand here, not '}'"),
        ('fileinto ["A"];', "1: the mailbox of fileinto must be one string"),
        ("fileinto 5;", "1: the mailbox of fileinto must be one string"),
        ('fileinto "";', "1: '' cannot be the name of a mailbox"),
        ('fileinto :create :create "A";', "1: :create stands there twice"),
        ('redirect "me";', "1: 'me' is no mail address"),
        ('redirect "a@b.org, c@d.org";', "is no mail address"),
        ('redirect "a@b.org <c@d.org>";', "is no mail address"),
        ('redirect "<a@b.org";', "is no mail address"),
        ('redirect :days 5 "x@y";', "1: redirect has no argument :days; there are :copy"),
        ("discard :x;", "1: discard has no argument :x; it takes none"),
        ('vacation :days "x" "a";', "1: what follows :days must be a number"),
        ('vacation :days :mime "a";', "1: a number must follow :days"),
        ('vacation :days 5 :seconds 5 "a";', "1: :seconds excludes :days"),
        ('vacation :from "me" "a";', "1: :from takes a mail address"),
        ('keep; require "fileinto";', "1: require must stand before all other commands"),
        ('set "1x" "y";', "1: '1x' cannot be the name of a variable"),
        ('set "a.b" "y";', "1: 'a.b' cannot be the name of a variable"),
        ('set :lower :upper "a" "y";', "1: :upper excludes :lower"),
        ('set "a" "${other.b}";', "1: there are no variables in the namespace 'other'"),
        ('keep "a\r\nb;', '1: this string has no end; close it with "'),
        ("keep text:\r\nabc\r\n", "1: this text has no end"),
        ("/* comment", "1: this comment has no end; close it with */"),
        ("if size :over 5X {}", "1: '5X' is no number; digits and K, M or G may be in it"),
        ("if size :over 99999999999G {}", "is too large"),
        ("keep : ;", "1: a name must follow the colon"),
        ("keep \\ ;", "has no meaning here"),
        ('if header ["a" "b"] "c" {}', "the list of strings must go on with ',' or end with ']'"),
        ('if header [] "c" {}', "1: a string must stand here, not ']'"),
        ("if allof(true {}", "the list of tests must go on with ',' or end with ')'"),
        ("if allof() {}", "1: a test must stand here, not ')'"),
    ],
)
def test_wrong_scripts_are_told_of(script, said):
    assert said in problem(script)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ('fileinto "A";', 'fileinto needs "fileinto" on the require line'),
        ('require "fileinto"; fileinto :copy "A";', ':copy needs "copy" on the require line'),
        ('require "fileinto"; fileinto :flags "a" "A";', ':flags needs "imap4flags"'),
        ('require "vacation"; vacation :seconds 5 "a";', ':seconds needs "vacation-seconds"'),
        ('if address :user "to" "x" {}', ':user needs "subaddress"'),
        ('if header :count "eq" "to" "1" {}', ':count needs "relational"'),
        ('if header :index 1 "to" "1" {}', ':index needs "index"'),
        (
            'if header :comparator "i;ascii-numeric" "to" "1" {}',
            'the comparator i;ascii-numeric needs "comparator-i;ascii-numeric"',
        ),
        ('require "imap4flags"; setflag "v" "a";', 'flags in a variable need "variables"'),
        ('require "variables"; set "global.a" "x";', 'global variables need "include"'),
        ('require "variables"; set "a" "${global.b}";', 'they need "include"'),
        (
            'require ["fileinto", "vnd.x"];',
            "the extension 'vnd.x' is not supported; there are: body",
        ),
        ("require 5;", "must be a string or a list of strings"),
        ('require "fileinto" true;', "no test may follow require"),
    ],
)
def test_extensions_must_be_required(script, said):
    assert said in problem(script, b"")


def test_what_need_not_be_required():
    assert (
        result(
            'require "vacation-seconds"; if header :comparator "i;octet" "x" "y" {} vacation "a";',
            require=b"",
        ).error
        is None
    )


def test_variables_are_text_where_they_are_not_required():
    assert result('redirect "${a}@x.org";', require=b"").actions == (Redirect("${a}@x.org"),)


def test_octets_that_are_no_text_are_told_of():
    with pytest.raises(AssertionError):
        problem("keep;")
    assert "this is not UTF-8" in problem("", b"keep;\r\n# caf\xe9\r\n")
    assert "the character U+0000 is not allowed" in problem("keep;\0", b"")
    assert result("keep;", require="\ufeff".encode()).actions == (Keep(),)


def test_scripts_are_bounded():
    assert "more than 1048576 octets" in problem("#" * (1 << 20), b"keep;")
    deep = "if true {" * 33 + "}" * 33
    assert "nested more than 32 deep" in problem(deep)
    assert result("if true {" * 32 + "discard;" + "}" * 32).actions == (Discard(),)
    assert "nested more than 32 deep" in problem("if " + "not " * 40 + "true {}")
    assert "at most 10000 commands" in problem("keep;" * 10_001)
    assert "at most 5000 strings" in problem("keep [" + '"a",' * 5001 + '"a"];')
    assert "is too long" in problem("x" * 100_000)
    assert "is too long" in problem(f"keep :{'x' * 100};")
    assert "too many arguments" in problem("keep " + "5 " * 40 + ";")
    assert "more than 65536 characters" in problem(f'redirect "{"x" * 70_000}";')


def test_the_place_of_an_error_is_exact():
    with pytest.raises(SieveError) as caught:
        script_of(b"keep;\n  if true {\n    foo;\n  }\n")
    assert str(caught.value) == "line 3, column 5: there is no command 'foo'"

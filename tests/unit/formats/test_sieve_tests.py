"""What Sieve's tests say of a message (RFC 5228 §5, and the RFCs of the extensions)."""

from __future__ import annotations

import pytest

from tests.unit.formats.sieve_runs import MAIL, holds, problem, result

PARTS = (
    b"From: ada@example.com\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\nA preamble.\r\n--b\r\n'
    b"Content-Type: text/plain; charset=iso-8859-1\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n"
    b"\r\nGr=FC=DFe\r\n--b\r\nContent-Type: text/html\r\n\r\n<b>bold</b>&amp;red\r\n--b\r\n"
    b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
    b"\r\nJVBERg==\r\n--b--\r\n"
)


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("true", True),
        ("false", False),
        ("not false", True),
        ("allof(true, true)", True),
        ("allof(true, false)", False),
        ("anyof(false, true)", True),
        ("anyof(false, false)", False),
        ("not anyof(not true, not not false)", True),
    ],
)
def test_logic(test, expected):
    assert holds(test) is expected


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        # Decoded, on one line, white space around it gone (RFC 5228 §2.4.2.2).
        ('header :is "Subject" "Grüße [devel] from  home"', True),
        ('header "subject" "grüße [DEVEL] FROM  home"', True),  # :is and i;ascii-casemap
        ('header "subject" "GRÜSSE [devel] from  home"', False),
        ('header :comparator "i;octet" "subject" "grüße [devel] from  home"', False),
        ('header :comparator "i;unicode-casemap" "subject" "GRÜSSE [DEVEL] FROM  HOME"', True),
        ('header :contains ["x-none", "subject"] ["nothing", "[devel]"]', True),
        ('header :contains "subject" ""', True),
        ('header :contains "x-none" ""', False),
        ('header :is "x-empty" ""', True),
        ('header :matches "x-none" "*"', False),
        ('header :matches "x-empty" "*"', True),
        ('header :matches "subject" "*[devel]*"', True),
        ('header :matches "subject" "*[devel]"', False),
        ('header :matches "subject" "Gr??e*"', True),
        ('header :matches "x-score" "0?42"', True),
        (r'header :matches "x-score" "\\*"', False),
        ('exists "X-Empty"', True),
        ('exists ["subject", "x-none"]', False),
        ("size :over 100", True),
        ("size :over 1K", False),
        ("size :under 1M", True),
        (f"size :under {len(MAIL)}", False),
        (f"size :over {len(MAIL)}", False),
    ],
)
def test_header_and_size(test, expected):
    assert holds(test) is expected


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ('address "from" "ada@example.com"', True),
        ('address :all "from" "ada"', False),
        ('address :localpart "from" "ada"', True),
        ('address :domain "from" "EXAMPLE.com"', True),
        ('address :domain ["to", "cc"] "there.org"', True),
        ('address :user "to" "bob"', True),
        ('address :localpart "to" "bob"', False),
        ('address :detail "to" "lists"', True),
        ('address :detail "from" ""', False),  # it has none (RFC 5233 §4)
        ('address :count "eq" ["to", "cc"] "3"', True),
        ('address :is "x-none" ""', False),
        ('envelope "from" "ada@example.com"', True),
        ('envelope :domain "to" "here.org"', True),
        ('envelope :detail "to" "lists"', True),
        ('envelope :user ["from", "to"] "bob"', True),
    ],
)
def test_addresses(test, expected):
    assert holds(test) is expected


def test_a_null_sender_is_the_empty_address():
    assert holds('envelope "from" ""', sender="")
    assert holds('envelope :localpart "from" ""', sender="")
    assert holds('envelope :domain "from" ""', sender="")
    assert not holds('envelope :detail "from" ""', sender="")
    null = MAIL.replace(b"<ada@example.com>", b"<>", 1)
    assert holds('address "return-path" ""', null)


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ('header :value "gt" :comparator "i;ascii-numeric" "x-score" "41"', True),
        ('header :value "lt" :comparator "i;ascii-numeric" "x-score" "7"', False),
        ('header :is :comparator "i;ascii-numeric" "x-score" "42"', True),
        ('header :value "ge" :comparator "i;ascii-numeric" "subject" "999"', True),  # infinite
        ('header :value "eq" :comparator "i;ascii-numeric" "subject" "x"', True),
        ('header :value "ne" "x-score" ["7"]', True),
        ('header :value "LE" "message-id" "<zzz>"', True),
        ('header :count "eq" "x-score" "2"', True),
        ('header :count "gt" ["x-score", "subject"] ["9", "2"]', True),
        ('header :count "eq" "x-none" "0"', True),
        ('not header :count "ge" "x-none" "1"', True),
    ],
)
def test_relations(test, expected):
    assert holds(test) is expected


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ('header :index 1 "x-score" "0042"', True),
        ('header :index 2 "x-score" "0042"', False),
        ('header :index 1 :last "x-score" "7"', True),
        ('header :index 3 :contains "x-score" ""', False),
        ('date :index 1 :zone "+0000" "received" "time" "00:30:00"', True),
        ('date :last :index 1 :originalzone "received" "date" "2026-11-24"', True),
        ('address :index 1 "from" "ada@example.com"', True),
    ],
)
def test_an_index_picks_one_field(test, expected):
    assert holds(test) is expected


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("year", "2026"),
        ("month", "11"),
        ("day", "24"),
        ("date", "2026-11-24"),
        ("julian", "61368"),
        ("hour", "20"),
        ("minute", "15"),
        ("second", "30"),
        ("time", "20:15:30"),
        ("iso8601", "2026-11-24T20:15:30-08:00"),
        ("std11", "Tue, 24 Nov 2026 20:15:30 -0800"),
        ("zone", "-0800"),
        ("weekday", "2"),
    ],
)
def test_parts_of_a_date(part, value):
    assert holds(f'date :originalzone "date" "{part}" "{value}"')


def test_dates_are_moved_into_the_zone_that_is_asked_for():
    assert holds('date "date" "iso8601" "2026-11-25T04:15:30+00:00"')
    assert holds('date :zone "+0530" "date" "time" "09:45:30"')
    assert holds('date :zone "-0330" "date" "zone" "-0330"')
    assert not holds('date "subject" "year" "2026"')
    assert holds('date :count "eq" "subject" "year" "0"')


def test_the_date_of_today():
    assert holds('currentdate "date" "2026-11-25"')
    assert holds('currentdate :zone "+0800" "weekday" "4"')
    assert holds(
        'allof(currentdate :value "ge" "date" "2026-11-01",'
        ' currentdate :value "le" "date" "2026-11-30")'
    )


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ('body :contains "missile"', True),
        ('body :raw :contains "MISSILE"', True),
        ('body :raw :contains "Subject"', False),
        ('body :content "text" :contains "missile"', True),
        ('body :content "image" :contains ""', False),
        ('body :is "x"', False),
    ],
)
def test_a_plain_body(test, expected):
    assert holds(test) is expected


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ('body :text :contains "grüße"', True),
        ('body :text :contains "bold&red"', True),
        ('body :text :contains "<b>"', False),
        ('body :content "text/html" :contains "<b>"', True),
        ('body :content "text/html" :contains "preamble"', False),
        ('body :content ["image", "application/pdf"] :contains "%PDF"', True),
        ('body :content "" :contains "%PDF"', True),
        ('body :content "multipart" :contains "A preamble"', True),
        ('body :content "/plain" :contains ""', False),
        ('body :raw :contains "Gr=FC=DFe"', True),
        ('body :content "text" :count "eq" "2"', True),
    ],
)
def test_a_body_of_parts(test, expected):
    assert holds(test, PARTS) is expected


FORWARDED = (
    b'From: ada@example.com\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
    b"Content-Type: message/rfc822\r\n\r\nSubject: inside\r\nContent-Type: text/plain\r\n\r\n"
    b"words of the other\r\n--b--\r\n"
)


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ('body :content "message/rfc822" :contains "Subject: inside"', True),
        ('body :content "message/rfc822" :contains "words"', False),
        ('body :content "text" :contains "words of the other"', True),
        ('body :text :contains "words of the other"', True),
        ('body :text :contains "inside"', False),
    ],
)
def test_a_body_with_a_message_inside(test, expected):
    assert holds(test, FORWARDED) is expected


def test_what_a_body_matches_is_in_no_variable():
    found = result('set "a" "x"; if body :raw :matches "*missile*" { redirect "${1}@x.org"; }')
    assert "is no mail address" in found.error


class Boxes:
    """Two mailboxes."""

    def has(self, path: str) -> bool:
        return path in {"INBOX", "Lists"}

    def has_id(self, id: str) -> bool:
        return id == "M7"

    def has_use(self, use: str, path: str | None) -> bool:
        return use == "\\Archive" and path in {None, "Lists"}


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ('mailboxexists "Lists"', True),
        ('mailboxexists ["Lists", "Other"]', False),
        ('mailboxidexists "M7"', True),
        ('mailboxidexists ["M7", "M8"]', False),
        (r'specialuse_exists "\\Archive"', True),
        (r'specialuse_exists ["\\Archive", "\\Junk"]', False),
        (r'specialuse_exists "Lists" "\\Archive"', True),
        (r'specialuse_exists "INBOX" "\\Archive"', False),
    ],
)
def test_mailboxes(test, expected):
    assert holds(test, mailboxes=Boxes()) is expected


def test_the_environment():
    items = {"name": "cyrpy", "host": "mx.here.org"}
    assert holds('environment "name" "CYRPY"', items=items)
    assert holds('environment :matches "host" "*.here.org"', items=items)
    assert not holds('environment :contains "remote-ip" ""', items=items)


def test_what_is_supported_can_be_asked():
    assert holds('ihave ["fileinto", "variables"]')
    assert not holds('ihave ["fileinto", "vnd.other"]')


def test_a_duplicate_is_known_by_its_id():
    assert not holds("duplicate")
    assert holds("duplicate", is_known=lambda _: True)
    anonymous = MAIL.replace(b"Message-ID", b"X-ID")
    assert not holds("duplicate", anonymous, is_known=lambda _: True)
    assert holds('duplicate :uniqueid "x"', anonymous, is_known=lambda _: True)


def test_duplicates_of_other_handles_and_ids_are_others():
    scripts = (
        "if duplicate {}",
        'if duplicate :handle "h" {}',
        'if duplicate :uniqueid "<two@example.com>" {}',
        'if duplicate :header "X-Score" {}',
    )
    keys = [result(one).duplicates[0].key for one in scripts]
    assert len(set(keys)) == len(scripts)
    same = result('if duplicate :header "message-id" :seconds 60 :last {}').duplicates[0]
    assert (same.key, same.seconds, same.is_last) == (keys[0], 60, True)
    assert result("if duplicate {}").duplicates[0].seconds == 7 * 86_400


def test_flags_can_be_asked_for():
    there = r'setflag ["\\Seen", "A B"]; '

    def has(test: str) -> bool:
        found = result(there + f"if {test} {{ discard; }}")
        return type(found.actions[0]).__name__ == "Discard"

    assert has(r'hasflag "\\seen"')
    assert has('hasflag "x b"')
    assert has('hasflag :contains "ee"')
    assert has('hasflag :matches "?"')
    assert has('hasflag :count "eq" "3"')
    assert not has('hasflag "C"')
    assert not has('hasflag "other" "A"')


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("nothing", "there is no test 'nothing'"),
        ("keep", "keep is a command, where a test must stand"),
        ("size 5", "size needs :over or :under"),
        ("size :over :under 5", ":under excludes :over"),
        ('header :is :is "a" "b"', ":is stands there twice"),
        ('header :value "xx" "a" "b"', ":value takes one of gt, ge, lt, le, eq, ne, not 'xx'"),
        ('header :comparator "i;x" "a" "b"', "there is no comparator 'i;x'"),
        (
            'header :contains :comparator "i;ascii-numeric" "a" "b"',
            "i;ascii-numeric compares numbers",
        ),
        ('header "a:b" "c"', "'a:b' cannot be the name of a header field"),
        ('address "subject" "x"', "the field 'subject' has no addresses"),
        ('envelope "auth" "x"', 'the envelope has "from" and "to"'),
        ('date "date" "century" "20"', "a date has no part 'century'"),
        ('date :zone "UTC" "date" "year" "20"', ":zone takes an offset such as +0100"),
        ('header :last "a" "b"', ":last needs :index beside it"),
        ('header :index 0 "a" "b"', ":index counts from 1"),
        ('header "a" "b" "c"', "header takes headers, keys; 3 stand here"),
        ('header "a" :is "b"', ":is must stand before the arguments that have no tag"),
        ('header :regex "a" "b"', "header has no argument :regex"),
        ("exists 5", "the headers of exists must be a string or a list of strings"),
        ("not (true)", "one test without parentheses must follow not"),
        ("allof true", "tests in parentheses must follow allof"),
        ("true false", "no test may follow true"),
    ],
)
def test_wrong_tests_are_told_of(test, said):
    assert said in problem(f"if {test} {{ keep; }}")

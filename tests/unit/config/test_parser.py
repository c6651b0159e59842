"""The syntax of imapd.conf(5)."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.config import parse, parse_text
from cyrpy.config.parser import MAX_FILE_SIZE, MAX_INCLUDE_DEPTH
from cyrpy.errors import ConfigError

FILE = Path("/etc/imapd.conf")


def values(text: str) -> dict[str, str]:
    return {name: option.value for name, option in parse_text(text, FILE).items()}


def complaint(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_text(text, FILE)
    return str(caught.value)


@pytest.fixture
def conf(tmp_path):
    def write(text: str | bytes, name: str = "imapd.conf") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_an_option_is_a_name_a_colon_and_a_value():
    assert values("servername: mail.example.com\n") == {"servername": "mail.example.com"}


def test_no_space_is_needed_after_the_colon():
    assert values("admins:cyrus") == {"admins": "cyrus"}


def test_white_space_around_the_line_and_the_value_is_dropped():
    assert values(" \tadmins: \t cyrus anna \t\r\n") == {"admins": "cyrus anna"}


def test_names_are_read_in_lower_case_and_values_as_they_are():
    assert values("ServerName: Mail") == {"servername": "Mail"}


def test_a_value_may_hold_colons_and_number_signs():
    assert values("x: a:b # c") == {"x": "a:b # c"}


def test_comments_and_empty_lines_are_skipped():
    assert values("# one\n\n   # two: 2\n \t\nx: 1") == {"x": "1"}


def test_a_backslash_at_the_very_end_continues_a_line():
    assert values("admins: anna \\\n  bert\\\n  carl\n") == {"admins": "anna   bert  carl"}


def test_a_comment_is_continued_like_any_line():
    assert values("# x: 1 \\\ny: 2\nz: 3") == {"z": "3"}


def test_a_backslash_elsewhere_is_part_of_the_value():
    assert values("x: a\\b \\ \ny: c\\") == {"x": "a\\b \\", "y": "c\\"}


def test_an_option_knows_the_first_line_it_stands_on():
    options = parse_text("# one\nx: 1\\\n2\n\ny: 3\n", FILE)
    assert [options["x"].where, options["y"].where] == ["/etc/imapd.conf:2", "/etc/imapd.conf:5"]


def test_a_byte_order_mark_is_ignored(conf):
    assert parse(conf(b"\xef\xbb\xbfx: 1"))["x"].value == "1"


@pytest.mark.parametrize(
    "line", ["httpmodules jmap", "http modules: jmap", "x : 1", ": 1", "é: 1", "\x1f"]
)
def test_a_line_of_another_form_is_refused_with_file_and_line(line):
    assert complaint(f"a: 1\n{line}\n").startswith('/etc/imapd.conf:2: "')


def test_the_refusal_says_what_a_line_looks_like_and_no_secret():
    text = complaint("sql_passwd= secret")
    assert '"option: value"' in text
    assert "secret" not in text


def test_an_option_without_a_value_is_refused():
    assert complaint("\nadmins:  \n") == (
        "/etc/imapd.conf:2: admins has no value; give one or remove the line"
    )


def test_a_value_with_a_nul_character_is_refused():
    assert complaint("x: a\0b").startswith("/etc/imapd.conf:1: the value of x holds a NUL")


def test_an_option_given_twice_is_refused_naming_both_lines():
    assert complaint("x: 1\n\nX: 2") == (
        "/etc/imapd.conf:3: x is given a second time, first at /etc/imapd.conf:1; "
        "remove one of the two lines"
    )


def test_an_option_and_its_form_for_our_service_may_both_be_given():
    assert values("httptimeout: 1\nhttp_httptimeout: 2").keys() == {
        "httptimeout",
        "http_httptimeout",
    }


def test_an_unknown_directive_is_refused():
    text = complaint("@incldue: x")
    assert text == "/etc/imapd.conf:1: @incldue is not a directive; the only one is @include"


def test_an_include_is_read_in_its_place_relative_to_the_file(conf):
    conf("y: 2", "more.conf")
    path = conf("x: 1\n@include: more.conf\nz: 3")
    assert list(parse(path)) == ["x", "y", "z"]
    assert parse(path)["y"].file == path.parent / "more.conf"


def test_an_include_may_be_absolute(conf):
    more = conf("y: 2", "more.conf")
    assert parse_text(f"@Include: {more}", FILE)["y"].value == "2"


def test_a_file_that_is_not_there_is_named_with_the_line_that_asks_for_it(conf):
    path = conf("\n@include: gone.conf")
    with pytest.raises(ConfigError) as caught:
        parse(path)
    assert str(caught.value) == (
        f"{path}:2: @include: {path.parent}/gone.conf: No such file or directory; "
        "name a file that exists and that the server may read"
    )


def test_a_main_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"nothing\.conf: No such file"):
        parse(tmp_path / "nothing.conf")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ConfigError, match="Is a directory"):
        parse(tmp_path)


def test_a_loop_of_links_is_no_file(tmp_path):
    (tmp_path / "a").symlink_to("a")
    with pytest.raises(ConfigError, match="symbolic links"):
        parse(tmp_path / "a")


def test_a_file_that_includes_itself_is_refused(conf):
    path = conf("x: 1\n@include: ./imapd.conf")
    with pytest.raises(ConfigError, match=rf"^{path}:2: .*was read before, as the first file"):
        parse(path)


def test_a_cycle_of_includes_is_refused(conf):
    conf("@include: two.conf", "one.conf")
    conf("@include: one.conf", "two.conf")
    path = conf("@include: one.conf")
    with pytest.raises(ConfigError, match=rf"two\.conf:1: .*was read before, at {path}:1;"):
        parse(path)


def test_a_file_included_twice_is_refused(conf):
    conf("x: 1", "one.conf")
    path = conf("@include: one.conf\n@include: one.conf")
    with pytest.raises(ConfigError, match=rf"^{path}:2: .*was read before, at {path}:1; remove"):
        parse(path)


def test_includes_are_bounded_in_depth(conf):
    for level in range(MAX_INCLUDE_DEPTH + 1):
        conf(f"@include: {level + 1}.conf", f"{level}.conf")
    conf("x: 1", f"{MAX_INCLUDE_DEPTH}.conf")
    assert parse(conf("").parent / "0.conf")["x"].value == "1"
    path = conf("@include: 0.conf")
    with pytest.raises(ConfigError, match=f"more than {MAX_INCLUDE_DEPTH} files include"):
        parse(path)


def test_files_are_bounded_in_size(conf):
    path = conf(b"#" * (MAX_FILE_SIZE + 1))
    with pytest.raises(ConfigError, match=f"{path}: larger than {MAX_FILE_SIZE} octets"):
        parse(path)


def test_octets_that_are_not_utf8_are_refused_with_their_line(conf):
    path = conf(b"x: 1\ny: \xff\n")
    with pytest.raises(ConfigError, match=f"^{path}:2: not UTF-8"):
        parse(path)


NAMES = st.text(string.ascii_lowercase + string.digits + "-_", min_size=1, max_size=20)
VALUES = (
    st.text(st.characters(codec="utf-8", exclude_characters="\n\0"), min_size=1)
    .map(lambda text: text.strip(" \t\r\v\f"))
    .filter(lambda text: text and not text.endswith("\\"))
)
NOISE = st.sampled_from(["", "# comment", "  ", "#: #"])


@given(st.dictionaries(NAMES, VALUES, max_size=8), st.data())
def test_what_is_written_is_what_is_read(options, data):
    lines = []
    for name, value in options.items():
        lines += [data.draw(NOISE), f"{name}: {value}"]
    assert values("\n".join(lines)) == options


@given(st.text(max_size=200))
def test_any_text_is_either_read_or_refused_with_its_line(text):
    try:
        parse_text(text.replace("@include", ""), FILE)
        refusal = ""
    except ConfigError as exc:
        refusal = str(exc)
    assert refusal == "" or refusal.startswith("/etc/imapd.conf:")

"""`cyrpy import vcf`: vCards of all versions from files."""

from __future__ import annotations

import pytest

from cyrpy.data import addressbooks, cards
from cyrpy.formats.vcard.parse import parse


def vcard(*lines: str, version: str = "3.0") -> str:
    inside = "\n".join([f"VERSION:{version}", *lines])
    return f"BEGIN:VCARD\n{inside}\nEND:VCARD\n"


def crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


@pytest.fixture
def user(shell):
    shell.ok("user", "add", "test", "--no-password")
    return shell


@pytest.fixture
def stored(user, opened):
    """URL name -> octets of all cards of an address book."""

    def look(name: str = "Default") -> dict[str, bytes]:
        with opened().read() as unit:
            rows = addressbooks.all_of(unit, 1)
            (row,) = [row for row in rows if name in {row.uri, row.name}]
            numbers = cards.numbers(unit, 1, row.id)
            found, octets = cards.by_ids(unit, 1, numbers), cards.vcards(unit, 1, numbers)
            return {found[number].uri: octets[number] for number in numbers}

    return look


@pytest.fixture
def write(tmp_path):
    def make(name: str, text: str | bytes) -> str:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else crlf(text))
        return str(path)

    return make


def test_every_card_of_a_file_is_kept_octet_for_octet(user, write, stored):
    first, second = vcard("UID:a", "FN:A"), vcard("UID:b", "FN:B", "X-ODD;a=b:1", version="4.0")
    user.ok("import", "vcf", "test", write("all.vcf", first + second))
    assert stored() == {"a.vcf": crlf(first), "b.vcf": crlf(second)}


def test_the_same_file_again_changes_nothing(user, write):
    file = write("all.vcf", "".join(vcard(f"UID:u{n}", f"FN:N{n}") for n in range(150)))
    assert "150 added" in user.run("import", "vcf", "test", file).stderr
    assert "150 unchanged" in user.run("import", "vcf", "test", file).stderr


OLD = vcard(
    "N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg",
    "TEL;HOME;VOICE:+43 1 2345",
    "ADR;WORK;ENCODING=QUOTED-PRINTABLE:;;Gasse 1=0D=0AStiege 2;Wien;;1010;",
    "AGENT:",
    "BEGIN:VCARD",
    "VERSION:2.1",
    "N:Agent;An",
    "END:VCARD",
    version="2.1",
)


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_vcard_2_1_is_kept_in_a_newer_version(user, write, stored, version):
    file = write("old.vcf", OLD + vcard("N:Plain", version="2.1"))
    user.ok("import", "vcf", "test", file, "--version", version)
    found = [parse(octets) for octets in stored().values()]
    assert {card.value("VERSION") for card in found} == {version}
    (card,) = [card for card in found if card.text("FN") == "Jörg Müller"]
    assert card.value("TEL") in {"+43 1 2345", "tel:+43-1-2345"}
    assert "QUOTED-PRINTABLE" not in str(card)
    assert "2 unchanged" in user.run(
        "import", "vcf", "test", file, "--version", version
    ).stderr  # fmt: skip


def test_what_a_card_lacks_is_made_the_same_each_time(user, write, stored):
    file = write("poor.vcf", vcard("N:Adler;Anna"))
    user.ok("import", "vcf", "test", file)
    (octets,) = stored().values()
    assert b"FN:Anna Adler" in octets
    assert b"\r\nUID:" in octets
    assert "1 unchanged" in user.run("import", "vcf", "test", file).stderr


def test_one_bad_card_is_told_of_and_the_rest_is_imported(user, write, stored):
    good = vcard("UID:good", "FN:G")
    bad = vcard("UID:bad", "FN:B", "PHOTO;ENCODING=b:===no base64")
    cut = "BEGIN:VCARD\nVERSION:3.0\nUID:cut\nFN:C\n"
    last = vcard("UID:last", "FN:L")
    file = write("mixed.vcf", good + bad + cut + last)
    result = user.run("import", "vcf", "test", file)
    assert result.exit_code == 1
    assert set(stored()) == {"good.vcf", "last.vcf"}
    assert f'{file}:6: VCARD "bad": ' in result.stderr
    assert f'{file}:12: VCARD "cut": ' in result.stderr


def test_unicode_of_old_macs_is_read(user, write, stored):
    text = vcard("UID:a", "FN:Zoë").replace("\n", "\r\n")
    user.ok("import", "vcf", "test", write("mac.vcf", text.encode("utf-16")))
    assert "FN:Zoë".encode() in stored()["mac.vcf"]


def test_an_address_book_is_made_when_asked(user, write, stored):
    file = write("a.vcf", vcard("UID:a", "FN:A"))
    assert "no address book 'Team'" in user.refused("import", "vcf", "test", file, "-b", "Team")
    user.ok("import", "vcf", "test", file, "-b", "Team", "--create")
    assert set(stored("Team")) == {"a.vcf"}


def test_a_version_that_there_is_not_is_a_usage_error(user, write):
    file = write("a.vcf", vcard("UID:a", "FN:A"))
    assert user.run("import", "vcf", "test", file, "--version", "5.0").exit_code == 2

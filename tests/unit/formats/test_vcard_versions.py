"""vCard 2.1 and 3.0 to 4.0 and back, without loss; jCard (RFC 7095)."""

from __future__ import annotations

import base64

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyrpy.errors import FormatError
from cyrpy.formats.vcard import jcard
from cyrpy.formats.vcard.parse import parse
from cyrpy.formats.vcard.versions import to_version
from cyrpy.formats.vcard.write import write

PHOTO = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(range(256))).decode()
FIXED = {"3.0": ["VERSION:3.0", "N:;;;;", "FN:x"], "4.0": ["VERSION:4.0", "N:;;;;", "FN:x"]}


def vcard(version: str, *lines: str) -> bytes:
    return "\r\n".join(["BEGIN:VCARD", *FIXED[version], *lines, "END:VCARD", ""]).encode()


def shown(octets: bytes) -> list[str]:
    """Lines unfolded, parameters in order of their names, without what each card has."""
    made = []
    for line in parse(octets).properties[3:]:
        params = "".join(
            f";{name}={','.join(sorted(line.params[name]))}" for name in sorted(line.params)
        )
        made.append(f"{line.group + '.' if line.group else ''}{line.name}{params}:{line.value}")
    return made


PAIRS = [
    (["EMAIL;TYPE=home,pref:a@b"], ["EMAIL;PREF=1;TYPE=home:a@b"]),
    (["TEL;TYPE=pref:+1"], ["TEL;PREF=1:+1"]),
    ([f"PHOTO;ENCODING=b;TYPE=JPEG:{PHOTO}"], [f"PHOTO:data:image/jpeg;base64,{PHOTO}"]),
    (["PHOTO;TYPE=GIF;VALUE=uri:http://a/b"], ["PHOTO;MEDIATYPE=image/gif:http://a/b"]),
    (["KEY;ENCODING=b;TYPE=PGP:AAAA"], ["KEY:data:application/pgp-keys;base64,AAAA"]),
    (["SOUND;ENCODING=b;TYPE=BASIC:AAAA"], ["SOUND:data:audio/basic;base64,AAAA"]),
    (["LOGO;ENCODING=b;TYPE=X-FOO:AAAA"], ["LOGO:data:image/x-foo;base64,AAAA"]),
    (["BDAY:1985-04-12"], ["BDAY:19850412"]),
    (["BDAY;VALUE=date-time:1985-04-12T10:20:30Z"], ["BDAY:19850412T102030Z"]),
    (["BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12"], ["BDAY:--0412"]),
    (["BDAY;VALUE=text:long ago"], ["BDAY;VALUE=text:long ago"]),
    (["BDAY:1985-04"], ["BDAY:1985-04"]),
    (["X-ANNIVERSARY:2010-06-15"], ["ANNIVERSARY:20100615"]),
    (["GEO:37.386013;-122.082932"], ["GEO:geo:37.386013,-122.082932"]),
    (["TZ:-05:00"], ["TZ;VALUE=utc-offset:-0500"]),
    (["TZ;VALUE=text:Europe/Vienna"], ["TZ:Europe/Vienna"]),
    (["X-ADDRESSBOOKSERVER-KIND:group", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1"],
     ["KIND:group", "MEMBER:urn:uuid:1"]),
    (["ADR;TYPE=home:;;a;b;;;", "LABEL;TYPE=home:a\\nb"], ["ADR;LABEL=a\nb;TYPE=home:;;a;b;;;"]),
    (["LABEL;TYPE=work:only"], ["ADR;LABEL=only;TYPE=work:;;;;;;"]),
    (["item1.URL:http://a", "item1.X-ABLabel:_$!<HomePage>!$_"],
     ["item1.URL:http://a", "item1.X-ABLABEL:_$!<HomePage>!$_"]),
    (["X-SPOUSE:Jane"], ["RELATED;TYPE=spouse;VALUE=text:Jane"]),
    (["AGENT;VALUE=uri:http://a"], ["RELATED;TYPE=agent:http://a"]),
    (["X-GENDER:F"], ["GENDER:F"]),
    (["CLASS:PRIVATE", "MAILER:m", "X-FOO;X-P=1:bar"], ["CLASS:PRIVATE", "MAILER:m",
                                                       "X-FOO;X-P=1:bar"]),
    (["IMPP;TYPE=pref:xmpp:a@b"], ["IMPP;PREF=1:xmpp:a@b"]),
]  # fmt: skip


@pytest.mark.parametrize(("three", "four"), PAIRS)
def test_3_0_and_4_0_say_the_same(three, four):
    up = write(to_version(parse(vcard("3.0", *three)), "4.0"))
    assert shown(up) == four
    down = write(to_version(parse(up), "3.0"))
    assert shown(down) == shown(vcard("3.0", *three))


@pytest.mark.parametrize(
    ("four", "three"),
    [
        ("TEL;VALUE=uri:tel:+1-555;ext=5", "TEL:+1-555\\;ext=5"),
        ("TEL;VALUE=uri:sip:a@b", "TEL;VALUE=uri:sip:a@b"),
        ("PHOTO:data:image/svg+xml;charset=utf-8,%3Csvg/%3E",
         "PHOTO;VALUE=uri:data:image/svg+xml;charset=utf-8,%3Csvg/%3E"),
        ("REV:19951031T222710Z", "REV:19951031T222710Z"),
        ("EMAIL;PREF=2:a@b", "EMAIL;PREF=2:a@b"),
        ("ADR:;;a;;;;;;;;;;;;;;;", "ADR:;;a;;;;"),
    ],
)  # fmt: skip
def test_what_only_4_0_says_stays_in_3_0(four, three):
    assert shown(write(to_version(parse(vcard("4.0", four)), "3.0"))) == [three]


def test_an_inline_agent_comes_back_whole():
    octets = vcard("3.0", "AGENT:BEGIN:VCARD\\nVERSION:3.0\\nFN:a\\\\\\, b\\nEND:VCARD\\n")
    up = to_version(parse(octets), "4.0")
    assert shown(write(to_version(up, "3.0"))) == shown(octets)


def test_a_sort_string_belongs_to_the_name():
    lines = ["BEGIN:VCARD", "VERSION:3.0", "N:van Gogh;V;;;", "SORT-STRING:Gogh, V", "END:VCARD"]
    up = to_version(parse("\r\n".join(lines).encode()), "4.0")
    name = up.first("N")
    assert name is not None
    assert name.params == {"SORT-AS": ("Gogh, V",)}
    assert to_version(up, "3.0").text("SORT-STRING") == "Gogh, V"


def test_mandatory_properties_are_made():
    up = to_version(parse(b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:Doe;J;;;\r\nEND:VCARD\r\n"), "4.0")
    assert (up.properties[0].value, up.value("FN")) == ("4.0", "J Doe")
    down = to_version(parse(b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:x\r\nEND:VCARD\r\n"), "3.0")
    assert down.value("N") == ";;;;"


def test_a_card_of_that_version_is_itself():
    card = parse(vcard("4.0"))
    assert to_version(card, "4.0") is card
    with pytest.raises(FormatError, match=r"not '5\.0'"):
        to_version(card, "5.0")


@given(st.binary(max_size=200), st.sampled_from(["JPEG", "PNG", "X-ODD"]))
def test_photos_stay_octet_for_octet(octets, kind):
    packed = base64.b64encode(octets).decode()
    card = parse(vcard("3.0", f"PHOTO;ENCODING=b;TYPE={kind}:{packed}"))
    again = to_version(to_version(card, "4.0"), "3.0").first("PHOTO")
    assert again is not None
    assert (again.value, again.param("TYPE")) == (packed, kind)


@given(st.lists(st.sampled_from([line for three, _ in PAIRS for line in three]), max_size=8))
@settings(deadline=None)
def test_3_0_comes_back_from_4_0_line_by_line(lines):
    octets = vcard("3.0", *lines)
    back = shown(write(to_version(to_version(parse(octets), "4.0"), "3.0")))
    loose = ("LABEL", "ADR")  # may find each other
    assert [one for one in back if not one.startswith(loose)] == [
        one for one in shown(octets) if not one.startswith(loose)
    ]


TYPED = b"""BEGIN:VCARD\r
VERSION:4.0\r
FN:x\r
N:a;b,c;;;\r
BDAY:--0412\r
item1.X-FOO;X-BAR=1:x\\,y\r
REV:19951031T222710Z\r
NICKNAME:a,b\\,c\r
TZ;VALUE=utc-offset:-0500\r
ADR;LABEL="a, b":;;x;;;;\r
CLIENTPIDMAP:1;urn:uuid:1\r
X-N;VALUE=integer:3\r
X-B;VALUE=boolean:TRUE\r
X-T;VALUE=time:102030Z\r
TEL;TYPE=home,work;VALUE=uri:tel:+1\r
END:VCARD\r
"""


def test_jcard_has_typed_values_and_comes_back():
    made = orjson.loads(jcard.write(parse(TYPED)))
    assert made[1][2:6] == [
        ["n", {}, "text", ["a", ["b", "c"], "", "", ""]],
        ["bday", {}, "date-and-or-time", "--04-12"],
        ["x-foo", {"x-bar": "1", "group": "item1"}, "unknown", "x\\,y"],
        ["rev", {}, "timestamp", "1995-10-31T22:27:10Z"],
    ]
    assert write(jcard.read(jcard.write(parse(TYPED)))) == TYPED


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", '["vcard",[]]', '["vcard",[["fn",{},"text"]]]', '["vcard",[[1]]]',
     '["vcard",[["fn\\r\\nX:1",{},"text","a"]]]', '["vcard",[["x",{},"unknown","a\\r\\nb"]]]',
     '["vcard",[["rev",{},"timestamp","soon"]]]', '["vcard",[["fn",{"a b":"1"},"text","a"]]]',
     '["vcard",[["fn",{"group":"a.b"},"text","a"]]]', '["vcard",[["n",{},"text",[1]]]]'],
)  # fmt: skip
def test_what_is_no_jcard_is_refused(text):
    with pytest.raises(FormatError):
        jcard.read(text.encode())

"""Contacts through their lens: every contact is a valid card, which is shown as that contact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.formats.jscontact import from_vcard, schema, to_vcard
from cyrpy.formats.vcard.parse import parse
from cyrpy.formats.vcard.write import write
from cyrpy_jmap.dialects.classic.contact_checks import TYPES
from cyrpy_jmap.dialects.classic.contacts import ContactLens
from cyrpy_jmap.dialects.classic.creation import CreationNames
from cyrpy_jmap.errors import SetError

LENS = ContactLens()
NAMES = CreationNames()
WORD = st.text("abcÄé 株-.,;:'\"\\", min_size=1, max_size=12).map(str.strip).filter(bool)
TEXT = st.just("") | WORD
LABEL = st.none() | WORD
MONTHS = st.sampled_from(["1977-03-05", "0000-06-07", "1977-00-00", "0000-00-00", "1977-12-00"])


def information(name: str, value=WORD):
    return st.fixed_dictionaries(
        {
            "type": st.sampled_from(TYPES[name]),
            "label": LABEL,
            "value": value,
            "isDefault": st.booleans(),
        }
    )


def online():
    link = st.fixed_dictionaries(
        {
            "type": st.just("uri"),
            "label": LABEL,
            "value": st.sampled_from(["https://example.com/a", "mailto:a@example.com"]),
            "isDefault": st.just(False),
        }
    )
    other = st.fixed_dictionaries(
        {
            "type": st.sampled_from(["username", "other"]),
            "label": LABEL,
            "value": WORD,
            "isDefault": st.just(False),
        }
    )
    # Web pages are shown before accounts.
    return st.tuples(st.lists(link, max_size=2), st.lists(other, max_size=2)).map(
        lambda both: [*both[0], *both[1]]
    )


ADDRESS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(TYPES["addresses"]),
        "label": LABEL,
        "street": WORD,
        **dict.fromkeys(("locality", "region", "postcode", "country"), TEXT),
        "isDefault": st.booleans(),
    }
)
CONTACT = st.fixed_dictionaries(
    {
        **dict.fromkeys(("prefix", "firstName", "lastName", "suffix", "nickname"), TEXT),
        **dict.fromkeys(("company", "department", "jobTitle", "notes"), TEXT),
        **dict.fromkeys(("birthday", "anniversary"), MONTHS),
        "emails": st.lists(information("emails"), max_size=3),
        "phones": st.lists(information("phones"), max_size=3),
        "online": online(),
        "addresses": st.lists(ADDRESS, max_size=2),
    }
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3)
    ),
    max_leaves=8,
)


def shown(card, names):
    """What the contact shows of those properties."""
    contact = LENS.classic({"id": "K1", **card})
    return {name: contact[name] for name in names}


@given(contact=CONTACT)
def test_a_contact_makes_a_valid_card_which_is_shown_as_it(contact):
    card = LENS.create(contact, NAMES)
    assert schema.problems({**card, "uid": "u"}) == []
    assert shown(card, contact) == contact


@given(contact=CONTACT, version=st.sampled_from(["3.0", "4.0"]))
def test_a_contact_survives_its_vcard(contact, version):
    card = {**LENS.create(contact, NAMES), "uid": "u"}
    octets = write(to_vcard.apply(None, card, version))
    again = from_vcard.card(parse(octets))
    assert shown(again, contact) == contact


@given(
    before=CONTACT,
    after=CONTACT,
    names=st.sets(
        st.sampled_from(
            sorted(
                set(TYPES)
                | {
                    "firstName",
                    "lastName",
                    "nickname",
                    "company",
                    "department",
                    "birthday",
                    "notes",
                }
            )
        )
    ),
)
def test_a_change_changes_what_it_names_only(before, after, names):
    card = LENS.create(before, NAMES)
    change = {name: after[name] for name in names}
    patch = LENS.update(change, {"id": "K1", **card}, NAMES)
    changed = {n: v for n, v in {**card, **patch}.items() if v is not None}
    assert schema.problems({**changed, "uid": "u"}) == []
    assert shown(changed, before) == {**before, **change}


def refusal(contact):
    """Why it is not taken, if it is not."""
    try:
        LENS.create(contact, NAMES)
    except SetError as exc:
        return exc
    return None


@given(name=st.sampled_from(sorted(LENS.sources)), value=JSON)
def test_whatever_is_sent_is_taken_or_refused_by_name(name, value):
    error = refusal({name: value})
    if error is not None:
        assert error.properties
        assert error.properties[0].startswith(name)
        assert name in error.description


@pytest.mark.parametrize("kind", ["title", "given", "surname", "credential"])
def test_parts_of_a_name_that_are_not_changed_stay_as_they_are(kind):
    components = [
        {"kind": "title", "value": "Dr."},
        {"kind": "given", "value": "Anna", "phonetic": "ana"},
        {"kind": "given2", "value": "Maria"},
        {"kind": "surname", "value": "Lee"},
        {"kind": "credential", "value": "PhD"},
    ]
    card = {"@type": "Card", "name": {"full": "x", "components": components}}
    patch = LENS.update({"lastName": "Smith"}, {"id": "K1", **card}, NAMES)
    kept = [c for c in patch["name"]["components"] if c["kind"] == kind]
    before = [c for c in components if c["kind"] == kind]
    assert kept == (before if kind != "surname" else [{"kind": "surname", "value": "Smith"}])
    assert patch["name"]["full"] == "Dr. Anna Maria Smith PhD"

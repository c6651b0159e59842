"""addressbook-query over what the database keeps apart: long values, and pages of cards."""

from __future__ import annotations

from tests.carddav.test_card_query import ABSENT, F, match, param, prop_filter
from tests.carddav.vcards import DATA, names, put_all, query, vcard


def test_long_values_are_looked_at_too(anna, book):
    photo = "PHOTO;ENCODING=b;TYPE=JPEG:" + "QUJD" * 3000
    long_note = "NOTE:" + "x" * 5000 + " needle"
    put_all(anna, book, a=vcard("a", photo, name="Anna"), b=vcard("b", photo, long_note))

    def found(inside: str) -> set[str]:
        return names(query(anna, book, F.format("", inside)), book)

    assert found(prop_filter("FN", match("anna"))) == {"a"}
    assert found(prop_filter("NOTE", match("needle"))) == {"b"}
    assert found(prop_filter("NOTE", match("needles"))) == set()
    assert found(prop_filter("PHOTO", match("DQUJ"))) == {"a", "b"}
    assert found(prop_filter("PHOTO", param("TYPE", match("jpeg")))) == {"a", "b"}
    assert found(prop_filter("PHOTO", ABSENT)) == set()
    text = query(anna, book, F.format("", prop_filter("FN", match("anna"))), DATA).one[DATA]
    assert text == vcard("a", photo, name="Anna").decode()


def test_more_cards_than_one_page(anna, book, server):
    put_all(anna, book, **{f"c{n}": vcard(f"c{n}", name=f"No {n}") for n in range(205)})
    inside = prop_filter("FN", match("no 20", match_type="starts-with"))
    expected = {"c20", *(f"c{n}" for n in range(200, 205))}
    assert names(query(anna, book, F.format("", inside)), book) == expected

"""ContactCard methods and whatever clients send: stored as sent, or refused by name."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.jmap.contact_card.test_card_set import FULL, same
from tests.support.cards import Cards
from tests.support.servers import new_client

TEXT = st.text(max_size=8) | st.sampled_from(["\0", "\r\n", "a\nEND:VCARD", ";,:\\", "\x01", "é"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(TEXT, inside, max_size=3),
    max_leaves=6,
)


def places(value, path=()):
    """Where in the full card something can be put in the place of what is there."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, inside in value.items():
            yield from places(inside, (*path, key))


PLACES = st.sampled_from(list(places(FULL)))
SETTINGS = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def changed(value, path, new):
    """A copy of the value with something else at a place."""
    key, *rest = path
    return {**value, key: changed(value[key], rest, new) if rest else new}


def said(value):
    """What a value says: an empty map is as good as none."""
    value = same(value)
    if isinstance(value, dict):
        return {k: inside for k, v in value.items() if (inside := said(v)) != {}}
    return [said(v) for v in value] if isinstance(value, list) else value


@SETTINGS
@given(edits=st.lists(st.tuples(PLACES, VALUES | TEXT), min_size=1, max_size=3))
def test_a_card_is_stored_as_it_was_sent_or_refused_by_name(server, edits):
    cards = Cards(new_client(server, "anna"))
    sent = FULL
    for path, value in edits:
        try:
            sent = changed(sent, path, value)
        except (KeyError, TypeError):  # an edit before it took that place away
            continue
    answer = cards.set(create={"k": cards.card(**sent)})
    if answer["created"]:
        found = cards.one(answer["created"]["k"]["id"])
        wanted = said({name: value for name, value in sent.items() if value is not None})
        assert {name: said(found.get(name)) for name in wanted} == wanted
    else:
        error = answer["notCreated"]["k"]
        assert error["type"] == "invalidProperties", error
        assert error["description"]


@SETTINGS
@given(path=PLACES, value=VALUES)
def test_a_patch_is_applied_or_refused(server, path, value):
    cards = Cards(new_client(server, "anna"))
    id = cards.make(**FULL)
    before = cards.one(id)
    pointer = "/".join(part.replace("~", "~0").replace("/", "~1") for part in path)
    answer = cards.set(update={id: {pointer: value}})
    if answer["updated"]:
        after = cards.one(id)
        other = [name for name in FULL if name != path[0]]
        assert {n: same(after.get(n)) for n in other} == {n: same(before.get(n)) for n in other}
    else:
        error = answer["notUpdated"][id]
        assert error["type"] in ("invalidProperties", "invalidPatch"), error
        assert cards.one(id) == before


@SETTINGS
@given(text=TEXT | st.text(max_size=200))
def test_any_text_can_be_looked_for(server, text):
    cards = Cards(new_client(server, "anna"))
    for name in ("text", "phone", "email", "uid", "hasMember", "kind"):
        assert cards.query({name: text}) == []
        assert cards.query({"operator": "NOT", "conditions": [{name: text}]}) == []

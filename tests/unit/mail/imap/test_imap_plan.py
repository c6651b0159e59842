"""What is to be done on a server: carried out on a model of one, it makes both sides equal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cyrpy.data.imap_links import Link
from cyrpy.mail.imap import merge, plan
from cyrpy.mail.imap.plan import Append, Copy, Expunge, Move, Place, Store, Wanted

DIGEST = b"d" * 32
WORDS = ("$seen", "$flagged", "work")
MAILBOXES = (1, 2, 3)
FOLDERS = {number: Place(number * 10, number, None) for number in MAILBOXES}
PLACES = {place.id: place for place in FOLDERS.values()}

words = st.frozensets(st.sampled_from(WORDS))
mailboxes = st.frozensets(st.sampled_from(MAILBOXES))
links = st.lists(st.tuples(st.sampled_from(MAILBOXES), words), max_size=4)


def link(uid: int, mailbox: int, keywords: frozenset[str] = frozenset()) -> Link:
    return Link(1, mailbox * 10, uid, 5, DIGEST, " ".join(sorted(keywords)), None)


class Model:
    """A server that has links; `run` does what steps say, in their order."""

    def __init__(self, there: list[Link]) -> None:
        self.there = {one.uid: one for one in there}
        self.appends = 0

    def run(self, steps: list[plan.Step], keywords: frozenset[str]) -> None:
        for step in steps:
            match step:
                case Store():
                    one = self.there[step.link.uid]
                    then = (one.keyword_set | step.add) - step.remove
                    assert then == step.agreed
                    self.there[one.uid] = one._replace(keywords=" ".join(sorted(then)))
                case Append():
                    self.appends += 1
                    self._put(link(0, step.to // 10, keywords))
                case Copy() | Move():
                    self._put(self.there[step.link.uid]._replace(folder_id=step.to))
                    if isinstance(step, Move):
                        del self.there[step.link.uid]
                case Expunge():
                    del self.there[step.link.uid]

    def _put(self, one: Link) -> None:
        uid = max(self.there, default=100) + 100
        self.there[uid] = one._replace(uid=uid)


@given(links, mailboxes, words)
def test_two_plans_make_the_server_have_what_is_here(there, wanted_in, keywords):
    server = Model([link(n, box, words) for n, (box, words) in enumerate(there, start=1)])
    wanted = Wanted(DIGEST, wanted_in, keywords)
    for _ in range(2):  # what is appended is copied by the second
        server.run(plan.steps(wanted, list(server.there.values()), PLACES), keywords)
    assert plan.steps(wanted, list(server.there.values()), PLACES) == []
    assert {one.folder_id // 10 for one in server.there.values()} == wanted_in
    assert all(one.keyword_set == keywords for one in server.there.values())
    assert server.appends == (1 if wanted_in and not there else 0)


@given(links, mailboxes, words, st.integers(0, 6))
def test_a_plan_that_is_cut_off_is_made_up_for_by_the_next(there, wanted_in, keywords, done):
    server = Model([link(n, box, words) for n, (box, words) in enumerate(there, start=1)])
    wanted = Wanted(DIGEST, wanted_in, keywords)
    server.run(plan.steps(wanted, list(server.there.values()), PLACES)[:done], keywords)
    if wanted_in and there:
        assert server.there  # never without the message, whenever it is cut off
    for _ in range(2):
        server.run(plan.steps(wanted, list(server.there.values()), PLACES), keywords)
    assert {one.folder_id // 10 for one in server.there.values()} == wanted_in


def test_the_last_copy_stays_while_its_mailbox_is_unknown_there():
    wanted = Wanted(DIGEST, frozenset({9}))
    assert plan.steps(wanted, [link(1, 1)], PLACES) == []


def test_a_destroyed_message_goes_from_all_folders():
    steps = plan.steps(Wanted(DIGEST), [link(1, 1), link(2, 2)], PLACES)
    assert steps == [Expunge(link(1, 1)), Expunge(link(2, 2))]


def test_what_a_folder_cannot_store_is_not_stored():
    places = {10: Place(10, 1, frozenset({"$seen"}))}
    wanted = Wanted(DIGEST, frozenset({1}), frozenset({"$seen", "work"}))
    (step,) = plan.steps(wanted, [link(1, 1)], places)
    assert step == Store(link(1, 1), frozenset({"$seen"}), frozenset(), frozenset({"$seen"}))


@given(words, words, words)
def test_merged_keywords_have_the_changes_of_both_sides(agreed, there, here):
    merged = merge.keywords(agreed, there, here)
    for word in WORDS:
        changed_there = (word in agreed) != (word in there)
        expected = word in there if changed_there else word in here
        assert (word in merged) == expected


@given(words, words)
def test_keywords_that_changed_on_one_side_only_are_that_sides(agreed, changed):
    assert merge.keywords(agreed, changed, agreed) == changed
    assert merge.keywords(agreed, agreed, changed) == changed

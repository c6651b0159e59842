"""The blob store, on both databases."""

from __future__ import annotations

import os

import pytest

from cyrpy.data.blobs import GRACE_SECONDS, KEEP_SECONDS, Blobs, digest_of, prepare_folder
from cyrpy.data.incoming import ROW_LIMIT
from cyrpy.errors import NotFound, OverQuota
from tests.support.accounts import new_account

SMALL = b"small"
LARGE = b"large" * ROW_LIMIT


@pytest.fixture
def store(tmp_path) -> Blobs:
    return Blobs(tmp_path / "blobs")


@pytest.fixture
def anna(database) -> int:
    return new_account(database, "anna")


@pytest.fixture
def bert(database) -> int:
    return new_account(database, "bert")


def put(database, store: Blobs, account: int, octets: bytes, quota: int | None = None):
    with store.incoming() as incoming:
        incoming.write(octets)
        incoming.finish()
        return database.write(
            lambda unit: store.put(unit, account, incoming, "text/plain", quota=quota)
        )


def read(database, store: Blobs, account: int, blob_id: str, *span: int) -> bytes | None:
    with database.read() as unit:
        return store.read(unit, [account], blob_id, *span)


@pytest.mark.parametrize("octets", [b"", SMALL, LARGE], ids=["empty", "small", "large"])
def test_octets_and_parts_of_them_can_be_read(database, store, anna, octets):
    blob = put(database, store, anna, octets)
    assert read(database, store, anna, blob.id) == octets
    assert read(database, store, anna, blob.id, 1, 4) == octets[1:4]
    assert read(database, store, anna, blob.id, 3) == octets[3:]
    assert read(database, store, anna, blob.id, len(octets), 9) == b""


def test_large_ones_are_files_and_small_ones_are_not(database, store, anna):
    small, large = (put(database, store, anna, octets) for octets in (SMALL, LARGE))
    assert not store.path(small.digest).exists()
    assert store.path(large.digest).stat().st_size == len(LARGE)
    assert store.path(large.digest).stat().st_mode & 0o077 == 0


def test_an_account_reads_only_what_it_owns(database, store, anna, bert):
    blob = put(database, store, anna, SMALL)
    assert read(database, store, bert, blob.id) is None
    database.write(lambda unit: store.copy(unit, [anna], bert, blob.id))
    assert read(database, store, bert, blob.id) == SMALL


def test_what_nobody_owns_cannot_be_copied_or_kept(database, store, anna, bert):
    blob = put(database, store, anna, SMALL)
    with pytest.raises(NotFound):
        database.write(lambda unit: store.copy(unit, [bert], bert, blob.id))
    with pytest.raises(NotFound):
        database.write(lambda unit: store.keep(unit, bert, [], blob.id))


def test_uploads_expire_and_what_is_referred_to_does_not(database, store, anna, clock):
    kept, gone = put(database, store, anna, SMALL), put(database, store, anna, LARGE)
    database.write(lambda unit: store.keep(unit, anna, [anna], kept.id))
    clock.advance(KEEP_SECONDS + 1)
    put(database, store, anna, SMALL)  # again: it stays referred to
    assert database.write(store.expire) == [gone.digest]
    assert read(database, store, anna, kept.id) == SMALL
    assert read(database, store, anna, gone.id) is None


def test_what_is_no_longer_referred_to_stays_a_while(database, store, anna, clock):
    blob = put(database, store, anna, SMALL)
    database.write(lambda unit: store.keep(unit, anna, [anna], blob.id))
    clock.advance(KEEP_SECONDS * 2)
    database.write(lambda unit: store.release(unit, anna, blob.id))
    assert database.write(store.expire) == []
    clock.advance(KEEP_SECONDS)
    assert database.write(store.expire) == [blob.digest]


def test_a_file_goes_only_when_no_row_names_it_and_it_is_not_new(database, store, anna, clock):
    blob = put(database, store, anna, LARGE)
    path = store.path(blob.digest)
    old = clock() - GRACE_SECONDS
    os.utime(path, (old, old))
    assert database.write(lambda unit: store.sweep(unit, [blob.digest])) == 0
    clock.advance(KEEP_SECONDS)
    gone = database.write(store.expire)
    os.utime(path, (clock(), clock()))
    assert database.write(lambda unit: store.sweep(unit, gone)) == 0
    os.utime(path, (old, old))
    with database.read() as unit:
        assert store.orphans(unit) == [blob.digest]
    assert database.write(lambda unit: store.sweep(unit, gone)) == 1
    assert not path.exists()


def test_a_blob_shared_by_two_stays_for_the_other(database, store, anna, bert, clock):
    blob = put(database, store, anna, SMALL)
    put(database, store, bert, SMALL)
    database.write(lambda unit: store.keep(unit, bert, [bert], blob.id))
    clock.advance(KEEP_SECONDS)
    database.write(store.expire)
    assert read(database, store, anna, blob.id) is None
    assert read(database, store, bert, blob.id) == SMALL


def test_beyond_the_quota_the_oldest_uploads_go_but_nothing_referred_to(
    database, store, anna, clock
):
    kept, first, second = (put(database, store, anna, octets) for octets in (b"kept", b"1", b"22"))
    database.write(lambda unit: store.keep(unit, anna, [anna], kept.id))
    clock.advance(1)
    put(database, store, anna, b"22")
    put(database, store, anna, b"333", quota=5)
    found = [read(database, store, anna, blob.id) for blob in (kept, first, second)]
    assert found == [b"kept", None, b"22"]
    with pytest.raises(OverQuota):
        put(database, store, anna, b"666666", quota=5)


def test_a_unit_that_fails_leaves_no_row_and_can_be_run_again(database, store, anna):
    with store.incoming() as incoming:
        incoming.write(LARGE)
        incoming.finish()

        def fail(unit) -> None:
            store.put(unit, anna, incoming, "text/plain")
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            database.write(fail)
        blob = database.write(lambda unit: store.put(unit, anna, incoming, "text/plain"))
    assert read(database, store, anna, blob.id) == LARGE


def test_octets_that_never_came_to_an_end_leave_nothing(store):
    with store.incoming() as incoming:
        incoming.write(LARGE)
    assert list((store.folder / "incoming").iterdir()) == []


def test_preparing_drops_what_a_stop_cut_off_long_ago(store, clock):
    prepare_folder(store.folder, clock())
    for name, age in (("old", KEEP_SECONDS + 1), ("new", 0)):
        path = store.folder / "incoming" / name
        path.write_bytes(b"x")
        os.utime(path, (clock() - age, clock() - age))
    prepare_folder(store.folder, clock())
    assert [path.name for path in (store.folder / "incoming").iterdir()] == ["new"]


@pytest.mark.parametrize("id", ["", "G", "G" + "0" * 63, "G" + "A" * 64, "X" + "0" * 64, "G../x"])
def test_what_is_no_blob_id_has_no_digest(id):
    assert digest_of(id) is None

"""What push costs where it is not used, and how its statements find their rows."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from cyrpy.data.migrate import Location, core_history, module_history, upgrade
from cyrpy.data.relay_moves import MODSEQS, MOVED, MOVED_TYPES
from cyrpy_jmap import store

ROOT = Path(__file__).parents[4]
PARTS = "cyrpy_jmap.push.service, cyrpy_jmap.push.callback, cyrpy_jmap.types.push_subscription"


def test_starting_imports_neither_httpx_nor_cryptography():
    code = f"import sys, {PARTS}; sys.exit(bool({{'httpx', 'cryptography'}} & set(sys.modules)))"
    path = f"{ROOT}:{ROOT / 'modules'}"
    run = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": path}, check=False)
    assert run.returncode == 0


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    path = tmp_path_factory.mktemp("plans") / "cyrpy.db"
    upgrade(Location(file=path), [core_history(), module_history("jmap", "cyrpy_jmap:migrations")])
    opened = sqlite3.connect(path)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("query", "plan"),
    [
        (MODSEQS, "SEARCH accounts USING INTEGER PRIMARY KEY"),
        (MOVED, "SEARCH states USING PRIMARY KEY (account_id=?)"),
        (MOVED_TYPES, "USING PRIMARY KEY (account_id=? AND type=? AND container_id=?)"),
        (store.OF_CREDENTIAL, "USING INDEX ix_jmap_push_subscriptions_credential_id"),
        (store.COUNTS, "USING INDEX ix_jmap_push_subscriptions_principal_id"),
    ],
)
def test_statements_use_their_indices(connection, query, plan):
    sql = query.on("sqlite").sql
    names = re.findall(r":(\w+)", sql)
    steps = connection.execute(f"EXPLAIN QUERY PLAN {sql}", dict.fromkeys(names, "[]"))
    assert any(plan in step[3] for step in steps)

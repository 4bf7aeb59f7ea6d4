import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from operator_mcp.errors import LedgerError
from operator_mcp.ledger import Ledger, migrate, tables
from operator_mcp.ledger.store import connect
from tests.ledger.conftest import Databases, Racers, open_case


def test_processes_that_open_a_new_ledger_at_the_same_instant_all_get_it(databases: Databases, racers: Racers) -> None:
    for _ in range(3):
        assert racers.race(databases.empty(), "first_open", [{}]) == [[0]] * 4


def test_opening_waits_while_another_process_is_making_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.db"
    maker = sqlite3.connect(path, isolation_level=None)
    maker.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr("operator_mcp.ledger.migrate.time.sleep", lambda _: maker.rollback())
    ledger = Ledger.open(f"sqlite:///{path}")
    assert not maker.in_transaction
    maker.close()
    assert ledger.cases("fleet") == []
    ledger.close()


def test_the_migrations_make_the_tables_that_the_code_declares(databases: Databases) -> None:
    url = databases.empty()
    Ledger.open(url).close()
    engine = connect(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
    engine.dispose()


def test_head_is_the_newest_revision_and_there_is_one() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.SCRIPTS))
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.HEAD]


def test_what_was_written_is_there_after_opening_again(url: str) -> None:
    first = Ledger.open(url)
    case = open_case(first)
    first.close()
    second = Ledger.open(url)
    found = second.case("fleet", "run-1")
    second.close()
    assert found is not None
    assert found.case_id == case.case_id
    assert found.opened_at == case.opened_at


def test_a_ledger_that_a_newer_version_wrote_is_refused(databases: Databases) -> None:
    url = databases.empty()
    Ledger.open(url).close()
    engine = connect(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(LedgerError, match=r"unknown schema '9999'.*upgrade"):
        Ledger.open(url)


def test_opening_a_current_ledger_does_not_pay_for_alembic(url: str) -> None:
    code = "import sys; from operator_mcp.ledger import Ledger; Ledger.open(sys.argv[1]).close(); "
    code += "print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, url], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "False"


def test_the_folder_and_file_are_made_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "ledger.db"
    Ledger.open(f"sqlite:///{path}").close()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_sqlite_writes_ahead_and_keeps_foreign_keys(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    Ledger.open(url).close()
    engine = connect(url)
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
        assert connection.execute(text("PRAGMA busy_timeout")).scalar_one() >= 10_000
    engine.dispose()


def test_a_folder_that_cannot_be_made_is_told_with_the_setting_to_change(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match=r"cannot be made: .*OPERATOR_HOME"):
        Ledger.open(f"sqlite:///{tmp_path / 'file' / 'ledger.db'}")


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_text("not a database at all, but long enough to be looked at " * 20)
    with pytest.raises(LedgerError, match=r"not a database.*Move .*ledger\.db away"):
        Ledger.open(f"sqlite:///{path}")
    assert path.read_text().startswith("not a database")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/x", "nonsense"])
def test_a_url_that_cannot_hold_a_ledger_is_refused_with_examples(url: str) -> None:
    with pytest.raises(LedgerError, match=r"sqlite:////path/to/ledger\.db"):
        Ledger.open(url)


def test_an_unreachable_server_is_told_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(LedgerError) as caught:
        Ledger.open(f"postgresql://anna:s3cret@/x?host={tmp_path}")
    assert "s3cret" not in str(caught.value)
    assert "Check that the database server is up" in str(caught.value)


def test_a_ledger_held_by_another_for_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("operator_mcp.ledger.store.BUSY_S", 0.05)
    path = tmp_path / "ledger.db"
    ledger = Ledger.open(f"sqlite:///{path}")
    holder = create_engine(f"sqlite:///{path}", isolation_level=None)
    with holder.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match=r"locked.*try again"):
            open_case(ledger)
        connection.exec_driver_sql("ROLLBACK")
    holder.dispose()
    assert open_case(ledger).state == "open"
    ledger.close()

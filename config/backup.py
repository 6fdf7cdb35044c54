"""The whole database in a file, and back: SQLite's own online copy, PostgreSQL's own pg_dump."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from django.db import connection

PASSED_ON = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"}
# Tables that came after the backup go too, so that its migrations are the whole truth.
CLEAR = """DO $$ DECLARE name text; BEGIN
FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema() LOOP
EXECUTE 'DROP TABLE IF EXISTS ' || name || ' CASCADE'; END LOOP; END $$"""


class BackupError(Exception):
    """It cannot be done; the message is a sentence. What was there is as it was."""


def suffix() -> str:
    return "sqlite3" if connection.vendor == "sqlite" else "dump"


def backup(file: Path) -> int:
    """Write the database to a file that only its owner can read, also while everything runs. Returns its bytes.

    Raises:
        BackupError: the file is there already, cannot be written, or the database's own program does not do it.
    """
    if file.exists():
        raise BackupError(f"{file} is there already. Choose another name.")
    draft = file.with_name(f"{file.name}.part")
    try:
        draft.touch(mode=0o600)
        _copy_sqlite(_sqlite_file(), draft) if connection.vendor == "sqlite" else _dump(draft)
        draft.rename(file)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{file} cannot be written: {error}.") from None
    finally:
        draft.unlink(missing_ok=True)
    return file.stat().st_size


def restore(file: Path) -> None:
    """Put the content of a backup in place of the database's: all of it or, where something fails, nothing.

    Raises:
        BackupError: the file is no backup of this kind of database, or cannot be put back.
    """
    if not file.is_file():
        raise BackupError(f"There is no file {file}.")
    connection.close()
    if connection.vendor == "sqlite":
        _check_sqlite(file)
        _replace_sqlite(file, _sqlite_file())
    else:
        _load(file)


def _sqlite_file() -> Path:
    return Path(connection.settings_dict["NAME"])


def _copy_sqlite(source: Path, target: Path) -> None:
    """Page by page through SQLite itself, so that writers do not disturb it and the write-ahead log is in it."""
    with contextlib.closing(sqlite3.connect(source)) as old, contextlib.closing(sqlite3.connect(target)) as new:
        old.backup(new)


def _replace_sqlite(file: Path, database: Path) -> None:
    draft = database.with_name(f"{database.name}.part")
    try:
        with contextlib.closing(sqlite3.connect(database, timeout=1)) as ours:
            # SQLite leaves the write-ahead log only where nobody else has the file open.
            if ours.execute("PRAGMA journal_mode=DELETE").fetchone()[0] != "delete":
                raise sqlite3.OperationalError("database is locked")
        _copy_sqlite(file, draft)
        draft.replace(database)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{database} cannot be replaced: {error}. Stop all that uses it.") from None
    finally:
        draft.unlink(missing_ok=True)


def _check_sqlite(file: Path) -> None:
    try:
        with contextlib.closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as found:
            sound = found.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            ours = found.execute("SELECT 1 FROM sqlite_master WHERE name = 'django_migrations'").fetchone()
    except sqlite3.Error:
        sound = ours = None
    if not (sound and ours):
        raise BackupError(f"{file} is no sound backup of a SQLite database of Brandbeat.")


def _dump(file: Path) -> None:
    options = ["--format", "custom", "--no-owner", "--no-privileges", "--file", str(file)]
    _run("pg_dump", *options)


def _load(file: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "restore.sql"
        script.touch(mode=0o600)
        _run("pg_restore", "--no-owner", "--no-privileges", "--file", str(script), str(file))
        once = ["--no-psqlrc", "--quiet", "--single-transaction", "--set", "ON_ERROR_STOP=1"]
        _run("psql", *once, "--output", os.devnull, "--command", CLEAR, "--file", str(script))


def _run(program: str, *arguments: str) -> None:
    done = subprocess.run(
        [path_of(program), *arguments], env=_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise BackupError(f"{program} did not do it: {lines[0] if lines else f'it ended with {done.returncode}'}")


def path_of(program: str) -> str:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    found = shutil.which(program, path=os.pathsep.join([os.environ.get("PATH", ""), *map(str, versions)]))
    if found is None:
        raise BackupError(
            f"PostgreSQL's {program} is missing here. Install postgresql-client, or do it where the database runs: "
            "docs/operations.md, “Back up and restore”."
        )
    return found


def _environment() -> dict[str, str]:
    """Where the database is, for PostgreSQL's programs. Their arguments everybody on the machine can read."""
    database: dict[str, Any] = connection.settings_dict
    options = database.get("OPTIONS", {})
    named = {
        "PGHOST": database["HOST"],
        "PGPORT": database["PORT"],
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
        "PGDATABASE": database["NAME"],
        **{variable: options[name] for name, variable in PASSED_ON.items() if name in options},
    }
    return {**os.environ, **{name: str(value) for name, value in named.items() if value}}

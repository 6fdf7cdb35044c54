"""The whole database in a file and back, on both kinds of database."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from brands.models import Answer, Customer
from config import backup
from jobs.models import Worker
from tests.acceptance.harness import Databases, orm_on
from tests.brands.factories import make_answer, make_brand, make_query


@pytest.fixture(params=["sqlite", "postgresql"], autouse=True)
def database(request: pytest.FixtureRequest, databases: Databases, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    url = databases.new(request.param)
    with django_db_blocker.unblock(), orm_on(url):
        yield url


def said(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def content() -> str:
    """Every row of every table, as Django writes them."""
    return json.dumps(sorted(json.loads(said("dumpdata")), key=str))


def test_a_backup_that_is_restored_is_the_database_that_it_was(tmp_path: Path) -> None:
    make_answer(make_query(make_brand()), "Größe 漢字 \U0001f980", body=b"\x00\xff{}")
    before, file = content(), tmp_path / "kept.backup"
    assert json.loads(said("backup", str(file), "--json")) == {"file": str(file), "bytes": file.stat().st_size}
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(file))

    Customer.objects.all().delete()
    Customer.objects.create(name="Afterwards")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE later (id integer)")
    assert json.loads(said("restore", str(file), "--yes", "--json")) == {"file": str(file), "migrations": "ok"}
    assert content() == before
    assert bytes(Answer.objects.get().body) == b"\x00\xff{}"
    assert "later" not in connection.introspection.table_names()
    Customer.objects.create(name="Goes on")


def test_what_is_no_backup_or_half_of_one_changes_nothing(tmp_path: Path) -> None:
    Customer.objects.create(name="Here")
    file, half, wrong = (tmp_path / name for name in ("whole", "half", "wrong"))
    call_command("backup", str(file))
    half.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    wrong.write_bytes(b"SQLite format 3\x00 or not")
    for damaged in (half, wrong, tmp_path / "none"):
        with pytest.raises(CommandError):
            call_command("restore", str(damaged), "--yes")
    assert Customer.objects.get().name == "Here"


def test_nothing_is_restored_unasked_or_under_a_running_worker(tmp_path: Path) -> None:
    now = timezone.now()
    fields = {"name": "celery@atlas", "role": "worker", "host": "atlas", "pid": 1, "started_at": now, "seen_at": now}
    worker = Worker.objects.create(**fields)
    file = tmp_path / "kept"
    call_command("backup", str(file))
    with pytest.raises(CommandError, match="celery@atlas is alive"):
        call_command("restore", str(file), "--yes")
    Worker.objects.update(seen_at=now - timedelta(hours=1))
    with pytest.raises(CommandError, match="Say --yes"):
        call_command("restore", str(file))
    assert Worker.objects.get() == worker


def test_a_program_of_postgresql_that_is_missing_is_said_with_what_to_do() -> None:
    with pytest.raises(backup.BackupError, match=r"pg_nothing is missing here\. Install postgresql-client"):
        backup.path_of("pg_nothing")

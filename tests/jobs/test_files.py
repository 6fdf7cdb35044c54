"""Files from the upload to the insights, with the real job type and its process."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from brands.models import Customer
from jobs import files
from jobs.analysis.source import Unreadable
from jobs.dispatch import retry
from jobs.execution import execute
from jobs.models import Insight, JobRun, UploadedFile
from jobs.retention import prune
from jobs.status import RunStatus
from jobs.uploads import Refused, path_of, remove, shown_name, store
from tests.analysis.files import make_file

pytestmark = pytest.mark.django_db(transaction=True)  # an analysis takes longer than the first heartbeat
TABLE = "day,amount\n" + "".join(f"2026-{n // 28 + 1:02}-{n % 28 + 1:02},{n * 3 + n % 5}\n" for n in range(120))


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def customer() -> Customer:
    return Customer.objects.create(name="Coffee Ltd")


def run_of(run: JobRun) -> JobRun:
    execute(run.pk, worker="w1")
    run.refresh_from_db()
    return run


def kept() -> list[Path]:
    return [path for path in Path(settings.UPLOADS_DIR).rglob("*") if path.is_file() and path.name != "lock"]


def test_a_file_is_analysed_and_its_insights_replace_those_of_before(customer):
    file = make_file(customer, content=TABLE.encode())
    for _ in range(2):
        triggered = files.analyse(file)
        assert triggered.created
        run = run_of(triggered.run)
        assert (run.status, run.metrics["files_analysed"], run.done, run.total) == ("completed", 1, 100, 100)
    file.refresh_from_db()
    assert (file.rows, file.state, [column["kind"] for column in file.profile]) == (
        120,
        "analysed",
        ["moment", "number"],
    )
    assert file.insights.count() == run.metrics["insights"] == Insight.objects.count()
    assert file.insights.first().type == "trend"
    assert run.log.filter(text__contains="120 rows").exists()


def test_an_open_run_of_a_file_is_returned_and_not_doubled(customer):
    file = make_file(customer)
    first, second = files.analyse(file), files.analyse(file)
    assert (first.run, second.created) == (second.run, False)


def test_all_new_files_are_analysed_in_one_run_oldest_first_and_a_poison_file_blocks_none(customer):
    make_file(customer, "first.csv", TABLE.encode())
    poison = make_file(customer, "poison.csv", b"a,b\n")
    make_file(customer, "last.csv", TABLE.replace("amount", "price").encode())
    run = run_of(files.analyse_new(customer).run)
    assert (run.status, run.metrics["files_analysed"], run.metrics["files_failed"]) == ("partial", 2, 1)
    assert "poison.csv" in run.reason
    poison.refresh_from_db()
    assert poison.problem == "The file has no rows below the names of its columns."
    assert [line.text.split(":")[0] for line in run.log.all()] == ["first.csv", "poison.csv", "last.csv"]
    assert files.analyse_new(customer) is None  # a poison file is not tried again and again


def test_a_retry_does_only_what_failed(customer):
    make_file(customer, "first.csv", TABLE.encode())
    other = make_file(customer, "other.csv", TABLE.replace("amount", "price").encode())
    hidden = path_of(other.sha256).rename(Path(settings.UPLOADS_DIR) / "away")
    run = run_of(files.analyse_new(customer).run)
    assert run.status == RunStatus.PARTIAL
    assert "UPLOADS_DIR must be shared" in run.reason
    hidden.rename(path_of(other.sha256))
    retry(run, "somebody")
    run = run_of(run)
    assert (run.status, run.metrics["files_analysed"]) == ("completed", 1)


def test_a_file_that_cannot_be_read_fails_its_run_with_its_sentence(customer):
    run = run_of(files.analyse(make_file(customer, content=b"a,b\n")).run)
    assert (run.status, run.attempt) == ("failed", 1)
    assert "no rows below" in run.reason


def test_a_file_that_needs_too_much_memory_ends_alone(customer, settings):
    settings.FILE_MEMORY = 1
    wide = "\n".join(
        [",".join(f"c{n}" for n in range(60)), *(",".join(str(m * n) for n in range(60)) for m in range(60_000))]
    )
    run = run_of(files.analyse(make_file(customer, content=wide.encode())).run)
    assert run.status == "failed"
    assert "of memory, which is the most" in run.reason


def test_a_cancelled_analysis_stops_within_its_file(customer):
    file = make_file(customer, content=TABLE.encode())
    run = files.analyse(file).run
    run.claim("w1")
    run.cancel("somebody")
    assert run_of(run).status == RunStatus.CANCELLED
    assert not Insight.objects.exists()


def test_each_file_of_a_series_is_compared_with_the_one_before(customer):
    for name, factor in (("january.csv", 1), ("february.csv", 40)):
        table = "amount,x\n" + "".join(f"{n * factor + n % 7}.5,{n % 3}\n" for n in range(60))
        file = make_file(customer, name, table.encode(), series="orders")
        run_of(files.analyse(file).run)
    change = file.insights.filter(type="change").first()
    assert "“amount” is higher than in “january.csv”" in change.title


def test_the_same_content_is_kept_once_and_goes_with_its_last_row(customer):
    first = store(customer, ContentFile(TABLE.encode(), name="a.csv"))
    again = store(customer, ContentFile(TABLE.encode(), name="b.csv"))
    other = store(Customer.objects.create(name="Tea Inc"), ContentFile(TABLE.encode(), name="c.csv"))
    assert (again.created, again.file, other.created) == (False, first.file, True)
    assert len(kept()) == 1
    remove(first.file)
    assert len(kept()) == 1
    remove(other.file)
    assert kept() == []


def test_what_is_no_table_is_refused_at_the_door_and_leaves_nothing(customer, settings):
    with pytest.raises(Unreadable, match="PNG"):
        make_file(customer, content=b"\x89PNG....")
    settings.FILE_QUOTA = 100
    with pytest.raises(Refused, match="no room"):
        make_file(customer, content=TABLE.encode())
    settings.FILE_LIMIT = 10
    with pytest.raises(Refused, match="larger than"):
        make_file(customer, content=TABLE.encode())
    assert (kept(), UploadedFile.objects.count()) == ([], 0)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\orders.csv", "orders.csv"),
        ("a\x00\r\nb\u202egpj.csv", "abgpj.csv"),
        ("..", ".."),
        ("", "file"),
    ],
)
def test_a_name_is_only_shown_and_never_a_path(customer, given, shown):
    assert shown_name(given) == shown
    file = make_file(customer, content=TABLE.encode())
    assert path_of(file.sha256).parent.parent == settings.UPLOADS_DIR
    assert path_of(file.sha256).stat().st_mode & 0o077 == 0


def test_old_files_are_forgotten_and_content_without_a_row_is_swept_away(customer):
    old, new = make_file(customer, "old.csv"), make_file(customer, "new.csv")
    at_work = make_file(customer, "at-work.csv")
    files.analyse(at_work)
    long_ago = timezone.now() - timedelta(days=91)
    UploadedFile.objects.filter(pk__in=[old.pk, at_work.pk]).update(created_at=long_ago)
    orphan = Path(settings.UPLOADS_DIR) / "ab" / "abc"
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_text("x")
    os.utime(orphan, (long_ago.timestamp(), long_ago.timestamp()))
    assert prune(timezone.now())["files"] == 1
    assert {file.name for file in UploadedFile.objects.all()} == {"new.csv", "at-work.csv"}
    assert {path.name for path in kept()} == {new.sha256, at_work.sha256}


def test_a_place_in_line_counts_only_runs_of_the_same_customer(customer):
    other = Customer.objects.create(name="Tea Inc")
    files.analyse(make_file(other, "tea.csv"))
    runs = [files.analyse(make_file(customer, f"{n}.csv")).run for n in range(3)]
    assert [files.place_in_line(run) for run in runs] == [1, 2, 3]


def test_a_job_without_files_takes_all_new_ones_that_nobody_else_is_at(customer):
    for name in ("a.csv", "b.csv", "c.csv"):
        make_file(customer, name, TABLE.encode() + f"2027-01-01,{name}\n".encode())
    files.analyse(UploadedFile.objects.get(name="b.csv"))
    run = JobRun.without_job("file_analysis", {}, owner=customer, name="All new files")
    run.save()
    assert run_of(run).metrics["files_analysed"] == 2
    assert {file.name for file in UploadedFile.objects.exclude(analysed_at=None)} == {"a.csv", "c.csv"}
    again = JobRun.without_job("file_analysis", {}, owner=customer, name="All new files")
    again.save()
    assert run_of(again).log.filter(text="There is no new file.").exists()


def test_a_job_without_a_customer_says_so():
    run = JobRun.without_job("file_analysis", {}, owner=None, name="All new files")
    run.save()
    assert "this job has none" in run_of(run).reason


def test_the_command_shows_insights_and_stores_nothing(tmp_path, capsys):
    path = tmp_path / "orders.csv"
    path.write_text(TABLE)
    call_command("analyse_file", str(path))
    assert "120 rows, 2 columns" in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no file"):
        call_command("analyse_file", str(tmp_path / "none.csv"))
    path.write_bytes(b"")
    with pytest.raises(CommandError, match="The file is empty"):
        call_command("analyse_file", str(path))
    assert not UploadedFile.objects.exists()

import threading
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from jobs.context import RunContext
from jobs.errors import RetryLater
from jobs.execution import execute
from jobs.log import MOST_BYTES, MOST_LINES, MOST_OF_A_LINE, Log
from jobs.models import JobRun, RunLog
from tests.jobs.factories import make_run, probe


def texts(log: Log) -> list[str]:
    return [line.text for line in log.taken()]


def test_lines_are_handed_out_once_and_in_order():
    log = Log()
    log.write("one\ntwo")
    log.write("three", "error")
    assert texts(log) == ["one", "two", "three"]
    assert texts(log) == []


def test_lines_that_could_not_be_written_come_again_before_the_others():
    log = Log()
    log.write("one")
    taken = log.taken()
    log.write("two")
    log.put_back(taken)
    assert texts(log) == ["one", "two"]


def test_a_run_keeps_so_many_lines_and_says_how_many_were_cut():
    log = Log()
    for number in range(MOST_LINES + 500):
        log.write(f"line {number}")
    lines = texts(log) + [line.text for line in log.closing()]
    assert len(lines) == MOST_LINES
    assert lines[-1] == "501 more lines were cut: a run keeps 1,000 lines and 256 KiB."


def test_a_run_keeps_so_many_bytes():
    log = Log()
    for _ in range(200):
        log.write("ü" * 3_000)
    kept = sum(len(text.encode()) for text in texts(log)) + len(log.closing()[0].text.encode())
    assert MOST_BYTES - 7_000 < kept <= MOST_BYTES


def test_a_long_line_is_shortened_and_what_a_database_refuses_is_replaced():
    log = Log()
    log.write("x" * (MOST_OF_A_LINE + 5))
    log.write("a\0b\ud800c")
    assert texts(log) == ["x" * MOST_OF_A_LINE + "… (5 characters cut)", "a\ufffdb?c"]


def test_a_level_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="There is no level 'loud'"):
        Log().write("x", "loud")


def test_lines_of_many_threads_are_all_kept():
    log = Log()
    threads = [threading.Thread(target=lambda: [log.write("x") for _ in range(100)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(texts(log)) == log.lines == 800


def run_it(work, **fields) -> JobRun:
    run = make_run(**fields)
    with probe(work):
        execute(run.pk, worker="w1")
    run.refresh_from_db()
    return run


@pytest.mark.django_db(transaction=True)
def test_lines_are_in_the_database_while_the_run_works_and_all_of_them_at_its_end():
    seen = []

    def work(context):
        context.log("Begun.")
        time.sleep(1.4)
        seen.extend(RunLog.objects.values_list("text", flat=True))
        context.log("Ended.", "warning")
        return {}

    run = run_it(work)
    assert seen == ["Begun."]
    assert [(line.level, line.text, line.attempt) for line in run.log.all()] == [
        ("info", "Begun.", 1),
        ("warning", "Ended.", 1),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_second_attempt_counts_the_lines_of_the_first():
    def work(context):
        for number in range(MOST_LINES - 10):
            context.log(f"line {number}")
        if not context.is_last_attempt:
            raise RetryLater("Again.", seconds=0)
        return {}

    run = run_it(work, max_attempts=2, backoff_seconds=0)
    JobRun.objects.update(available_at=timezone.now())
    with probe(work):
        execute(run.pk, worker="w1")
    assert run.log.count() == MOST_LINES
    assert run.log.filter(attempt=2).count() == 10
    assert run.log.last().text.startswith("981 more lines were cut")


@pytest.mark.django_db(transaction=True)
def test_an_attempt_whose_run_was_taken_over_writes_no_line():
    def work(context):
        run = JobRun.objects.get(pk=context.run_id)
        run.retry_at(timezone.now(), "Its worker went silent.", by="recovery")
        run.claim("w2")
        context.log("Too late.")
        return {}

    assert not run_it(work).log.exists()


def test_the_time_left_is_worked_out_from_the_pace_of_this_attempt():
    context = RunContext(UUID(int=1), None, None, None)
    assert context.expected_at is None
    context.progress(9_000, 10_000)
    assert context.expected_at is None
    time.sleep(0.1)
    context.progress(9_010, 10_000)  # ten parts in a tenth of a second, 990 are left
    assert timedelta(seconds=9.5) < context.expected_at - datetime.now(UTC) < timedelta(seconds=20)
    context.progress(10_000, 10_000)
    assert context.expected_at is None

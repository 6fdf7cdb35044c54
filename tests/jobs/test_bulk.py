import pytest
from django.db import IntegrityError, transaction

from jobs.models import JobRun
from jobs.models.bulk import insert, new
from jobs.status import RunStatus, Trigger
from tests.jobs.factories import make_job, probe

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _probe():
    with probe():
        yield


def test_rows_that_are_inserted_together_are_as_they_were_made():
    job = make_job(options={"size": 2}, queue="slow\tqueue", name="Tab\t, line\n and \\N")
    made = [JobRun.of(job, Trigger.MANUAL, status=RunStatus.SKIPPED, finished_at=job.created_at) for _ in range(3)]
    insert(made)
    for run in made:
        kept = JobRun.objects.get(pk=run.pk)
        assert {f.attname: getattr(kept, f.attname) for f in JobRun._meta.concrete_fields} == {
            f.attname: getattr(run, f.attname) for f in JobRun._meta.concrete_fields
        }


def test_a_row_that_may_not_be_is_an_error_of_django_and_none_is_kept():
    job = make_job()
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([JobRun.of(job, Trigger.MANUAL) for _ in range(2)])
    assert not JobRun.objects.exists()


def test_nothing_to_insert_is_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert([])


def test_a_new_row_is_as_the_model_makes_it_and_knows_its_columns():
    job = make_job()
    quick, slow = new(JobRun, scheduled_job_id=job.pk, overlap="queue"), JobRun(scheduled_job=job, overlap="queue")
    different = {
        f.attname for f in JobRun._meta.concrete_fields if getattr(quick, f.attname) != getattr(slow, f.attname)
    }
    assert different == {"id", "created_at", "available_at"}  # made for each row
    assert quick.scheduled_job == job
    assert quick.options is not new(JobRun).options
    with pytest.raises(TypeError, match="JobRun has no column scheduled_job, wrong"):
        new(JobRun, scheduled_job=job, wrong=1)

from datetime import UTC, datetime

import pytest

from jobs.models import ScheduledJob

pytestmark = pytest.mark.django_db
ADD = "/admin/jobs/scheduledjob/add/"
SPAN = {"starts_at": "2030-07-01T08:00", "ends_at": "2030-07-31T18:30"}


def test_start_and_end_are_read_in_the_zone_of_the_schedule_and_shown_as_they_were_written(boss, survey, form_data):
    assert boss.post(ADD, {**form_data, **SPAN}).status_code == 302
    job = ScheduledJob.objects.get()
    assert job.start_time == datetime(2030, 7, 1, 6, tzinfo=UTC)
    assert job.expires == datetime(2030, 7, 31, 16, 30, tzinfo=UTC)
    assert job.next_run_at == datetime(2030, 7, 1, 7, tzinfo=UTC)
    change = f"/admin/jobs/scheduledjob/{job.pk}/change/"
    page = boss.get(change).content.decode()
    assert 'value="2030-07-01T08:00"' in page
    assert 'value="2030-07-31T18:30"' in page
    assert boss.post(change, form_data).status_code == 302
    job.refresh_from_db()
    assert (job.start_time, job.expires) == (None, None)


def test_an_interval_counts_from_its_start(boss, survey, form_data):
    data = {**form_data, "schedule_kind": "interval", "every": "6", "period": "hours", **SPAN}
    assert boss.post(ADD, data).status_code == 302
    assert ScheduledJob.objects.get().next_run_at == datetime(2030, 7, 1, 6, tzinfo=UTC)


def test_the_preview_ends_with_the_schedule(boss, survey, form_data):
    data = {**form_data, "starts_at": "2030-07-29T00:00", "ends_at": "2030-07-30T12:00"}
    page = boss.post("/admin/jobs/scheduledjob/preview/", data).content.decode()
    assert page.count("<time datetime=") == 2


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"starts_at": "2030-08-01T00:00"}, "ends_at", "The end must be later than the start."),
        ({"starts_at": "soon"}, "starts_at", "Write a day and a time"),
        ({"ends_at": "9999-12-31T23:59"}, "ends_at", "Choose a year from 2000 to 2100."),
        ({"starts_at": "2030-03-31T02:30"}, "starts_at", "Clocks in Europe/Zurich skip that moment"),
        ({"timezone": "Mars/Base"}, "timezone", "is not a time zone"),
    ],
)
def test_a_span_that_cannot_be_is_refused_at_its_field(boss, survey, form_data, changes, field, words):
    response = boss.post(ADD, {**form_data, **SPAN, **changes})
    errors = response.context["adminform"].form.errors
    assert words in " ".join(errors[field])
    assert not ScheduledJob.objects.exists()

"""Workers, the start page, Celery's own pages, and accounts."""

import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from unfold.admin import ModelAdmin

from jobs.models import Worker
from jobs.status import RunStatus
from tests.jobs.factories import make_job, make_run

pytestmark = pytest.mark.django_db
OF_CELERY = ["periodictask", "crontabschedule", "intervalschedule", "clockedschedule", "solarschedule"]


def make_worker(name="celery@atlas", role="worker", silence=timedelta(0)):
    now = timezone.now()
    fields = {"host": "atlas", "pid": 4211, "concurrency": 4, "started_at": now}
    return Worker.objects.create(name=name, role=role, seen_at=now - silence, **fields)


def test_every_page_wears_the_same_dress():
    plain = [model._meta.label for model, page in admin.site._registry.items() if not isinstance(page, ModelAdmin)]
    assert plain == []


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model._meta.label)
def test_every_list_and_every_empty_form_loads(boss, model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert boss.get(reverse(f"{name}_changelist")).status_code == 200
    assert boss.get(reverse(f"{name}_add")).status_code in (200, 403)


def test_workers_are_listed_with_their_state(boss):
    make_worker()
    make_worker("celery@borea", silence=timedelta(hours=1))
    page = boss.get("/admin/jobs/worker/").content.decode()
    assert ">online</span>" in page
    assert ">offline</span>" in page
    assert "1 h ago" in page


def test_a_worker_is_listed_with_what_it_takes_and_what_it_is_at(boss, job):
    worker = make_worker()
    Worker.objects.update(queues=["celery", "slow"], concurrency=4, memory_bytes=150 * 2**20, version="1.2.3")
    run = make_run(RunStatus.PROCESSING, job, worker=worker.name)
    page = boss.get("/admin/jobs/worker/").content.decode()
    assert "celery, slow" in page
    assert "150.0\xa0MB" in page
    assert "1.2.3" in page
    assert ">1 of 4</a>" in page
    found = boss.get("/admin/jobs/jobrun/", {"status__exact": "processing", "worker__exact": worker.name})
    assert [run.pk] == [found_run.pk for found_run in found.context["cl"].result_list]


def test_without_workers_the_list_says_how_to_start_one(boss):
    assert "celery -A config worker" in boss.get("/admin/jobs/worker/").content.decode()


def test_workers_are_only_looked_at(boss):
    worker = make_worker()
    assert boss.get("/admin/jobs/worker/add/").status_code == 403
    assert boss.post(f"/admin/jobs/worker/{worker.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_start_page_warns_in_words_where_nothing_would_run(boss):
    page = boss.get("/admin/").content.decode()
    assert "No scheduler is running: nothing will start." in page
    assert "<code>celery -A config beat</code>" in page
    make_worker("beat@atlas:1", "beat")
    make_worker()
    assert "is running:" not in boss.get("/admin/").content.decode()


def test_a_fresh_install_says_what_to_do_first(boss):
    page = boss.get("/admin/").content.decode()
    for address in ("/admin/brands/brand/add/", "/admin/brands/query/add/", "/admin/jobs/scheduledjob/add/"):
        assert address in page


def test_the_start_page_shows_what_ran_what_failed_and_what_comes(boss, job, brand):
    make_job("30 4 * * *", name="Nightly", job_type="survey", subject=brand)
    failed = make_run(RunStatus.FAILED, job, reason="No key.", job_name="Daily survey", subject=brand)
    page = boss.get("/admin/").content.decode()
    assert page.index("Nightly") > page.index("Coming next")
    assert page.count(f'href="/admin/jobs/jobrun/{failed.pk}/change/"') >= 2
    assert "No key." in page


def test_the_start_page_shows_nobody_what_their_lists_would_not(staff_client, job, brand):
    make_run(RunStatus.FAILED, job, job_name="Secret survey")
    page = staff_client.get("/admin/").content.decode()
    assert "Secret survey" not in page
    assert "Daily survey" not in page
    assert "/admin/jobs/jobrun/" not in page


@pytest.mark.parametrize("model", OF_CELERY)
def test_periodic_tasks_are_for_superusers_whatever_the_permissions_say(staff_client, boss, model):
    from django.contrib.auth.models import Permission, User

    User.objects.get(username="staff").user_permissions.set(Permission.objects.all())
    address = f"/admin/django_celery_beat/{model}/"
    assert staff_client.get(address).status_code == 403
    assert staff_client.get(f"{address}add/").status_code == 403
    assert address not in staff_client.get("/admin/").content.decode()
    assert boss.get(address).status_code == 200


def test_scheduled_jobs_are_not_listed_as_periodic_tasks(boss, job):
    assert job.name not in boss.get("/admin/django_celery_beat/periodictask/").content.decode()
    assert boss.get(f"/admin/django_celery_beat/periodictask/{job.pk}/change/").status_code == 404


def test_no_page_of_ours_has_a_script_inside_or_a_handler(boss, job):
    run = make_run(RunStatus.PROCESSING, job)
    ours = re.compile(r'<div class="job-page".*', re.S)
    for address in (
        "/admin/",
        f"/admin/jobs/jobrun/{run.pk}/change/",
        f"/admin/jobs/scheduledjob/{job.pk}/trigger/",
    ):
        found = ours.search(boss.get(address).content.decode())
        assert found
        assert not re.search(r"<script>|\son[a-z]+=|javascript:", found[0].split("<!-- modal")[0])

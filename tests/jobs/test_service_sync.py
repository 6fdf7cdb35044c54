"""Services are asked, their records stored once, and what could not be done is named."""

import io
import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_httpserver import HTTPServer
from werkzeug import Response

from jobs.dispatch import retry, run_again, run_for_owner
from jobs.execution import execute
from jobs.job_type import job_types
from jobs.models import JobRun, RunLog, Service, ServiceRecord
from jobs.services import store
from jobs.status import RunStatus
from tests.jobs.services import AT_ONCE, KEY, Site, customer, make_service, sync, sync_run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _local_servers_may_be_asked(settings):
    settings.INTERNAL_HOSTS = ["127.0.0.1", "localhost"]


@pytest.fixture
def site(httpserver: HTTPServer) -> Site:
    return Site(httpserver)


def test_the_records_of_both_shapes_are_stored_in_either_order(site):
    accounts = make_service(site.hosting("/a"), "Account")
    reverse = make_service(site.hosting("/d", descending=True), "Account, descending")
    machine = make_service(site.machine("/m"), "Machine", "server")
    run = sync()
    assert (run.status, run.reason) == (RunStatus.COMPLETED, "")
    assert {name: run.metrics[name] for name in ("services", "synced", "failed", "records_new", "records_known")} == {
        "services": 3,
        "synced": 3,
        "failed": 0,
        "records_new": 9,
        "records_known": 0,
    }
    for service in (accounts, reverse, machine):
        service.refresh_from_db()
        assert [record.at for record in service.records.all()] == [site.newest - timedelta(days=n) for n in range(3)]
        assert (service.health, service.records_until) == ("healthy", site.newest)


def test_a_record_is_stored_once_however_often_it_is_sent(site):
    make_service(site.hosting("/a"))
    make_service(site.machine("/m"), "Machine", "server")
    for known in (0, 4, 4):  # asked for the time since the newest record and a day more
        assert sync().metrics["records_known"] == known
    assert ServiceRecord.objects.count() == 6


def test_services_that_fail_are_named_each_with_its_own_reason(site):
    good = [make_service(site.hosting(f"/{number}"), f"Good {number}") for number in range(4)]
    make_service(site.broken("/html", "html"), "Login page")
    make_service(site.broken("/down", "down"), "Out of order")
    make_service(site.hosting("/key"), "Wrong key", secret="another-key")
    run = sync()
    assert run.status == RunStatus.PARTIAL
    for name, words in {
        "Login page": "sent no JSON",
        "Out of order": "answered HTTP 503",
        "Wrong key": "refused the key",
    }.items():
        assert name in run.reason
        assert words in run.metrics["failed_services"][name]
        failed = Service.objects.get(name=name)
        assert (failed.health, failed.failures, words in failed.last_error) == ("failing", 1, True)
    assert (run.metrics["synced"], run.metrics["failed"]) == (4, 3)
    assert Service.objects.filter(pk__in=[s.pk for s in good], last_synced_at__isnull=False).count() == 4
    assert site.asked["/down"] == 3  # attempts
    assert site.asked["/html"] == site.asked["/key"] == 1  # asking again would not help


def test_a_retry_asks_only_those_that_failed(site):
    for number in range(3):
        make_service(site.hosting(f"/{number}"), f"Good {number}")
    broken = make_service(site.broken("/x", "html"), "Broken")
    run = sync()
    Service.objects.filter(pk=broken.pk).update(url=site.hosting("/mended"))
    before = site.asked.total()
    retry(run, "ada")
    execute(run.pk, worker="w1")
    run.refresh_from_db()
    assert (run.status, run.metrics["synced"]) == (RunStatus.COMPLETED, 4)
    assert site.asked.total() == before + 1


def test_a_run_whose_services_all_failed_has_failed(site):
    make_service(site.broken("/x", "html"))
    run = sync()
    assert (run.status, "sent no JSON" in run.reason) == (RunStatus.FAILED, True)


def test_without_a_service_the_run_says_so():
    assert "no active service" in sync().reason
    assert "no such service" in sync(serviceId="6f1c5f0e-0000-4000-8000-000000000000").reason


def test_a_service_of_another_customer_is_not_asked(site):
    theirs = make_service(site.hosting("/t"), owner=customer("Tea Inc"))
    assert sync(serviceId=str(theirs.pk)).status == RunStatus.FAILED
    make_service(site.hosting("/o"))
    sync()
    assert site.asked == {"/o": 1}


def test_inactive_services_are_left_out_unless_they_are_asked_for_by_name(site):
    off = make_service(site.hosting("/off"), "Off", is_active=False)
    make_service(site.hosting("/on"), "On", labels=["web"])
    make_service(site.hosting("/other"), "Other")
    sync(label="web")
    assert site.asked == {"/on": 1}
    sync(serviceId=str(off.pk))
    assert site.asked["/off"] == 1


def test_a_gap_of_40_days_is_caught_up(site):
    service = make_service(site.hosting("/a"))
    site.days, site.newest = 400, datetime(2026, 10, 1, tzinfo=UTC)
    with time_machine.travel(site.newest, tick=False):
        sync()
    assert site.queries[-1] == {"days": "91"}
    later = site.newest = site.newest + timedelta(days=40)
    with time_machine.travel(later, tick=False):
        sync()
    assert site.queries[-1] == {"days": "41"}
    days = sorted(record.at.date() for record in service.records.all())
    assert days == [later.date() - timedelta(days=age) for age in range(131)][::-1]  # 91 at first, and 40 more


def test_what_is_newer_than_a_moment_is_asked_for(httpserver: HTTPServer, site):
    service = make_service(site.hosting("/a"), asks="since", asks_param="from")
    Service.objects.filter(pk=service.pk).update(records_until=datetime(2026, 11, 2, 5, tzinfo=UTC))
    sync()
    assert site.queries == [{"from": "2026-11-01T05:00:00Z"}]


def cursors(httpserver: HTTPServer, pages: int) -> list[str]:
    """Serves so many pages of two records each, and tells which were asked for."""
    asked: list[str] = []

    def answer(request) -> Response:
        place = int(request.args.get("after", 0))
        asked.append(request.args.get("after", ""))
        data = [{"id": 2 * place + n, "created_at": "2026-11-22T12:00:00Z"} for n in range(2)]
        return Response(json.dumps({"data": data, "next": str(place + 1) if place + 1 < pages else None}))

    httpserver.expect_request("/pages").respond_with_handler(answer)
    return asked


def test_pages_are_followed_and_the_next_sync_goes_on_where_the_last_one_ended(httpserver: HTTPServer):
    asked = cursors(httpserver, 3)
    url = httpserver.url_for("/pages")
    service = make_service(url, preset="generic", asks="cursor", cursor_path="$.next", cursor_param="after")
    assert sync().metrics["records_new"] == 6
    assert asked == ["", "1", "2"]
    sync()
    assert asked[3:] == ["2"]
    service.refresh_from_db()
    service.asks = "all"
    service.save()  # what was learned of the API is forgotten with the change
    assert sync().metrics["records_known"] == 6
    assert asked[4:] == ["", "1", "2"]


def test_a_next_page_on_another_host_is_not_asked_for(httpserver: HTTPServer):
    body = {"data": [{"id": 1}], "next": "http://localhost:1/steal"}
    httpserver.expect_request("/x").respond_with_json(body)
    make_service(httpserver.url_for("/x"), preset="generic", cursor_path="$.next")
    assert "another host" in sync().reason


@pytest.mark.django_db(transaction=True)  # the heartbeat of a run writes beside it
def test_a_service_that_asks_to_wait_is_waited_for(httpserver: HTTPServer):
    httpserver.expect_ordered_request("/x").respond_with_data("slow down", 429, headers={"Retry-After": "1"})
    httpserver.expect_ordered_request("/x").respond_with_json([{"id": 1}])
    make_service(httpserver.url_for("/x"), preset="generic")
    started = timezone.now()
    run = sync()
    assert run.status == RunStatus.COMPLETED
    assert timezone.now() - started >= timedelta(seconds=1)
    assert any("Next one in 1 s" in line.text for line in RunLog.objects.filter(run=run))


def test_a_service_that_asks_to_wait_longer_than_there_is_time_is_given_up(httpserver: HTTPServer):
    httpserver.expect_request("/x").respond_with_data("slow down", 429, headers={"Retry-After": "3600"})
    make_service(httpserver.url_for("/x"), preset="generic")
    assert sync().status == RunStatus.FAILED
    assert len(httpserver.log) == 1


def test_a_service_that_drips_ends_at_its_deadline(site):
    make_service(site.broken("/slow", "slow"))
    run = sync(deadline=0.2)
    assert "not done within 0.2 seconds" in run.reason


def test_a_cancelled_run_stops_at_once_and_keeps_what_it_has(site):
    make_service(site.hosting("/a"), "A")
    make_service(site.hosting("/b"), "B")
    run = sync_run(concurrency=1, maxDelay=600)
    job = job_types.get("service_sync")()
    context = _context(run)
    threading.Timer(0.3, lambda: setattr(context, "stop", TimeoutError())).start()
    before = timezone.now()
    with pytest.raises(TimeoutError):
        job.run(context)
    assert timezone.now() - before < timedelta(seconds=5)
    assert not any(thread.name == "pulls" for thread in threading.enumerate())


def _context(run: JobRun):
    from jobs.context import RunContext
    from jobs.job_type import parse_options

    options = parse_options(run.job_type, run.options)
    return RunContext(run_id=run.pk, owner_id=run.owner_id, subject_id=None, options=options)


def test_a_redirect_to_an_internal_address_is_refused(httpserver: HTTPServer):
    httpserver.expect_request("/x").respond_with_data(status=302, headers={"Location": "http://127.0.0.2/metadata"})
    make_service(httpserver.url_for("/x"))
    assert "answered HTTP 302" in sync().reason


def test_an_internal_address_is_not_asked(httpserver: HTTPServer, settings):
    service = make_service(httpserver.url_for("/x"))
    settings.INTERNAL_HOSTS = []
    assert "INTERNAL_HOSTS" in sync().reason
    assert httpserver.log == []
    service.refresh_from_db()
    assert "INTERNAL_HOSTS" in service.last_error


def test_records_older_than_the_rule_keeps_are_not_stored(site, settings):
    settings.RECORD_RETENTION_DAYS = 2
    make_service(site.hosting("/a"))
    assert sync().metrics["records_too_old"] == 1
    assert ServiceRecord.objects.count() == 2


def test_old_records_are_pruned_by_their_own_time(site):
    service = make_service(site.hosting("/a"))
    sync()
    service.records.filter(at=site.newest).update(at=timezone.now() - timedelta(days=366))
    call_command("prune", stdout=io.StringIO())
    assert service.records.count() == 2


def test_the_secret_is_nowhere_but_in_its_own_sealed_field(httpserver: HTTPServer, caplog):
    def echo(request) -> Response:
        sent = dict(request.headers)
        return Response(json.dumps({"data": [{"id": 1, "checked_at": "2026-11-22T12:00:00Z", "headers": sent}]}))

    httpserver.expect_request("/echo").respond_with_handler(echo)
    httpserver.expect_request("/loud").respond_with_data(f"your key {KEY} is wrong", 401)
    make_service(httpserver.url_for("/echo"), "Echo")
    make_service(httpserver.url_for("/loud"), "Loud")
    bearer = f"Bearer {KEY}"
    make_service(httpserver.url_for("/echo"), "Bearer", secret=bearer, auth_header="Authorization")
    assert sync().metrics["synced"] == 2
    dump = io.StringIO()
    call_command("dumpdata", "jobs", stdout=dump)
    assert ServiceRecord.objects.filter(data__headers__icontains="***").exists() or "***" in dump.getvalue()
    assert KEY not in dump.getvalue()
    assert KEY not in caplog.text
    assert KEY not in repr([*Service.objects.values()])


def test_a_run_for_a_customer_is_not_doubled_and_can_be_run_again(site):
    make_service(site.hosting("/a"))
    once = {"name": "Service sync: Nordlicht", "once": True}
    first = run_for_owner("service_sync", customer(), AT_ONCE, **once)
    assert run_for_owner("service_sync", customer(), AT_ONCE, **once).run == first.run
    assert run_for_owner("service_sync", customer(), {**AT_ONCE, "label": "x"}, **once).created
    execute(first.run.pk, worker="w1")
    again = run_again(JobRun.objects.get(pk=first.run.pk))
    assert (again.created, again.run.job_name) == (True, "Service sync: Nordlicht")


def test_a_service_that_is_deleted_while_it_is_asked_leaves_no_records(site):
    service = make_service(site.hosting("/a"))
    Service.objects.all().delete()
    assert store(service.pk, []).new == 0


@pytest.mark.django_db(transaction=True)
def test_two_syncs_at_the_same_time_store_each_record_once(site):
    site.days = 60
    services = [make_service(site.hosting(f"/{number}"), f"Service {number}", asks="all") for number in range(5)]
    runs = [sync_run(), sync_run()]

    def work(run: JobRun) -> None:
        execute(run.pk, worker=f"worker of {run.pk}")
        connection.close()

    threads = [threading.Thread(target=work, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = JobRun.objects.filter(pk__in=[run.pk for run in runs])
    assert [run.status for run in done] == ["completed", "completed"]
    assert sum(run.metrics["records_new"] for run in done) == 60 * len(services) == ServiceRecord.objects.count()
    assert sum(run.metrics["records_known"] for run in done) == 60 * len(services)


@pytest.mark.django_db(transaction=True)  # the heartbeat of a run writes beside it
def test_five_hundred_services_are_synced_in_one_run_and_three_that_are_broken_are_named(site):
    urls = {number: site.hosting(f"/{number}") for number in range(20)}
    rows = []
    for number in range(497):
        service = Service(owner=customer(), name=f"Service {number}", url=urls[number % 20], auth_header="x-api-key")
        service.secret = KEY
        rows.append(service)
    Service.objects.bulk_create(rows)
    make_service(site.broken("/html", "html"), "Login page")
    make_service(site.broken("/down", "down"), "Out of order")
    make_service("http://127.0.0.1:9/", "Nobody there")
    run = sync(concurrency=20)
    assert (run.status, run.metrics["synced"]) == (RunStatus.PARTIAL, 497)
    assert all(name in run.reason for name in ("Login page", "Out of order", "Nobody there"))
    assert ServiceRecord.objects.count() == 497 * 3
    assert (run.done, run.total) == (500, 500)

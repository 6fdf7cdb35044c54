from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_httpserver import HTTPServer

from jobs.admin.service_charts import MOST_POINTS, charts
from jobs.models import JobRun, Service, ServiceRecord
from tests.jobs.services import KEY, Site, make_service, sync

ADD = "/admin/jobs/service/add/"
LIST = "/admin/jobs/service/"


@pytest.fixture(autouse=True)
def _local_servers_may_be_asked(settings):
    settings.INTERNAL_HOSTS = ["127.0.0.1", "localhost"]


@pytest.fixture
def site(httpserver: HTTPServer) -> Site:
    return Site(httpserver)


@pytest.fixture
def form(brand, site) -> dict[str, str]:
    """What a browser sends for a new service."""
    return {
        "name": "Web 1",
        "owner": str(brand.customer_id),
        "preset": "hosting",
        "url": site.hosting("/a"),
        "secret": KEY,
        "is_active": "on",
        "asks": "all",
        "thresholds": "disk_usage_mb > 501\nfile_count below 3",
        "labels": "web\nproduction",
    }


def body(response) -> str:
    return response.content.decode()


def test_an_empty_list_says_what_to_do_next(boss):
    page = body(boss.get(LIST))
    assert "No service yet" in page
    assert ADD in page


def test_a_service_is_added_with_what_its_preset_says(boss, form):
    assert boss.post(ADD, form).status_code == 302
    service = Service.objects.get()
    assert (service.auth_header, service.records_path, service.asks, service.asks_param) == (
        "x-api-key",
        "$.data[*]",
        "days",
        "days",
    )
    assert service.secret == KEY
    assert [str(limit) for limit in service.limits] == ["disk_usage_mb above 501", "file_count below 3"]
    assert service.labels == ["web", "production"]
    for place in (LIST, f"{LIST}{service.pk}/change/", f"{LIST}{service.pk}/history/"):
        assert KEY not in body(boss.get(place))
        assert service.sealed_secret not in body(boss.get(place))


def test_a_trial_shows_what_would_be_stored_and_saves_nothing(boss, form):
    page = body(boss.post(ADD, {**form, "_try": "1"}))
    assert "3 records can be read. Nothing was stored." in page
    assert "/srv/nordlicht" in page
    assert "enter it once more" in page
    assert "Please correct" not in page
    assert KEY not in page
    assert not Service.objects.exists()
    assert not ServiceRecord.objects.exists()


def test_a_trial_of_a_form_that_is_wrong_asks_nobody(boss, form, site):
    page = body(boss.post(ADD, {**form, "url": "http://10.0.0.1/", "_try": "1"}))
    assert "is an internal address" in page
    assert site.asked == {}


def test_a_trial_uses_the_secret_that_is_there(boss, form):
    boss.post(ADD, form)
    service = Service.objects.get()
    change = f"{LIST}{service.pk}/change/"
    sent = {**form, "secret": "", "auth_header": "x-api-key", "records_path": "$.data[*]", "asks": "days"}
    page = body(boss.post(change, {**sent, "name": "Another", "_try": "1"}))
    assert "3 records can be read" in page
    assert "enter it once more" not in page
    service.refresh_from_db()
    assert service.name == "Web 1"


def test_a_secret_stays_where_none_is_entered_and_goes_when_it_is_taken_away(boss, form):
    boss.post(ADD, form)
    change = f"{LIST}{Service.objects.get().pk}/change/"
    assert boss.post(change, {**form, "secret": "", "name": "Web 2"}).status_code == 302
    assert (Service.objects.get().name, Service.objects.get().secret) == ("Web 2", KEY)
    moved = boss.post(change, {**form, "secret": "", "url": "https://thief.example/"})
    assert "enter the secret again" in body(moved)
    boss.post(change, {**form, "secret": "", "forget_secret": "on"})
    assert not Service.objects.get().has_secret


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("thresholds", "cpu over 9", "no threshold"), ("records_path", "$.[", "JSON path"), ("secret", "ä", "ASCII")],
)
def test_what_is_wrong_is_said_beside_the_field(boss, form, field, value, words):
    assert words in body(boss.post(ADD, {**form, field: value}))
    assert not Service.objects.exists()


def test_one_service_and_all_are_synced_by_a_button(boss, form):
    boss.post(ADD, form)
    service = Service.objects.get()
    assert boss.post(reverse("admin:jobs_service_sync", args=[service.pk])).status_code == 302
    assert boss.post(reverse("admin:jobs_service_syncall")).status_code == 302
    assert sorted(JobRun.objects.values_list("job_name", flat=True)) == [
        "Service sync: Nordlicht",
        "Service sync: Web 1",
    ]
    assert boss.get(reverse("admin:jobs_service_sync", args=[service.pk])).status_code == 405


def test_charts_are_drawn_of_the_numeric_fields(boss, form, brand):
    boss.post(ADD, form)
    service = Service.objects.get()
    place = reverse("admin:jobs_service_charts", args=[service.pk])
    assert "No records yet" in body(boss.get(place))
    sync(brand.customer)
    page = body(boss.get(place))
    assert page.count("<polyline") == 4
    assert "threshold: disk_usage_mb above 501" in page
    assert "job-chart--crossed" not in page  # the newest value is 500.5
    assert boss.get(f"{LIST}{service.pk}/change/").status_code == 200
    records = boss.get("/admin/jobs/servicerecord/", {"service__id__exact": str(service.pk)})
    assert records.context["cl"].result_count == 3
    assert "base path" in body(boss.get(f"/admin/jobs/servicerecord/{service.records.all()[0].pk}/change/")).lower()


def test_a_chart_of_many_records_is_thinned(brand):
    service = make_service("https://x.example", owner=brand.customer)
    now = timezone.now()
    rows = [
        ServiceRecord(service=service, record_id=str(n), at=now - timedelta(minutes=n), data={"cpu": n % 7})
        for n in range(1000)
    ]
    ServiceRecord.objects.bulk_create(rows)
    (chart,) = charts(service, now - timedelta(days=1), now)
    assert len(chart.points.split()) <= MOST_POINTS
    assert (chart.least, chart.most, chart.last) == ("0", "6", "0")


def test_what_a_service_sends_is_shown_escaped(boss, brand):
    evil = "<script>alert(1)</script>"
    service = make_service("https://x.example", name=evil, owner=brand.customer)
    Service.objects.update(last_error=evil)
    record = ServiceRecord.objects.create(service=service, record_id=evil, at=timezone.now(), data={evil: 1, "b": evil})
    places = [LIST, f"{LIST}{service.pk}/change/", reverse("admin:jobs_service_charts", args=[service.pk])]
    for place in (*places, "/admin/jobs/servicerecord/", f"/admin/jobs/servicerecord/{record.pk}/change/"):
        assert evil not in body(boss.get(place)), place


def test_deleting_a_service_says_how_many_records_go_along(boss, brand):
    service = make_service("https://x.example", owner=brand.customer)
    ServiceRecord.objects.create(service=service, record_id="1", at=timezone.now(), data={})
    place = f"{LIST}{service.pk}/delete/"
    assert "service records" in body(boss.get(place)).lower()
    assert boss.post(place, {"post": "yes"}).status_code == 302
    assert not ServiceRecord.objects.exists()

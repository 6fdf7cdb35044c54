"""What is wrong is said once, is over by itself, and is told to channels without their addresses coming to light."""

import io
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from pytest_httpserver import HTTPServer

from brands.models import Budget
from jobs.alarms import NO_BEAT
from jobs.alerting import acknowledge, raise_alert, resolve_alert
from jobs.channels import channel_problem
from jobs.models import Alert, Channel, JobRun, Service, Worker
from jobs.notify import MOST_TRIES, tell_waiting
from jobs.pages import list_page, row_page
from jobs.patrol import Patrol
from jobs.status import RunStatus
from jobs.workers import sign_on
from tests.jobs.factories import make_job, make_run, probe
from tests.jobs.services import KEY, Site, customer, make_service, sync

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _local_servers_may_be_asked(settings):
    settings.INTERNAL_HOSTS = ["127.0.0.1", "localhost"]


@pytest.fixture
def site(httpserver: HTTPServer) -> Site:
    return Site(httpserver)


def wrong(sentence: str = "It is wrong.", owner=None, key: str = "disk") -> Alert:
    return raise_alert(owner_id=owner and owner.pk, kind="test", key=key, sentence=sentence)


def webhook(httpserver: HTTPServer, path: str = "/hook", status: int = 200) -> str:
    httpserver.expect_request(path, method="POST").respond_with_data("", status)
    return f"{httpserver.url_for(path)}?token={KEY}"


def add_channel(url: str, name: str = "Team") -> Channel:
    channel = Channel(owner=customer(), name=name)
    channel.url = url
    channel.clean()
    channel.save()
    return channel


def sent(httpserver: HTTPServer) -> list[tuple[str, str]]:
    """State and sentence of what webhooks got."""
    return [(request.get_json()["state"], request.get_json()["message"]) for request, _ in httpserver.log]


def test_what_is_wrong_already_is_said_no_second_time():
    first = wrong("It is at 91.")
    second = wrong("It is at 95.")
    assert (first.pk, second.sentence) == (second.pk, "It is at 95.")
    assert wrong(owner=customer()).pk != first.pk
    assert resolve_alert(owner_id=None, key="disk")
    assert not resolve_alert(owner_id=None, key="disk")
    assert wrong().pk != first.pk
    assert Alert.objects.count() == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("of_a_customer", [True, False])
def test_two_that_see_the_same_at_a_time_raise_it_once(of_a_customer):
    owner = customer() if of_a_customer else None
    barrier = threading.Barrier(4)

    def see() -> None:
        barrier.wait()
        wrong(owner=owner)
        connection.close()

    threads = [threading.Thread(target=see) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Alert.objects.count() == 1


def test_a_number_that_crosses_a_threshold_raises_an_alert_until_it_does_no_more(site):
    limits = [
        {"field": "disk_usage_mb", "side": "above", "value": 500},
        {"field": "nothing", "side": "above", "value": 0},
    ]
    service = make_service(site.hosting("/a"), thresholds=limits)
    sync()
    alert = Alert.objects.get()
    assert (alert.owner, alert.kind, alert.state) == (service.owner, "threshold", "open")
    assert alert.sentence == "Web 1: disk_usage_mb is 500.5, above 500."
    sync()
    assert Alert.objects.count() == 1
    service.thresholds = [{"field": "disk_usage_mb", "side": "above", "value": 600}]
    service.save()
    sync()
    alert.refresh_from_db()
    assert alert.state == "resolved"


def test_a_service_that_fails_three_times_raises_an_alert_until_it_answers(site):
    service = make_service(site.broken("/x", "html"))
    for failures in (1, 2, 3):
        sync()
        assert Alert.objects.exists() == (failures == 3)
    assert "has failed 3 times in a row" in Alert.objects.get().sentence
    Service.objects.filter(pk=service.pk).update(url=site.hosting("/a"))
    sync()
    assert Alert.objects.get().state == "resolved"


@pytest.mark.parametrize("how", ["switched off", "deleted"])
def test_the_alerts_of_a_service_that_is_gone_are_over(site, how):
    limits = [{"field": "disk_usage_mb", "side": "above", "value": 500}]
    service = make_service(site.hosting("/a"), thresholds=limits)
    sync()
    if how == "deleted":
        service.delete()
    else:
        service.is_active = False
        service.save()
    assert Alert.objects.get().state == "resolved"


def test_a_channel_is_told_once_what_is_wrong_and_once_that_it_is_over(httpserver: HTTPServer):
    add_channel(webhook(httpserver))
    wrong(owner=customer())
    wrong(owner=customer("Tea Inc"))  # who have no channel
    wrong()  # of the platform
    for _ in range(3):
        tell_waiting()
    resolve_alert(owner_id=customer().pk, key="disk")
    for _ in range(3):
        tell_waiting()
    assert sent(httpserver) == [("open", "It is wrong."), ("resolved", "It is wrong.")]
    assert Channel.objects.get().last_sent_at is not None


def test_the_channels_of_the_setting_are_told_everything(httpserver: HTTPServer, settings):
    settings.ALERT_URLS = [webhook(httpserver)]
    wrong("a", key="a")
    wrong("b", owner=customer(), key="b")
    tell_waiting()
    assert sorted(sent(httpserver)) == [("open", "a"), ("open", "b")]


def test_a_notification_links_to_the_page_on_the_site(httpserver: HTTPServer, settings):
    settings.SITE_ADDRESS = "https://brandbeat.example.com"
    settings.ALERT_URLS = [webhook(httpserver), f"json://{httpserver.host}:{httpserver.port}/hook"]
    run = make_run(RunStatus.FAILED)
    raise_alert(owner_id=None, kind="test", key="x", sentence="It is wrong.", link=row_page(JobRun, run.pk))
    tell_waiting()
    page = f"https://brandbeat.example.com/admin/jobs/jobrun/{run.pk}/change/"
    by_webhook, by_messenger = (request.get_json() for request, _ in httpserver.log)
    assert (by_webhook["message"], by_webhook["link"]) == ("It is wrong.", page)
    assert by_messenger["message"] == f"It is wrong.\n{page}"


def test_pages_are_named_as_the_site_names_them():
    assert list_page(Worker) == reverse("admin:jobs_worker_changelist")
    for model in (JobRun, Service, Budget):
        key = uuid4()
        assert row_page(model, key) == reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_change", args=[key])
    assert row_page(Service, key, "charts") == reverse("admin:jobs_service_charts", args=[key])


def test_a_channel_that_does_not_answer_is_shown_and_keeps_no_other_from_being_told(httpserver: HTTPServer, caplog):
    add_channel(webhook(httpserver, "/good"), "Good")
    add_channel(webhook(httpserver, "/bad", 500), "Bad")
    alert = wrong(owner=customer())
    for _ in range(MOST_TRIES + 2):
        tell_waiting()
    alert.refresh_from_db()
    assert "Bad: The webhook answered HTTP 500" in alert.tell_error
    assert "HTTP 500" in Channel.objects.get(name="Bad").last_error
    paths = [request.path for request, _ in httpserver.log]
    assert (paths.count("/good"), paths.count("/bad")) == (1, MOST_TRIES)
    dump = io.StringIO()
    call_command("dumpdata", "jobs", stdout=dump)
    ours = [record.getMessage() for record in caplog.records if record.name != "werkzeug"]  # the local server's own
    assert KEY not in dump.getvalue() + "".join(ours)


def test_what_happened_long_ago_is_not_told(httpserver: HTTPServer, settings):
    settings.ALERT_URLS = [webhook(httpserver)]
    wrong()
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        tell_waiting()
    assert httpserver.log == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "https://… for a webhook"),
        ("mailto://user:pass@mail.internal", "https://… for a webhook"),
        ("json://10.0.0.1/", "https://… for a webhook"),
        ("syslog://", "https://… for a webhook"),
        ("file:///etc/passwd", "https://… for a webhook"),
        ("slack://x", "Apprise's notation"),
        ("discord://1/2?template=/etc/passwd", "parameters"),
        ("https://169.254.169.254/", "internal address"),
        ("https://x.example/\n", "one line"),
    ],
)
def test_an_address_that_could_lead_inside_is_refused(url, words):
    assert words in channel_problem(url)


@pytest.mark.parametrize("url", ["https://hooks.example/x", "discord://webhook_id/webhook_token"])
def test_messengers_and_webhooks_are_taken(url):
    assert channel_problem(url) == ""


def test_a_webhook_that_became_internal_is_not_asked(httpserver: HTTPServer, settings):
    add_channel(webhook(httpserver))
    settings.INTERNAL_HOSTS = []
    wrong(owner=customer())
    tell_waiting()
    assert httpserver.log == []
    assert "INTERNAL_HOSTS" in Alert.objects.get().tell_error


def test_a_process_that_is_gone_raises_an_alert_at_the_second_look_until_it_is_back():
    patrol = Patrol()
    patrol.look()
    assert not Alert.objects.exists()
    patrol.look()
    patrol.look()
    assert {alert.sentence.partition(" Start")[0] for alert in Alert.objects.all()} >= {NO_BEAT}

    for role in Worker.Role:
        sign_on(f"{role}@here", role)
    patrol.look()
    assert {alert.state for alert in Alert.objects.all()} == {"resolved"}


def test_a_job_whose_last_run_failed_raises_an_alert_if_that_is_asked_for(settings):
    with probe():
        job = make_job(owner=customer())
        make_run(RunStatus.FAILED, job, reason="No money left.")
        Patrol().look()
        assert not Alert.objects.exists()
        settings.ALERT_ON_FAILED_RUNS = True
        Patrol().look()
        alert = Alert.objects.get()
        assert (alert.owner, alert.sentence) == (customer(), "Morning failed: No money left.")
        make_run(RunStatus.COMPLETED, job, created_at=timezone.now() + timedelta(seconds=1))
        Patrol().look()
        assert Alert.objects.get().state == "resolved"


def test_somebody_who_has_seen_it_is_named_and_it_stays(staff_client):
    alert = wrong()
    acknowledge(alert, "ada")
    acknowledge(alert, "bob")
    alert.refresh_from_db()
    assert (alert.state, alert.acknowledged_by) == ("acknowledged", "ada")

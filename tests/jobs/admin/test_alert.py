import pytest
from django.urls import reverse

from jobs.alerting import raise_alert
from jobs.models import Alert, Channel
from tests.jobs.services import KEY

LIST = "/admin/jobs/alert/"


@pytest.fixture
def alert(brand) -> Alert:
    return raise_alert(owner_id=brand.customer_id, kind="test", key="x", sentence="The <b>disk</b> is full.", link="/x")


def test_open_alerts_are_on_every_page_until_somebody_has_seen_them(boss, alert):
    page = boss.get("/admin/").content.decode()
    assert "The &lt;b&gt;disk&lt;/b&gt; is full." in page
    assert "1 open alert<" in page
    assert "I have seen it" in boss.get(LIST, {"state": "open"}).content.decode()
    boss.post(reverse("admin:jobs_alert_acknowledge", args=[alert.pk]))
    assert "open alert<" not in boss.get("/admin/").content.decode()
    assert "by boss" in boss.get(LIST).content.decode()
    assert boss.get(LIST, {"state": "open"}).context["cl"].result_count == 0


def test_empty_lists_say_what_comes_there(boss):
    assert "Nothing is wrong" in boss.get(LIST).content.decode()
    assert "No alert channel yet" in boss.get(reverse("admin:jobs_channel_changelist")).content.decode()


def test_a_banner_names_ones_own_alerts_only(member, alert):
    raise_alert(owner_id=None, kind="platform", key="p", sentence="No worker at all.")
    page = member("analyst").get("/admin/").content.decode()
    assert "1 open alert<" in page
    assert "No worker at all." not in page


def test_a_channels_address_is_written_and_never_shown(boss, brand):
    data = {"name": "Team", "owner": str(brand.customer_id), "is_active": "on"}
    add = reverse("admin:jobs_channel_add")
    assert "webhook" in boss.post(add, {**data, "url": "mailto://x@y.example"}).content.decode()
    assert boss.post(add, {**data, "url": f"https://hooks.example/{KEY}"}).status_code == 302
    channel = Channel.objects.get()
    change = reverse("admin:jobs_channel_change", args=[channel.pk])
    for place in (change, reverse("admin:jobs_channel_changelist")):
        assert KEY not in boss.get(place).content.decode()
    assert boss.post(change, {**data, "name": "Crew", "url": ""}).status_code == 302
    channel.refresh_from_db()
    assert (channel.name, channel.url) == ("Crew", f"https://hooks.example/{KEY}")

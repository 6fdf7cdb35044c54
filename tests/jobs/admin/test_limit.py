import pytest

from jobs.models import Limit
from tests.jobs.factories import make_run

pytestmark = pytest.mark.django_db
LIST, ADD = "/admin/jobs/limit/", "/admin/jobs/limit/add/"


def test_a_limit_is_added_by_name_and_the_list_says_how_full_it_is(boss, brand):
    body = {"kind": "brand", "value": brand.name, "at_once": "3", "starts": "", "per_seconds": "60"}
    assert boss.post(ADD, body).status_code == 302
    key = f"brand:{brand.pk}"
    make_run("processing", keys=[key])
    make_run(waits_for=key)
    page = boss.get(LIST).content.decode()
    for words in (brand.name, ">3<", ">1<"):
        assert words in page


def test_a_limit_that_limits_nothing_is_refused_in_words(boss):
    page = boss.post(ADD, {"kind": "queue", "value": "slow", "at_once": "", "starts": "", "per_seconds": "60"})
    assert "Say how many may be at work at once, or how many may start, or both." in page.content.decode()
    assert not Limit.objects.exists()


def test_only_superusers_see_and_change_limits(member, boss):
    client = member("administrator")
    assert client.get(LIST).status_code == 403
    body = {"kind": "queue", "value": "*", "at_once": "1", "per_seconds": "60"}
    assert client.post(ADD, body).status_code == 403
    assert boss.post(ADD, body).status_code == 302

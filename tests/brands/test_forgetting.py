"""Raw bodies go by the policy; what was said, found and paid stays."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from brands.admin.links import admin_url
from brands.models import Answer, Call, CallStatus, Score
from jobs.pruning import BATCH
from jobs.retention import prune
from tests.brands.factories import make_answer, make_brand, make_call, make_query, make_run

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(days=91)


def old_answer(**fields) -> Answer:
    answer = make_answer(make_query(make_brand()), asked_at=LONG_AGO, **fields)
    answer.raw = b'{"text": "Aurora is great."}'
    answer.save()
    return answer


def test_bodies_are_kept_for_ever_unless_the_settings_say_otherwise():
    answer = old_answer()
    assert prune(timezone.now())["raw_bodies"] == 0
    answer.refresh_from_db()
    assert answer.raw


def test_an_old_body_goes_and_the_answer_its_scores_and_its_cost_stay(settings):
    settings.RAW_BODY_RETENTION_DAYS = 90
    answer = old_answer(cost_usd=Decimal("0.01"), cost_source="billed")
    score = Score.objects.create(answer=answer, brand=answer.brand, scorer="mentions", version="1", measures={})
    young = make_answer(answer.query, raw=b"{}")
    now = timezone.now()
    assert prune(now)["raw_bodies"] == 1
    answer.refresh_from_db()
    assert (answer.raw, answer.body_pruned_at) == (b"", now)
    assert (answer.text, answer.status, answer.cost_usd) == ("Aurora is great.", "answered", Decimal("0.01"))
    assert Score.objects.filter(pk=score.pk).exists()
    young.refresh_from_db()
    assert young.raw == b"{}"
    assert prune(now)["raw_bodies"] == 0


@pytest.mark.parametrize("status", CallStatus)
def test_a_call_that_may_still_be_read_keeps_its_body(settings, status):
    settings.RAW_BODY_RETENTION_DAYS = 90
    call = make_call(make_query(make_brand()), status, opened_at=LONG_AGO, raw=b"what came")
    prune(timezone.now())
    call = Call.objects.get()
    assert bool(call.raw) == (status == CallStatus.OPEN)


def test_many_bodies_go_in_several_batches(settings, django_assert_max_num_queries):
    settings.RAW_BODY_RETENTION_DAYS = 90
    query, run = make_query(make_brand()), make_run(make_brand("Borealis"))
    same = {"brand": query.brand, "query": query, "question": query.text, "collector": "chatgpt", "status": "empty"}
    Answer.objects.bulk_create(
        Answer(**same, run=run, sample=number, asked_at=LONG_AGO, raw=b"{}") for number in range(1, BATCH + 2)
    )
    with django_assert_max_num_queries(40):
        assert prune(timezone.now())["raw_bodies"] == BATCH + 1
    assert not Answer.objects.exclude(body=b"").exists()


def test_the_page_of_an_answer_says_since_when_its_body_is_gone(settings, admin_client: Client):
    settings.RAW_BODY_RETENTION_DAYS = 90
    answer = old_answer()
    address = admin_url("brands_answer_change", answer.pk)
    assert "indented for reading" in admin_client.get(address).content.decode()
    now = timezone.now()
    prune(now)
    assert f"It was pruned on {timezone.localtime(now):%Y-%m-%d}" in admin_client.get(address).content.decode()


def test_the_command_says_how_many(settings, capsys):
    settings.RAW_BODY_RETENTION_DAYS = 90
    old_answer()
    call_command("prune")
    assert "1 raw bodies" in capsys.readouterr().out

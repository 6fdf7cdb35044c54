import pytest
from django.urls import reverse

from brands.models import Call, CallStatus
from jobs.models import JobRun
from tests.brands.factories import make_brand, make_call, make_query, make_run

pytestmark = pytest.mark.django_db
LIST = reverse("admin:brands_call_changelist")


@pytest.fixture
def call() -> Call:
    query = make_query(make_brand())
    run = make_run(query.brand, status="partial", finished_at="2026-11-22T12:00:00Z", attempt=1)
    return make_call(query, CallStatus.AMBIGUOUS, run_id=run.pk)


def test_the_ledger_shows_what_became_of_each_call(admin, call):
    page = admin.get(LIST).content.decode()
    assert call.question in page
    assert "ambiguous" in page
    assert "did not answer" in page


def test_a_call_is_looked_at_and_not_edited(admin, call):
    response = admin.get(reverse("admin:brands_call_change", args=[call.pk]))
    assert response.status_code == 200
    assert 'name="status"' not in response.content.decode()


def test_ask_again_releases_the_call_and_runs_the_run_once_more(admin, call):
    chosen = {"action": "ask_again", "_selected_action": [str(call.pk)]}
    page = admin.post(LIST, chosen, follow=True).content.decode()
    assert "1 question may be asked again. The run is pending again." in page
    call.refresh_from_db()
    assert (call.status, call.released_by) == ("released", "root")
    assert JobRun.objects.get(pk=call.run_id).status == "pending"


def test_a_ledger_without_calls_says_what_it_is(admin):
    assert "Each call to a provider is written down here" in admin.get(LIST).content.decode()

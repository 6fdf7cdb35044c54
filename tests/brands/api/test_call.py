import pytest

from brands.models import Call, CallStatus
from jobs.models import JobRun
from tests.brands.factories import make_answer, make_brand, make_call, make_query, make_run
from tests.tenants import client_of, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def call() -> Call:
    query = make_query(make_brand())
    run = make_run(query.brand, status="partial", finished_at="2026-11-22T12:00:00Z", attempt=1)
    return make_call(query, CallStatus.AMBIGUOUS, run_id=run.pk)


def ask_again(call: Call, role: str = "operator"):
    client = client_of(make_user("ada", call.customer, role))
    return client.post(f"/api/admin/calls/{call.pk}/ask-again")


def test_a_person_has_an_ambiguous_question_asked_again_and_is_remembered(call: Call) -> None:
    response = ask_again(call)
    assert response.status_code == 200, response.json()
    assert response.json()["message"].startswith("1 question may be asked again. The run is pending again.")
    call.refresh_from_db()
    assert (call.status, call.released_by) == ("released", "ada")
    assert JobRun.objects.get(pk=call.run_id).status == "pending"


def test_a_call_that_is_not_ambiguous_stays_as_it_is(call: Call) -> None:
    Call.objects.update(status=CallStatus.ANSWERED)
    assert ask_again(call).json()["message"].startswith("None of these calls is ambiguous")
    assert JobRun.objects.get(pk=call.run_id).status == "partial"


def test_who_may_only_look_cannot_have_it_bought_again(call: Call) -> None:
    assert ask_again(call, "analyst").status_code == 403
    call.refresh_from_db()
    assert call.status == "ambiguous"


def test_the_ledger_is_narrowed_by_status_and_run(call: Call) -> None:
    make_call(call.query)
    client = client_of(make_user("ada", call.customer))
    found = client.get(f"/api/admin/calls?status=ambiguous&run_id={call.run_id}").json()
    assert [row["id"] for row in found["results"]] == [str(call.pk)]


def test_the_ledger_is_a_table_and_has_sums_that_take_the_lists_filters(api, brand):
    query = make_query(brand, "=cmd()?")
    make_call(query)
    make_call(make_query(brand, "Other?"), provider="serpapi", cost_source="estimated")
    text = api.get("/api/admin/calls/export?provider=openai").getvalue().decode()
    assert "'=cmd()?" in text
    assert "Other?" not in text
    rows = api.get("/api/admin/calls/sums").json()
    assert [(row["provider"], row["calls"], row["billed_usd"], row["estimated_usd"]) for row in rows] == [
        ("openai", 1, 0.01, 0.0),
        ("serpapi", 1, 0.0, 0.01),
        ("", 2, 0.01, 0.01),
    ]
    assert api.get("/api/admin/calls/sums?provider=serpapi").json()[-1]["calls"] == 1


def test_the_health_of_providers_is_read_from_the_ledger(api, brand):
    canary = make_query(brand, "What is the capital of Switzerland?", expected=["Bern"])
    answer = make_answer(canary, "It is Bern.", model_served="gpt-5")
    make_call(canary, answer=answer)
    make_call(make_query(brand), CallStatus.FAILED, provider="brightdata")
    failed, fine = api.get("/api/admin/calls/health").json()
    assert (failed["provider"], failed["outcomes"], failed["p50_seconds"]) == ("brightdata", {"failed": 1}, None)
    assert (fine["outcomes"], fine["models"], fine["cost_usd"]) == ({"answered": 1}, ["gpt-5"], 0.01)
    assert (fine["canaries_right"], fine["canaries_wrong"], fine["events"]) == (1, 0, [])
    assert len(api.get("/api/admin/calls/health?provider=openai").json()) == 1


def test_a_canary_is_marked_over_http(api, brand):
    body = {"brand_id": str(brand.pk), "text": "What is the capital?", "expected": ["Bern"]}
    assert api.post("/api/admin/queries", body).json()["expected"] == ["Bern"]

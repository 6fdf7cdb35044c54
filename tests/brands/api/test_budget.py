import pytest

from brands.models import Budget
from jobs.access import Role
from tests.brands.factories import make_call, make_query
from tests.tenants import client_of, make_user

BUDGETS = "/api/admin/budgets"


def test_a_budget_is_made_read_changed_and_deleted(api, brand):
    fields = {"customer_id": str(brand.customer_id), "brand_id": str(brand.pk), "collector": "chatgpt"}
    made = api.post(BUDGETS, {**fields, "period": "day", "limit_usd": 2.5, "limit_calls": 4})
    assert made.status_code == 201
    make_call(make_query(brand), cost_usd="0.5")
    found = api.get(f"{BUDGETS}/{made.json()['id']}").json()
    assert (found["limit_usd"], found["limit_calls"], found["period"]) == (2.5, 4, "day")
    assert (found["used"]["calls"], found["used"]["usd"], found["used"]["share"]) == (1, 0.5, 0.25)
    assert api.patch(f"{BUDGETS}/{found['id']}", {"limit_calls": 1}).json()["used"]["is_nearly_spent"] is True
    assert api.delete(f"{BUDGETS}/{found['id']}").status_code == 204


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "non_field_errors"),
        ({"limit_usd": -1}, "limit_usd"),
        ({"limit_calls": 1, "collector": "nobody"}, "collector"),
        ({"limit_calls": 1, "period": "year"}, "period"),
        ({"limit_calls": 1, "period": "month"}, "period"),
    ],
)
def test_what_is_wrong_is_said_with_its_field_in_a_sentence(api, brand, body, field):
    Budget.objects.create(customer=brand.customer, limit_calls=1)
    response = api.post(BUDGETS, {"customer_id": str(brand.customer_id), **body})
    assert (response.status_code, list(response.json())) == (400, [field])
    assert response.json()[field][0].endswith((".", "choice."))


def test_operators_see_budgets_and_do_not_change_them(brand):
    operator = client_of(make_user("op", brand.customer, Role.OPERATOR))
    Budget.objects.create(customer=brand.customer, limit_calls=1)
    assert len(operator.get(BUDGETS).json()["results"]) == 1
    assert operator.post(BUDGETS, {"customer_id": str(brand.customer_id), "limit_calls": 9}).status_code == 403

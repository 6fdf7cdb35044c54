from brands.models import Membership
from jobs.access import Role
from tests.tenants import client_of, make_user

MEMBERS = "/api/admin/members"


def test_an_administrator_gives_a_role_changes_it_and_takes_it_away(api, brand):
    anna = make_user("anna")
    body = {"customer_id": str(brand.customer_id), "username": "anna", "role": "analyst"}
    made = api.post(MEMBERS, body)
    assert made.status_code == 201
    client = client_of(anna)
    assert client.get("/api/admin/queries").status_code == 200
    address = f"{MEMBERS}/{made.json()['id']}"
    assert api.patch(address, {"role": "customer_user"}).json()["role"] == "customer_user"
    assert client.get("/api/admin/queries").status_code == 403
    assert api.delete(address).status_code == 204
    assert client.get("/api/admin/brands").status_code == 403


def test_a_member_has_one_role_with_a_customer(api, brand):
    body = {"customer_id": str(brand.customer_id), "username": "ada", "role": "analyst"}
    response = api.post(MEMBERS, body)
    assert response.json() == {"username": ["This user is a member of the customer already."]}
    assert api.post(MEMBERS, {**body, "username": "nobody"}).json() == {"username": ["There is no user of this name."]}
    assert list(api.post(MEMBERS, {**body, "role": "king"}).json()) == ["role"]


def test_a_membership_stays_with_its_user_and_its_customer(api, brand):
    make_user("anna")
    member = Membership.objects.get()
    response = api.patch(f"{MEMBERS}/{member.pk}", {"username": "anna"})
    assert list(response.json()) == ["username"]


def test_an_operator_does_not_see_who_the_members_are(brand):
    assert client_of(make_user("olga", brand.customer, Role.OPERATOR)).get(MEMBERS).status_code == 403

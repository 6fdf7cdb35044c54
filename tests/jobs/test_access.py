import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, User
from django.test import RequestFactory
from django_celery_beat.models import PeriodicTask

from brands.models import Brand, Query, Topic
from jobs.access import Right, Role, ScopedAdmin, may, may_anywhere, owner_id_of, scope
from jobs.models import JobRun
from tests.brands.factories import make_brand
from tests.jobs.factories import make_run
from tests.tenants import make_tenant, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours():
    return make_tenant("Coffee Ltd", "Aurora")


@pytest.fixture
def theirs():
    return make_tenant("Tea Inc", "Oolong")


def request_of(user):
    request = RequestFactory().get("/")
    request.user = user
    return request


def test_rows_are_those_of_the_customers_one_belongs_to(ours, theirs):
    olga = User.objects.get(username="operator@Coffee Ltd")
    assert [*scope(Query.objects.all(), olga)] == [ours.query]
    assert scope(Query.objects.all(), User.objects.create_superuser("root")).count() == 2
    assert not scope(Query.objects.all(), AnonymousUser()).exists()


def test_a_user_with_two_customers_has_a_role_of_its_own_with_each(ours, theirs):
    olga = User.objects.get(username="operator@Coffee Ltd")
    olga.memberships.create(customer=theirs.customer, role=Role.ANALYST)
    assert scope(Brand.objects.all(), olga).count() == 2
    assert [*scope(Brand.objects.all(), olga, Right.WRITE)] == [ours.brand]
    assert (may(olga, Right.WRITE, ours.customer.pk), may(olga, Right.WRITE, theirs.customer.pk)) == (True, False)


def test_rows_without_an_owner_are_for_superusers(ours):
    run = make_run()
    olga = User.objects.get(username="administrator@Coffee Ltd")
    assert run not in scope(JobRun.objects.all(), olga)
    assert run in scope(JobRun.objects.all(), User.objects.create_superuser("root"))
    assert not may(olga, Right.READ, None)


def test_a_model_that_does_not_say_whose_its_rows_are_shows_none(ours):
    assert PeriodicTask.objects.exists()
    assert not scope(PeriodicTask.objects.all(), User.objects.get(username="administrator@Coffee Ltd")).exists()


def test_a_user_who_was_switched_off_has_no_rights(ours):
    olga = make_user("o", ours.customer, Role.ADMINISTRATOR, is_active=False)
    root = make_user("r", is_superuser=True, is_active=False)
    assert not may_anywhere(olga, Right.RESULTS)
    assert not may_anywhere(root, Right.RESULTS)


def test_each_row_knows_its_owner(ours):
    rows = [ours.customer, ours.brand, ours.competitor, ours.topic, ours.answer, ours.citation, ours.score, ours.job]
    assert {owner_id_of(row) for row in rows} == {ours.customer.pk}


class TopicAdmin(ScopedAdmin, admin.ModelAdmin):
    pass


def test_the_admin_has_only_ones_own_rows_and_choices(ours, theirs):
    page = TopicAdmin(Topic, admin.AdminSite())
    request = request_of(User.objects.get(username="operator@Coffee Ltd"))
    assert [*page.get_queryset(request)] == [ours.topic]
    field = page.formfield_for_foreignkey(Topic._meta.get_field("brand"), request)
    assert [*field.queryset] == [ours.brand]


def test_the_admin_lets_nobody_change_what_the_role_only_reads(ours):
    page = TopicAdmin(Topic, admin.AdminSite())
    anna, olga = (User.objects.get(username=f"{role}@Coffee Ltd") for role in ("analyst", "operator"))
    for user in (anna, olga):
        user.is_staff = True
        user._perm_cache = {"brands.change_topic", "brands.delete_topic"}
    allowed = {
        user: (page.has_change_permission(request_of(user), ours.topic), page.has_delete_permission(request_of(user)))
        for user in (anna, olga)
    }
    assert allowed == {anna: (False, False), olga: (True, True)}
    assert make_brand("x").owner is not None

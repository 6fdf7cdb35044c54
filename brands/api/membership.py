from django.contrib.auth import get_user_model
from django_filters import ChoiceFilter, UUIDFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from brands.models import Customer, Membership
from jobs.access import Right, Role
from jobs.api.base import WriteRows
from jobs.api.serializers import Reference, RowSerializer


class MembershipSerializer(RowSerializer):
    customer_id = Reference(Customer, source="customer")
    username = serializers.SlugRelatedField(
        source="user",
        slug_field="username",
        queryset=get_user_model().objects.filter(is_active=True),
        error_messages={"does_not_exist": "There is no user of this name."},
    )

    class Meta:
        model = Membership
        fields = ["id", "customer_id", "username", "role", "created_at"]
        read_only_fields = ["created_at"]
        fixed = ["customer_id", "username"]
        taken = {"one_role_per_customer": ("username", "This user is a member of the customer already.")}


class MembershipFilters(FilterSet):
    customer_id = UUIDFilter()
    role = ChoiceFilter(choices=Role.choices)


@extend_schema_view(
    list=extend_schema(summary="Who belongs to your customers, newest first"),
    retrieve=extend_schema(summary="A membership"),
    create=extend_schema(summary="Give a user a role with a customer"),
    update=extend_schema(summary="Change the role"),
    partial_update=extend_schema(summary="Change the role"),
    destroy=extend_schema(summary="Take a user's role away"),
)
class MembershipViewSet(WriteRows):
    queryset = Membership.objects.select_related("user", "customer")
    serializer_class = MembershipSerializer
    filterset_class = MembershipFilters
    reading = writing = Right.MANAGE

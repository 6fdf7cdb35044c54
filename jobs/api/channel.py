from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from jobs.access import OWNER, Right
from jobs.api.alert import OfOwnerAlone
from jobs.api.base import WriteRows
from jobs.api.idempotency import PARAMETER
from jobs.channels import LONGEST_URL
from jobs.models import Channel


class ChannelSerializer(OfOwnerAlone):
    url = serializers.CharField(
        write_only=True,
        max_length=LONGEST_URL,
        help_text="https://… for a webhook, or Apprise's notation: slack://…, tgram://…. Written and never shown.",
    )

    class Meta:
        model = Channel
        fields = ["id", "name", "url", "is_active", "last_sent_at", "last_error", "created_at"]
        read_only_fields = ["last_sent_at", "last_error", "created_at"]
        fixed = [f"{OWNER}_id"]


@extend_schema_view(
    list=extend_schema(summary="Where alerts are sent, newest first"),
    retrieve=extend_schema(summary="A channel"),
    create=extend_schema(summary="Add a channel", parameters=[PARAMETER]),
    update=extend_schema(summary="Change the fields that are sent"),
    partial_update=extend_schema(summary="Change the fields that are sent"),
    destroy=extend_schema(summary="Send no more alerts there"),
)
class ChannelViewSet(WriteRows):
    queryset = Channel.objects.all()
    serializer_class = ChannelSerializer
    reading = Right.MANAGE
    writing = Right.MANAGE

from typing import Any

from django_filters import ChoiceFilter, UUIDFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from brands.correcting import NothingToCorrect, correct, withdraw, words_in
from brands.models import Answer, Competitor, Correction
from jobs.access import Right, may
from jobs.api.base import HasRight, ReadRows
from jobs.api.serializers import KnownFields, Reference


class CorrectionSerializer(serializers.ModelSerializer):
    answer_id = serializers.UUIDField(read_only=True)
    entity_id = serializers.UUIDField(source="entity_key", read_only=True)
    words = serializers.CharField(read_only=True)
    author = serializers.CharField(source="author_name", read_only=True)

    class Meta:
        model = Correction
        fields = [
            *("id", "answer_id", "entity_id", "kind", "start", "end", "words", "label"),
            *("note", "author", "created_at", "withdrawn_at"),
        ]
        read_only_fields = fields


class NewCorrectionSerializer(KnownFields):
    answer_id = Reference(Answer)
    competitor_id = Reference(Competitor, required=False, help_text="Without it, it is about the brand.")
    kind = serializers.ChoiceField(Correction.Kind.choices)
    words = serializers.CharField(required=False, help_text="The words in the answer, in place of start and end.")
    start = serializers.IntegerField(required=False, min_value=0)
    end = serializers.IntegerField(required=False, min_value=1)
    label = serializers.ChoiceField(Correction.Label.choices, required=False)
    note = serializers.CharField(required=False, max_length=500, allow_blank=True, default="")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        is_label = data["kind"] == Correction.Kind.SENTIMENT
        if is_label and "label" not in data:
            raise ValidationError({"label": ["A sentiment needs its label."]})
        if not is_label and not ("words" in data or {"start", "end"} <= set(data)):
            raise ValidationError({"words": ["Say which words: words, or start and end."]})
        competitor = data.get("competitor_id")
        if competitor is not None and competitor.brand_id != data["answer_id"].brand_id:
            raise ValidationError({"competitor_id": ["This competitor belongs to another brand."]})
        return data


class CorrectionFilters(FilterSet):
    customer_id = UUIDFilter("answer__brand__customer_id")
    brand_id = UUIDFilter("answer__brand_id")
    answer_id = UUIDFilter()
    kind = ChoiceFilter(choices=Correction.Kind.choices)


@extend_schema_view(
    list=extend_schema(summary="What people corrected, newest first"),
    retrieve=extend_schema(summary="A correction"),
    destroy=extend_schema(summary="Withdraw a correction: the scorers' word counts again; the row is kept"),
)
class CorrectionViewSet(mixins.DestroyModelMixin, ReadRows):
    queryset = Correction.objects.select_related("answer__brand", "brand", "competitor").defer("answer__body")
    serializer_class = CorrectionSerializer
    filterset_class = CorrectionFilters

    @extend_schema(
        summary="Correct a mention or a sentiment; it counts at once",
        request=NewCorrectionSerializer,
        responses={201: CorrectionSerializer},
    )
    def create(self, request: Request) -> Response:
        body = NewCorrectionSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        answer: Answer = asked["answer_id"]
        if not may(request.user, Right.WRITE, answer.brand.customer_id):
            self.permission_denied(request, message=HasRight.message)
        try:
            made = correct(
                answer,
                asked.get("competitor_id") or answer.brand,
                asked["kind"],
                request.user,
                note=asked["note"],
                **_what(answer, asked),
            )
        except NothingToCorrect as error:
            raise ValidationError({"words": [str(error)]}) from None
        return Response(self.fresh(made.pk), status=201)

    def perform_destroy(self, instance: Correction) -> None:
        try:
            withdraw(instance)
        except NothingToCorrect as error:
            raise ValidationError(str(error)) from None


def _what(answer: Answer, asked: dict[str, Any]) -> dict[str, Any]:
    if asked["kind"] == Correction.Kind.SENTIMENT:
        return {"label": asked["label"]}
    start, end = words_in(answer, asked["words"]) if "words" in asked else (asked["start"], asked["end"])
    return {"start": start, "end": end}

"""What the list of answers shows of each answer's current scores, as columns that the database sorts and filters by."""

from typing import Any

from django.db.models import Count, FloatField, IntegerField, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, NullIf

from brands.models import Answer, Citation, Score

KINDS: dict[str, Any] = {
    "mention_count": IntegerField,
    "first_position": IntegerField,
    "score": FloatField,
    "label": TextField,
}


def current_measure(scorer: str, measure: str, **entity: Any) -> Subquery:
    """A measure of an entity (the answer's brand when none is given) in its current score."""
    scores = Score.objects.filter(
        answer=OuterRef("pk"), scorer=scorer, is_current=True, **(entity or {"brand": OuterRef("brand_id")})
    ).order_by()
    # SQLite reads a JSON null as the text "null", PostgreSQL as NULL.
    value = Cast(NullIf(KT(f"measures__{measure}"), Value("null")), KINDS[measure]())
    return Subquery(scores.annotate(value=value).values("value")[:1])


def with_columns(answers: QuerySet[Answer]) -> QuerySet[Answer]:
    cited = Citation.objects.filter(answer=OuterRef("pk"), is_cited=True).order_by().values("answer")
    return answers.annotate(
        mention_count=current_measure("mentions", "mention_count"),
        first_position=current_measure("position", "first_position"),
        sentiment_score=current_measure("sentiment", "score"),
        sentiment_label=current_measure("sentiment", "label"),
        cited_count=Coalesce(Subquery(cited.annotate(n=Count("pk")).values("n")), 0),
    )

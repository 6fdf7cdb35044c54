from django.db import models
from django.db.models import Q
from django.utils import timezone

from brands.models.answer import Answer
from brands.models.brand import Brand, Competitor


class Score(models.Model):
    """What one version of a scorer found in one answer for one entity, with the words it found it in."""

    owner_path = "answer__brand__customer"

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="scores")
    brand = models.ForeignKey(Brand, models.CASCADE, null=True, related_name="scores")
    competitor = models.ForeignKey(Competitor, models.CASCADE, null=True, related_name="scores")
    scorer = models.CharField(max_length=50)
    version = models.CharField(max_length=50)
    tracked = models.CharField(max_length=16, blank=True)  # fingerprint of the names and rules that were looked for
    corrected = models.CharField(max_length=16, blank=True)  # fingerprint of the corrections by people that it honours
    is_current = models.BooleanField(default=True)  # what pages and metrics read; the others are kept
    measures = models.JSONField()
    evidence = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["answer", "scorer", "id"]
        indexes = [
            models.Index(
                fields=["brand", "scorer", "version", "tracked", "answer"],
                condition=Q(is_current=True, brand__isnull=False),
                name="current_scores_of_brand",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(brand__isnull=False, competitor=None) | Q(brand=None, competitor__isnull=False),
                name="score_is_of_one_entity",
            ),
            models.UniqueConstraint(
                fields=["answer", "brand", "scorer", "version", "tracked", "corrected"],
                condition=Q(brand__isnull=False),
                name="brand_scored_once_a_version",
            ),
            models.UniqueConstraint(
                fields=["answer", "competitor", "scorer", "version", "tracked", "corrected"],
                condition=Q(competitor__isnull=False),
                name="competitor_scored_once_a_version",
            ),
            models.UniqueConstraint(
                fields=["answer", "brand", "scorer"],
                condition=Q(brand__isnull=False, is_current=True),
                name="brand_has_one_current_score",
            ),
            models.UniqueConstraint(
                fields=["answer", "competitor", "scorer"],
                condition=Q(competitor__isnull=False, is_current=True),
                name="competitor_has_one_current_score",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scorer} {self.version} · {self.entity}"

    @property
    def entity(self) -> Brand | Competitor | None:
        return self.brand or self.competitor

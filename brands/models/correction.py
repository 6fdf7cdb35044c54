from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from brands.models.answer import Answer
from brands.models.brand import Brand, Competitor


class Correction(models.Model):
    """What a person says about one answer against the scorers. It holds in every later scoring, until withdrawn."""

    owner_path = "answer__brand__customer"

    class Kind(models.TextChoices):
        NOT_A_MENTION = "not_a_mention"  # these words do not mean the entity
        MENTION = "mention"  # these words do
        SENTIMENT = "sentiment"  # the answer speaks of the entity like this

    class Label(models.TextChoices):
        POSITIVE = "positive"
        NEUTRAL = "neutral"
        NEGATIVE = "negative"
        ABSTAIN = "abstain"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    answer = models.ForeignKey(Answer, models.CASCADE, related_name="corrections")
    brand = models.ForeignKey(Brand, models.CASCADE, null=True, related_name="corrections")
    competitor = models.ForeignKey(Competitor, models.CASCADE, null=True, related_name="corrections")
    kind = models.CharField(max_length=20, choices=Kind)
    start = models.PositiveIntegerField(null=True)  # of the words in the answer's text
    end = models.PositiveIntegerField(null=True)
    label = models.CharField(max_length=10, blank=True, choices=Label)
    note = models.CharField(max_length=500, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="corrections")
    author_name = models.CharField(max_length=150)  # also when the user is gone
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(brand__isnull=False, competitor=None) | Q(brand=None, competitor__isnull=False),
                name="correction_is_of_one_entity",
            ),
            models.CheckConstraint(
                condition=Q(kind="sentiment", start=None, end=None) & ~Q(label="")
                | ~Q(kind="sentiment") & Q(label="", start__isnull=False, end__gt=models.F("start")),
                name="correction_says_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.entity}"

    @property
    def entity(self) -> Brand | Competitor | None:
        return self.brand or self.competitor

    @property
    def entity_key(self) -> str:
        return str(self.brand_id or self.competitor_id)

    @property
    def words(self) -> str:
        """The words of the answer that it is about."""
        return self.answer.text[self.start : self.end] if self.start is not None else ""

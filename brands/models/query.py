from typing import Any
from uuid import uuid4

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from brands.matching import names
from brands.models.brand import Brand, NamesField, check_names

is_country = RegexValidator(r"^[A-Z]{2}\Z", "Write the two capital letters of the country, for example CH.")
is_locale = RegexValidator(
    r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?\Z", "Write a language and, if you like, a country: de or de-CH."
)


class Topic(models.Model):
    """A subject that groups a brand's queries."""

    owner_path = "brand__customer"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    brand = models.ForeignKey(Brand, models.CASCADE, related_name="topics")
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["brand", "name"], name="topic_name_once_a_brand")]

    def __str__(self) -> str:
        return self.name


class Query(models.Model):
    """A question to ask. It is branded when it names its brand."""

    owner_path = "brand__customer"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    brand = models.ForeignKey(Brand, models.CASCADE, related_name="queries")
    topic = models.ForeignKey(Topic, models.SET_NULL, null=True, blank=True, related_name="queries")
    text = models.CharField(max_length=1000)
    country = models.CharField(max_length=2, blank=True, validators=[is_country])
    locale = models.CharField(max_length=16, blank=True, validators=[is_locale])
    is_active = models.BooleanField("active", default=True)
    is_branded = models.BooleanField("branded", default=False, editable=False)
    is_suggested = models.BooleanField("suggested", default=False, editable=False)  # and nobody has reviewed it yet
    expected = NamesField(
        "known answer",
        validators=[check_names],
        help_text="Makes it a canary: words, one a line, of which a right answer has at least one.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["brand", "text"]
        verbose_name_plural = "queries"
        constraints = [
            models.UniqueConstraint(fields=["brand", "text", "country", "locale"], name="query_once_a_brand"),
            models.CheckConstraint(condition=~models.Q(text=""), name="query_has_a_text"),
            models.CheckConstraint(
                condition=models.Q(is_suggested=False) | models.Q(is_active=False),
                name="suggested_query_is_not_active",
            ),
        ]
        indexes = [models.Index(fields=["brand"], condition=models.Q(is_active=True), name="active_queries")]

    def __str__(self) -> str:
        return self.text

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.clean()
        self.is_branded = names(self.text, [self.brand.entity()])
        super().save(*args, **kwargs)

    def clean(self) -> None:
        self.is_suggested = self.is_suggested and not self.is_active  # whoever activates it has reviewed it

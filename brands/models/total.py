"""Sums over the answers of one day, query, collector and country: what dashboards read in place of the scores.

Topic, and whether the query is branded, are the query's own and are looked up there, so that they are never out of
date here. Only `brands.totals` writes these rows.
"""

from django.db import models

from brands.models.brand import Brand, Competitor
from brands.models.query import Query

KEY = ("day", "query", "collector", "country")


class _Total(models.Model):
    is_derived = True  # nothing is lost with such a row

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="+")  # whose page it is on
    query = models.ForeignKey(Query, models.CASCADE, related_name="+")
    day = models.DateField()  # on which they were asked, in the site's time zone
    collector = models.CharField(max_length=50)
    country = models.CharField(max_length=2, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.day} · {self.collector} · {self.query_id}"


class AnswerTotal(_Total):
    """What became of the answers."""

    answered = models.PositiveIntegerField(default=0)
    empty = models.PositiveIntegerField(default=0)
    absent = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    scored = models.PositiveIntegerField(default=0)  # of those answered, searched for mentions

    class Meta:
        constraints = [models.UniqueConstraint(fields=KEY, name="one_answer_total")]
        indexes = [models.Index(fields=["brand", "day"], name="answer_totals")]


class EntityTotal(_Total):
    """What was found for the brand (no competitor) or for one competitor."""

    competitor = models.ForeignKey(Competitor, models.CASCADE, null=True, related_name="+")
    mentioning = models.PositiveIntegerField(default=0)  # answers
    mentions = models.PositiveIntegerField(default=0)
    positions = models.PositiveIntegerField(default=0)  # answers with a first position
    position_sum = models.PositiveBigIntegerField(default=0)
    sentiments = models.PositiveIntegerField(default=0)  # answers with a sentiment score
    sentiment_sum = models.BigIntegerField(default=0)  # in ten-thousandths, so that no order of adding matters
    recommended = models.PositiveIntegerField(default=0)  # answers, like the two below
    compared = models.PositiveIntegerField(default=0)
    warned_against = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=[*KEY, "competitor"], name="one_competitor_total"),
            models.UniqueConstraint(fields=KEY, condition=models.Q(competitor=None), name="one_brand_total"),
        ]
        indexes = [models.Index(fields=["brand", "day"], name="entity_totals")]


class HostTotal(_Total):
    """How often the answers name pages of one host. Whose it is, and of what kind, is looked up when it is read."""

    host = models.CharField(max_length=255)
    cited = models.PositiveIntegerField(default=0)
    consulted = models.PositiveIntegerField(default=0)  # only

    class Meta:
        constraints = [models.UniqueConstraint(fields=[*KEY, "host"], name="one_host_total")]
        indexes = [models.Index(fields=["brand", "day"], name="host_totals")]

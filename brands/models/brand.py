"""What is tracked: a brand and its competitors, each with the names and domains it is known by."""

from functools import partial
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from brands.domains import domain_of_entry
from brands.matching import Entity, names
from brands.matching.name_rule import check_rules, rules_of
from brands.models.customer import Customer
from brands.models.deletion import HeldWhileDeleted


def check_names(names: list[str]) -> None:
    """Refuse anything but a list of short, non-empty texts."""
    if not isinstance(names, list) or not all(isinstance(name, str) and 0 < len(name.strip()) <= 200 for name in names):
        raise ValidationError("Write one name a line, each of 1 to 200 characters.")


def check_domains(domains: list[str]) -> None:
    """Refuse what is not a domain, and say which entry it is."""
    check_names(domains)
    wrong = [entry for entry in domains if domain_of_entry(entry) is None]
    if wrong:
        raise ValidationError(f"“{wrong[0]}” is not a domain. Write one a line, for example shop.example.com.")


def check_name_rules(rules: Any) -> None:
    try:
        check_rules(rules)
    except ValueError as error:
        raise ValidationError(str(error)) from None


NamesField = partial(models.JSONField, default=list, blank=True)


class Named(models.Model):
    """The names and domains of something that answers may speak of."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=200)
    aliases = NamesField(validators=[check_names], help_text="Other names, old names and spellings, one a line.")
    products = NamesField(validators=[check_names], help_text="Products that count as a mention, one a line.")
    domains = NamesField(validators=[check_domains], help_text="Its own web sites, one a line.")
    rules = NamesField(validators=[check_name_rules], help_text="What ambiguous names must fulfil besides.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.name = self.name.strip()
        self.domains = [domain_of_entry(entry) or entry for entry in self.domains]

    @property
    def kind(self) -> str:
        return self._meta.model_name or ""

    def entity(self) -> Entity:
        """As the scorers see it."""
        return Entity(
            key=str(self.pk),
            name=self.name,
            kind="brand" if self.kind == "brand" else "competitor",
            aliases=(*self.aliases, *self.products),
            domains=tuple(self.domains),
            rules=rules_of(self.rules),
        )


class Brand(HeldWhileDeleted, Named):
    owner_path = "customer"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="brands")
    description = models.TextField(blank=True)

    class Meta(Named.Meta):
        constraints = [
            models.UniqueConstraint("customer", Lower("name"), name="brand_name_once_a_customer"),
            models.CheckConstraint(condition=~models.Q(name=""), name="brand_has_a_name"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and work out anew which queries name the brand."""
        super().save(*args, **kwargs)
        queries = list(self.queries.all())
        for query in queries:
            query.is_branded = names(query.text, [self.entity()])
        self.queries.bulk_update(queries, ["is_branded"])

    @property
    def owner(self) -> Customer:
        return self.customer

    def entities(self) -> list[Entity]:
        """The brand and its competitors."""
        return [self.entity(), *(competitor.entity() for competitor in self.competitors.all())]


class Competitor(Named):
    owner_path = "brand__customer"

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="competitors")

    class Meta(Named.Meta):
        constraints = [
            models.UniqueConstraint("brand", Lower("name"), name="competitor_name_once_a_brand"),
            models.CheckConstraint(condition=~models.Q(name=""), name="competitor_has_a_name"),
        ]

"""Which answers figures are about, and their totals: read from the tables, or computed for a single run."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Model, Sum

from brands.models import Answer, AnswerTotal, Brand, EntityTotal, HostTotal
from brands.totals import Totals, computed, first_moment

EVER = date.min  # the day of totals that are not told apart by day


@dataclass(frozen=True, slots=True)
class Selection:
    """Of a brand's answers those for which all of this holds. None leaves it open; days are the site's."""

    run_id: UUID | None = None
    collector: str | None = None
    since: date | None = None
    until: date | None = None
    topic_id: UUID | None = None
    country: str | None = None
    is_branded: bool | None = None
    query_id: UUID | None = None

    @property
    def _alike(self) -> dict[str, Any]:
        """What answers and totals are asked for in the same words."""
        values = {
            "collector": self.collector,
            "query__topic_id": self.topic_id,
            "country": self.country,
            "query__is_branded": self.is_branded,
            "query_id": self.query_id,
        }
        return {name: value for name, value in values.items() if value is not None}

    @property
    def _asked(self) -> dict[str, datetime]:
        asked = {} if self.since is None else {"asked_at__gte": first_moment(self.since)}
        return asked if self.until is None else asked | {"asked_at__lt": first_moment(self.until + timedelta(days=1))}

    def totals(self, brand: Brand, *, by_day: bool = False) -> Totals:
        """By query, collector and, if asked for, day; countries are added up."""
        if self.run_id is not None:
            return computed(Answer.objects.filter(brand=brand, run_id=self.run_id, **self._alike, **self._asked))
        days = {"day__gte": self.since, "day__lte": self.until}
        which = {"brand": brand, **self._alike, **{name: day for name, day in days.items() if day is not None}}
        return Totals(
            _summed(AnswerTotal, which, (), by_day),
            _summed(EntityTotal, which, ("competitor_id",), by_day),
            _summed(HostTotal, which, ("host",), by_day),
        )


def _summed(model: type[Model], which: dict[str, Any], about: tuple[str, ...], by_day: bool) -> list[Any]:
    key = ["query_id", "collector", *about, *(["day"] if by_day else [])]
    told_apart = {"id", "brand", "query", "day", "collector", "country", "competitor", "host"}
    sums = [field.name for field in model._meta.concrete_fields if field.name not in told_apart]
    rows = model._default_manager.filter(**which).order_by().values(*key)
    found = rows.annotate(**{f"{name}_": Sum(name) for name in sums})
    ever = {} if by_day else {"day": EVER}
    return [
        model(**{name: row[name] for name in key}, **{name: row[f"{name}_"] for name in sums}, **ever) for row in found
    ]

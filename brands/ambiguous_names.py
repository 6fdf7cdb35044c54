"""Which names of a brand and its competitors are ambiguous, and what that costs on the answers that are there."""

from dataclasses import dataclass
from typing import Any

from brands.matching.ambiguity import Ambiguity, HitRate, ambiguities, hit_rate
from brands.matching.name_rule import kept_rule
from brands.models import Answer, Brand, Competitor

MOST_ANSWERS = 500  # the newest of the customer's are looked at


@dataclass(frozen=True, slots=True)
class AmbiguousName:
    row: Brand | Competitor
    ambiguity: Ambiguity
    rate: HitRate

    @property
    def sentence(self) -> str:
        """Why, and how often its letters mean something else."""
        reasons = " ".join(self.ambiguity.reasons)
        rate = self.rate
        if rate.rate is None:
            return f"{reasons} No stored answer has it."
        return (
            f"{reasons} In {rate.answers} stored answers it stands {rate.places} times, "
            f"an estimated {rate.rate:.0%} of them not as the name."
        )


def ambiguous_names(brand: Brand) -> list[AmbiguousName]:
    """Those without a rule, the brand's own first."""
    rows: list[Brand | Competitor] = [brand, *brand.competitors.all()]
    entities = [row.entity() for row in rows]
    known = _names_elsewhere(brand)
    found = [(row, each) for row in rows for each in ambiguities(row.entity(), entities, known)]
    texts = _texts(brand) if found else []
    return [AmbiguousName(row, each, hit_rate(each.name, each.proposed, texts)) for row, each in found]


def _names_elsewhere(brand: Brand) -> set[str]:
    """Of other brands of the same customer; those of other customers are none of its business."""
    others = Brand.objects.filter(customer_id=brand.customer_id).exclude(pk=brand.pk).prefetch_related("competitors")
    return {name for other in others for entity in other.entities() for name in entity.names}


def _texts(brand: Brand) -> list[str]:
    answers = Answer.objects.filter(brand__customer_id=brand.customer_id, status=Answer.Status.ANSWERED)
    return list(answers.order_by("-asked_at").values_list("text", flat=True)[:MOST_ANSWERS])


def add_proposed_rules(names: list[AmbiguousName]) -> None:
    """Give each name the rule that is proposed for it."""
    rows: dict[Any, Brand | Competitor] = {each.row.pk: each.row for each in names}
    for each in names:
        row = rows[each.row.pk]
        row.rules = [*row.rules, kept_rule(each.ambiguity.proposed)]
    for row in rows.values():
        row.full_clean()
        row.save()

"""What a scheduled job can do for a brand: collect answers, score them, or both."""

from datetime import date
from typing import Annotated, Any, cast
from uuid import UUID

from pydantic import AfterValidator, Field

from brands.asking import collectors, unusable, usable_collectors
from brands.budgets import nearly_spent
from brands.collection import Collection
from brands.costs import plan_estimate
from brands.models import Brand
from brands.rescoring import rescore
from brands.scoring import score_brand
from jobs.errors import GiveUp
from jobs.job_type import Estimate, JobType, OptionsModel, RunContext, job_type


def _known(names: list[str]) -> list[str]:
    for name in names:
        if name not in collectors():
            raise ValueError(f"There is no collector “{name}”. There are: {', '.join(collectors())}.")
    return list(dict.fromkeys(names))


def _choices(schema: dict[str, Any]) -> None:
    """For forms: the list holds names of collectors. Asked each time, so that a new plug-in is among them."""
    schema["items"] = {"type": "string", "enum": collectors()}


def _country(value: str) -> str:
    if value and not (len(value) == 2 and value.isalpha() and value.isascii()):
        raise ValueError(f"“{value}” is not a country. Write its two letters, for example CH.")
    return value.upper()


Limit = Annotated[int | None, Field(default=None, ge=1, le=1_000_000)]


class CollectionOptions(OptionsModel):
    collectors: Annotated[
        list[str],
        Field(
            default_factory=usable_collectors,
            min_length=1,
            description="The answer engines to ask; without a choice, those that have a provider with a key.",
            json_schema_extra=_choices,
        ),
        AfterValidator(_known),
    ]
    parallel: bool = Field(False, description="Ask several questions at the same time.")
    samples: int = Field(1, ge=1, le=20, description="How often each question is asked: answers vary.")
    spread_seconds: int = Field(
        0, ge=0, le=86_400, description="Spread the calls evenly over this many seconds, within the run's time limit."
    )
    delay_seconds: int = Field(
        0, ge=0, le=30, description="Wait up to this many seconds, at random, between two calls to one provider."
    )
    country: Annotated[str, AfterValidator(_country)] = Field(
        "", description="Ask as from this country, where a query names none: two letters, for example CH."
    )
    locale: str = Field(
        "",
        max_length=16,
        pattern=r"^([a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?)?$",
        description="Ask in this language, where a query names none: for example de-CH.",
    )


class ScoringOptions(OptionsModel):
    position_limit: Limit = Field(None, description="At most this many answers are searched for mentions in one run.")
    sentiment_limit: Limit = Field(None, description="At most this many answers are judged for sentiment in one run.")
    since: date | None = Field(None, description="Leave out answers asked before this day.")


class CollectionAndScoringOptions(ScoringOptions, CollectionOptions):
    pass  # pydantic takes the fields of the last base first: what is asked, then how it is scored


def _brand(subject_id: UUID | None) -> Brand | None:
    return Brand.objects.prefetch_related("competitors").filter(pk=subject_id).first() if subject_id else None


class BrandJobType(JobType):
    needs_subject = True
    seconds_to_land = 60  # a call that is cut off may be paid for and lost
    key_kinds = ("collector",)

    def keys(self, options: OptionsModel) -> list[str]:
        names = options.collectors if isinstance(options, CollectionOptions) else []
        return [f"collector:{name}" for name in names]

    def brand(self, context: RunContext) -> Brand:
        brand = _brand(context.subject_id)
        if brand is None:
            raise GiveUp("The brand of this job was deleted.")
        return brand

    def check(self, subject_id: UUID | None, options: OptionsModel) -> list[str]:
        found = []
        if isinstance(options, CollectionOptions):
            brand = _brand(subject_id)
            if brand is not None and not brand.queries.filter(is_active=True).exists():
                found.append(f"{brand} has no active query, so there is nothing to ask. Add one first.")
            found += [reason for name in options.collectors if (reason := unusable(name))]
        return found

    def estimate(self, subject_id: UUID | None, options: OptionsModel) -> Estimate | None:
        return plan_estimate(subject_id, options) if isinstance(options, CollectionOptions) else None


def collect(context: RunContext, brand: Brand) -> Collection:
    options = cast(CollectionOptions, context.options)
    collection = Collection(context, brand, options)
    try:
        collection.run()
    finally:
        for used in nearly_spent(brand, options.collectors):
            context.log(used.warning, "warning")
    return collection


def score(context: RunContext, brand: Brand) -> dict[str, Any]:
    options = cast(ScoringOptions, context.options)
    count = score_brand(
        context,
        brand,
        position_limit=options.position_limit,
        sentiment_limit=options.sentiment_limit,
        since=options.since,
    )
    left = f" {count.left} are left for the next run." if count.left else ""
    context.log(f"Scored {len(count.answers)} answers.{left}")
    return count.metrics()


@job_type
class DataCollection(BrandJobType):
    name = "data_collection"
    label = "Collect answers"
    Options = CollectionOptions

    def run(self, context: RunContext) -> dict[str, Any]:
        collection = collect(context, self.brand(context))
        metrics = collection.metrics()
        context.give_up_if_nothing_was_done(collection.received, metrics)
        return metrics


@job_type
class Scoring(BrandJobType):
    name = "scoring"
    label = "Score answers"
    Options = ScoringOptions

    def run(self, context: RunContext) -> dict[str, Any]:
        return score(context, self.brand(context))


@job_type
class DataCollectionAndScoring(BrandJobType):
    name = "data_collection_and_scoring"
    label = "Collect and score answers"
    Options = CollectionAndScoringOptions

    def run(self, context: RunContext) -> dict[str, Any]:
        brand = self.brand(context)
        collection = collect(context, brand)
        metrics = collection.metrics() | score(context, brand)
        context.give_up_if_nothing_was_done(collection.received, metrics)
        return metrics


@job_type
class Rescoring(BrandJobType):
    """Its scores wait beside the current ones for somebody to look at what they change."""

    name = "rescoring"
    label = "Rescore answers"

    def run(self, context: RunContext) -> dict[str, Any]:
        brand = self.brand(context)
        found = rescore(brand, f"run {context.run_id}", context.progress)
        changed = sum(found.counts.values())
        context.log(f"Scored {found.answers} answers anew: {changed} differences wait to be looked at.")
        return {"answers_rescored": found.answers, "differences": found.counts}

"""Which judge reads the answers of a customer's brands: the default one, the lexicon, or a language model."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from uuid import UUID

from brands import ledger
from brands.asking import build, chain, collectors
from brands.budgets import OverBudget
from brands.collector import ProviderConfig
from brands.collectors.structured import Form, fill_in, fills_in
from brands.models import Brand, CallStatus, Purpose
from brands.scorer import Scorer, scorers
from brands.scorers.sentiment import SentimentScorer
from brands.sentiment.choice import default_judge
from brands.sentiment.judge import Judge, Unread
from brands.sentiment.lexicon_judge import LexiconJudge
from brands.sentiment.model_judge import ModelJudge, Verdicts
from brands.side_calls import made, read_again
from jobs.errors import GiveUp, NotConfigured, UnknownName

DEFAULT, LEXICON = "", "lexicon"
_UNKNOWN = (
    "{} was asked to read it, and nobody knows yet whether that was charged. Where its call becomes ambiguous, "
    "Ask again in Calls has it read anew."
)
SCHEMA = Verdicts.model_json_schema()


def judge_choices() -> list[tuple[str, str]]:
    """What a customer may choose, with its description."""
    models = [(name, f"Ask {name}: a language model, which costs money") for name in _models()]
    return [
        (DEFAULT, "Default: the model that ships with Brandbeat"),
        (LEXICON, "Lexicon: word lists alone"),
        *models,
    ]


def _models() -> Iterator[str]:
    for collector in collectors():
        if any(fills_in(provider) for provider in chain(collector)):
            yield collector


def judge_of(brand: Brand, run_id: UUID | None = None) -> Judge:
    """The judge that the brand's customer has chosen.

    `run_id` is noted with calls that it makes. Raises NotConfigured where its language model cannot be asked.
    """
    chosen = brand.customer.sentiment_judge
    if chosen == DEFAULT:
        return default_judge()
    return LexiconJudge() if chosen == LEXICON else model_judge(chosen, brand, run_id)


def scorers_of(brand: Brand, run_id: UUID | None = None) -> list[Scorer]:
    """All scorers, with the judge of sentiment of the brand's customer. Raises as `judge_of` does."""
    judge = judge_of(brand, run_id)
    return [SentimentScorer(judge) if cls is SentimentScorer else cls() for _, cls in scorers.items()]


def model_judge(collector: str, brand: Brand, run_id: UUID | None = None) -> ModelJudge:
    """The first provider of the collector that is configured and can fill in a schema."""
    problem = NotConfigured(f"{collector} has no provider that can judge sentiment. Choose another judge.")
    for name in _chain(collector):
        if not fills_in(name):
            continue
        try:
            config = build(collector, name).config
        except NotConfigured as error:
            problem = error
            continue
        return ModelJudge(f"{name}-{config.model}", _Reading(brand, run_id, collector, name, config))
    raise problem


@dataclass(frozen=True, slots=True)
class _Reading:
    """Asks the model, on the customer's account. What it has answered already is not bought again."""

    brand: Brand
    run_id: UUID | None
    collector: str
    provider: str
    config: ProviderConfig

    def __call__(self, instructions: str, material: str) -> str:
        form = Form("verdicts", instructions, material, SCHEMA)
        ask = partial(fill_in, self.provider, self.config, form)
        key = f"{Purpose.SENTIMENT}-{self._digest(form)}"
        if known := ledger.side_call(self.brand, key):
            if known.status != CallStatus.ANSWERED:
                raise Unread(_UNKNOWN.format(known.provider))
            return read_again(known, ask).text
        wanted = f"How an answer of {len(material):,} characters speaks of {self.brand} and others"
        try:
            call = ledger.open_side_call(
                Purpose.SENTIMENT, self.brand, self.collector, self.provider, wanted, key=key, run_id=self.run_id
            )
        except OverBudget as error:
            raise GiveUp(f"No judge of sentiment could be asked. {error}") from None
        return made(call, ask, lambda filled: (filled.cost_usd, filled.cost_source)).text

    def _digest(self, form: Form) -> str:
        asked = (self.provider, self.config.model, form.instructions, form.material)
        return sha256("\0".join(asked).encode(errors="surrogatepass")).hexdigest()[:32]


def _chain(collector: str) -> list[str]:
    try:
        return chain(collector)
    except UnknownName:
        return []

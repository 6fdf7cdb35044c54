"""Which judge reads the answers of a customer's brands: the default one, the lexicon, or a language model."""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from brands.asking import chain, collectors
from brands.budgets import OverBudget
from brands.collectors.structured import Form, fills_in
from brands.filling import Account, Model, Unsettled, filled, model_of
from brands.models import Brand, Purpose
from brands.scorer import Scorer, scorers
from brands.scorers.sentiment import SentimentScorer
from brands.sentiment.choice import default_judge
from brands.sentiment.judge import Judge, Unread
from brands.sentiment.lexicon_judge import LexiconJudge
from brands.sentiment.model_judge import ModelJudge, Verdicts
from jobs.errors import GiveUp

DEFAULT, LEXICON = "", "lexicon"
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
    model = model_of(collector, f"{collector} has no provider that can judge sentiment. Choose another judge.")
    ask = partial(_read, model, Account(Purpose.SENTIMENT, brand, run_id))
    return ModelJudge(f"{model.provider}-{model.config.model}", ask)


def _read(model: Model, account: Account, instructions: str, material: str) -> str:
    wanted = f"How an answer of {len(material):,} characters speaks of {account.owner} and others"
    try:
        return filled(model, Form("verdicts", instructions, material, SCHEMA), account, wanted)
    except Unsettled as error:
        raise Unread(str(error)) from None
    except OverBudget as error:
        raise GiveUp(f"No judge of sentiment could be asked. {error}") from None

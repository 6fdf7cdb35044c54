"""Which judge reads the answers of a customer's brands: the default one, the lexicon, or a language model."""

from collections.abc import Iterator
from functools import partial

from brands.asking import build, chain, collectors
from brands.collector import ProviderConfig
from brands.collectors.structured import Form, fill_in, fills_in
from brands.models import Customer
from brands.scorer import Scorer, scorers
from brands.scorers.sentiment import SentimentScorer
from brands.sentiment.choice import default_judge
from brands.sentiment.judge import Judge
from brands.sentiment.lexicon_judge import LexiconJudge
from brands.sentiment.model_judge import ModelJudge, Verdicts
from jobs.errors import NotConfigured, UnknownName

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


def judge_of(customer: Customer) -> Judge:
    """Raises NotConfigured where the customer's language model cannot be asked."""
    chosen = customer.sentiment_judge
    if chosen == DEFAULT:
        return default_judge()
    return LexiconJudge() if chosen == LEXICON else model_judge(chosen)


def scorers_of(customer: Customer) -> list[Scorer]:
    """All scorers, with the customer's judge of sentiment. Raises as `judge_of` does."""
    return [SentimentScorer(judge_of(customer)) if cls is SentimentScorer else cls() for _, cls in scorers.items()]


def model_judge(collector: str) -> ModelJudge:
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
        return ModelJudge(f"{name}-{config.model}", partial(_ask, name, config))
    raise problem


def _ask(provider: str, config: ProviderConfig, instructions: str, material: str) -> str:
    return fill_in(provider, config, Form("verdicts", instructions, material, SCHEMA))


def _chain(collector: str) -> list[str]:
    try:
        return chain(collector)
    except UnknownName:
        return []

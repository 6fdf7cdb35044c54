"""Queries that a brand could ask, by topic: from templates, or from a model.

A person reviews each before it is asked.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from django.conf import settings
from django.db import transaction

from brands import ledger
from brands.asking import ask, unusable
from brands.budgets import OverBudget
from brands.collector import Provider, Question, Reply
from brands.matching import names
from brands.models import Brand, Purpose, Query, Topic
from brands.question_templates import TEMPLATES
from brands.side_calls import made
from jobs.errors import GiveUp

MOST_TOPICS = 20
MOST_COMPETITORS = 3
MOST_OF_A_MODEL = 30  # questions for one topic
LONGEST_OF_A_MODEL = 300  # characters
MODEL_TIMEOUT = 60.0  # seconds
OTHER_LANGUAGE = "en"  # where there are no templates in the one that is asked for
MARKER = re.compile(r"^(?:[-*•–]|\d{1,3}[.)])\s*")
PROMPT = (
    "Write {number} questions that people in the market for “{topic}” put to an AI assistant. Half of them name no "
    "company. The other half ask about {brand}{competitors}. Write them in the language {language}. "
    "Write one question a line, nothing else."
)


class Source(StrEnum):
    TEMPLATES = "templates"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to suggest queries for."""

    brand: Brand
    topics: tuple[str, ...]
    country: str = ""
    locale: str = ""

    @property
    def language(self) -> str:
        return self.locale.split("-")[0]


def model_obstacle() -> str:
    """Why no model can be asked for suggestions, in a sentence; "" where one can."""
    return unusable(settings.SUGGESTIONS_COLLECTOR)


def suggest(wanted: Wanted, source: Source = Source.TEMPLATES) -> list[Query]:
    """Save the suggestions that the brand does not have yet, each of them not active and marked as suggested.

    One that was dismissed is a query that is not active, so it does not come again.

    Raises:
        GiveUp: the model's provider did not answer; nothing is saved.
    """
    find = FINDERS[source]
    found = [(topic, text) for topic in wanted.topics for text in find(wanted, topic)]
    return _save(wanted, found)


@transaction.atomic
def _save(wanted: Wanted, found: list[tuple[str, str]]) -> list[Query]:
    brand = wanted.brand
    Topic.objects.bulk_create([Topic(brand=brand, name=name) for name in wanted.topics], ignore_conflicts=True)
    topics = {topic.name: topic for topic in brand.topics.filter(name__in=wanted.topics)}
    market = {"country": wanted.country, "locale": wanted.locale}
    known = set(brand.queries.filter(**market).values_list("text", flat=True))
    made: dict[str, Query] = {}
    for topic, text in found:
        if text not in known:
            query = Query(brand=brand, topic=topics[topic], text=text, is_active=False, is_suggested=True, **market)
            query.is_branded = names(text, [brand.entity()])
            made.setdefault(text, query)
    return Query.objects.bulk_create(list(made.values()))


def _from_templates(wanted: Wanted, topic: str) -> Iterator[str]:
    """In the language of the locale, if there are templates in it."""
    templates = TEMPLATES.get(wanted.language, TEMPLATES[OTHER_LANGUAGE])
    for template in (*templates.unbranded, *templates.branded):
        yield template.format(topic=topic, brand=wanted.brand.name)
    for competitor in wanted.brand.competitors.all()[:MOST_COMPETITORS]:
        for template in templates.compared:
            yield template.format(topic=topic, brand=wanted.brand.name, competitor=competitor.name)


def _from_model(wanted: Wanted, topic: str) -> list[str]:
    rivals = ", ".join(competitor.name for competitor in wanted.brand.competitors.all()[:MOST_COMPETITORS])
    prompt = PROMPT.format(
        number=MOST_OF_A_MODEL // 2,
        topic=topic,
        brand=wanted.brand.name,
        competitors=f" or compare it with {rivals}" if rivals else "",
        language=wanted.language or OTHER_LANGUAGE,
    )
    question, collector = Question(prompt, wanted.country, wanted.locale), settings.SUGGESTIONS_COLLECTOR
    asked = ask(
        question, collector, how=partial(_on_account, wanted.brand, f"Queries about “{topic}”"), timeout=MODEL_TIMEOUT
    )
    if asked.reply is None:
        raise GiveUp(f"The model could not be asked. {asked.error}")
    return questions_in(asked.reply.text)


def _on_account(brand: Brand, wanted: str, provider: Provider, question: Question) -> Reply:
    """Ask one provider of the chain. Where a budget is spent, none of them is asked."""
    try:
        call = ledger.open_side_call(Purpose.SUGGESTIONS, brand, provider.collector, provider.name, wanted)
    except OverBudget as error:
        raise GiveUp(f"The model could not be asked. {error}") from None
    return made(call, partial(provider.ask, question), lambda reply: (reply.cost_usd, reply.cost_source))


FINDERS: dict[Source, Callable[[Wanted, str], Iterator[str] | list[str]]] = {
    Source.TEMPLATES: _from_templates,
    Source.MODEL: _from_model,
}


def questions_in(text: str) -> list[str]:
    """The lines of a model's text that are questions, without list markers; whatever else it says is left out."""
    lines = [MARKER.sub("", " ".join(line.split())).strip('*"“”') for line in text.replace("\0", "").splitlines()]
    found = [line for line in lines if line.endswith(("?", "？", "؟")) and len(line) <= LONGEST_OF_A_MODEL]
    return list(dict.fromkeys(found))[:MOST_OF_A_MODEL]

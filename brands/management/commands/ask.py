import json
import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from brands.asking import Asked, ask, collectors
from brands.collector import Question, Reply, Source
from brands.collectors._json import scrub
from jobs.errors import InvalidRequest, JobError

COUNTRY = re.compile(r"[A-Za-z]{2}")
LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
# Control and direction characters in an answer would steer the terminal.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
FAILED = "failed"


class Command(BaseCommand):
    help = "Ask one collector one question, keep nothing."
    requires_system_checks = []  # it needs no database and no migrations

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("question")
        parser.add_argument("--collector", required=True, help=f"One of: {', '.join(collectors())}.")
        parser.add_argument("--provider", default="", help="This provider only, instead of the collector's chain.")
        parser.add_argument("--country", default="", help="Two letters (ISO 3166-1), for example CH.")
        parser.add_argument("--locale", default="", help="A language tag (BCP 47), for example de-CH.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="One JSON object on stdout.")

    def handle(self, *args: object, **options: Any) -> None:
        asked, error = _ask(options)
        if options["as_json"]:
            self.stdout.write(json.dumps(_as_json(options, asked, error)))
        elif asked is not None and asked.reply is not None:
            self.stdout.write(_as_text(asked, asked.reply))
        else:
            self.stderr.write(_printable(error))
        if error:
            raise SystemExit(1)


def _ask(options: dict[str, Any]) -> tuple[Asked | None, str]:
    """What came of it, and the one sentence that says why nothing did."""
    try:
        asked = ask(_question(options), options["collector"], options["provider"])
    except JobError as error:
        return None, str(error)
    return asked, str(asked.error) if asked.error else ""


def _question(options: dict[str, Any]) -> Question:
    text, country, locale = scrub(options["question"]).strip(), options["country"], options["locale"]
    if not text:
        raise InvalidRequest("The question is empty.")
    if country and not COUNTRY.fullmatch(country):
        raise InvalidRequest(f"A country is two letters, for example CH, not {country!r}.")
    if locale and not LOCALE.fullmatch(locale):
        raise InvalidRequest(f"A locale is a language tag, for example de-CH, not {locale!r}.")
    return Question(text, country.upper(), locale.replace("_", "-"))


def _as_json(options: dict[str, Any], asked: Asked | None, error: str) -> dict[str, Any]:
    reply = asked.reply if asked else None
    last = asked.failures[-1].provider if asked and asked.failures else options["provider"]
    return {
        "status": reply.status if reply else FAILED,
        "text": reply.text if reply else "",
        "citations": [_source(page) for page in reply.citations] if reply else [],
        "searched": reply.searched if reply else None,
        "collector": options["collector"],
        "provider": asked.provider if asked and asked.provider else last,
        "model_served": reply.model_served if reply else "",
        "cost_usd": float(reply.cost_usd) if reply and reply.cost_usd is not None else None,
        "cost_source": reply.cost_source if reply else "",
        "request_id": reply.request_id if reply else "",
        "latency_ms": asked.latency_ms if asked else 0,
        "error": error or None,
    }


def _source(page: Source) -> dict[str, Any]:
    return {"url": page.url, "title": page.title, "cited": page.cited}


def _as_text(asked: Asked, reply: Reply) -> str:
    searched = {True: "searched", False: "did not search", None: "does not say whether it searched"}[reply.searched]
    cost = "unknown" if reply.cost_usd is None else f"${reply.cost_usd:f} ({reply.cost_source})"
    passed_over = [f"{failure.provider} failed: {failure.error}" for failure in asked.failures]
    not_honoured = [
        f"The {what} was not honoured."
        for what, honoured in (("country", reply.country_honoured), ("locale", reply.locale_honoured))
        if honoured is False
    ]
    lines = [
        f"{reply.status}: {asked.collector} through {asked.provider}, {searched}",
        *passed_over,
        *not_honoured,
        "",
        *([reply.text, ""] if reply.text else []),
        *(_numbered(number, page) for number, page in enumerate(reply.citations, start=1)),
        f"cost {cost}, model {reply.model_served or 'not named'}, {asked.latency_ms} ms",
    ]
    return _printable("\n".join(lines))


def _numbered(number: int, page: Source) -> str:
    return f"[{number}] {page.url}{' ' + page.title if page.title else ''}{'' if page.cited else ' (consulted)'}"


def _printable(text: str) -> str:
    return UNPRINTABLE.sub("\ufffd", text)

"""Answer engines as visitors of their sites see them, through Bright Data's scrapers: triggered, watched, fetched."""

import re
import time
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar

from brands.collector import AsyncProvider, Question, Reply, Source, provider
from brands.collectors._exchange import exchange, read, without_key
from brands.collectors._html import is_html, words_of
from brands.collectors._json import mapping, mappings, only, others, source, words
from brands.collectors._verdict import verdict
from brands.prices import Usage, estimate
from jobs.errors import InvalidReply, Unavailable
from jobs.http import one_line, redact

TASK_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
READY, LOST = "ready", ("failed", "cancelled", "canceled")
NOT_READY = 202
# The first that has a text. Markdown goes first, as it keeps the lists and tables that the plain text has lost.
ANSWERS = ("answer_text_markdown", "answer_text")
LISTS = ("citations", "sources")  # the first that has pages


class Scraper(AsyncProvider):
    is_cooperative = True
    name = "brightdata"
    key_setting = "BRIGHTDATA_API_KEY"
    dataset: ClassVar[str]  # Bright Data's id of the scraper
    url: ClassVar[str]
    more: ClassVar[dict[str, Any]] = {}
    knows_countries: ClassVar[bool] = True
    answers: ClassVar[tuple[str, ...]] = ANSWERS

    def start(self, question: Question) -> str:
        record = {"url": self.url, "prompt": question.text, **self.more}
        if question.country and self.knows_countries:
            record["country"] = question.country
        _, body, raw = self._call("POST", "trigger", {"dataset_id": self.dataset}, self.config.timeout, json=[record])
        task_id = mapping(body).get("snapshot_id")
        if not isinstance(task_id, str) or not TASK_ID.fullmatch(task_id):
            raise InvalidReply("brightdata took the question but sent no snapshot_id.", service=self.name, raw=raw)
        return task_id

    def poll(self, task_id: str, question: Question) -> Reply | None:
        deadline = time.monotonic() + self.config.timeout
        _, body, raw = self._call("GET", f"progress/{task_id}", {}, self.config.timeout)
        state = mapping(body).get("status")
        if not isinstance(state, str):
            raise InvalidReply("brightdata sent a progress without a status.", service=self.name, raw=raw)
        if state in LOST:
            raise self._lost(mapping(body), state, raw)
        if state != READY:
            return None
        left = max(deadline - time.monotonic(), 0.001)
        status_code, body, raw = self._call("GET", f"snapshot/{task_id}", {"format": "json"}, left)
        record = None if status_code == NOT_READY else self._record(body, raw)
        return None if record is None else self._reply(question, task_id, record, raw)

    def find(self, question: Question, since: datetime, known: Collection[str]) -> str | None:
        """Bright Data lists its tasks; what each was asked stands in its record alone."""
        deadline = time.monotonic() + self.config.timeout
        params = {"dataset_id": self.dataset, "from_date": since.isoformat()}
        _, body, raw = self._call("GET", "snapshots", params, self.config.timeout)
        if not isinstance(body, list):
            raise InvalidReply("brightdata sent a list of tasks that is none.", service=self.name, raw=raw)
        is_clear = True
        for task_id in _handed_in(mappings(body), since, known):
            left = max(deadline - time.monotonic(), 0.001)
            status_code, record, _ = self._call("GET", f"snapshot/{task_id}", {"format": "json"}, left)
            if status_code != NOT_READY and _was_asked(record, question.text):
                return task_id
            is_clear = is_clear and status_code != NOT_READY
        if not is_clear:
            message = "brightdata is at work on tasks of which it does not say yet what they were asked."
            raise Unavailable(message, service=self.name)
        return None

    def _call(
        self, method: str, path: str, params: dict[str, str], timeout: float, json: Any = None
    ) -> tuple[int, Any, bytes]:
        response = exchange(
            self.name,
            self.config,
            method,
            f"{self.config.base_url}/datasets/v3/{path}",
            timeout=timeout,
            headers={"Authorization": f"Bearer {self.config.api_key}"},
            params=params or None,
            json=json,
        )
        if response.status_code == NOT_READY:  # whatever it says, it is no reply yet
            return NOT_READY, None, without_key(response.content, self.config)
        body, raw = read(self.name, response.content, response.headers.get("content-type", ""), self.config)
        return response.status_code, body, raw

    def _record(self, body: object, raw: bytes) -> dict[str, Any] | None:
        """The answer's record, {} in an empty snapshot, None where a status came in its place and it is not ready."""
        if body == []:
            return {}
        records = mappings(body) if isinstance(body, list) else mappings([body])
        answered = [record for record in records if any(part in record for part in self.answers)]
        if answered:
            return answered[0]
        told = records[0] if records else {}
        state = words(told.get("status"))
        if told.get("error") or told.get("error_code") or state in LOST:
            raise self._lost(told, state or "failed", raw)
        if state and isinstance(body, dict):
            return None
        raise InvalidReply("brightdata sent a snapshot without an answer.", service=self.name, raw=raw)

    def _lost(self, told: dict[str, Any], state: str, raw: bytes) -> InvalidReply:
        """A task that ended without an answer. To look at it again would not help; to buy another one may."""
        why = words(told.get("error")) or words(told.get("error_message")) or words(told.get("message")) or state
        said = one_line(redact(why, (self.config.api_key,)))
        return InvalidReply(f"brightdata could not fetch the answer: {said}", service=self.name, raw=raw)

    def _reply(self, question: Question, task_id: str, record: dict[str, Any], raw: bytes) -> Reply:
        text = next((found for part in self.answers if (found := _text(record, part))), "")
        citations = _citations(record)
        return Reply(
            status=verdict(text),
            text=text,
            citations=citations,
            consulted=others(_consulted(record), citations),
            searched=_searched(record, citations),
            model_served=words(record.get("model")),
            cost_usd=estimate(self.name, Usage(calls=1)),
            cost_source="estimated",
            request_id=task_id,
            raw=raw,
            country_honoured=self.knows_countries and _located(record, question.country) if question.country else None,
            locale_honoured=False if question.locale else None,  # the scrapers have no such parameter
        )


@provider
class BrightData(Scraper):
    collector = "chatgpt"
    dataset = "gd_m7aof0k82r803d5bjm"
    url = "https://chatgpt.com/"
    more = {"web_search": True}


@provider
class BrightDataPerplexity(Scraper):
    collector = "perplexity"
    dataset = "gd_m7dhdot1vw9a7gc1n"
    url = "https://www.perplexity.ai/"
    answers = (*ANSWERS, "answer_html")


@provider
class BrightDataAIMode(Scraper):
    collector = "google_ai_mode"
    dataset = "gd_mcswdt6z2elth3zqr2"
    url = "https://google.com/aimode"


@provider
class BrightDataGemini(Scraper):
    collector = "gemini"
    dataset = "gd_mbz66arm2mf9cu856y"
    url = "https://gemini.google.com/"


@provider
class BrightDataCopilot(Scraper):
    collector = "bing_copilot"
    dataset = "gd_m7di5jy6s9geokz8w"
    url = "https://copilot.microsoft.com/chats"


@provider
class BrightDataGrok(Scraper):
    collector = "grok"
    dataset = "gd_m8ve0u141icu75ae74"
    url = "https://grok.com/"
    knows_countries = False


def _handed_in(tasks: list[dict[str, Any]], since: datetime, known: Collection[str]) -> Iterator[str]:
    """The tasks of that time of which nobody knows, the oldest first."""
    for task in sorted(tasks, key=lambda task: words(task.get("created"))):
        task_id = words(task.get("id"))
        try:
            created = datetime.fromisoformat(words(task.get("created")))
        except ValueError:
            continue
        created = created if created.tzinfo else created.replace(tzinfo=UTC)
        if created >= since and task_id not in known and TASK_ID.fullmatch(task_id):
            yield task_id


def _was_asked(body: object, prompt: str) -> bool:
    records = mappings(body if isinstance(body, list) else [body])
    return any(mapping(record.get("input")).get("prompt", record.get("prompt")) == prompt for record in records)


def _text(record: dict[str, Any], part: str) -> str:
    """What the record says there, "" for blanks; some scrapers deliver HTML where they promise text."""
    text = words(record.get(part))
    return words_of(text) if is_html(text) else text if text.strip() else ""


def _citations(record: dict[str, Any]) -> tuple[Source, ...]:
    lists = (record.get(name) for name in LISTS)
    pages = next((pages for pages in lists if isinstance(pages, list) and pages), [])
    return only(*(_citation(page) for page in pages))


def _citation(page: object) -> Source | None:
    """A page, or its bare address. Older records have no `cited`: their citations are all cited."""
    told = mapping(page)
    return source(told.get("url") or page, told.get("title"), cited=told.get("cited") is not False)


def _consulted(record: dict[str, Any]) -> tuple[Source, ...]:
    """Links in the text are cited; what the search brought up is consulted."""
    links = [source(page.get("url"), page.get("text")) for page in mappings(record.get("links_attached"))]
    found = [source(page.get("url"), page.get("title"), cited=False) for page in mappings(record.get("search_sources"))]
    return only(*links, *found)


def _searched(record: dict[str, Any], citations: tuple[Source, ...]) -> bool | None:
    """`web_search_triggered` is not reliable when it says no: sources and search terms say yes."""
    if citations or record.get("search_sources") or record.get("web_search_query"):
        return True
    triggered = record.get("web_search_triggered")
    return triggered if isinstance(triggered, bool) else None


def _located(record: dict[str, Any], country: str) -> bool:
    used = words(record.get("country")) or words(mapping(record.get("input")).get("country"))
    return not used or used.upper() == country

"""Answers as visitors see them, through DataForSEO: ChatGPT, Google's AI Overviews and Google's AI Mode.

Nearly everything comes with HTTP 200. Whether it went well stands in `status_code`, once for the request and once for
its task.
"""

from abc import abstractmethod
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from brands.collector import Provider, Question, Reply, ReplyStatus, Source, provider
from brands.collectors._exchange import exchange, read_object
from brands.collectors._json import dollars, mapping, mappings, only, others, source, words
from brands.collectors._places import language, location_code
from brands.collectors._verdict import verdict
from jobs.errors import (
    InvalidReply,
    InvalidRequest,
    QuotaExhausted,
    RateLimited,
    ServiceError,
    Unauthorized,
    Unavailable,
)
from jobs.http import one_line, redact

# DataForSEO asks for a place and a language always.
NO_COUNTRY, NO_LOCALE = "US", "en"
OK = range(20000, 30000)
NO_RESULTS = 40102
KINDS: dict[int, type[ServiceError]] = {
    40100: Unauthorized,
    40101: Unavailable,  # the search engine failed
    40103: Unavailable,  # the task failed and may be given again
    40104: Unauthorized,  # the account is not verified
    40200: QuotaExhausted,
    40201: Unauthorized,  # the account is blocked
    40202: RateLimited,
    40203: QuotaExhausted,  # the limit of cost for a day that the account has set
    40204: Unauthorized,  # not in the subscription
    40207: Unauthorized,  # not from this address
    40209: RateLimited,  # too many at the same time
    40210: QuotaExhausted,
    40601: Unavailable,  # handed on, not ready
    40602: Unavailable,  # in the queue
}


@dataclass(frozen=True, slots=True)
class Task:
    """What came of the one task of a request. `result` is {} where the search found nothing."""

    body: dict[str, Any]
    result: dict[str, Any]
    envelope: dict[str, Any]
    raw: bytes


@dataclass(frozen=True, slots=True)
class Found:
    status: ReplyStatus
    text: str = ""
    citations: tuple[Source, ...] = ()
    consulted: tuple[Source, ...] = ()
    searched: bool | None = None


class DataForSeo(Provider):
    is_cooperative = True
    name = "dataforseo"
    key_setting = "DATAFORSEO_API_KEY"
    path: ClassVar[str]
    more: ClassVar[dict[str, Any]] = {}

    @abstractmethod
    def find(self, task: Task) -> Found:
        """The answer in the task's result."""

    def ask(self, question: Question) -> Reply:
        wanted = self._task(question)
        response = exchange(
            self.name,
            self.config,
            "POST",
            f"{self.config.base_url}/v3/{self.path}",
            headers={"Authorization": f"Basic {_credential(self.config.api_key)}"},
            json=[wanted],
        )
        body, raw = read_object(self.name, response.content, response.headers.get("content-type", ""), self.config)
        task = _task(body, raw, self.config.api_key)
        found = self.find(task)
        cost = dollars(task.envelope.get("cost"))
        used = mapping(task.body.get("data"))
        return Reply(
            status=found.status,
            text=found.text,
            citations=found.citations,
            consulted=others(found.consulted, found.citations),
            searched=found.searched,
            model_served=words(task.result.get("model")) or words(task.result.get("model_name")),
            cost_usd=cost,
            cost_source="billed" if cost is not None else "",
            request_id=words(task.body.get("id")),
            raw=raw,
            country_honoured=_same(used, wanted, "location_code") if question.country else None,
            locale_honoured=_same(used, wanted, "language_code") if question.locale else None,
        )

    def _task(self, question: Question) -> dict[str, Any]:
        place = location_code(question.country or NO_COUNTRY)
        if place is None:
            raise InvalidRequest(f"dataforseo knows no country {question.country!r}.", service=self.name)
        return {
            # DataForSEO reads a plus as a blank and decodes what follows a per cent sign.
            "keyword": question.text.replace("%", "%25").replace("+", "%2B"),
            "location_code": place,
            "language_code": language(question.locale or NO_LOCALE),
            **self.more,
        }


@provider
class DataForSeoChatGPT(DataForSeo):
    collector = "chatgpt"
    path = "ai_optimization/chat_gpt/llm_scraper/live/advanced"
    more = {"force_web_search": True}

    def find(self, task: Task) -> Found:
        result = task.result
        parts = [section for item in mappings(result.get("items")) for section in _sections(item)]
        text = words(result.get("markdown")) or "".join(
            words(part.get("markdown")) or words(part.get("text")) for part in parts
        )
        listed = mappings(result.get("sources")) or [
            page for part in parts for page in mappings(part.get("sources")) + mappings(part.get("annotations"))
        ]
        consulted = _pages(result.get("search_results"), cited=False)
        searched = bool(listed or consulted or result.get("fan_out_queries")) or result.get("web_search")
        return Found(verdict(text), text, _pages(listed), consulted, searched if isinstance(searched, bool) else None)


class DataForSeoGoogle(DataForSeo):
    """A page of Google's on which an `ai_overview` is one of the items, or is not."""

    def find(self, task: Task) -> Found:
        items = mappings(task.result.get("items"))
        overview = next((item for item in items if item.get("type") == "ai_overview"), None)
        if overview is None:
            return Found(ReplyStatus.ABSENT)
        elements = mappings(overview.get("items"))
        text = words(overview.get("markdown")) or "\n\n".join(filter(None, map(_text, elements)))
        if not text and not elements and overview.get("asynchronous_ai_overview"):
            raise Unavailable("dataforseo could not load the AI Overview.", service=self.name, raw=task.raw)
        citations = _pages(overview.get("references")) or _pages(
            [page for element in elements for page in mappings(element.get("references"))]
        )
        links = _pages([link for element in elements for link in mappings(element.get("links"))])
        status = verdict(text)
        return Found(status, text, citations, links, searched=True if status is ReplyStatus.ANSWERED else None)


@provider
class DataForSeoAIOverview(DataForSeoGoogle):
    collector = "google_aio"
    path = "serp/google/organic/live/advanced"
    more = {"load_async_ai_overview": True}


@provider
class DataForSeoAIMode(DataForSeoGoogle):
    collector = "google_ai_mode"
    path = "serp/google/ai_mode/live/advanced"


def _credential(key: str) -> str:
    """ "login:password" as Basic authentication wants it; a key without a colon is that already."""
    return b64encode(key.encode()).decode() if ":" in key else key


def _task(body: dict[str, Any], raw: bytes, key: str) -> Task:
    _check(body, raw, key)
    task = next(iter(mappings(body.get("tasks"))), None)
    if task is None:
        raise InvalidReply("dataforseo sent a reply without a task.", service="dataforseo", raw=raw)
    if task.get("status_code") == NO_RESULTS:
        return Task(task, {}, body, raw)
    _check(task, raw, key)
    if not isinstance(task.get("result"), list | None):
        raise InvalidReply("dataforseo sent a result that is no list.", service="dataforseo", raw=raw)
    return Task(task, next(iter(mappings(task.get("result"))), {}), body, raw)


def _check(told: dict[str, Any], raw: bytes, key: str) -> None:
    """Raise the typed error for a request or a task that did not go well."""
    code = told.get("status_code")
    if not isinstance(code, int):
        raise InvalidReply("dataforseo sent a reply without a status code.", service="dataforseo", raw=raw)
    if code not in OK:
        kind = KINDS.get(code, Unavailable if code >= 50000 else InvalidRequest)
        said = one_line(redact(words(told.get("status_message")), (key,)))
        raise kind(
            f"dataforseo answered {code}: {(kind.__doc__ or '').strip()} It said: {said}", service="dataforseo", raw=raw
        )


def _same(used: dict[str, Any], wanted: dict[str, Any], name: str) -> bool:
    """Whether the task was done as it was given: the reply repeats it."""
    return bool(used.get(name, wanted[name]) == wanted[name])


def _sections(item: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts of an item that hold text: its sections, or the item itself."""
    return mappings(item.get("sections")) if "sections" in item else [item]


def _text(element: dict[str, Any]) -> str:
    own = words(element.get("markdown")) or "\n".join(_own_words(element))
    return "\n".join(filter(None, [own, *map(_text, mappings(element.get("components")))]))


def _own_words(element: dict[str, Any]) -> Iterator[str]:
    for part in ("title", "text", "snippet"):
        if words(element.get(part)).strip():
            yield words(element.get(part)).strip()


def _pages(pages: object, *, cited: bool = True) -> tuple[Source, ...]:
    return only(*(source(page.get("url"), page.get("title"), cited=cited) for page in mappings(pages)))

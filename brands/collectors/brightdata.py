"""ChatGPT as visitors of its site see it, through Bright Data's scraper: triggered, watched, then fetched."""

import re
import time
from typing import Any

from brands.collector import AsyncProvider, Question, Reply, Source, provider
from brands.collectors._exchange import exchange, read, without_key
from brands.collectors._json import mapping, mappings, only, others, source, words
from brands.collectors._verdict import verdict
from brands.prices import Usage, estimate
from jobs.errors import InvalidReply
from jobs.http import redact

DATASET = "gd_m7aof0k82r803d5bjm"  # Bright Data's id of its ChatGPT scraper
TASK_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
READY, LOST = "ready", ("failed", "cancelled", "canceled")
NOT_READY = 202
ANSWERS = ("answer_text_markdown", "answer_text")  # the first that has a text


@provider
class BrightData(AsyncProvider):
    name = "brightdata"
    collector = "chatgpt"
    key_setting = "BRIGHTDATA_API_KEY"

    def start(self, question: Question) -> str:
        record = {"url": "https://chatgpt.com/", "prompt": question.text, "web_search": True}
        if question.country:
            record["country"] = question.country
        _, body, raw = self._call("POST", "trigger", {"dataset_id": DATASET}, self.config.timeout, json=[record])
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
        return None if record is None else _reply(question, task_id, record, raw)

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
        answered = [record for record in records if any(part in record for part in ANSWERS)]
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
        said = redact(" ".join(why.split())[:300], (self.config.api_key,))
        return InvalidReply(f"brightdata could not fetch the answer: {said}", service=self.name, raw=raw)


def _reply(question: Question, task_id: str, record: dict[str, Any], raw: bytes) -> Reply:
    text = next((words(record.get(part)) for part in ANSWERS if words(record.get(part)).strip()), "")
    citations = only(*(_citation(page) for page in mappings(record.get("citations"))))
    cost = estimate("brightdata", Usage(calls=1))
    return Reply(
        status=verdict(text),
        text=text,
        citations=citations,
        consulted=others(_consulted(record), citations),
        searched=_searched(record, citations),
        model_served=words(record.get("model")),
        cost_usd=cost,
        cost_source="estimated",
        request_id=task_id,
        raw=raw,
        country_honoured=_located(record, question.country) if question.country else None,
        locale_honoured=False if question.locale else None,  # the scraper has no such parameter
    )


def _citation(page: dict[str, Any]) -> Source | None:
    """Older records have no `cited`: their citations are all cited."""
    return source(page.get("url"), page.get("title"), cited=page.get("cited") is not False)


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

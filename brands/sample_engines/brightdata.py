"""Bright Data's datasets: hand a prompt in, ask how it is going, fetch the snapshot."""

from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from brands.sample_engines.answers import Answer, Outcome
from brands.sample_engines.desk import Desk
from brands.sample_engines.markdown import cited, plain, written
from brands.sample_engines.market import Page
from brands.sample_engines.wire import Request, Response, WireFormat, json_response, new_id

MESSAGES = {
    400: "Invalid input provided",
    401: "Invalid credentials",
    402: "Account is suspended",
    403: "Access denied",
    404: "Snapshot not found",
    429: "Too many running jobs",
    500: "Something went wrong. Our team is looking into it.",
    503: "Service unavailable",
}


# The collectors beside ChatGPT, by the host of the page that is scraped.
COLLECTORS = {
    "www.perplexity.ai": "perplexity",
    "google.com": "google_ai_mode",
    "gemini.google.com": "gemini",
    "copilot.microsoft.com": "bing_copilot",
    "grok.com": "grok",
}


@dataclass(slots=True)
class Snapshot:
    dataset_id: str
    response: Response
    created: str
    looks: int = 0


class BrightData(WireFormat):
    name = "brightdata"
    prefix = "/brightdata"
    folder = "brightdata"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._snapshots: dict[str, Snapshot] = {}
        self._lock = Lock()

    def buys(self, request: Request) -> bool:
        return request.path == "/datasets/v3/trigger"

    def error(self, status: int, message: str = "", *, quota: bool = False) -> Response:
        return json_response({"error": message or MESSAGES[402 if quota else status]}, 402 if quota else status)

    def respond(self, request: Request) -> Response:
        match request.method, request.path.split("/")[1:]:
            case "POST", ["datasets", "v3", "trigger"]:
                return self._trigger(request)
            case "GET", ["datasets", "v3", "snapshots"]:
                return self._list(request.query.get("dataset_id", ""))
            case "GET", ["datasets", "v3", "progress", snapshot_id]:
                return self._progress(snapshot_id)
            case "GET", ["datasets", "v3", "snapshot", snapshot_id]:
                return self._snapshot(snapshot_id)
            case _:
                return self.error(404, "There is nothing here.")

    def _trigger(self, request: Request) -> Response:
        asked = request.json()
        inputs = asked.get("input") if isinstance(asked, dict) else asked
        if not request.query.get("dataset_id"):
            return self.error(404, "Collector not found")
        if not isinstance(inputs, list) or len(inputs) != 1 or not isinstance(inputs[0], dict):
            return self.error(400, "The sample engines take exactly one input.")
        prompt = inputs[0].get("prompt")
        if not isinstance(prompt, str) or not prompt:
            return self.error(400)
        collector = COLLECTORS.get(urlsplit(str(inputs[0].get("url"))).hostname or "", "")
        delivered = self.deliver(request, prompt, lambda answer: [_record(answer, inputs[0])], collector=collector)
        if delivered.status >= 400:
            return delivered
        snapshot_id = new_id("s")
        with self._lock:
            self._snapshots[snapshot_id] = Snapshot(
                request.query["dataset_id"], delivered, created=datetime.now(UTC).isoformat()
            )
        return json_response({"snapshot_id": snapshot_id})

    def _list(self, dataset_id: str) -> Response:
        with self._lock:
            found = [
                {"id": snapshot_id, "created": snapshot.created, "dataset_id": dataset_id}
                for snapshot_id, snapshot in self._snapshots.items()
                if snapshot.dataset_id == dataset_id
            ]
        return json_response(found)

    def _look(self, snapshot_id: str) -> tuple[Snapshot | None, bool]:
        """The snapshot and whether it is ready; the first looks find it running."""
        with self._lock:
            snapshot = self._snapshots.get(snapshot_id)
            if snapshot is None:
                return None, False
            snapshot.looks += 1
            return snapshot, snapshot.looks > self.desk.polls

    def _progress(self, snapshot_id: str) -> Response:
        snapshot, ready = self._look(snapshot_id)
        if snapshot is None:
            return self.error(404)
        status = "ready" if ready else "running"
        return json_response({"snapshot_id": snapshot_id, "dataset_id": snapshot.dataset_id, "status": status})

    def _snapshot(self, snapshot_id: str) -> Response:
        snapshot, ready = self._look(snapshot_id)
        if snapshot is None:
            return self.error(404)
        if not ready:
            return json_response(
                {"status": "running", "message": "Snapshot is not ready yet, try again in 10s"}, status=202
            )
        return snapshot.response


def _record(answer: Answer, asked: dict[str, Any]) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    if answer.outcome is Outcome.RECORD_ERROR:
        return {"timestamp": now, "input": asked, "error": "The page did not load.", "error_code": "page_timeout"}
    pages = cited(answer.markdown)
    numbers = {page: number for number, page in enumerate(pages, 1)}
    text, _ = written(answer.markdown, lambda page: f"\\[{numbers[page]}\\]")
    more = [page for page in answer.consulted if page not in pages]
    return {
        "url": asked.get("url", "https://chatgpt.com/"),
        "prompt": answer.question,
        "answer_text": " ".join(plain(answer.markdown).split()),
        "answer_text_markdown": text,
        "answer_html": "",
        "citations": [_citation(page, cited=page in numbers) for page in (*pages, *more)],
        "links_attached": [
            {"url": _tagged(page), "text": page.domain, "position": number} for page, number in numbers.items()
        ],
        "search_sources": [_source(rank, page) for rank, page in enumerate(answer.consulted)],
        "web_search_query": [answer.question],
        "web_search_triggered": True,
        "model": "sample-gpt-1-web",
        "country": asked.get("country", ""),
        "timestamp": now,
        "input": asked,
    }


def _tagged(page: Page) -> str:
    return f"{page.url}{'&' if '?' in page.url else '?'}utm_source=chatgpt.com"


def _citation(page: Page, *, cited: bool) -> dict[str, Any]:
    return {
        "url": _tagged(page),
        "title": page.title,
        "description": page.snippet,
        "domain": page.domain,
        "cited": cited,
    }


def _source(rank: int, page: Page) -> dict[str, Any]:
    return {"url": _tagged(page), "title": page.title, "snippet": page.snippet, "rank": rank}

"""Claude with web search, through Anthropic's Messages API.

A long turn comes in parts (`stop_reason: pause_turn`): what was said so far is sent back and Claude goes on. A search
that fails is told inside a reply that succeeds.
"""

import json
import time
from dataclasses import dataclass, field, replace
from typing import Any, cast

from brands.collector import Provider, ProviderConfig, Question, Reply, ReplyStatus, Source, provider
from brands.collectors._exchange import read_object
from brands.collectors._json import mapping, mappings, only, others, scrub, source, words
from brands.collectors._responses import failure, message_usage
from brands.collectors._verdict import verdict
from brands.prices import estimate
from jobs.errors import InvalidReply, ServiceError, Unavailable
from jobs.http import unreachable

# The plain search. Later versions let the model filter results by running code, which is charged as well.
SEARCH = "web_search_20250305"
MAX_TOKENS = 8192  # of one part: thoughts and answer
MAX_PARTS = 8
Blocks = list[dict[str, Any]]


@provider
class Anthropic(Provider):
    is_cooperative = True
    name = "anthropic"
    collector = "claude"
    key_setting = "ANTHROPIC_API_KEY"

    def ask(self, question: Question) -> Reply:
        deadline = time.monotonic() + self.config.timeout
        turn = Turn()
        while turn.is_open:
            left = deadline - time.monotonic()
            if left <= 0:
                message = f"anthropic has not finished its turn within {self.config.timeout:g} seconds."
                raise Unavailable(message, service=self.name, raw=turn.raw)
            turn.add(*_send(replace(self.config, timeout=left), question, turn.blocks), self.config.api_key)
        return _reply(question, turn)


@dataclass(slots=True)
class Turn:
    """The parts of one answer, each a reply of its own."""

    bodies: list[dict[str, Any]] = field(default_factory=list)
    raws: list[bytes] = field(default_factory=list)
    blocks: Blocks = field(default_factory=list)

    @property
    def raw(self) -> bytes:
        """The replies as they came, one after another."""
        return b"\n".join(self.raws)

    @property
    def is_open(self) -> bool:
        return not self.bodies or self.bodies[-1].get("stop_reason") == "pause_turn"

    def add(self, body: dict[str, Any], raw: bytes, key: str) -> None:
        self.raws.append(raw)
        if body.get("error"):
            raise failure("anthropic", body["error"], self.raw, key)
        if not isinstance(body.get("content"), list):
            raise InvalidReply(
                "anthropic sent a message without a list of contents.", service="anthropic", raw=self.raw
            )
        self.bodies.append(body)
        self.blocks += mappings(body["content"])
        if self.is_open and len(self.bodies) == MAX_PARTS:
            raise InvalidReply(f"anthropic paused {MAX_PARTS} times.", service="anthropic", raw=self.raw)


def _send(config: ProviderConfig, question: Question, blocks: Blocks) -> tuple[dict[str, Any], bytes]:
    import anthropic  # takes two seconds, which commands that ask nobody need not wait for

    from brands.collectors._httpx2 import http_client

    # Another client's credentials and addresses in the environment are not ours: each is given.
    with anthropic.Anthropic(
        api_key=config.api_key,
        base_url=config.base_url,
        timeout=config.timeout,
        max_retries=0,
        http_client=http_client("anthropic", config),
    ) as client:
        try:
            response = client.messages.with_raw_response.create(
                model=config.model, max_tokens=MAX_TOKENS, messages=_messages(question, blocks), tools=[_tool(question)]
            ).http_response
        except anthropic.APIConnectionError as error:
            # The SDK wraps whatever a transport raises; ours raises ServiceErrors.
            cause = error.__cause__
            raise (cause if isinstance(cause, ServiceError) else unreachable("anthropic", error)) from None
    return read_object("anthropic", response.content, response.headers.get("content-type", ""), config)


def _messages(question: Question, blocks: Blocks) -> Any:
    asked = {"role": "user", "content": question.text}
    # As it came, but for lone surrogates, which no request can hold.
    said = json.loads(scrub(json.dumps(blocks, ensure_ascii=False)))
    return [asked, {"role": "assistant", "content": said}] if blocks else [asked]


def _tool(question: Question) -> Any:
    tool: dict[str, Any] = {"type": SEARCH, "name": "web_search"}
    if question.country:
        tool["user_location"] = {"type": "approximate", "country": question.country}
    return cast(Any, tool)


def _reply(question: Question, turn: Turn) -> Reply:
    texts = [block for block in turn.blocks if block.get("type") == "text"]
    text = "".join(words(block.get("text")) for block in texts)
    citations = only(*(_citation(note) for block in texts for note in mappings(block.get("citations"))))
    usage = message_usage(turn.bodies)
    cost = estimate("anthropic", usage)
    last = turn.bodies[-1]
    refused = last.get("stop_reason") == "refusal"
    return Reply(
        status=ReplyStatus.REFUSED if refused else verdict(text),
        text=text,
        citations=citations,
        consulted=others(_consulted(turn.blocks), citations),
        searched=usage.calls > 0 or any(_results(block) for block in turn.blocks),
        model_served=words(last.get("model")),
        cost_usd=cost,
        cost_source="estimated" if cost is not None else "",
        request_id=words(last.get("id")),
        raw=turn.raw,
        country_honoured=True if question.country else None,
        locale_honoured=False if question.locale else None,  # the API has no such parameter
    )


def _citation(note: dict[str, Any]) -> Source | None:
    """Only a citation of a web page has an address; those of documents (`char_location` …) have none."""
    return source(note.get("url"), note.get("title"))


def _results(block: dict[str, Any]) -> list[dict[str, Any]]:
    """The pages of a search, or the one that was fetched. In place of them stands an error where the tool failed."""
    content = block.get("content")
    if block.get("type") == "web_search_tool_result":
        return mappings(content)
    page = mapping(content)
    return [page] if block.get("type") == "web_fetch_tool_result" and page.get("url") else []


def _consulted(blocks: Blocks) -> tuple[Source, ...]:
    pages = [page for block in blocks for page in _results(block)]
    return only(*(source(page.get("url"), page.get("title"), cited=False) for page in pages))

"""Google's AI Overviews, through SerpApi.

An overview is there at once (inline), is fetched with a token that lives for a few minutes (deferred), does not
exist (absent), or failed for the moment (error). One in `related_questions` answers another question.
"""

import time
from io import BytesIO
from typing import Any, cast

import requests
import serpapi
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from brands.collector import Provider, ProviderConfig, Question, Reply, ReplyStatus, Source, provider
from brands.collectors._exchange import exchange, read_object
from brands.collectors._json import mapping, mappings, only, source, words
from brands.collectors._text_blocks import text_of
from brands.collectors._verdict import verdict
from brands.prices import Usage, estimate
from jobs.errors import InvalidReply, NotConfigured, Unavailable

HALF_LANGUAGES = ("zh", "pt")  # Google has these by country: zh-cn, zh-tw, pt-br, pt-pt
NOT_AVAILABLE = "not available"  # "An AI Overview is not available for this search": absent, where others mean "later"
A_SEARCH = ("search_metadata", "search_parameters", "search_information", "ai_overview", "organic_results", "error")


class Adapter(HTTPAdapter):
    """Lets the SDK, which is built on requests, send its requests through `exchange`."""

    def __init__(self, config: ProviderConfig, deadline: float) -> None:
        super().__init__()
        self.provider_config = config
        self.deadline = deadline

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        left = max(self.deadline - time.monotonic(), 0.001)
        response = exchange(
            "serpapi",
            self.provider_config,
            str(request.method),
            str(request.url),
            headers={name: str(value) for name, value in request.headers.items()},
            timeout=left,
        )
        body = HTTPResponse(
            body=BytesIO(response.content),
            headers=dict(response.headers),
            status=response.status_code,
            preload_content=False,
        )
        return self.build_response(request, body)


@provider
class SerpApi(Provider):
    name = "serpapi"
    collector = "google_aio"
    key_setting = "SERPAPI_API_KEY"

    def ask(self, question: Question) -> Reply:
        client = _client(self.config)
        with client.session:
            first, raw = _search(client, self.config, _parameters(question))
            overview = _overview(first, raw)
            token = words(overview.get("page_token"))
            searches = 1
            if token and not overview.get("text_blocks"):
                # The token dies within minutes, so it is spent in the same breath.
                body, raw = _search(client, self.config, {"engine": "google_ai_overview", "page_token": token})
                overview, searches = _overview(body, raw), 2
                if overview.get("page_token") and not overview.get("text_blocks"):
                    raise Unavailable("serpapi put the AI Overview off a second time.", service=self.name, raw=raw)
        return _reply(question, first, overview, raw, searches)


def _client(config: ProviderConfig) -> Any:
    client = cast(Any, serpapi.Client)(api_key=config.api_key, timeout=config.timeout)
    client.BASE_DOMAIN = config.base_url  # of this client alone: other threads have their own
    client.session.trust_env = False
    adapter = Adapter(config, time.monotonic() + config.timeout)
    for scheme in ("https://", "http://"):
        client.session.mount(scheme, adapter)
    return client


def _parameters(question: Question) -> dict[str, str]:
    """Identical questions within an hour would get one cached answer, which is no second sample."""
    parameters = {"engine": "google", "q": question.text}
    if question.country:
        parameters["gl"] = question.country.lower()
    if question.locale:
        parameters["hl"] = _language(question.locale)
    return parameters


def _language(locale: str) -> str:
    language = locale.split("-")[0].lower()
    return locale.lower() if language in HALF_LANGUAGES else language


def _search(client: Any, config: ProviderConfig, parameters: dict[str, str]) -> tuple[dict[str, Any], bytes]:
    try:
        # `client.search` would follow redirects and put the key into the text of its errors.
        response = client.request(
            "GET", "/search", params=parameters | {"no_cache": "true"}, assert_200=False, allow_redirects=False
        )
    except requests.RequestException:
        # The SDK's own exceptions hold the whole address, key included.
        raise NotConfigured("SERPAPI_BASE_URL is not an address that can be asked.", service="serpapi") from None
    return read_object("serpapi", response.content, response.headers.get("content-type", ""), config)


def _overview(body: dict[str, Any], raw: bytes) -> dict[str, Any]:
    """The query's own AI Overview, {} where Google shows none; raises where the search or the overview failed."""
    if not any(part in body for part in A_SEARCH):
        raise InvalidReply("serpapi sent a reply that is no search.", service="serpapi", raw=raw)
    overview = body.get("ai_overview")
    if overview is None:
        # A search without results has an error too, but is a success.
        if body.get("error") and mapping(body.get("search_metadata")).get("status") != "Success":
            raise Unavailable(f"serpapi's search failed: {_sentence(body['error'])}", service="serpapi", raw=raw)
        return {}
    if not isinstance(overview, dict) or not isinstance(overview.get("text_blocks"), list | None):
        raise InvalidReply("serpapi sent an AI Overview of an unknown shape.", service="serpapi", raw=raw)
    error = words(overview.get("error"))
    if NOT_AVAILABLE in error.casefold():
        return {}
    if error:
        raise Unavailable(f"Google had no AI Overview at this moment: {_sentence(error)}", service="serpapi", raw=raw)
    return overview


def _sentence(error: object) -> str:
    return " ".join(words(error).split())[:300] or "it gave no reason."


def _reply(question: Question, first: dict[str, Any], overview: dict[str, Any], raw: bytes, searches: int) -> Reply:
    text = text_of(overview.get("text_blocks"))
    status = verdict(text) if overview else ReplyStatus.ABSENT
    asked = mapping(first.get("search_parameters"))
    wanted = _parameters(question)
    return Reply(
        status=status,
        text=text,
        citations=_references(overview),
        searched=True if status is ReplyStatus.ANSWERED else None,  # an overview is written from search results
        cost_usd=estimate("serpapi", Usage(calls=searches)),
        cost_source="estimated",
        request_id=words(mapping(first.get("search_metadata")).get("id")),
        raw=raw,
        country_honoured=asked.get("gl", wanted["gl"]) == wanted["gl"] if question.country else None,
        locale_honoured=asked.get("hl", wanted["hl"]) == wanted["hl"] if question.locale else None,
    )


def _references(overview: dict[str, Any]) -> tuple[Source, ...]:
    return only(*(source(page.get("link"), page.get("title")) for page in mappings(overview.get("references"))))

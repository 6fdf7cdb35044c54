"""Google's AI Overviews and AI Mode, and Bing's Copilot, through SerpApi.

An overview is there at once (inline), is fetched with a token that lives for a few minutes (deferred), does not
exist (absent), or failed for the moment (error). One in `related_questions` answers another question.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from brands.collector import Provider, Question, Reply, ReplyStatus, Source, provider
from brands.collectors._json import mapping, mappings, only, source, words
from brands.collectors._text_blocks import text_of
from brands.collectors._verdict import verdict
from brands.prices import Usage, estimate
from jobs.errors import InvalidReply, Unavailable

if TYPE_CHECKING:
    from brands.collectors._serpapi_client import SerpApiClient

HALF_LANGUAGES = ("zh", "pt")  # Google has these by country: zh-cn, zh-tw, pt-br, pt-pt
NOT_AVAILABLE = "not available"  # "An AI Overview is not available for this search": absent, where others mean "later"
A_PAGE = ("text_blocks", "references", "reconstructed_markdown")
A_SEARCH = ("search_metadata", "search_parameters", "search_information", "ai_overview", "organic_results", "error")


@dataclass(frozen=True, slots=True)
class Search:
    """What came of a question. `answer` is what the engine says, {} where it says nothing."""

    first: dict[str, Any]
    answer: dict[str, Any]
    raw: bytes
    searches: int = 1  # that are charged


class SerpApiProvider(Provider):
    """One search; `search` does what its engine needs beyond that."""

    is_cooperative = True
    name = "serpapi"
    key_setting = "SERPAPI_API_KEY"
    engine: ClassVar[str]
    knows_places: ClassVar[bool] = True

    def ask(self, question: Question) -> Reply:
        from brands.collectors._serpapi_client import SerpApiClient

        wanted = {"engine": self.engine, "q": question.text} | (_places(question) if self.knows_places else {})
        with SerpApiClient(self.config) as client:
            return _reply(question, wanted, self.search(client, wanted))

    @abstractmethod
    def search(self, client: "SerpApiClient", wanted: dict[str, str]) -> Search:
        """Send the search and whatever completes it."""


@provider
class SerpApi(SerpApiProvider):
    collector = "google_aio"
    engine = "google"

    def search(self, client: "SerpApiClient", wanted: dict[str, str]) -> Search:
        first, raw = client.search(wanted)
        overview, searches = _overview(first, raw), 1
        token = words(overview.get("page_token"))
        if token and not overview.get("text_blocks"):
            # The token dies within minutes, so it is spent in the same breath.
            body, raw = client.search({"engine": "google_ai_overview", "page_token": token})
            overview, searches = _overview(body, raw), 2
            if overview.get("page_token") and not overview.get("text_blocks"):
                raise Unavailable("serpapi put the AI Overview off a second time.", service=self.name, raw=raw)
        return Search(first, overview, raw, searches)


class SerpApiPage(SerpApiProvider):
    """An engine whose whole page is the answer."""

    def search(self, client: "SerpApiClient", wanted: dict[str, str]) -> Search:
        body, raw = client.search(wanted)
        return Search(body, _page(body, raw), raw)


@provider
class SerpApiAIMode(SerpApiPage):
    collector = "google_ai_mode"
    engine = "google_ai_mode"


@provider
class SerpApiCopilot(SerpApiPage):
    collector = "bing_copilot"
    engine = "bing_copilot"
    knows_places = False


def _places(question: Question) -> dict[str, str]:
    country = {"gl": question.country.lower()} if question.country else {}
    return country | ({"hl": _language(question.locale)} if question.locale else {})


def _language(locale: str) -> str:
    language = locale.split("-")[0].lower()
    return locale.lower() if language in HALF_LANGUAGES else language


def _overview(body: dict[str, Any], raw: bytes) -> dict[str, Any]:
    """The query's own AI Overview, {} where Google shows none; raises where the search or the overview failed."""
    _check(body, A_SEARCH, raw)
    overview = body.get("ai_overview")
    if overview is None:
        return _nothing(body, raw)
    if not isinstance(overview, dict) or not isinstance(overview.get("text_blocks"), list | None):
        raise InvalidReply("serpapi sent an AI Overview of an unknown shape.", service="serpapi", raw=raw)
    error = words(overview.get("error"))
    if NOT_AVAILABLE in error.casefold():
        return {}
    if error:
        raise Unavailable(f"Google had no AI Overview at this moment: {_sentence(error)}", service="serpapi", raw=raw)
    return overview


def _page(body: dict[str, Any], raw: bytes) -> dict[str, Any]:
    """The parts of a page that are its answer, {} where the engine gave none; raises where the search failed."""
    _check(body, (*A_SEARCH, *A_PAGE), raw)
    page = {part: body[part] for part in A_PAGE if part in body}
    if not isinstance(page.get("text_blocks"), list | None):
        raise InvalidReply("serpapi sent an answer of an unknown shape.", service="serpapi", raw=raw)
    return page if page.get("text_blocks") is not None or page.get("reconstructed_markdown") else _nothing(body, raw)


def _check(body: dict[str, Any], parts: tuple[str, ...], raw: bytes) -> None:
    if not any(part in body for part in parts):
        raise InvalidReply("serpapi sent a reply that is no search.", service="serpapi", raw=raw)


def _nothing(body: dict[str, Any], raw: bytes) -> dict[str, Any]:
    """A search without results has an error too, but is a success."""
    if body.get("error") and mapping(body.get("search_metadata")).get("status") != "Success":
        raise Unavailable(f"serpapi's search failed: {_sentence(body['error'])}", service="serpapi", raw=raw)
    return {}


def _sentence(error: object) -> str:
    return " ".join(words(error).split())[:300] or "it gave no reason."


def _reply(question: Question, wanted: dict[str, str], search: Search) -> Reply:
    text = text_of(search.answer.get("text_blocks")) or words(search.answer.get("reconstructed_markdown"))
    status = verdict(text) if search.answer else ReplyStatus.ABSENT
    asked = mapping(search.first.get("search_parameters"))
    return Reply(
        status=status,
        text=text,
        citations=_references(search.answer),
        searched=True if status is ReplyStatus.ANSWERED else None,  # all three are written from search results
        cost_usd=estimate("serpapi", Usage(calls=search.searches)),
        cost_source="estimated",
        request_id=words(mapping(search.first.get("search_metadata")).get("id")),
        raw=search.raw,
        country_honoured=_same(asked, wanted, "gl") if question.country else None,
        locale_honoured=_same(asked, wanted, "hl") if question.locale else None,
    )


def _same(asked: dict[str, Any], wanted: dict[str, str], name: str) -> bool:
    """Whether the search was made as it was wanted: the reply repeats its parameters."""
    return name in wanted and bool(asked.get(name, wanted[name]) == wanted[name])


def _references(overview: dict[str, Any]) -> tuple[Source, ...]:
    return only(*(source(page.get("link"), page.get("title")) for page in mappings(overview.get("references"))))

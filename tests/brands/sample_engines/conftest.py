"""The sample engines, and the official SDKs pointed at them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import openai
import perplexity
import pytest
import serpapi

from brands.sample_engines import SampleEngines


@pytest.fixture
def start() -> Iterator[Callable[..., SampleEngines]]:
    """Start sample engines with the given options; they are stopped after the test."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(SampleEngines(**options))


@pytest.fixture
def engines(start: Callable[..., SampleEngines]) -> SampleEngines:
    return start()


class Clients:
    """Each SDK as the collectors use it: one request a call."""

    def __init__(self, engines: SampleEngines, key: str = "sample-key") -> None:
        self.environment = engines.environment()
        self.key = key
        self.stack = ExitStack()

    def openai(self, **options: Any) -> openai.OpenAI:
        url = self.environment["OPENAI_BASE_URL"]
        client = openai.OpenAI(api_key=self.key, base_url=url, **{"max_retries": 0, "timeout": 10, **options})
        return self.stack.enter_context(client)

    def perplexity(self) -> perplexity.Perplexity:
        url = self.environment["PERPLEXITY_BASE_URL"]
        client = perplexity.Perplexity(api_key=self.key, base_url=url, max_retries=0, timeout=10)
        return self.stack.enter_context(client)

    def serpapi(self) -> serpapi.Client:
        url = self.environment["SERPAPI_BASE_URL"]
        client = type("LocalClient", (serpapi.Client,), {"BASE_DOMAIN": url})(api_key=self.key, timeout=10)
        self.stack.callback(client.session.close)
        return client

    def brightdata(self) -> httpx.Client:
        url = self.environment["BRIGHTDATA_BASE_URL"]
        return self.stack.enter_context(
            httpx.Client(base_url=url, headers={"Authorization": f"Bearer {self.key}"}, timeout=10)
        )


@pytest.fixture
def clients(start: Callable[..., SampleEngines]) -> Iterator[Callable[..., Clients]]:
    with ExitStack() as stack:

        def make(engines: SampleEngines, key: str = "sample-key") -> Clients:
            made = Clients(engines, key)
            stack.push(made.stack)
            return made

        yield make

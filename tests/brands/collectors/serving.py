"""A local server that gives one provider one reply."""

import json
import re
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from brands.collector import Provider, ProviderConfig, Question, Reply

KEY = "sk-canary-77aa11"
QUESTION = Question("Which coffee machine for a small office?")


def made(cls: type[Provider], httpserver: HTTPServer, **config: Any) -> Provider:
    values = {"api_key": KEY, "model": "gpt-5-mini", "timeout": 20, "poll_interval": 0.01} | config
    return cls(ProviderConfig(base_url=httpserver.url_for("/v1"), **values))


def ask(
    cls: type[Provider], httpserver: HTTPServer, *bodies: Any, question: Question = QUESTION, **config: Any
) -> Reply:
    """The reply of a provider whose server sends these bodies, one a request, the last one for ever."""
    waiting = list(bodies)

    def respond(_: Request) -> Response:
        body = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return body if isinstance(body, Response) else Response(json.dumps(body), content_type="application/json")

    httpserver.expect_request(re.compile(".*")).respond_with_handler(respond)
    return made(cls, httpserver, **config).ask(question)


def requests(httpserver: HTTPServer) -> list[Request]:
    return [request for request, _ in httpserver.log]

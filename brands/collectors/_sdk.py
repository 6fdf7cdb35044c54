"""One request with OpenAI's SDK, which other vendors' Responses APIs are asked with too.

SDKs are imported when they are first used: they take half a second and 40 MB, which beat and commands never need.
"""

from typing import Any, cast

from brands.collector import ProviderConfig
from brands.collectors._exchange import http_client, read_object


def create_response(service: str, config: ProviderConfig, request: dict[str, Any]) -> tuple[dict[str, Any], bytes, str]:
    """The reply to `POST /responses` as an object and as it came, and the request's id from its headers."""
    from openai import OpenAI

    with OpenAI(
        api_key=config.api_key,
        base_url=config.base_url or None,
        timeout=config.timeout,
        max_retries=0,
        # The SDK takes a client of httpx as well as one of httpx2, which is all that its types know.
        http_client=cast(Any, http_client(service, config)),
    ) as client:
        response = client.responses.with_raw_response.create(model=config.model, **request).http_response
    body, raw = read_object(service, response.content, response.headers.get("content-type", ""), config)
    return body, raw, response.headers.get("x-request-id", "")

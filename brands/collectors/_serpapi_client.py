"""SerpApi's SDK, which is built on requests. It is loaded by the first search: beat and commands never need it."""

import time
from io import BytesIO
from typing import Any, Self, cast

import requests
import serpapi
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from brands.collector import ProviderConfig
from brands.collectors._exchange import exchange, read_object
from jobs.errors import NotConfigured


class Adapter(HTTPAdapter):
    """Lets the SDK send its requests through `exchange`."""

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


class SerpApiClient:
    """Use as a context. All its searches together have the time that the configuration gives to one call."""

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config
        self.sdk = cast(Any, serpapi.Client)(api_key=config.api_key, timeout=config.timeout)
        self.sdk.BASE_DOMAIN = config.base_url  # of this client alone: other threads have their own
        self.sdk.session.trust_env = False
        adapter = Adapter(config, time.monotonic() + config.timeout)
        for scheme in ("https://", "http://"):
            self.sdk.session.mount(scheme, adapter)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.sdk.session.close()

    def search(self, parameters: dict[str, str]) -> tuple[dict[str, Any], bytes]:
        """The reply to a search, as an object and as it came."""
        try:
            # Identical questions within an hour would get one cached answer, which is no second sample.
            # The SDK's `search` would follow redirects and put the key into the text of its errors.
            response = self.sdk.request(
                "GET", "/search", params=parameters | {"no_cache": "true"}, assert_200=False, allow_redirects=False
            )
        except requests.RequestException:
            # The SDK's own exceptions hold the whole address, key included.
            raise NotConfigured("SERPAPI_BASE_URL is not an address that can be asked.", service="serpapi") from None
        return read_object("serpapi", response.content, response.headers.get("content-type", ""), self.config)

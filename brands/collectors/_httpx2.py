"""For an SDK that is built on httpx2 and takes nothing else. It has nothing to do with HTTP/2."""

import httpx2

from brands.collector import ProviderConfig
from brands.collectors._exchange import exchange


class Transport(httpx2.BaseTransport):
    """Lets the SDK send its requests through `exchange`."""

    def __init__(self, service: str, config: ProviderConfig) -> None:
        self.service = service
        self.config = config

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        headers = dict(request.headers)
        response = exchange(
            self.service, self.config, request.method, str(request.url), headers=headers, content=request.read()
        )
        return httpx2.Response(
            response.status_code, headers=response.headers.multi_items(), content=response.content, request=request
        )


def http_client(service: str, config: ProviderConfig) -> httpx2.Client:
    return httpx2.Client(transport=Transport(service, config), follow_redirects=False, trust_env=False)

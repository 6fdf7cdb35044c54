"""For an SDK that is built on httpx2 and takes nothing else. It has nothing to do with HTTP/2."""

import httpx
import httpx2

from brands.collector import ProviderConfig
from brands.collectors import _exchange


class Transport(httpx2.BaseTransport):
    """Lets the SDK send its requests as one that is built on httpx does."""

    def __init__(self, transport: _exchange.Transport) -> None:
        self.transport = transport

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        headers, content = request.headers.multi_items(), request.read()
        same = httpx.Request(request.method, str(request.url), headers=headers, content=content)
        response = self.transport.handle_request(same)
        return httpx2.Response(
            response.status_code, headers=response.headers.multi_items(), content=response.content, request=request
        )


def http_client(service: str, config: ProviderConfig) -> httpx2.Client:
    transport = Transport(_exchange.Transport(service, config))
    return httpx2.Client(transport=transport, follow_redirects=False, trust_env=False)

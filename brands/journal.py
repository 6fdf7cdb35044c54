"""What a provider sent during one call, written so that it can be read again: each response with its status and
headers. A call may take several (a search and its overview, a turn in parts)."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# The headers that providers read; the rest is the server's own business.
KEPT = ("content-type", "x-request-id", "request-id", "retry-after")


@dataclass(frozen=True, slots=True)
class Response:
    """One response as it came, without the key."""

    status_code: int
    headers: dict[str, str]
    content: bytes


def write(responses: Iterable[Response]) -> bytes:
    """Each response as a line of JSON (status, headers, number of bytes) and its bytes, with a line's end behind."""
    return b"".join(_head(response) + b"\n" + response.content + b"\n" for response in responses)


def _head(response: Response) -> bytes:
    headers = {name: value for name, value in response.headers.items() if name in KEPT}
    return json.dumps({"status": response.status_code, "headers": headers, "bytes": len(response.content)}).encode()


def read(journal: bytes) -> Iterator[Response]:
    start = 0
    while start < len(journal):
        end = journal.index(b"\n", start)
        head = json.loads(journal[start:end])
        start = end + 1
        content = journal[start : start + head["bytes"]]
        start += head["bytes"] + 1
        yield Response(head["status"], head["headers"], content)

"""Local providers that take as long as real ones, compressed: `python -m bench.engines PORT FILE MEDIAN SIGMA`.

Each answer takes a time drawn from a log-normal distribution (its own for each provider, the same at each start). On
SIGTERM the moments at which calls came, and how long each took, go into FILE.
"""

import asyncio
import json
import math
import random
import signal
import sys
import time
from pathlib import Path

from tests.contracts.bodies import ANSWER, REPLIES

BODIES = {
    "/openai/v1/responses": json.dumps(REPLIES["chatgpt", "openai"](ANSWER)).encode(),
    "/perplexity/v1/responses": json.dumps(REPLIES["perplexity", "perplexity"](ANSWER)).encode(),
    "/own/v1/chat/completions": json.dumps(REPLIES["local", "openai_compatible"](ANSWER)).encode(),
}


class Engines:
    def __init__(self, median: float, sigma: float) -> None:
        self.mu, self.sigma = math.log(median), sigma
        self.drawn = {path: random.Random(path) for path in BODIES}  # noqa: S311
        self.calls: dict[str, list[tuple[float, float]]] = {path: [] for path in BODIES}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        path = head[0].split()[1]
        length = next((int(line.split(":")[1]) for line in head if line.lower().startswith("content-length:")), 0)
        await reader.readexactly(length)
        if path not in BODIES:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        else:
            seconds = self.drawn[path].lognormvariate(self.mu, self.sigma)
            self.calls[path].append((time.time(), seconds))
            await asyncio.sleep(seconds)
            body = BODIES[path]
            kind = b"Content-Type: application/json\r\nConnection: close\r\n"
            writer.write(b"HTTP/1.1 200 OK\r\n" + kind + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()


async def main(port: int, file: Path, median: float, sigma: float) -> None:
    engines = Engines(median, sigma)
    server = await asyncio.start_server(engines.serve, "127.0.0.1", port, backlog=1024)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with server:
        await stop.wait()
    file.write_text(json.dumps(engines.calls))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])))

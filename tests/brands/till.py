"""A provider that charges: a local server whose log of charged calls lies outside of everything that is tested, and the
four kinds of provider that reach it."""

import json
import os
import signal
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Lock, Thread
from typing import Any, ClassVar

from brands.collector import AsyncProvider, Provider, Question, Reply, ReplyStatus
from brands.collectors._exchange import exchange, read_object
from brands.sample_engines.threads import ThreadServer


class Till:
    """`log` gets a line for each call that is charged. `kill` says when the caller's process is killed, once."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.kill = ""  # "before" or "after" the charge, or "answered"
        self.sold: dict[str, str] = {}  # by key or tag: what was sold
        self.lock = Lock()
        log.touch()

    def charged(self) -> int:
        return len(self.sales())

    def sales(self) -> list[dict[str, str]]:
        """Of each charged call the `item` that was sold and the key of the `call`, as the provider wrote it down."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def sell(self, name: str, call: str = "") -> str:
        """A second sale under a name gives the first one's item and is not charged."""
        with self.lock:
            if name and name in self.sold:
                return self.sold[name]
            item = f"item-{self.charged() + 1}"
            with self.log.open("a") as file:
                file.write(json.dumps({"item": item, "call": call}) + "\n")
            self.sold[name or item] = item
            return item

    def may_kill(self, moment: str, pid: str) -> None:
        if self.kill == moment and pid:
            self.kill = ""
            os.kill(int(pid), signal.SIGKILL)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        """Buy: an answer at once (/ask) or a task (/tasks). Both are charged now."""
        till, pid = self.server.engines, self.headers.get("X-Pid", "")
        self.rfile.read(int(self.headers["Content-Length"]))
        till.may_kill("before", pid)
        item = till.sell(self.headers.get("X-Key", ""), self.headers.get("X-Call", ""))
        till.may_kill("after", pid)
        self._send({"text": item} if self.path == "/ask" else {"task": item})
        till.may_kill("answered", pid)

    def do_GET(self) -> None:
        """A task's answer (/tasks/ID), or the task that was bought under a name (/named/NAME)."""
        till, last = self.server.engines, self.path.rpartition("/")[2]
        self._send({"task": till.sold.get(last)} if self.path.startswith("/named/") else {"text": last})

    def _send(self, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        for name, value in (("Content-Type", "application/json"), ("Content-Length", str(len(content)))):
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def open_till(log: Path) -> Iterator[tuple[Till, str]]:
    """The till and its address."""
    server = ThreadServer(("127.0.0.1", 0), _Handler)
    server.engines = Till(log)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.engines, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def call(provider: Provider, method: str, path: str) -> dict[str, Any]:
    headers = {"X-Pid": str(os.getpid()), "X-Call": provider.config.call_key}
    if getattr(provider, "is_named", False):
        headers["X-Key"] = provider.config.call_key
    url = f"{provider.config.base_url}{path}"
    body = {"json": {}} if method == "POST" else {}
    response = exchange(provider.name, provider.config, method, url, headers=headers, **body)
    return read_object(provider.name, response.content, response.headers["content-type"], provider.config)[0]


def reply(text: str) -> Reply:
    return Reply(status=ReplyStatus.ANSWERED, text=text)


class Plain(Provider):
    """Nothing can be found out about a call whose reply did not arrive."""

    name = "till"
    collector = "till"
    is_cooperative = True

    def ask(self, question: Question) -> Reply:
        return reply(call(self, "POST", "/ask")["text"])


class Blocking(Plain):
    """Waits in a thread of its own."""

    is_cooperative = False


class Keyed(Plain):
    takes_keys = True
    is_named: ClassVar[bool] = True


class Tasks(AsyncProvider):
    name = "till"
    collector = "till"
    is_cooperative = True

    def start(self, question: Question) -> str:
        return call(self, "POST", "/tasks")["task"]

    def poll(self, task_id: str, question: Question) -> Reply | None:
        return reply(call(self, "GET", f"/tasks/{task_id}")["text"])


class Tagged(Tasks):
    """Its tasks can be looked up under the tag that they were given."""

    is_named: ClassVar[bool] = True

    def find(self, question: Question, since: datetime, known: Collection[str]) -> str | None:
        return call(self, "GET", f"/named/{self.config.call_key}")["task"]

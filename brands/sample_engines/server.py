"""The HTTP server around the wire formats."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import parse_qsl, urlsplit

from brands.sample_engines.anthropic import Anthropic
from brands.sample_engines.brightdata import BrightData
from brands.sample_engines.dataforseo import DataForSeo
from brands.sample_engines.desk import Call, Desk
from brands.sample_engines.faults import AFTER, OUTCOMES, REDIRECT_PATH, Fault, Faults, damaged, refusal
from brands.sample_engines.gemini import Gemini
from brands.sample_engines.openai import ChatCompletions, Responses
from brands.sample_engines.perplexity import Perplexity
from brands.sample_engines.recorded import Recorded
from brands.sample_engines.serpapi import SerpApi
from brands.sample_engines.threads import ThreadServer
from brands.sample_engines.wire import Request, Response, WireFormat, json_response, new_id
from brands.sample_engines.xai import XAI

KEY, WRONG_KEY = "sample-key", "wrong-key"
FORMATS: tuple[type[WireFormat], ...] = (
    *(Responses, ChatCompletions, Perplexity, SerpApi, BrightData),
    *(Anthropic, Gemini, XAI, DataForSeo),
)
DRIP_SECONDS = 1.0


class SampleEngines:
    """The running server. Use it in a with-block, or call `start` and `close`.

    `port` 0 takes a free one. `latency` is seconds before each answer, `polls` how often a Bright Data snapshot is
    not ready yet, `faults` what goes wrong at which provider. With `recorded`, bodies from there replace the samples;
    `log` gets one JSON line for each call that a provider would charge for.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        seed: str = "brandbeat",
        latency: float = 0,
        polls: int = 2,
        log: Path | None = None,
        recorded: Path | None = None,
        recorded_as: str | None = None,
        faults: Mapping[str, Fault] | None = None,
    ) -> None:
        bodies = Recorded(recorded, recorded_as) if recorded else None
        self._desk = Desk(seed=seed, log=log, recorded=bodies, polls=polls)
        self._formats = [format_class(self._desk) for format_class in FORMATS]
        self.faults = Faults(faults or {}, tuple(one.name for one in self._formats))
        self.latency = latency
        self.stopping = Event()
        self.redirected: list[str] = []  # paths of requests that followed a redirect
        self._server = ThreadServer((host, port), _Handler)
        self._server.engines = self
        self.url = f"http://{host}:{self._server.server_address[1]}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), name="sample-engines", daemon=True)

    @property
    def calls(self) -> list[Call]:
        """The calls that were charged so far."""
        return list(self._desk.calls)

    def environment(self) -> dict[str, str]:
        """The variables that point Brandbeat to this server."""
        addresses = {
            "OPENAI": "/openai/v1",
            "OPENAI_COMPATIBLE": "/openai/v1",
            "PERPLEXITY": "/perplexity",
            "SERPAPI": "/serpapi",
            "BRIGHTDATA": "/brightdata",
            "ANTHROPIC": "/anthropic",
            "GEMINI": "/gemini",
            "XAI": "/xai/v1",
            "DATAFORSEO": "/dataforseo",
        }
        urls = {f"{provider}_BASE_URL": self.url + path for provider, path in addresses.items()}
        keys = {f"{provider}_API_KEY": KEY for provider in addresses}
        login = {"DATAFORSEO_API_KEY": f"sample-login:{KEY}"}
        return {**urls, **keys, **login, "OPENAI_COMPATIBLE_MODEL": "sample-model"}

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stop, also in the middle of replies, and wait for the threads."""
        self.stopping.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def control(self, wish: Any) -> Response:
        """Set a fault ({provider, mode, …}) or pin a recorded file ({provider, file})."""
        try:
            wish = dict(wish)
            provider = wish.pop("provider")
            if "file" in wish:
                self._pin(provider, wish["file"])
            else:
                self.faults.set(provider, Fault(**wish))
        except (KeyError, TypeError, ValueError) as error:
            return json_response({"error": f"The wish cannot be granted: {error}"}, 400)
        return json_response({"provider": provider, **wish})

    def _pin(self, provider: str, file_name: str) -> None:
        if self._desk.recorded is None:
            raise ValueError("the server has no recorded bodies.")
        folders = {one.name: one.folder for one in self._formats}
        self._desk.recorded.pin(folders.get(provider, provider), file_name)

    def format_for(self, path: str) -> WireFormat | None:
        return next((one for one in self._formats if f"{path}/".startswith(f"{one.prefix}/")), None)

    def calls_as_json(self) -> list[dict[str, Any]]:
        return [asdict(call) for call in self.calls]


class _Handler(BaseHTTPRequestHandler):
    """One request on one connection, as HTTP/1.1 with `Connection: close`."""

    protocol_version = "HTTP/1.1"
    server_version = "SampleEngines/1"
    sys_version = ""
    timeout = 30

    @property
    def engines(self) -> SampleEngines:
        return cast(SampleEngines, cast(ThreadServer, self.server).engines)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: SerpApi's key is part of the request line."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        self._answer(self._request())

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        length = self.headers.get("Content-Length", "0")
        body = self.rfile.read(int(length) if length.isdecimal() else 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)

    def _answer(self, request: Request) -> None:
        engines = self.engines
        wire_format = engines.format_for(request.path)
        if wire_format is None:
            self._send(self._housekeeping(request))
            return
        request = replace(request, path=request.path.removeprefix(wire_format.prefix))
        if wire_format.key(request) in ("", WRONG_KEY):
            self._send(wire_format.error(401))
            return
        fault = engines.faults.take(wire_format.name, request.path, buys=wire_format.buys(request))
        self._answer_with(fault, wire_format, request)

    def _answer_with(self, fault: Fault, wire_format: WireFormat, request: Request) -> None:
        engines = self.engines
        if fault.mode == "hang" or engines.stopping.wait(engines.latency):
            engines.stopping.wait()
            return
        response = refusal(fault, wire_format, engines.url)
        if response is None:
            response = wire_format.respond(replace(request, outcome=OUTCOMES.get(fault.mode)))
        if fault.mode == "hang_charged":
            engines.stopping.wait()
            return
        self._send(damaged(fault, response), fault.mode if fault.mode in AFTER else "")

    def _housekeeping(self, request: Request) -> Response:
        engines = self.engines
        match request.method, request.path:
            case "POST", "/_control":
                return engines.control(request.json())
            case "GET", "/_calls":
                return json_response(engines.calls_as_json())
            case _, path if path == REDIRECT_PATH:
                engines.redirected.append(request.path)
                return json_response({"error": "You followed a redirect."})
            case _:
                return json_response({"error": "There is nothing here."}, 404)

    def _send(self, response: Response, mode: str = "") -> None:
        self.send_response(response.status)
        for name, value in {"X-Request-Id": new_id("req"), **response.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if mode == "drip":
            self._drip(response.body)
        else:
            self.wfile.write(response.body[: len(response.body) // 2] if mode == "truncated" else response.body)

    def _drip(self, body: bytes) -> None:
        for byte in body:
            if self.engines.stopping.wait(DRIP_SECONDS):
                return
            self.wfile.write(bytes((byte,)))

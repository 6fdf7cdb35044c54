"""A threaded HTTP server that can be closed while clients hang on it."""

import socket
from contextlib import suppress
from http.server import HTTPServer
from socketserver import BaseRequestHandler, TCPServer
from threading import Lock, Thread, current_thread
from typing import Any


class ThreadServer(HTTPServer):
    """One daemon thread a connection; `server_close` ends the connections and waits for the threads."""

    request_queue_size = 256  # many parallel calls connect at the same moment
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], handler: type[BaseRequestHandler]) -> None:
        self.engines: Any = None
        self._open: dict[Thread, socket.socket] = {}
        self._lock = Lock()
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Bind without looking up the host's name, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = Thread(target=self._work, args=(request, client_address), daemon=True)
        with self._lock:
            self._open[thread] = request
        thread.start()

    def _work(self, request: socket.socket, client_address: Any) -> None:
        try:
            with suppress(ConnectionError):  # the client went away
                self.finish_request(request, client_address)
        finally:
            self.shutdown_request(request)
            with self._lock:
                self._open.pop(current_thread(), None)

    def server_close(self) -> None:
        super().server_close()
        with self._lock:
            still_open = dict(self._open)
        for connection in still_open.values():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in still_open:
            thread.join(timeout=5)

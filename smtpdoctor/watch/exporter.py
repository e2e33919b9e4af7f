"""What monitors read over HTTP: /metrics, /healthz and /probe.

Knows HTTP by the standard library's server and prometheus_client's formats. Names of metrics are
`report.measures`'. Answers to GET and HEAD, and to nobody whose Host isn't this machine's own where
it listens on loopback (a web page can make a browser ask there: DNS rebinding). A request is
bounded in bytes and in time, and so is their number; whoever connects and asks for nothing makes
room for who does. Must not know how a run goes.
"""

from __future__ import annotations

import contextlib
import errno
import io
import socket
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import IO, Any, NamedTuple
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from smtpdoctor.addresses import is_loopback
from smtpdoctor.report.measures import (
    FAMILIES,
    FAMILIES_OF_PROBE,
    FAMILIES_OF_WATCH,
    Sample,
    labels_of,
    once_each,
    samples,
)
from smtpdoctor.report.model import Report
from smtpdoctor.watch.model import Round

#: Of a request's line and headers together, in bytes.
MOST_BYTES = 16 << 10
#: Seconds in which a request must have come, and in which one piece of an answer must be taken.
READ_WITHIN = 10.0
#: Connections at a time, and probes among them.
MOST_CONNECTIONS = 16
MOST_PROBES = 4
#: Seconds in which a connection that was ended must have left its place.
ROOM_WITHIN = 1.0
#: Taken off the time that Prometheus waits for an answer, as blackbox_exporter does.
SCRAPE_MARGIN = 0.5

#: Makes one run against a target, within so many seconds.
Probe = Callable[[str, float], Report]


class Listen(NamedTuple):
    """Where to listen: an address literal and a port."""

    address: str
    port: int

    @property
    def is_loopback(self) -> bool:
        return is_loopback(self.address)

    @property
    def url(self) -> str:
        return f"http://{self.written}:{self.port}/"

    @property
    def written(self) -> str:
        return f"[{self.address}]" if ":" in self.address else self.address


class Board:
    """The last round, for whoever asks; set by the watch, read by the server's threads."""

    def __init__(self) -> None:
        self._latest: Round | None = None
        self._runs = 0
        self._logins = 0
        self._at = time.monotonic()

    def put(self, round_: Round) -> None:
        self._runs += 1
        self._logins += round_.logins
        self._at = time.monotonic()
        self._latest = round_

    @property
    def seconds_since(self) -> float:
        """Since the last round was over, or since the start."""
        return time.monotonic() - self._at

    def samples(self) -> list[Sample]:
        """Every figure as it stands now."""
        found: list[Sample] = []
        latest = self._latest
        if latest is not None:
            found += samples(latest.whole) if latest.whole is not None else []
            for state in latest.states:
                if state.target is None or state.verdict == "gone":
                    continue
                labels = labels_of(state.target)
                found.append(("smtpdoctor_since_timestamp_seconds", labels, state.since))
                if state.login is not None and state.login.result != "begun":
                    accepted = float(state.login.result == "accepted")
                    found.append(("smtpdoctor_login_accepted", labels, accepted))
                    found.append(("smtpdoctor_login_timestamp_seconds", labels, state.login.at))
            found.append(("smtpdoctor_last_run_timestamp_seconds", {}, latest.at))
            found.append(("smtpdoctor_last_run_failed", {}, float(bool(latest.fault))))
        found.append(("smtpdoctor_runs_total", {}, self._runs))
        found.append(("smtpdoctor_logins_total", {}, self._logins))
        return once_each(found)


class Exporter:
    """The server, in threads of its own. `allowed` are the targets of /probe, as they are written;
    without `probe` there is none. `stuck_after` is in seconds: so long without a finished round
    is no longer well. Raises OSError where it can't listen.
    """

    def __init__(
        self,
        listen: Listen,
        board: Board,
        *,
        stuck_after: float,
        probe: Probe | None = None,
        allowed: frozenset[str] = frozenset(),
        timeout: float,
    ) -> None:
        self._board = board
        self._stuck_after = stuck_after
        self._probe = probe
        self._allowed = allowed
        self._timeout = timeout
        self._probing = threading.BoundedSemaphore(MOST_PROBES)
        self._metrics = _metrics_app(board.samples)
        self._server = _Server(listen)
        self._hosts = {listen.written, "localhost", "127.0.0.1", "[::1]"}
        self._checks_host = listen.is_loopback
        self._server.set_app(self._answer)
        self.listens = listen._replace(port=self._server.server_port)
        self._thread = threading.Thread(
            target=lambda: self._server.serve_forever(poll_interval=0.2),
            name="exporter",
            daemon=True,
        )

    def __enter__(self) -> Exporter:
        try:
            self._thread.start()
        except RuntimeError:  # a limit on processes
            raise OSError(errno.EAGAIN, "no thread to serve metrics in") from None
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    # --- answers ------------------------------------------------------------------------------

    def _answer(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if self._checks_host and not self._is_for_it(environ):
            return _text(start, "403 Forbidden", "this server answers to its own address only")
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        if method == "HEAD" and path != "/probe":  # which would ask a server for nothing
            return self._head(environ, start)
        if method != "GET":
            return _text(start, "405 Method Not Allowed", "GET and HEAD", ("Allow", "GET, HEAD"))
        return self._page(path, environ, start)

    def _head(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """RFC 9110 §9.3.2: what GET would be sent, without its content."""
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def keep(
            status: str, headers: list[tuple[str, str]], _error: object = None
        ) -> Callable[[bytes], object]:
            said.append((status, headers))
            return lambda _: None

        asked = {**environ, "REQUEST_METHOD": "GET"}
        content = b"".join(self._page(environ.get("PATH_INFO", ""), asked, keep))
        ((status, headers),) = said
        others = [header for header in headers if header[0].lower() != "content-length"]
        start(status, [*others, ("Content-Length", str(len(content)))])
        return []

    def _page(self, path: str, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if path == "/metrics":
            return self._metrics(environ, start)
        if path == "/healthz":
            return self._health(start)
        if path == "/probe" and self._probe is not None:
            return self._probed(environ, start, self._probe)
        if path == "/":
            return _text(start, "200 OK", "smtpdoctor watch: /metrics /healthz /probe?target=")
        return _text(start, "404 Not Found", "not found")

    def _is_for_it(self, environ: WSGIEnvironment) -> bool:
        """Whether who asks means this server. HTTP/1.1 says it in every request (RFC 9112 §3.2):
        where that was not read, something before it was no header."""
        host = environ.get("HTTP_HOST")
        if host is None:
            return environ.get("SERVER_PROTOCOL") in ("HTTP/1.0", "HTTP/0.9")
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
        return name.lower() in self._hosts

    def _health(self, start: StartResponse) -> Iterable[bytes]:
        """Whether the watch itself goes on; what it sees is in the metrics."""
        if self._board.seconds_since > self._stuck_after:
            return _text(start, "503 Service Unavailable", "no run was finished for too long")
        return _text(start, "200 OK", "ok")

    def _probed(
        self, environ: WSGIEnvironment, start: StartResponse, probe: Probe
    ) -> Iterable[bytes]:
        try:
            wanted = parse_qs(
                environ.get("QUERY_STRING", ""), keep_blank_values=True, max_num_fields=16
            ).get("target", [])
        except ValueError:
            wanted = []
        if len(wanted) != 1:
            return _text(start, "400 Bad Request", "name one target: /probe?target=HOST:PORT")
        if wanted[0] not in self._allowed:
            return _text(start, "403 Forbidden", "this target is not among those of --allow")
        if not self._probing.acquire(blocking=False):
            return _text(start, "503 Service Unavailable", "too many probes at a time")
        try:
            report = probe(wanted[0], self._seconds(environ))
        except Exception:  # whatever it was, its text is nobody's business here
            return _text(start, "500 Internal Server Error", "the probe failed")
        finally:
            self._probing.release()
        success = float(report.verdict in ("healthy", "warnings"))
        found = [*samples(report), ("probe_success", {}, success)]
        found.append(("probe_duration_seconds", {}, report.seconds))
        return _metrics_app(lambda: found)({**environ, "QUERY_STRING": ""}, start)

    def _seconds(self, environ: WSGIEnvironment) -> float:
        """How long a probe may take: so that Prometheus still gets the answer."""
        with contextlib.suppress(ValueError):
            given = float(environ.get("HTTP_X_PROMETHEUS_SCRAPE_TIMEOUT_SECONDS", ""))
            if 1.0 <= given <= self._timeout:  # not a number is neither
                return max(given - SCRAPE_MARGIN, 1.0)
        return self._timeout


def _text(
    start: StartResponse, status: str, words: str, *headers: tuple[str, str]
) -> Iterable[bytes]:
    plain = [("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff")]
    start(status, [*plain, *headers])
    return [f"{words}\n".encode()]


# --- metrics ------------------------------------------------------------------------------------


class _Figures(Collector):
    """Samples as prometheus_client's families."""

    def __init__(self, given: Callable[[], list[Sample]]) -> None:
        self._given = given

    def collect(self) -> Iterator[Metric]:
        found = self._given()
        for name, words in {**FAMILIES, **FAMILIES_OF_WATCH, **FAMILIES_OF_PROBE}.items():
            own = [item for item in found if item[0] == name]
            if not own:
                continue
            counts = name.endswith("_total")
            family = Metric(name.removesuffix("_total"), words, "counter" if counts else "gauge")
            for _, labels, value in own:
                family.add_sample(name, labels, value)
            yield family


def _metrics_app(given: Callable[[], list[Sample]]) -> WSGIApplication:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(given))
    app: WSGIApplication = make_wsgi_app(registry)
    return app


# --- the server ---------------------------------------------------------------------------------


class _Asking(NamedTuple):
    """A connection whose request is not all here."""

    request: socket.socket
    host: str
    until: float


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    """The standard library's server with bounds on connections and on a request's time."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, listen: Listen) -> None:
        self.address_family = socket.AF_INET6 if ":" in listen.address else socket.AF_INET
        self._free = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._asking: dict[int, _Asking] = {}  # the one that came first stands first
        self._lock = threading.Lock()
        super().__init__((listen.address, listen.port), _Handler)

    def server_bind(self) -> None:
        """Without HTTPServer's look-up of this machine's name, which may hang."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(blocking=False):
            self._make_room()
            if not self._free.acquire(timeout=ROOM_WITHIN):
                self.shutdown_request(request)
                return
        until = time.monotonic() + READ_WITHIN
        with self._lock:
            self._asking[id(request)] = _Asking(request, client_address[0], until)
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # no thread could be begun
            self.has_read(request)
            self._free.release()
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.has_read(request)
            self._free.release()

    def has_read(self, request: Any) -> None:
        """The request is all here: what follows is ours, and has bounds of its own."""
        with self._lock:
            self._asking.pop(id(request), None)

    def _make_room(self) -> None:
        """End the oldest connection without a whole request, of the address that has most of them:
        who fills the room pays for it, and a monitor's question is answered."""
        with self._lock:
            if not self._asking:
                return
            held = Counter(each.host for each in self._asking.values())
            most = max(held.values())
            oldest = next(key for key, each in self._asking.items() if held[each.host] == most)
            _end(self._asking.pop(oldest).request)

    def service_actions(self) -> None:
        """Every turn of the server: end the connections whose request has not come in time, also
        those that send a byte now and then."""
        now = time.monotonic()
        with self._lock:
            late = [each.request for each in self._asking.values() if each.until < now]
        for request in late:
            _end(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is none of ours."""


def _end(request: socket.socket) -> None:
    """Whoever reads from it reads its end."""
    with contextlib.suppress(OSError):
        request.shutdown(socket.SHUT_RDWR)


class _Handler(WSGIRequestHandler):
    timeout = READ_WITHIN
    rfile: Any

    def setup(self) -> None:
        super().setup()
        self.rfile = _Bounded(self.rfile, MOST_BYTES)

    def parse_request(self) -> bool:
        assert isinstance(self.server, _Server)
        fine = super().parse_request()
        self.server.has_read(self.request)
        if fine and not self.rfile.left:  # the rest of it was not looked at
            self.send_error(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return False
        return fine

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - its own name
        """Nothing: standard error is for what the watch has to say."""

    def get_stderr(self) -> IO[str]:
        return io.StringIO()


class _Bounded:
    """A file of which so many bytes are read, as if it ended there."""

    def __init__(self, file: IO[bytes], left: int) -> None:
        self._file = file
        self.left = left

    def readline(self, size: int = -1) -> bytes:
        line = self._file.readline(self.left if size < 0 else min(size, self.left))
        self.left -= len(line)
        return line

    def read(self, size: int = -1) -> bytes:
        part = self._file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(part)
        return part

    def close(self) -> None:
        self._file.close()

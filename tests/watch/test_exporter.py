"""What monitors read over HTTP, and what nobody gets them to do."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as openmetrics_families,
)
from prometheus_client.parser import text_string_to_metric_families

from smtpdoctor.demo.authority import Authority
from smtpdoctor.report.measures import FAMILIES, FAMILIES_OF_PROBE, FAMILIES_OF_WATCH
from smtpdoctor.report.model import Report
from smtpdoctor.watch import exporter as exporter_module
from smtpdoctor.watch.exporter import MOST_PROBES, Board, Exporter, Listen
from smtpdoctor.watch.model import Round

from ..runs import Ran, one_host
from .scene import START, WRONG, Watched

TARGET = "mail.example.com:587"


@contextmanager
def served(board: Board | None = None, **options: Any) -> Iterator[Exporter]:
    options = {"stuck_after": 100.0, "timeout": 45.0, **options}
    with Exporter(Listen("127.0.0.1", 0), board or Board(), **options) as exporter:
        yield exporter


def ask(
    exporter: Exporter, path: str, method: str = "GET", headers: Mapping[str, str] | None = None
) -> tuple[int, str, str]:
    """Status, content type, text."""
    connection = http.client.HTTPConnection("127.0.0.1", exporter.listens.port, timeout=20)
    try:
        connection.request(method, path, headers=dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type", ""), answer.read().decode()
    finally:
        connection.close()


def values(text: str) -> dict[str, float]:
    """Each series' value, by its name and labels without those that all have."""
    return {
        sample.name
        + "".join(
            f" {label}"
            for name, label in sorted(sample.labels.items())
            if name not in ("host", "port", "setup")
        ): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture(scope="module")
def report(authority: Authority) -> Report:
    """A run without credentials."""
    none = {"SMTP_USER": None, "SMTP_PASS": None}
    return Ran(one_host(authority), authority, env=none).report


def test_prometheus_reads_what_a_watch_has_seen(authority: Authority) -> None:
    board = Board()
    for round_ in Watched(authority, rounds=3, env=WRONG).told:
        board.put(round_)
    with served(board) as exporter:
        _, kind, text = ask(exporter, "/metrics")
        _, open_kind, open_text = ask(
            exporter, "/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"}
        )
    assert kind.startswith("text/plain")
    assert open_kind.startswith("application/openmetrics-text")
    read = values(text)
    assert read["smtpdoctor_verdict broken"] == 1
    assert read["smtpdoctor_verdict healthy"] == 0
    assert read["smtpdoctor_diagnosis credentials-rejected certain error"] == 1
    assert read["smtpdoctor_login_accepted"] == 0
    assert read["smtpdoctor_login_timestamp_seconds"] == pytest.approx(START, abs=1)
    assert read["smtpdoctor_since_timestamp_seconds"] == pytest.approx(START, abs=1)
    assert read["smtpdoctor_last_run_timestamp_seconds"] == pytest.approx(START + 600, abs=1)
    assert read["smtpdoctor_last_run_failed"] == 0
    assert read["smtpdoctor_runs_total"] == 3
    assert read["smtpdoctor_logins_total"] == 1
    names = {family.name for family in openmetrics_families(open_text)}
    assert names <= {name.removesuffix("_total") for name in {**FAMILIES, **FAMILIES_OF_WATCH}}
    assert WRONG["SMTP_PASS"] not in text


def test_a_round_without_a_report_is_told_as_failed() -> None:
    board = Board()
    board.put(Round(at=START, fault=".env: Permission denied"))
    with served(board) as exporter:
        read = values(ask(exporter, "/metrics")[2])
    assert read["smtpdoctor_last_run_failed"] == 1
    assert read["smtpdoctor_runs_total"] == 1


def test_a_name_cannot_forge_a_series(report: Report) -> None:
    from msgspec.structs import replace

    (target,) = report.targets
    forged = replace(target, host='x"} 1\nsmtpdoctor_verdict{host="y')
    board = Board()
    board.put(Round(at=START, whole=replace(report, targets=(forged,))))
    with served(board) as exporter:
        text = ask(exporter, "/metrics")[2]
    hosts = {
        sample.labels.get("host")
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert "y" not in hosts


def test_health_is_the_watchs_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken set-up is no reason to restart the watch; a loop that stands still is."""
    board = Board()
    with served(board, stuck_after=100.0) as exporter:
        assert ask(exporter, "/healthz")[0] == 200
        monkeypatch.setattr(Board, "seconds_since", 101.0)
        assert ask(exporter, "/healthz")[0] == 503


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/", "GET", 200),
        ("/nothing", "GET", 404),
        ("/metrics", "POST", 405),
        ("/metrics", "DELETE", 405),
        ("/metrics", "HEAD", 200),
        ("/nothing", "HEAD", 404),
        ("/probe?target=mail.example.com:587", "HEAD", 405),  # it would ask a server for nothing
        ("/probe?target=mail.example.com:587", "GET", 404),  # none is allowed
        ("//evil.example/metrics", "GET", 404),
        ("/metrics/../healthz", "GET", 404),
    ],
)
def test_nothing_else_is_there(path: str, method: str, status: int) -> None:
    with served() as exporter:
        assert ask(exporter, path, method)[0] == status


@pytest.mark.parametrize("path", ["/healthz", "/"])
def test_head_is_get_without_its_content(path: str) -> None:
    """RFC 9110 §9.3.2, down to the length."""
    found = []
    with served() as exporter:
        for method in ("GET", "HEAD"):
            connection = http.client.HTTPConnection("127.0.0.1", exporter.listens.port, timeout=20)
            connection.request(method, path)
            with contextlib.closing(connection), connection.getresponse() as answer:
                found.append((answer.status, answer.headers["Content-Length"], answer.read()))
    (status, length, content), alone = found
    assert length == str(len(content))
    assert alone == (status, length, b"")


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "[::2]", "", "169.254.169.254"],
)
def test_a_web_page_cannot_ask_through_a_browser(host: str) -> None:
    """DNS rebinding: the name is the page's own, the address this machine's."""
    with served() as exporter:
        assert ask(exporter, "/metrics", headers={"Host": host})[0] == 403


@pytest.mark.parametrize(("version", "answered"), [("1.1", False), ("1.0", True)])
def test_a_host_that_was_not_read_is_none_of_its_own(version: str, answered: bool) -> None:
    """What is no header ends them all: the Host behind it is not read."""
    with served() as exporter, socket.create_connection(exporter.listens, 10) as connection:
        request = f"GET /metrics HTTP/{version}\r\nHost : localhost\r\nHost: evil.example\r\n\r\n"
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    assert (b"smtpdoctor_" in answer) == answered


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:80", "[::1]:9587"]
)
def test_this_machines_own_names_are_answered(host: str) -> None:
    with served() as exporter:
        assert ask(exporter, "/metrics", headers={"Host": host})[0] == 200


def probing(report: Report, probed: list[tuple[str, float]]) -> dict[str, Any]:
    def probe(target: str, seconds: float) -> Report:
        probed.append((target, seconds))
        return report

    return {"probe": probe, "allowed": frozenset({TARGET})}


def test_a_probe_is_one_run_with_its_own_metrics(report: Report) -> None:
    probed: list[tuple[str, float]] = []
    with served(**probing(report, probed)) as exporter:
        status, _, text = ask(exporter, f"/probe?target={TARGET}&module=smtp")
    assert status == 200
    assert probed == [(TARGET, 45.0)]
    read = values(text)
    assert read["probe_success"] == 1
    assert read["smtpdoctor_verdict healthy"] == 1
    assert "smtpdoctor_runs_total" not in read
    assert FAMILIES_OF_PROBE.keys() <= {name.split(" ")[0] for name in read}


@pytest.mark.parametrize(
    "query",
    [
        "target=evil.example:587",
        "target=mail.example.com",
        "target=MAIL.example.com:587",
        "target=mail.example.com:587%20",
        "target=mail.example.com:587%00",
        "target=mail.example.com.:587",
        "target=user@mail.example.com:587",
        "target=smtp://mail.example.com:587",
        "target=169.254.169.254:80",
        "target=127.0.0.1:25",
    ],
)
def test_a_target_that_is_not_allowed_is_not_looked_at(report: Report, query: str) -> None:
    probed: list[tuple[str, float]] = []
    with served(**probing(report, probed)) as exporter:
        status, _, text = ask(exporter, f"/probe?{query}")
    assert status == 403
    assert probed == []
    assert query.partition("=")[2] not in text


@pytest.mark.parametrize(
    "query",
    ["", "target", f"target={TARGET}&target=evil.example:25", "&".join(["x=1"] * 30), "targets=x"],
)
def test_a_probe_of_none_or_of_several_is_no_request(report: Report, query: str) -> None:
    probed: list[tuple[str, float]] = []
    with served(**probing(report, probed)) as exporter:
        status = ask(exporter, f"/probe?{query}")[0]
    assert status in (400, 403)
    assert probed == []


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("10", 9.5),
        ("1", 1.0),
        ("45", 44.5),
        ("90", 45.0),
        ("0", 45.0),
        ("-3", 45.0),
        ("nan", 45.0),
        ("inf", 45.0),
        ("ten", 45.0),
    ],
)
def test_a_probe_ends_before_prometheus_gives_up(
    report: Report, given: str, seconds: float
) -> None:
    probed: list[tuple[str, float]] = []
    with served(**probing(report, probed)) as exporter:
        ask(
            exporter,
            f"/probe?target={TARGET}",
            headers={"X-Prometheus-Scrape-Timeout-Seconds": given},
        )
    assert probed == [(TARGET, seconds)]


def test_so_many_probes_at_a_time_and_no_more(report: Report) -> None:
    entered, leave = threading.Semaphore(0), threading.Event()

    def probe(target: str, seconds: float) -> Report:
        entered.release()
        leave.wait(20)
        return report

    statuses: list[int] = []
    with served(probe=probe, allowed=frozenset({TARGET})) as exporter:
        path = f"/probe?target={TARGET}"
        asking = [
            threading.Thread(target=lambda: statuses.append(ask(exporter, path)[0]))
            for _ in range(MOST_PROBES)
        ]
        for thread in asking:
            thread.start()
        for _ in asking:
            assert entered.acquire(timeout=20)
        assert ask(exporter, path)[0] == 503
        assert ask(exporter, "/healthz")[0] == 200
        leave.set()
        for thread in asking:
            thread.join(20)
        assert ask(exporter, path)[0] == 200
    assert statuses == [200] * MOST_PROBES


def test_a_probe_that_fails_says_nothing_of_why() -> None:
    def probe(target: str, seconds: float) -> Report:
        raise ValueError("a secret of the process")

    with served(probe=probe, allowed=frozenset({TARGET})) as exporter:
        status, _, text = ask(exporter, f"/probe?target={TARGET}")
    assert status == 500
    assert "secret" not in text


def raw(exporter: Exporter, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", exporter.listens.port), timeout=20) as client:
        try:
            client.sendall(request)
            client.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: client.recv(65536), b""))
        except OSError:  # it had read enough
            return b""


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /metrics HTTP/1.1\r\n" + b"X: " + b"y" * (1 << 20) + b"\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(9000)) + b"\r\n",
        b"GET /" + b"a" * (1 << 20) + b" HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        b"\r\n\r\n\r\n",
        b"GET\r\n\r\n",
        b"",
    ],
)
def test_a_request_out_of_bounds_gets_no_metrics(request_: bytes) -> None:
    with served() as exporter:
        assert b"smtpdoctor_runs_total" not in raw(exporter, request_)
        assert ask(exporter, "/healthz")[0] == 200


def test_who_sends_nothing_or_never_ends_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also with a byte now and then: no connection is held by it."""
    monkeypatch.setattr(exporter_module, "READ_WITHIN", 0.0)
    with served() as exporter:
        for part in (b"", b"GET /metrics HTTP/1.1\r\nX: y"):
            with socket.create_connection(("127.0.0.1", exporter.listens.port), timeout=20) as one:
                one.sendall(part)
                received = b"".join(iter(lambda client=one: client.recv(65536), b""))  # type: ignore[misc]
            assert b"smtpdoctor_runs_total" not in received


@contextmanager
def held(
    exporter: Exporter, number: int, begun: bytes = b"", host: str = "127.0.0.1"
) -> Iterator[list[socket.socket]]:
    """So many connections from that address that ask for nothing, or for a part of something."""
    with contextlib.ExitStack() as stack:
        opened = []
        for _ in range(number):
            one = socket.create_connection(exporter.listens, 20, source_address=(host, 0))
            opened.append(stack.enter_context(one))
            one.sendall(begun)
        yield opened


def is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


@pytest.mark.parametrize("number", [exporter_module.MOST_CONNECTIONS, 300])
@pytest.mark.parametrize("begun", [b"", b"GET /hea", b"GET /metrics HTTP/1.1\r\nX: y"])
def test_who_asks_for_nothing_makes_room_for_who_asks(number: int, begun: bytes) -> None:
    """Else a neighbour in the cluster has the pod restarted: its liveness is asked for here."""
    before = threading.active_count()
    with served() as exporter, held(exporter, number, begun) as silent:
        for _ in range(3):
            assert ask(exporter, "/healthz")[0] == 200
        assert ask(exporter, "/metrics")[0] == 200
        assert threading.active_count() - before <= exporter_module.MOST_CONNECTIONS + 1
        assert not is_open(silent[0])
        assert is_open(silent[-1])


def test_who_fills_the_room_pays_for_it() -> None:
    """Not who came first and is slow."""
    with served() as exporter, held(exporter, 1) as slow, held(exporter, 40, host="127.0.0.2"):
        assert ask(exporter, "/healthz")[0] == 200
        assert is_open(slow[0])


def test_where_nobody_can_make_room_a_connection_is_closed(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, leave = threading.Semaphore(0), threading.Event()

    def probe(target: str, seconds: float) -> Report:
        entered.release()
        leave.wait(20)
        return report

    monkeypatch.setattr(exporter_module, "MOST_CONNECTIONS", 1)
    monkeypatch.setattr(exporter_module, "ROOM_WITHIN", 0.0)
    with served(probe=probe, allowed=frozenset({TARGET})) as exporter:
        asking = threading.Thread(target=ask, args=(exporter, f"/probe?target={TARGET}"))
        asking.start()
        assert entered.acquire(timeout=20)
        with socket.create_connection(exporter.listens, timeout=20) as one_more:
            assert one_more.recv(1) == b""
        leave.set()
        asking.join(20)


def test_two_cannot_listen_at_one_place() -> None:
    with (
        served() as exporter,
        pytest.raises(OSError, match="in use"),
        Exporter(exporter.listens, Board(), stuck_after=1.0, timeout=1.0),
    ):
        pass

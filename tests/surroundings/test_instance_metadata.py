"""Metadata services: fake ones on loopback, each platform's own answers, and ones that lie."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping

import pytest

from smtpdoctor.network import ConnectResult, SystemNetwork
from smtpdoctor.surroundings.instance_metadata import ask_metadata
from smtpdoctor.surroundings.platform_marks import PlatformMark

Answer = bytes
Handler = Callable[[str, str, Mapping[str, str]], Answer | None]


def ok(body: str, *headers: str) -> Answer:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body.encode())}", *headers, "", body]
    return "\r\n".join(lines).encode()


NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot found"
UNAUTHORIZED = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"


@contextlib.asynccontextmanager
async def service(handler: Handler) -> AsyncIterator[int]:
    """A metadata service on loopback. A handler that gives None leaves the client without answer
    for as long as it stays."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *rest = head.split("\r\n")
            method, path, _ = first.split(" ")
            headers = dict(line.split(": ", 1) for line in rest if line)
            answer = handler(method, path, headers)
            if answer is None:
                await reader.read()
            else:
                writer.write(answer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def ask(handler: Handler, timeout: float = 5.0) -> tuple[PlatformMark, ...]:
    async def run() -> tuple[PlatformMark, ...]:
        async with service(handler) as port:
            return await ask_metadata(SystemNetwork(), timeout, address="127.0.0.1", port=port)

    return asyncio.run(run())


# --- the services as they are -----------------------------------------------------------------


def aws(method: str, path: str, headers: Mapping[str, str]) -> Answer:
    if (method, path) == ("PUT", "/latest/api/token"):
        return ok("AQAEA-token==") if "X-aws-ec2-metadata-token-ttl-seconds" in headers else b""
    if headers.get("X-aws-ec2-metadata-token") != "AQAEA-token==":
        return UNAUTHORIZED
    return ok("amazonaws.com") if path == "/latest/meta-data/services/domain" else NOT_FOUND


def gcp(method: str, path: str, headers: Mapping[str, str]) -> Answer:
    if headers.get("Metadata-Flavor") != "Google":
        return b"HTTP/1.1 403 Forbidden\r\nMetadata-Flavor: Google\r\nContent-Length: 0\r\n\r\n"
    return ok("instance/\nproject/\n", "Metadata-Flavor: Google", "Server: Metadata Server for VM")


def azure(method: str, path: str, headers: Mapping[str, str]) -> Answer:
    if headers.get("Metadata") != "true" or not path.startswith("/metadata/instance/"):
        return NOT_FOUND
    return ok("AzurePublicCloud")


def linode(method: str, path: str, headers: Mapping[str, str]) -> Answer:
    if (method, path) == ("PUT", "/v1/token"):
        return ok("0a1b2c3d")
    if headers.get("Metadata-Token") != "0a1b2c3d":
        return UNAUTHORIZED
    return ok("id: 12345\nhost_uuid: a631b16d14534d84e2830da16d1b28e1d08d24df\nlabel: web\n")


def oracle(method: str, path: str, headers: Mapping[str, str]) -> Answer:
    if headers.get("Authorization") != "Bearer Oracle":
        return NOT_FOUND
    return ok("ocid1.instance.oc1.phx.abyhqljr")


def plain(wanted: str, body: str) -> Handler:
    def answer(method: str, path: str, headers: Mapping[str, str]) -> Answer:
        return ok(body) if (method, path) == ("GET", wanted) else NOT_FOUND

    return answer


@pytest.mark.parametrize(
    ("handler", "platform"),
    [
        (aws, "aws_ec2"),
        (gcp, "gcp_gce"),
        (azure, "azure_vm"),
        (linode, "linode"),
        (oracle, "oracle"),
        (plain("/metadata/v1/id", "273839110"), "digitalocean_droplet"),
        (plain("/hetzner/v1/metadata/instance-id", "42"), "hetzner_cloud"),
        (plain("/v1/instanceid", "23456789"), "vultr"),
        (plain("/metadata/v1/cloud_name", "upcloud"), "upcloud"),
    ],
)
def test_each_service_is_known_by_its_answer(handler: Handler, platform: str) -> None:
    (mark,) = ask(handler)
    assert mark.id == platform
    assert mark.verified
    assert mark.words == (f"the metadata service at 127.0.0.1 answers as that of {mark.name}",)


# --- others -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(NOT_FOUND, id="404"),
        pytest.param(ok(""), id="empty"),
        pytest.param(ok("<html>Sign in to the hotel's Wi-Fi</html>"), id="captive portal"),
        pytest.param(ok("{}", "Content-Type: application/json"), id="OpenStack"),
        pytest.param(b"", id="closes"),
        pytest.param(b"\x00\xff" * 100, id="no HTTP"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", id="bad length"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000 + b"\r\n", id="endless header"),
        pytest.param(ok("1" * 1_000_000), id="endless body"),
        pytest.param(b"HTTP/1.1 302 Found\r\nLocation: /latest\r\n\r\n", id="redirect"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="bad chunk"
        ),
    ],
)
def test_an_answer_that_is_nobodys(answer: Answer) -> None:
    assert ask(lambda method, path, headers: answer) == ()


def test_who_answers_as_everybody_is_nobody() -> None:
    assert ask(lambda method, path, headers: ok("42")) == ()


def test_a_token_goes_into_no_second_header() -> None:
    seen: list[Mapping[str, str]] = []

    def answer(method: str, path: str, headers: Mapping[str, str]) -> Answer:
        seen.append(headers)
        return ok("token\r\nX-Injected: 1") if method == "PUT" else NOT_FOUND

    assert ask(answer) == ()
    assert seen
    assert not any("X-Injected" in headers for headers in seen)


def test_a_chunked_answer_is_read() -> None:
    body = b"2\r\n42\r\n0\r\n\r\n"
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body

    def answer(method: str, path: str, headers: Mapping[str, str]) -> Answer:
        return chunked if path == "/hetzner/v1/metadata/instance-id" else NOT_FOUND

    assert [mark.id for mark in ask(answer)] == ["hetzner_cloud"]


def test_a_service_that_never_answers_is_left_in_time() -> None:
    async def run() -> tuple[PlatformMark, ...]:
        async with service(lambda method, path, headers: None) as port:
            asked = ask_metadata(SystemNetwork(), 0.05, address="127.0.0.1", port=port)
            return await asyncio.wait_for(asked, 10)

    assert asyncio.run(run()) == ()


def test_nobody_there() -> None:
    async def unused_port() -> int:
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        port: int = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        return port

    async def run() -> tuple[PlatformMark, ...]:
        return await ask_metadata(
            SystemNetwork(), 5.0, address="127.0.0.1", port=await unused_port()
        )

    assert asyncio.run(run()) == ()


def test_what_is_asked_and_how() -> None:
    """One request a connection, no user data, no credentials, at most one token a service."""
    asked: list[tuple[str, str]] = []

    def answer(method: str, path: str, headers: Mapping[str, str]) -> Answer:
        asked.append((method, path))
        assert headers["Connection"] == "close"
        assert headers["Host"] == "127.0.0.1"
        return NOT_FOUND

    ask(answer)
    assert {path for method, path in asked if method == "PUT"} == {"/latest/api/token", "/v1/token"}
    assert not any("user" in path or "credential" in path for _, path in asked)


def test_the_services_own_addresses_are_link_local() -> None:
    tried: list[tuple[str, int]] = []

    class Nowhere(SystemNetwork):
        async def connect(self, address: str, port: int, timeout: float) -> ConnectResult:
            tried.append((address, port))
            return ConnectResult(outcome="silent")

    assert asyncio.run(ask_metadata(Nowhere())) == ()
    assert set(tried) == {("169.254.169.254", 80)}

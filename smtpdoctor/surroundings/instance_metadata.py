"""Which platform this machine is part of, by asking metadata services: only for --ask-metadata.

Each platform's question and the answer that names it stand in the knowledge base. The questions go
over plain HTTP to link-local addresses, never through a proxy, and give and read nothing of the
user's. This module must not know observations or rules, and opens no socket itself.
"""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from smtpdoctor.deadline import Deadline
from smtpdoctor.knowledge.platforms import MetadataQuestion, Platform, platforms
from smtpdoctor.surroundings.platform_marks import PlatformMark

if TYPE_CHECKING:
    from smtpdoctor.network import Network

#: Bytes of one answer, headers and all. Every answer that counts has a few dozen.
_MOST_READ = 8192


async def ask_metadata(
    network: Network, timeout: float = 1.0, *, address: str | None = None, port: int = 80
) -> tuple[PlatformMark, ...]:
    """The platform whose metadata service answers as its own does; none or one.

    All are asked at the same time and within `timeout` seconds. `address` takes the place of the
    services' own (169.254.169.254), for tests. Nothing here raises: no answer is no platform.
    """
    asked = [
        (platform, platform.metadata, address or platform.metadata.address)
        for platform in platforms().values()
        if platform.metadata is not None
    ]
    answers = await asyncio.gather(
        *(_names_it(network, question, at, port, timeout) for _, question, at in asked)
    )
    found = tuple(
        _recognised(platform, question, at)
        for (platform, question, at), yes in zip(asked, answers, strict=True)
        if yes
    )
    # whatever answers as several platforms at once (a captive portal) is none of them
    return found if len(found) == 1 else ()


def _recognised(platform: Platform, question: MetadataQuestion, at: str) -> PlatformMark:
    return PlatformMark(
        id=platform.id,
        name=platform.name,
        kind=platform.kind,
        words=(f"the metadata service at {at} answers as that of {platform.name}",),
        verified=question.verified,
    )


async def _names_it(
    network: Network, question: MetadataQuestion, at: str, port: int, timeout: float
) -> bool:
    deadline = Deadline(network.clock, timeout)
    headers = dict(question.headers)
    if question.token_path:
        request = _request("PUT", question.token_path, question.token_headers, at)
        answer = await _exchange(network, request, at, port, deadline)
        # what stands in a header line has to be one word, whoever sent it
        if answer is None or not re.fullmatch(r"[!-~]+", answer[1]):
            return False
        headers[question.token_name] = answer[1]
    request = _request("GET", question.path, headers, at)
    answer = await _exchange(network, request, at, port, deadline)
    if answer is None:
        return False
    lines, body = answer
    return bool(
        re.search(question.body, body)
        and (not question.header or any(re.search(question.header, line) for line in lines))
    )


def _request(method: str, path: str, headers: Mapping[str, str], at: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {at}", "Connection: close"]
    if method == "PUT":
        lines.append("Content-Length: 0")  # RFC 9110 §8.6
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


async def _exchange(
    network: Network, request: bytes, at: str, port: int, deadline: Deadline
) -> tuple[tuple[str, ...], str] | None:
    """The header lines and the body of a 200, None where nothing like it came in time."""
    connected = await network.connect(at, port, deadline.left())
    stream = connected.stream
    if stream is None:
        return None
    try:
        if (await stream.write(request, deadline.left())).end:
            return None
        data = b""
        while len(data) < _MOST_READ:
            received = await stream.read(deadline.left())
            if received.end:
                break
            data += received.data
    finally:
        stream.close()
    return _answer(data[:_MOST_READ])


def _answer(data: bytes) -> tuple[tuple[str, ...], str] | None:
    import http.client

    try:
        response = http.client.HTTPResponse(_Arrived(data))  # type: ignore[arg-type]
        response.begin()
        body = response.read()
    except (http.client.HTTPException, ValueError):
        return None
    if response.status != http.client.OK:
        return None
    lines = tuple(f"{name}: {value}" for name, value in response.getheaders())
    return lines, body.decode("utf-8", "replace").strip()


class _Arrived:
    """Bytes in the place of a socket: http.client asks one for a file and nothing else."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._data)

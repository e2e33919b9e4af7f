"""The machine's own network where the machine gives little: no threads, files that never end."""

from __future__ import annotations

import _thread
import asyncio
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from smtpdoctor.beside import beside_the_loop
from smtpdoctor.files import FileFault, read_bounded
from smtpdoctor.network import SystemNetwork, system_files, trust


@pytest.fixture
def threads_left(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many threads this machine still gives, to be set in the list: a limit on processes may
    be reached in the middle of a run."""
    left, begun = [0], _thread.start_new_thread

    def start(*arguments: Any) -> int:
        if not left[0]:
            raise RuntimeError("can't start new thread")
        left[0] -= 1
        return begun(*arguments)

    monkeypatch.setattr(_thread, "start_new_thread", start)
    monkeypatch.setattr(threading, "_start_new_thread", start)
    return left


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no FIFOs")
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


@pytest.mark.parametrize("left", range(4))
def test_without_threads_work_is_done_in_the_loop(left: int, threads_left: list[int]) -> None:
    async def work() -> list[int]:
        return [await beside_the_loop(lambda: 7), await beside_the_loop(lambda: 8)]

    threads_left[:] = [left]
    # the loop's end asks for no further one, either
    assert asyncio.run(work()) == [7, 8]


def test_what_is_done_beside_the_loop_raises_where_it_is_waited_for() -> None:
    with pytest.raises(ZeroDivisionError):
        asyncio.run(beside_the_loop(lambda: 1 // 0))


@pytest.mark.usefixtures("threads_left")
def test_without_threads_the_wire_alone_resolves() -> None:
    found = asyncio.run(SystemNetwork().system_lookup("smtp.example.org", 1))
    assert (found.addresses, found.error) == ((), "EAGAIN")


def test_a_file_is_read_up_to_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 100)
    assert read_bounded(path, 100) == b"x" * 100
    with pytest.raises(FileFault, match="larger"):
        read_bounded(path, 99)


def test_what_is_no_regular_file_is_not_waited_for(fifo: Path, tmp_path: Path) -> None:
    for path in (fifo, tmp_path, Path(os.devnull)):
        with pytest.raises(FileFault, match="regular"):
            read_bounded(path, 100)


def test_the_machine_s_files_are_read_only_where_they_are_files(
    fifo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_files, "RESOLV_CONF", fifo)
    monkeypatch.setattr(system_files, "HOSTS_FILE", fifo)
    assert system_files.system_settings().nameservers == ()
    assert system_files.hosts_file("localhost") == ()


def test_an_endless_hosts_file_has_no_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "hosts"
    path.write_text("192.0.2.1 smtp.example.org\n" * 10)
    monkeypatch.setattr(system_files, "HOSTS_FILE", path)
    monkeypatch.setattr(system_files, "MOST_BYTES", 100)
    assert system_files.hosts_file("smtp.example.org") == ()


def test_a_trust_store_that_is_no_file_trusts_nobody(
    fifo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "certs").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(fifo))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "certs"))
    assert trust.trust_store_size(trust.client_context()) == 0
    with pytest.raises(FileFault, match="regular"):
        trust.client_context(str(fifo))


def test_a_number_in_the_resolver_s_file_that_nobody_can_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "resolv.conf"
    file.write_text(f"nameserver 192.0.2.53\noptions ndots:{'9' * 5000}\n")
    monkeypatch.setattr(system_files, "RESOLV_CONF", file)
    found = SystemNetwork().resolver_settings()
    assert (found.nameservers, found.ndots) == (("192.0.2.53",), 1)

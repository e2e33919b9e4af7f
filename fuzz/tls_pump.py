"""Feeds arbitrary bytes to the TLS pump in place of a server's answer.

Needs atheris: `python -m pip install atheris`, then `python fuzz/tls_pump.py -runs=100000`.
A finding is an exception, or a pump that takes noise for a handshake.
"""

import sys

import atheris

with atheris.instrument_imports():
    from smtpdoctor.network.trust import client_context
    from smtpdoctor.smtp.tls import FIRST_BYTES, TLSPump


def fuzz(data: bytes) -> None:
    """One run, whole and byte by byte: both must see the same failure."""
    failures = []
    for size in (len(data) or 1, 1):
        pump = TLSPump(client_context(verify=False), "smtp.example.com")
        pump.start()
        for start in range(0, len(data), size):
            pump.receive(data[start : start + size])
        events = pump.receive(b"")
        assert events.error
        assert events.closed
        assert not events.done
        assert pump.first_bytes == data[:FIRST_BYTES]
        _ = (pump.version, pump.cipher, pump.chain)
        failures.append((events.error.kind, events.error.alert))
    assert failures[0] == failures[1]


if __name__ == "__main__":
    atheris.Setup(sys.argv, fuzz)
    atheris.Fuzz()

"""A TLS handshake that began and got no further: no answer, or a part of one.

Where a small ClientHello is answered, the large one is what something on the way drops.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words, version_words
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import Handshake

CODE = "tls-handshake-stalled"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    handshake = run.handshake.failed_as(CODE)
    if handshake is None:
        return
    small = run.handshake.with_one_group
    yield _large_hello(run, handshake, small) if small else _stalled(run, handshake)


def _stalled(run: Run, handshake: Handshake) -> Diagnosis:
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely",
        title=f"the TLS handshake with {run.where} stalls",
        explanation=(
            "The connection opens, but the TLS handshake does not end. The handshake is the first "
            "moment at which large packets travel, so probably a packet is lost on the way for its "
            "size (a path with a small MTU: VPN, tunnel, container network) or dropped by a "
            "firewall that looks into TLS; a server that hangs looks the same. If a smaller MTU "
            "helps, it was the size."
        ),
        evidence=(
            _seen(run, handshake),
            *library_words(run, CODE),
            *_tried_small(run),
        ),
        fixes=(
            *working_ways(run),
            Fix(
                title="try with smaller packets, then from another network",
                steps=(
                    "Lower the MTU and run smtpdoctor again: `ip link set dev eth0 mtu 1280` (as "
                    "root), or Docker's `mtu` option, or the VPN's own setting.",
                    'If it works then, keep the smaller MTU or let ICMP "fragmentation needed" '
                    "pass on the way.",
                    "If it doesn't, try from another network: if it works there, ask who runs this "
                    "network's firewall; if not, who runs the server.",
                ),
            ),
        ),
        explains=(handshake.id,),
    )


def _large_hello(run: Run, handshake: Handshake, small: Handshake) -> Diagnosis:
    """Only a client's first message of more than one packet is not answered."""
    where = run.where
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely",
        title=f"{where} answers only a small ClientHello: the usual one gets no answer",
        explanation=(
            "Current TLS libraries offer a post-quantum key exchange in their first message, the "
            "ClientHello, which no longer fits into one packet. Something on the way, or the "
            "server, expects it in one, and throws it away. With a classic key exchange alone the "
            "message is small, and TLS works."
        ),
        evidence=(
            _seen(run, handshake),
            Evidence(
                check="tls",
                kind="comparison",
                text=f"with X25519 as the only key exchange {version_words(small)} works "
                f"after {small.seconds * 1000:.0f} ms",
            ),
            *library_words(run, CODE),
            *_tried_small(run),
        ),
        fixes=(
            *working_ways(run),
            Fix(
                title="offer classic key exchanges only",
                tried="TLS works with X25519 alone; login not tried",
                steps=(
                    "Nodemailer: `tls: { ecdhCurve: 'X25519:P-256' }` in createTransport.",
                    "A program with OpenSSL 3: `Groups = X25519:P-256` in the system_default "
                    "section of openssl.cnf (a copy of it by OPENSSL_CONF is enough).",
                    "Tell who runs the firewall, or the server: it must take a ClientHello that "
                    "comes in several packets.",
                ),
            ),
        ),
        explains=(handshake.id,),
    )


def _seen(run: Run, handshake: Handshake) -> Evidence:
    begun = handshake.bytes_received > 0
    after = "after STARTTLS was accepted " if handshake.mode == "starttls" else ""
    came = (
        f"{handshake.bytes_received} bytes came back, then nothing more"
        if begun
        else "no byte came back"
    )
    return Evidence(
        check="tls",
        text=f"{after}the ClientHello was sent to {run.where}, and for "
        f"{handshake.seconds:.1f} s {came}",
    )


def _tried_small(run: Run) -> tuple[Evidence, ...]:
    """Smaller packets that did not help either."""
    sizes = [
        str(view.session.segment_size)
        for view in run.probes("small-segments")
        if view.handshake is not None and not view.handshake.ok
    ]
    if not sizes:
        return ()
    text = f"TCP segments of at most {' and '.join(sizes)} bytes did not help"
    return (Evidence(check="tls", kind="comparison", text=text),)

"""A TLS handshake that began and got no further: no answer, or a part of one."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.rules.tls import _handshake, _ways
from smtpdoctor.diagnosis.run import Run

CODE = "tls-handshake-stalled"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    handshake = _handshake.failed(run, CODE)
    if handshake is None:
        return
    where = _ways.where(run)
    begun = handshake.bytes_received > 0
    after = "after STARTTLS was accepted " if handshake.mode == "starttls" else ""
    came = (
        f"{handshake.bytes_received} bytes came back, then nothing more"
        if begun
        else "no byte came back"
    )
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely",
        title=f"the TLS handshake with {where} stalls",
        explanation=(
            "The connection stands, but the TLS handshake does not end. The handshake is the first "
            "moment at which large packets travel, so probably a packet is lost on the way for its "
            "size (a path with a small MTU: VPN, tunnel, container network) or dropped by a "
            "firewall that looks into TLS; a server that hangs looks the same. If a smaller MTU "
            "helps, it was the size."
        ),
        evidence=(
            Evidence(
                check="tls",
                text=f"{after}the ClientHello was sent to {where}, and for "
                f"{handshake.seconds:.1f} s {came}",
            ),
            *library_words(run, CODE),
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

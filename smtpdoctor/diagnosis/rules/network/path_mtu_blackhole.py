"""A way on which large packets vanish: TLS stalls, and works in small TCP segments."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.addresses import family_of
from smtpdoctor.diagnosis.evidence import library_words, version_words
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run, SessionView

CODE = "path-mtu-blackhole"
BEFORE = ("tls-handshake-stalled",)

#: RFC 791 and RFC 8200: the IP header; RFC 9293: TCP's 20 bytes without options.
HEADERS = {"IPv4": 40, "IPv6": 60}
#: RFC 8200 §5: every link that carries IPv6 takes packets of this size.
LEAST_IPV6 = 1280


def diagnose(run: Run) -> Iterator[Diagnosis]:
    main = run.main
    stalled = main.handshake if main else None
    if main is None or stalled is None or stalled.failure != "stalled":
        return
    small = next((view for view in run.probes("small-segments") if view.speaks_tls_mode), None)
    if small is None:
        return
    where = run.where
    size = small.session.segment_size
    packet = size + HEADERS[family_of(small.session.address)]
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence=_confidence(run, size),
        title=f"large packets get lost on the way to {where}: TLS works only in small ones",
        explanation=(
            "Small packets pass, so the connection opens and the server greets. The TLS handshake "
            "brings the first large ones, which are too big for some link of the way (VPN, tunnel, "
            "container network), and the message that says so is thrown away. So both sides wait "
            "for ever."
        ),
        evidence=(
            Evidence(
                check="tls",
                text=f"the TLS handshake stalls for {stalled.seconds:.1f} s after "
                f"{stalled.bytes_received} bytes; with TCP segments of at most {size} bytes "
                f"(packets of {packet}) {version_words(small.handshake)} works at once",
            ),
            *library_words(run, "tls-handshake-stalled"),
            *_also_stalled(run),
        ),
        fixes=(*working_ways(run), _fix(run, small, packet)),
        explains=(stalled.id,),
    )


def _confidence(run: Run, size: int) -> Confidence:
    """Certain once more than one handshake in larger packets has stalled."""
    larger = any(
        view.handshake is not None and view.handshake.failure == "stalled"
        for view in run.probes()
        if view.session.segment_size == 0 or view.session.segment_size > size
    )
    return "certain" if larger else "likely"


def _also_stalled(run: Run) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            check="tls",
            kind="comparison",
            text=f"on port {view.session.port} the TLS handshake stalls as well",
        )
        for view in run.probes("other-port")
        if view.handshake is not None and view.handshake.failure == "stalled"
    )


def _fix(run: Run, small: SessionView, packet: int) -> Fix:
    size, address = small.session.segment_size, small.session.address
    version6 = family_of(address) == "IPv6"
    mtu = max(packet, LEAST_IPV6) if version6 else packet
    least = f", the least that IPv6 allows (packets of {packet} were tried)" if mtu > packet else ""
    both = "" if version6 else f" Where IPv6 is used too, not below {LEAST_IPV6}."
    steps = [
        f"On this machine, as root: `ip link set dev INTERFACE mtu {mtu}`, with the interface that "
        f"`ip route get {address}` names.{both}",
        f'Docker: "mtu": {mtu} in /etc/docker/daemon.json; for a network of Compose '
        f'`driver_opts: {{com.docker.network.driver.mtu: "{mtu}"}}`, and create the network again.',
        f"VPN: `MTU = {mtu}` under [Interface] of WireGuard, `mssfix {size}` in OpenVPN.",
        "Cloud, cluster and tunnel: an interface's MTU must not be larger than that of the network "
        'below it; and let ICMP "fragmentation needed" and "packet too big" pass.',
    ]
    if run.place is not None and run.place.container:
        steps.insert(0, steps.pop(1))
    return Fix(
        title=f"set the MTU to {mtu}{least}",
        tried=f"TLS works in TCP segments of at most {size} bytes; login not tried",
        steps=tuple(steps),
    )

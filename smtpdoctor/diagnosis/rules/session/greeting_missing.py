"""A port that stays open and says nothing: not to waiting, not to a ClientHello, not to a NOOP.

Where a NOOP is answered, something on the way waits for the client's first bytes.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import first_line, library_words
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import Exchange, Handshake

CODE = "greeting-missing"
BEFORE = ("tls-handshake-stalled",)
#: Where TLS begins with the first byte (RFC 8314 §7.3), also behind a forwarded port.
IMPLICIT_PORTS = (465, 2465)


def diagnose(run: Run) -> Iterator[Diagnosis]:
    step = _silent_step(run)
    if step is None or run.other_protocol is not None:
        return
    where = run.where
    woken = _woken_by(run)
    if woken:
        yield _waits_for_client(run, step, woken)
        return
    in_tls = isinstance(step, Exchange) and step.in_tls
    begun = isinstance(step, Exchange) and bool(step.arrived)
    how = (
        "begins a greeting and never ends it" if begun else "takes the connection and says nothing"
    )
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence=_confidence(run, step),
        title=f"{where} {how}" + (" after the TLS handshake" if in_tls else ""),
        explanation=(
            "A mail server speaks first: it greets every client. Here the connection opens, but "
            "no greeting comes. A server that is overloaded, hangs, or keeps clients waiting on "
            "purpose behaves so, and so does a firewall that lets the connection through and then "
            "drops what is in it. From here these look the same." + _web_port(run, in_tls=in_tls)
        ),
        evidence=(
            Evidence(check="tls", text=_seen(where, step)),
            *library_words(run, CODE),
            *_probes(run),
        ),
        fixes=(*working_ways(run), _fix(run)),
        explains=(step.id,),
    )


def _silent_step(run: Run) -> Exchange | Handshake | None:
    """The greeting that did not come, or the handshake into which not one byte came."""
    main = run.main
    if main is None:
        return None
    greeting, handshake = main.greeting, main.handshake
    if greeting is not None and greeting.ok is False and greeting.outcome == "silence":
        probe = run.mode.probe("implicit")
        return None if probe is not None and probe.speaks_tls_mode else greeting
    if (
        handshake is not None
        and handshake.mode == "implicit"
        and handshake.failure == "stalled"
        and handshake.bytes_received == 0
        # a port for implicit TLS is silent to a client that waits, also when all is well
        and run.settings.port not in IMPLICIT_PORTS
        and not run.handshake.works_small
    ):
        probe = run.mode.probe("starttls")
        waited = probe.greeting if probe else None
        if waited is not None and waited.outcome == "silence":
            return handshake
    return None


def _woken_by(run: Run) -> str:
    """What the client had to send before the server's greeting came; "" where nothing woke it."""
    for view in run.probes("noop"):
        noop = view.step("noop")
        if noop is not None and noop.reply is not None and noop.protocol == "smtp":
            return f'NOOP was answered with "{noop.reply.code} {noop.reply.last}"'
    probe = run.mode.probe("implicit")
    handshake = probe.handshake if probe else None
    if handshake is not None and handshake.failure == "not-tls" and handshake.protocol == "smtp":
        said = first_line(handshake.arrived)
        return f'a TLS ClientHello was answered with "{said}"'
    return ""


def _waits_for_client(run: Run, step: Exchange | Handshake, woken: str) -> Diagnosis:
    where, port = run.where, run.settings.port
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"something on the way to {where} holds the greeting back until the client speaks",
        explanation=(
            "A mail server speaks first, and a client waits for it. Here the greeting comes only "
            "after the client has sent something, which no mail client does. So it is not the "
            "server that keeps silent: a proxy between it and this program waits for the first "
            "bytes to see which protocol it is. The sidecar of a service mesh (Istio, Linkerd) "
            "does that."
        ),
        evidence=(
            Evidence(check="tls", text=f"{_seen(where, step)}; but {woken}"),
            *library_words(run, CODE),
        ),
        fixes=(
            *working_ways(run),
            Fix(
                title=f"take port {port} out of the mesh or proxy",
                steps=(
                    "Istio: on the pod the annotation "
                    f'`traffic.sidecar.istio.io/excludeOutboundPorts: "{port}"`.',
                    "Linkerd: on the pod the annotation "
                    f'`config.linkerd.io/skip-outbound-ports: "{port}"`.',
                    "Another proxy: have it pass this port through without looking at it. Port 465 "
                    "with implicit TLS works through such proxies, since there the client speaks "
                    "first.",
                ),
            ),
        ),
        explains=(step.id,),
    )


def _confidence(run: Run, step: Exchange | Handshake) -> Confidence:
    """Certain once waiting, a ClientHello and a NOOP have all stayed without a byte."""
    if isinstance(step, Handshake) or step.in_tls or step.arrived:
        return "likely"
    hello = run.mode.probe("implicit")
    noop = next((view.step("noop") for view in run.probes("noop")), None)
    stalled = hello is not None and hello.handshake is not None and hello.handshake.ok is False
    return "certain" if stalled and noop is not None and noop.outcome == "silence" else "likely"


def _seen(where: str, step: Exchange | Handshake) -> str:
    if isinstance(step, Handshake):
        return f"{where} sent no byte for {step.seconds:.1f} s after a TLS ClientHello"
    if step.arrived:
        said = first_line(step.arrived)
        return f'{where} sent "{said}" and then nothing for {step.seconds:.1f} s'
    after = "after the TLS handshake " if step.in_tls else ""
    return f"{after}{where} sent no byte for {step.seconds:.1f} s"


def _probes(run: Run) -> tuple[Evidence, ...]:
    texts = []
    if run.mode.probe("implicit") is not None:
        texts.append("a TLS ClientHello")
    if run.mode.probe("starttls") is not None:
        texts.append("a client that waited")
    if run.probes("noop"):
        texts.append("a NOOP")
    if not texts:
        return ()
    return (
        Evidence(check="tls", kind="comparison", text=f"nor did it answer {' or '.join(texts)}"),
    )


def _web_port(run: Run, *, in_tls: bool) -> str:
    if not in_tls or run.settings.port not in (443, 8443):
        return ""
    return f" Port {run.settings.port} is a web server's, which waits for the client to speak."


def _fix(run: Run) -> Fix:
    return Fix(
        title="give the server more time, then try from another network",
        steps=(
            "Some servers greet only after half a minute or more. If yours does, raise the "
            "program's greeting timeout (in Nodemailer `greetingTimeout: 60000`).",
            "Run smtpdoctor from another network. If it greets there, a firewall or proxy of this "
            "network drops the mail dialogue: ask its administrator.",
            f"If it does not, ask who runs {run.settings.host}: the mail server behind the port "
            "hangs or is down.",
        ),
    )

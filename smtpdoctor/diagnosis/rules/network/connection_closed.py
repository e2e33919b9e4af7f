"""A server that accepts the connection and hangs up: before its first byte, in either TLS mode.

Also one that greets and then ends the session in place of an answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run, SessionView
from smtpdoctor.observations import Exchange, Handshake, Step

CODE = "connection-closed"
BEFORE = ("tls-handshake-failed",)

HOW = {"closed": "closed the connection", "reset": "reset the connection"}
#: Steps whose answer may be the end of the connection; STARTTLS and AUTH have codes for that.
LATER_STEPS: tuple[Step, ...] = ("ehlo", "mail", "rcpt", "quit")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    found = _hangup(run)
    if found is None:
        yield from _broken_off(run)
        return
    step, confidence, seen = found
    where = run.where
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence=confidence,
        title=f"{where} accepts the connection and hangs up without a word",
        explanation=(
            "The connection opens, and then the other side ends it before any greeting. "
            + _causes(run)
        ),
        evidence=(
            Evidence(check="tls", text=seen[0]),
            *library_words(run, CODE),
            *(Evidence(check="tls", text=text) for text in seen[1:]),
        ),
        fixes=(*working_ways(run), _fix(run)),
        explains=(step.id,),
    )


def _broken_off(run: Run) -> Iterator[Diagnosis]:
    """The session ended where the answer to a command was due."""
    main = run.main
    if main is None or (main.greeting is not None and main.greeting.protocol == "ftp"):
        return
    ended = (item for item in main.exchanges if item.ok is False and _ended_unsaid(main, item))
    step = next((item for item in ended if item.step in LATER_STEPS), None)
    if step is None:
        return
    where, command = run.where, step.step.upper()
    # QUIT fails where it was never said: the server had closed by then
    behind = step.step == "quit"
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="possible",
        title=f"{where} takes sender and recipient and then hangs up"
        if behind
        else f"{where} greets and then hangs up in place of an answer to {command}",
        explanation=(
            (
                "The server accepted sender and recipient and ended the connection at once, before "
                "any message could be sent. "
                if behind
                else f"The server's greeting came, but in place of its answer to {command} the "
                "connection ended. "
            )
            + "Mostly the server failed inside, and its log says how: a service that it needs "
            "(for logins, filters, look-ups) is gone. It may also shut out this client, or a "
            "firewall on the way may end sessions once it sees mail."
        ),
        evidence=(
            Evidence(
                check=step.check,
                text=f"behind its answer to RCPT {where} {HOW[step.outcome]}"
                if behind
                else f'to "{step.sent}" {where} {HOW[step.outcome]} after {step.seconds:.1f} s',
            ),
            *library_words(run, CODE),
        ),
        fixes=(*working_ways(run), _fix(run)),
        explains=(step.id,),
    )


def _hangup(run: Run) -> tuple[Exchange | Handshake, Confidence, list[str]] | None:
    """The step at which it hung up, how sure the cause is, and what was seen."""
    main = run.main
    if main is None:
        return None
    where = run.where
    greeting, handshake = main.greeting, main.handshake
    if greeting is not None and _hung_up(main):
        after = "after the TLS handshake " if greeting.in_tls else ""
        seen = [
            f"{after}{where} {HOW[greeting.outcome]} after {greeting.seconds:.1f} s, no greeting"
        ]
        if greeting.in_tls:
            return greeting, "likely", seen
        probe = run.mode.probe("implicit")
        other = probe.handshake if probe else None
        if other is None:
            return greeting, "likely", seen
        if other.ok or other.failure == "not-tls":
            return None
        sure = other.failure in HOW and other.bytes_received == 0
        if sure:
            seen.append(f"to a TLS handshake {where} {HOW[other.failure]} as well")
        return greeting, "certain" if sure else "likely", seen
    if (
        handshake is not None
        and handshake.mode == "implicit"
        and handshake.failure in HOW
        and handshake.bytes_received == 0
        and _plain_hung_up(run.mode.probe("starttls"))
    ):
        seen = [
            f"to a TLS handshake {where} {HOW[handshake.failure]} without a byte",
            f"to a client that waited for a greeting {where} hung up as well",
        ]
        return handshake, "certain", seen
    return None


def _hung_up(session: SessionView) -> bool:
    greeting = session.greeting
    if greeting is None or greeting.ok is not False:
        return False
    return _ended_unsaid(session, greeting) and not greeting.arrived


def _ended_unsaid(session: SessionView, step: Exchange) -> bool:
    """Whether the connection ended without a reason: an alert that ends TLS as it begins is
    tls-handshake-failed's."""
    return step.outcome in HOW and step is not session.ended_with_tls


def _plain_hung_up(probe: SessionView | None) -> bool:
    return probe is not None and _hung_up(probe)


def _causes(run: Run) -> str:
    if run.reach.is_near:
        return (
            "Probably something accepts in the mail server's place and finds nobody behind it: "
            "Docker's port forwarding or a load balancer, with no server listening inside. An "
            "access rule of the server (hosts.deny, a list of allowed clients) does the same."
        )
    return (
        "Servers do that to addresses that they have banned or don't know, or when they have no "
        "room left; load balancers do it when no server is behind them, and some firewalls when "
        "they have seen which protocol it is. Which one it is can't be told from here."
    )


def _fix(run: Run) -> Fix:
    if run.reach.is_near:
        return Fix(
            title="check that a mail server listens behind this port",
            steps=(
                "Inside the container or behind the balancer, check that the mail server runs and "
                "listens on the port that is forwarded, on all addresses and not only on its own "
                "loopback.",
                "Look into the server's log at this time: for a refused client, or for a fault.",
            ),
        )
    return Fix(
        title="try from another network, then ask who runs the server",
        steps=(
            "Wait some minutes and try again: a full server recovers.",
            "Run smtpdoctor from another network. If it works there, this machine's address is "
            "shut out, or a firewall on the way cuts the connection: ask for it to be let in.",
            f"If it fails there too, tell who runs {run.settings.host} the time; the reason is "
            "in the server's log.",
        ),
    )

"""In words: how the configured port answered, what was tried beside it, what lets it through."""

from __future__ import annotations

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Evidence, EvidenceKind, Fix
from smtpdoctor.diagnosis.views.reach import Reach
from smtpdoctor.diagnosis.wording import ways_out
from smtpdoctor.diagnosis.wording.ways_out import listed
from smtpdoctor.observations import ConnectAttempt, ConnectOutcome

#: Codes that come from several errors; libraries print these words for one of them ("": silence).
USUAL_ERROR = {"host-unreachable": "", "local-firewall": "EACCES"}

#: Of a host with many addresses, so many are shown.
MOST_ADDRESSES = 3


#: Panels of web hosters let only their own mail server send.
HOSTING_PANEL = Fix(
    title="look for the mail restrictions of a hosting panel",
    steps=(
        'On a server with cPanel: "SMTP Restrictions" in its Tweak Settings, and SMTP_BLOCK '
        "of ConfigServer Firewall, refuse mail ports to all but the panel's own mail server.",
    ),
)


def let_through(reach: Reach) -> tuple[Fix, ...]:
    """What opens the configured port, and what needs no such port."""
    return ways_out.fixes(reach.run.ways_out, near=reach.may_be_ones_own, passing=reach.passing)


def evidence(reach: Reach, code: str, *, platform: bool = False) -> tuple[Evidence, ...]:
    """How the configured port answered and where that ended, what is known of it (`platform`:
    here), what libraries print for it, what else was tried."""
    attempts = reach.by_code.get(code, [])
    return (
        *_evidence("seen", _seen_of_port(reach, attempts), _seen_on_the_way(reach)),
        *(ways_out.evidence(reach.run.ways_out) if platform else ()),
        *_library_words(reach, code, attempts),
        *_evidence(
            "comparison",
            _seen_of_host(reach),
            _seen_of_others(reach),
            _seen_of_landmarks(reach),
        ),
    )


def seen_of(attempts: list[ConnectAttempt]) -> tuple[Evidence, ...]:
    """How these attempts ended, and nothing else."""
    return _evidence("seen", "; ".join(_seen(item) for item in attempts[:MOST_ADDRESSES]))


def _seen_of_port(reach: Reach, attempts: list[ConnectAttempt]) -> str:
    seen = "; ".join(_seen(item, routed=reach.host_is_alive) for item in attempts[:MOST_ADDRESSES])
    more = len(attempts) - MOST_ADDRESSES
    return f"{seen}; {more} more addresses did no better" if more > 0 else seen


def _seen_on_the_way(reach: Reach) -> str:
    """What the traces show of where the attempts ended."""
    if not reach.paths.seen and reach.paths.unsupported and not reach.reached:
        return "the way could not be followed: this system shows no hops to ordinary users"
    return reach.paths.seen


def _library_words(reach: Reach, code: str, attempts: list[ConnectAttempt]) -> tuple[Evidence, ...]:
    usual = USUAL_ERROR.get(code)
    if usual is not None and any(item.error != usual for item in attempts):
        return ()
    return library_words(reach.run, code, "reach")


def _seen_of_host(reach: Reach) -> str:
    ports: dict[ConnectOutcome, list[int]] = {}
    for port, outcome in reach.own_ports.items():
        if outcome != "no-route":  # is about the host, and said of it already
            ports.setdefault(outcome, []).append(port)
    answers = [on_port(outcome, *found) for outcome, found in ports.items()]
    return f"{reach.run.settings.host} {' and '.join(answers)}" if answers else ""


def _seen_of_others(reach: Reach) -> str:
    port = reach.run.settings.port or 0
    answers = [f"{host} {on_port(outcome, port)}" for host, outcome in reach.controls.items()]
    return f"for comparison: {', '.join(answers)}" if answers else ""


def _seen_of_landmarks(reach: Reach) -> str:
    answering = [item.address for item in reach.landmarks if item.ok]
    names = " and ".join(answering or [item.address for item in reach.landmarks])
    if not names:
        return ""
    return f"for comparison: {names} {'answered' if answering else 'gave no answer'} on port 443"


def _evidence(kind: EvidenceKind, *texts: str) -> tuple[Evidence, ...]:
    return tuple(Evidence(check="reach", kind=kind, text=text) for text in texts if text)


def on_port(outcome: ConnectOutcome, *ports: int) -> str:
    """An outcome on one port or several, to stand behind the host's name."""
    where = f"port{'s' if len(ports) > 1 else ''} {listed(ports)}"
    return {
        "open": f"answers on {where}",
        "silent": f"gives no answer on {where}",
        "refused": f"refuses {where}",
        "reset": f"resets connections to {where}",
        "unreachable": f"is reported unreachable on {where}",
        "denied": f"is kept from this machine's reach on {where}",
        "no-route": "has no route from here",
        "other": f"is not reached on {where}",
    }[outcome]


def _seen(item: ConnectAttempt, *, routed: bool = False) -> str:
    """One attempt in words, with what the system called it; `routed` where there is a way."""
    address = f"[{item.address}]" if item.family == "IPv6" else item.address
    where = f"{address}:{item.port}"
    error = f" ({item.error})" if item.error else ""
    return {
        "open": f"{where} answered",
        "silent": f"{where} gave no answer for {item.seconds:.1f} s",
        "refused": f"{where} refused the connection after {item.seconds * 1000:.0f} ms{error}",
        "reset": f"{where} reset the connection after {item.seconds * 1000:.0f} ms{error}",
        "unreachable": f"{where} was reported unreachable{error}",
        "denied": f"this machine did not let the connection to {where} out{error}",
        "no-route": f"{where} was reported without a way to it{error}"
        if routed
        else f"this machine has no route to {item.address}{error}",
        "other": f"the connection to {where} failed{error}",
    }[item.outcome]

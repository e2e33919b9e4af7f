"""A connect that this machine itself does not let out.

Seen from EPERM or EACCES of the system, or from an ICMP error whose sender is an own address.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.reach import ids
from smtpdoctor.diagnosis.wording import reach as reach_words
from smtpdoctor.diagnosis.wording import ways_out as ways_out_words
from smtpdoctor.observations import ConnectAttempt

CODE = "local-firewall"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    reach = run.reach
    attempts = reach.by_code.get(CODE)
    if not attempts:
        return
    host, port = run.settings.host, run.settings.port
    errors = dict.fromkeys(item.error for item in attempts if item.error)
    refusal = reach.paths.refusal
    own = refusal is not None and refusal.whose == "own"
    shown = f"ICMP from {refusal.hop.sender}" if refusal and own else ", ".join(errors)
    yield Diagnosis(
        code=CODE,
        severity="warning" if reach.reached else "error",
        confidence="certain" if own else _confidence(attempts),
        title=f"this machine does not let connections to {host}:{port} out ({shown})",
        explanation=(
            "The connection was turned away by the machine that it started from: by a firewall or "
            "security policy of this machine or container (netfilter, SELinux, AppArmor, a "
            "sandbox, systemd's IPAddressDeny, a cluster's network policy)."
        ),
        evidence=reach_words.evidence(reach, CODE),
        fixes=(
            *working_ways(run),
            Fix(
                title=f"allow outgoing TCP to port {port} on this machine",
                steps=(
                    "Look through the rules for outgoing traffic: `nft list ruleset` or "
                    "`iptables -S OUTPUT`, and `ip route get ADDRESS` for a prohibited route.",
                    "For a service of systemd, look at IPAddressDeny. With SELinux see "
                    "`ausearch -m avc`; a web server needs `setsebool -P "
                    "httpd_can_network_connect on`.",
                    f"Allow TCP to port {port} for the user or container that sends the mail, then "
                    "run smtpdoctor again as that user.",
                ),
            ),
            ways_out_words.other_service(run.ways_out, reach.passing),
        ),
        explains=ids(attempts),
    )


def _confidence(attempts: Sequence[ConnectAttempt]) -> Confidence:
    # over IPv6 a router's "administratively prohibited" becomes EACCES, too (RFC 4443 §3.1)
    from_afar = all(item.family == "IPv6" and item.error == "EACCES" for item in attempts)
    return "likely" if from_afar else "certain"

"""A connect that this machine itself does not let out: EPERM or EACCES from the system."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.rules.network import _reach
from smtpdoctor.diagnosis.run import Run

CODE = "local-firewall"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    reach = _reach.Reach(run)
    attempts = reach.by_code.get(CODE)
    if not attempts:
        return
    host, port = run.settings.host, run.settings.port
    error = attempts[0].error
    # over IPv6 a router's "administratively prohibited" becomes EACCES, too (RFC 4443 §3.1)
    from_afar = all(item.family == "IPv6" and item.error == "EACCES" for item in attempts)
    yield Diagnosis(
        code=CODE,
        severity="warning" if reach.reached else "error",
        confidence="likely" if from_afar else "certain",
        title=f"this machine does not let connections to {host}:{port} out ({error})",
        explanation=(
            f"The system refused the attempt to connect by itself, with {error}, before the mail "
            "server had a chance to answer. Such an answer comes from a firewall or security "
            "policy of this machine or container: netfilter, SELinux or AppArmor, a sandbox, "
            "systemd's IPAddressDeny, a cluster's network policy."
        ),
        evidence=reach.evidence(CODE),
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
        ),
        explains=_reach.ids(attempts),
    )

"""A machine that reaches nothing by itself, where the environment names a web proxy."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording import isolation as isolation_words
from smtpdoctor.diagnosis.wording.ways_out import api_names

CODE = "proxy-only-network"
#: Behind such a proxy names of the internet are often not looked up, either.
BEFORE = ("dns-resolver-unreachable", "dns-resolver-failing")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    isolation = run.isolation
    if isolation.code != CODE or not isolation.explains:
        return
    port = run.settings.port
    names = " and ".join(dict.fromkeys(name.upper() for name in run.reach.proxies))
    yield Diagnosis(
        code=CODE,
        severity="error",
        # names that are answered show that packets do leave: it is no dead network
        confidence="certain" if isolation.names_answer else "likely",
        title=(
            f"this network lets traffic out only through a proxy: port {port} is not reached "
            "anywhere"
        ),
        explanation=(
            f"{names} is set here, and without that proxy neither {run.settings.host} nor anybody "
            "else is reached. A web proxy passes web pages on; mail programs don't use these "
            "variables, and SMTP does not go through by itself."
        ),
        evidence=(
            Evidence(check="reach", text=f"the environment sets {names}; no connect used it"),
            *isolation_words.evidence(isolation),
        ),
        fixes=_fixes(run),
        explains=isolation.explains,
    )


def _fixes(run: Run) -> tuple[Fix, ...]:
    host, port = run.settings.host, run.settings.port
    return (
        Fix(
            title="use a mail relay inside this network, or ask its owner to open the mail port",
            steps=(
                "Ask the network's administrator for the mail relay that programs here are meant "
                f"to use, or for TCP from this machine to {host}, port {port}; smtpdoctor check "
                "--ticket writes the request.",
                "Nodemailer alone can go through the proxy: its option `proxy` takes the proxy's "
                f"URL. The proxy has to allow CONNECT to port {port}; most allow 443 only.",
            ),
        ),
        Fix(
            title="send over HTTPS, through the proxy",
            steps=(f"Services with an HTTPS API: {api_names()}. It takes the same proxy.",),
        ),
    )

"""A provider's submission host: who says that it is one, and the change that sets it.

Knows the knowledge base and the user's settings. Must not know what a run has seen: which host is
meant is the rule's to say.
"""

from __future__ import annotations

from smtpdoctor.diagnosis.evidence import cite
from smtpdoctor.diagnosis.fixes import change_settings
from smtpdoctor.diagnosis.model import Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.knowledge import Provider
from smtpdoctor.words import MODE_WORDS


def known_host(host: str, provider: Provider) -> Evidence:
    """That this is a submission host of the provider, and who says so."""
    entry = next((item for item in provider.hosts if item.host == host), None)
    source = cite(entry.source) if entry is not None and entry.source else ""
    text = f"{host} is a submission host of {provider.name} {source}"
    return Evidence(check="dns", kind="known", text=text.rstrip())


def use_host(run: Run, host: str, provider: Provider) -> Fix:
    """Set the host, and with it a port and TLS mode that the provider is known to serve."""
    settings = run.settings
    served = [known for known in provider.ports if known.verified and known.tls != "none"]
    order = sorted(
        served,
        key=lambda known: (
            (known.port, known.tls) != (settings.port, settings.tls),
            known.port != settings.port,
            known.tls != settings.tls,
            not known.recommended,
        ),
    )
    title = f"use {host}, the submission host of {provider.name}"
    if not order:
        return change_settings(run, title, host=host)
    port, tls = order[0].port, order[0].tls
    if (port, tls) != (settings.port, settings.tls):
        title = f"use {host}, port {port} with {MODE_WORDS[tls]}"
    return change_settings(
        run,
        title,
        host=host,
        port=None if port == settings.port else port,
        tls=None if tls == settings.tls else tls,
    )

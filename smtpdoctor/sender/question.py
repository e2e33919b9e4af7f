"""What to ask about one sender: of a run, or of an address by itself.

Knows addresses, hosts and who stands behind them. Must not know how the DNS is asked, nor what its
answers mean.
"""

from __future__ import annotations

from smtpdoctor import knowledge
from smtpdoctor.addresses import is_address, is_local, is_public_name
from smtpdoctor.observations import SenderQuestion


class QuestionError(ValueError):
    """An argument that can't be one; the text names it as the command line does."""


def is_outside(host: str) -> bool:
    """Whether mail through this host leaves for receivers: on loopback and under names without a
    domain stand servers for tests."""
    return is_public_name(host) or (is_address(host) and not is_local(host))


def of_submission(address: str, host: str) -> SenderQuestion | None:
    """What to ask about a sender who hands in at this host; None where the address has no domain
    that a DNS could know."""
    from smtpdoctor.spf.names import domain_fault, to_ascii

    domain = to_ascii(address.rpartition("@")[2]).lower()
    if domain_fault(domain) is not None:
        return None
    provider = knowledge.provider_of(host)
    return SenderQuestion(
        address=address,
        domain=domain,
        provider=provider.id if provider else None,
        host="" if is_address(host) else host,
    )


def of_address(
    address: str, *, through: str | None, ip: str | None, helo: str | None
) -> SenderQuestion:
    """What to ask about one address by itself, where no server is to be asked.

    `through` is a provider's id or a submission host; with `ip`, SPF is asked for that one client,
    which greets as `helo`. Raises QuestionError.
    """
    from smtpdoctor.mail_policy import parse_header_from

    header = parse_header_from(address)
    faults = [fault.reason for fault in header.faults]
    if faults or len(header.authors) != 1:
        raise QuestionError(f"{address}: {faults[0] if faults else 'names several addresses'}")
    author = header.authors[0]
    if "." not in author.domain:
        raise QuestionError(f"{address}: {author.domain} is no domain that the DNS could know")
    if ip is not None and not is_address(ip):
        raise QuestionError(f"--ip {ip}: is not an address")
    if helo is not None and ip is None:
        raise QuestionError("--helo is the name of the client that --ip gives")
    provider, host = _through(through) if through is not None else (None, "")
    return SenderQuestion(
        address=f"{author.local_part}@{author.domain_as_written}",
        domain=author.domain,
        provider=provider.id if provider else None,
        host=host,
        client=ip or "",
        helo=helo or "",
        alone=True,
    )


def _through(text: str) -> tuple[knowledge.Provider | None, str]:
    """The provider that is meant, by its id or one of its hosts, and the host where it is one."""
    from smtpdoctor.spf.names import domain_fault, to_ascii

    name = text.strip().lower().rstrip(".")
    if name in knowledge.providers():
        return knowledge.providers()[name], ""
    if "." not in name or is_address(name) or domain_fault(to_ascii(name)) is not None:
        known = ", ".join(knowledge.providers())
        raise QuestionError(f"--through {text}: is neither a host nor one of {known}")
    return knowledge.provider_of(name), name

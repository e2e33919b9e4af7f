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
    if ip is not None and not is_address(ip):
        raise QuestionError(f"--ip {ip}: is not an address")
    if helo is not None and ip is None:
        raise QuestionError("--helo needs --ip")
    local, domain, written = _parts(address, for_one_client=ip is not None, helo=helo or "")
    provider, host = _through(through) if through is not None else (None, "")
    return SenderQuestion(
        address=f"{local}@{written}",
        domain=domain,
        provider=provider.id if provider else None,
        host=host,
        client=ip or "",
        helo=helo or "",
        alone=True,
    )


def _parts(address: str, *, for_one_client: bool, helo: str) -> tuple[str, str, str]:
    """The address as local part, domain in A-labels, and domain as written.

    For one client any text is an address: check_host() says itself what comes of it.
    """
    from smtpdoctor.mail_policy import parse_header_from
    from smtpdoctor.spf.names import to_ascii

    header = parse_header_from(address)
    faults = [fault.reason for fault in header.faults]
    if not faults and len(header.authors) == 1 and "." in header.authors[0].domain:
        author = header.authors[0]
        return author.local_part, author.domain, author.domain_as_written
    if for_one_client:
        # RFC 7208 §2.4: a null reverse-path stands for the postmaster of the name in HELO;
        # §4.3: so does a sender without a local part
        sender = address.strip().removeprefix("<").removesuffix(">") or helo
        local, _, written = sender.rpartition("@")
        return local or "postmaster", to_ascii(written).lower(), written
    if faults or len(header.authors) != 1:
        raise QuestionError(f"“{address}” {faults[0] if faults else 'names several addresses'}")
    domain = header.authors[0].domain
    raise QuestionError(f"{address}: {domain} is no domain that the DNS could know")


def _through(text: str) -> tuple[knowledge.Provider | None, str]:
    """The provider that is meant, by what people call it or one of its hosts, and the host where
    it is one."""
    from smtpdoctor.spf.names import domain_fault, to_ascii

    name = text.strip().lower().rstrip(".")
    provider = knowledge.provider_called(name)
    if provider is not None:
        return provider, name if knowledge.provider_of(name) is not None else ""
    if "." not in name or is_address(name) or domain_fault(to_ascii(name)) is not None:
        known = ", ".join(knowledge.providers())
        hint = " (for one client's address there is --ip)" if is_address(name) else ""
        raise QuestionError(f"--through {text}: is neither a host nor one of {known}{hint}")
    return None, name

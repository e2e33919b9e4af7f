"""STARTTLS that was wanted and not to be had: what the server offers in clear. Names no cause."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from smtpdoctor.addresses import is_address, is_private_name
from smtpdoctor.diagnosis.model import Severity
from smtpdoctor.diagnosis.views import options
from smtpdoctor.observations import Exchange, Step
from smtpdoctor.smtp.authentication import PASSWORD_MECHANISMS, TOKEN_MECHANISMS
from smtpdoctor.smtp.capabilities import Capabilities, is_masked_greeting
from smtpdoctor.smtp.replies import Reply
from smtpdoctor.text import foreign

if TYPE_CHECKING:
    from smtpdoctor.diagnosis.run import Run

#: The steps by which a server may say that it wants TLS first.
STEPS: tuple[Step, ...] = ("ehlo", "auth", "mail", "rcpt")

_TLS = re.compile(r"\b(STARTTLS|TLS|SSL|encrypt\w*)\b", re.IGNORECASE)
_DEMAND = re.compile(r"\b(must|requir\w+|need\w*|first|mandatory|only)\b", re.IGNORECASE)


def demands_tls(reply: Reply) -> bool:
    """Whether the reply refuses a command for want of TLS."""
    if reply.code == 538:  # RFC 4954 §6
        return True
    if reply.category != 5 or not _TLS.search(reply.text):
        return False
    return reply.code == 530 or bool(_DEMAND.search(reply.text))  # RFC 3207 §4


class OfferView:
    """What the configured server offers before TLS."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @cached_property
    def in_clear(self) -> Capabilities | None:
        """What EHLO announced before TLS; None without an answer to it."""
        return self._run.main.capabilities(in_tls=False) if self._run.main else None

    def carries_login(self, offer: Capabilities | None) -> bool:
        """Whether an EHLO reply has a mechanism for the kind of secret that the settings have."""
        token = self._run.settings.has_token
        fitting = TOKEN_MECHANISMS if token else PASSWORD_MECHANISMS
        return offer is not None and any(name in fitting for name in offer.auth)

    @property
    def refused_in_clear(self) -> bool:
        """Whether a login without TLS is refused, whatever is announced: seen, or known of the
        provider."""
        provider = self._run.provider
        known = provider is not None and provider.login_in_clear == "refused"
        return known or self.refused_auth is not None

    @cached_property
    def refused_auth(self) -> Exchange | None:
        """AUTH without TLS that was refused, in words, before anything of the login was said."""
        main = self._run.main
        step = main.step("auth", in_tls=False) if main is not None else None
        return step if step is not None and step.ok is False and step.reply is not None else None

    @property
    def takes_login_in_clear(self) -> bool:
        """Whether a login without TLS could work here, as far as that is known."""
        return self.carries_login(self.in_clear) and not self.refused_in_clear

    @property
    def is_login_in_clear_foretold(self) -> bool:
        """Whether the settings alone are looked at, and their login would go to a known provider
        without TLS, on a port that has STARTTLS."""
        settings, mode = self._run.settings, self._run.mode
        return (
            settings.elsewhere
            and settings.tells_mode
            and settings.tls == "none"
            and settings.has_credentials
            and self._run.provider is not None
            and mode.of_port == "starttls"
            and not options.is_silent(self._run)
        )

    @property
    def lacks_login(self) -> bool:
        """Whether EHLO was answered before TLS, and announced no AUTH at all."""
        return self.in_clear is not None and "AUTH" not in self.in_clear.keywords

    @property
    def login_inside_tls(self) -> bool:
        """A probe of this port came into TLS, and there the login is to be had."""
        found = (self._run.mode.probe("starttls"), self._run.mode.probe("implicit"))
        return any(
            view is not None and view.works and self.carries_login(view.capabilities(in_tls=True))
            for view in found
        )

    @property
    def announced(self) -> str:
        """The keywords that EHLO announced before TLS, for evidence."""
        return ", ".join(self.in_clear.keywords if self.in_clear else ()) or "nothing"

    @cached_property
    def not_offered(self) -> Exchange | None:
        """The step that stands for "STARTTLS wanted, but EHLO does not announce it"."""
        main = self._run.main
        if main is None or main.session.tls != "starttls":
            return None
        step = main.step("starttls")
        # the step has an outcome without a command where the client found no STARTTLS
        if self.in_clear is None or step is None or step.sent:
            return None
        return step

    @property
    def severity(self) -> Severity:
        """Whether the session ends here, or goes on in clear: that is the client's own way, where
        it is known. A client that isn't known goes on without a login only."""
        settings, step = self._run.settings, self.not_offered
        if step is not None and step.ok is False:
            return "error"
        host = settings.host or ""
        # for a public name the network alone says that it is local: that excuses nobody
        said_so = is_private_name(host) or is_address(host)
        lenient = self._run.is_in_house and said_so and not settings.has_credentials
        return "note" if lenient else "warning"

    @cached_property
    def demand(self) -> Exchange | None:
        """The refusal by which the server demands TLS."""
        main = self._run.main
        for step in STEPS if main else ():
            exchange = main.step(step) if main else None
            if exchange is not None and exchange.reply is not None and demands_tls(exchange.reply):
                return exchange
        return None

    @cached_property
    def marks_of_removal(self) -> tuple[str, ...]:
        """What shows that the server has STARTTLS although it did not arrive, in words."""
        main, offer = self._run.main, self.in_clear
        if main is None:
            return ()
        found = []
        greeting = main.greeting
        if (
            greeting is not None
            and greeting.reply is not None
            and is_masked_greeting(greeting.reply)
        ):
            found.append(f'the greeting came overwritten: "220 {greeting.reply.last}"')
        if offer is not None and offer.starttls_masked:
            masked = next(word for word in offer.masked if len(word) == len("STARTTLS"))
            found.append(
                f"in EHLO's list {masked} stands where STARTTLS, as long as it, may have been"
            )
        for view in self._run.sessions:
            session = view.session
            other = view.capabilities(in_tls=False)
            if view is not main and session.host == main.session.host and other and other.starttls:
                found.append(f"{session.host}:{session.port} at {session.address} offers STARTTLS")
        demanded = self.demand
        if demanded is not None and demanded.reply is not None:
            said = foreign(f"{demanded.reply.code} {demanded.reply.telling}")
            found.append(f'it offers no STARTTLS, and yet answered {demanded.sent} with "{said}"')
        return tuple(found)

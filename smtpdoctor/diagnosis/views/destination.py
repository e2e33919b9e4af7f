"""What was met at the address that the host's name led to: `run.destination`.

Knows what failed behind the look-up, and whether the name can be to blame for it. Names no code:
several causes of DNS account for the same failures, and BEFORE in their rules says which stands
first.
"""

from __future__ import annotations

from functools import cached_property

from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import (
    CertificateSeen,
    ConnectAttempt,
    Exchange,
    Handshake,
    LoginNotTried,
)

#: OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH.
OTHER_NAME = 62


class Destination:
    """The way behind DNS, as far as the login."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @cached_property
    def failures(self) -> tuple[str, ...]:
        """The roots on the configured way behind DNS; () while it works.

        Addresses that fail beside one that answers are not among them.
        """
        run = self.run
        roots = {item.id for item in run.observations.roots()}
        connects = run.connects()
        if not any(connect.outcome == "open" for connect in connects):
            return tuple(connect.id for connect in connects if connect.id in roots)
        main = run.main
        if main is None:
            return ()
        steps = [
            item
            for item in (*main.exchanges, main.handshake, main.certificate, main.login_not_tried)
            if item is not None
            and not (isinstance(item, Exchange) and item.step in ("auth", "mail", "rcpt"))
        ]
        return tuple(item.id for item in steps if item.id in roots)

    def other_server(self, *, any_certificate: bool = True) -> tuple[str, ...]:
        """Those of the failures that speak of another server, or none, at the address.

        A fault in an SMTP dialogue is none of them. `any_certificate`: one that fails for whatever
        reason counts, else only one for other names.
        """

        def speaks_of_it(item: object) -> bool:
            match item:
                case ConnectAttempt():
                    return True
                case CertificateSeen():
                    return any_certificate or item.verify_code == OTHER_NAME
                case Handshake():
                    return item.failure == "not-tls" and item.protocol != "smtp"
                case Exchange():
                    return item.step == "greeting" and item.protocol != "smtp"
                case _:
                    return False

        found = ((each, self.run.observations.by_id(each)) for each in self.failures)
        return tuple(each for each, item in found if speaks_of_it(item))

    @property
    def offers_no_login(self) -> bool:
        """Whether the session went well and the server takes no login at all."""
        seen = self.run.main.login_not_tried if self.run.main else None
        return isinstance(seen, LoginNotTried) and seen.reason == "not-offered"

    @property
    def network_is_to_blame(self) -> bool:
        """Whether independent hosts don't answer either: then no host name mends it."""
        for purpose in ("control", "control-address"):
            controls = self.run.connects(purpose)
            if controls and not any(control.outcome == "open" for control in controls):
                return True
        return False

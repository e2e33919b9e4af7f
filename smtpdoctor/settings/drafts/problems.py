"""What is wrong with a value by its own form."""

from __future__ import annotations

import re
from dataclasses import dataclass

from smtpdoctor.settings import password_line, values
from smtpdoctor.settings.dialects.base import Draft, Option, Outcome
from smtpdoctor.settings.drafts.fields import SECRETS
from smtpdoctor.settings.drafts.places import Places
from smtpdoctor.settings.drafts.shown_values import ShownValues
from smtpdoctor.settings.encoded import DECODERS, is_still_encoded
from smtpdoctor.settings.model import Field, Problem, Secret
from smtpdoctor.settings.readers.model import Known
from smtpdoctor.settings.workspace import Workspace

#: Names that /etc/services has for ports to send mail by.
SERVICES = frozenset({"smtp", "mail", "submission", "submissions", "smtps", "ssmtp", "urd"})


@dataclass(frozen=True, slots=True)
class Problems:
    """What is wrong with the values of one set-up."""

    draft: Draft
    outcome: Outcome
    workspace: Workspace
    places: Places
    shown: ShownValues

    def of(self, field: Field, text: str, option: Option) -> tuple[Problem | None, str]:
        """The problem of a field, and its words; `text` is what reports show of it."""
        if not text:
            return None, ""
        if field == "url" and isinstance(option.value, Known):
            return self._of_url(option, str(option.value.value))
        if field == "host":
            host = values.read_host(self.outcome.host or "")
            return host.problem, host.detail
        if field == "port":
            return self._of_port(option)
        if field == "username":
            name = self.outcome.username or ""
            user = values.read_username(name)
            return self._of_login(field, name, option) or (user.problem, user.detail)
        if field == "sender":
            return self._of_sender()
        if field in SECRETS:
            text = (self.outcome.password if field == "password" else self.outcome.token) or ""
            secret = values.read_secret(Secret(text))
            return self._of_login(field, text, option) or (secret.problem, secret.detail)
        return None, ""

    def _of_url(self, option: Option, said: str) -> tuple[Problem | None, str]:
        if "url" not in self.outcome.by and "://" not in said and not self._has_parts():
            return "not-a-url", "no scheme stands in front: smtp:// or smtps://"
        return self._cut_off(option) or self._url_problem(said)

    def _of_port(self, option: Option) -> tuple[Problem | None, str]:
        """A text that Python hands on as it is: sockets take digits and names of services."""
        said = option.value.value if isinstance(option.value, Known) else None
        if self.draft.language != "python" or not isinstance(said, str):
            return None, ""
        port = values.read_port(said)
        if said.strip() in SERVICES or port.problem not in ("not-a-number", "quotes"):
            return None, ""
        return port.problem, port.detail

    def _of_sender(self) -> tuple[Problem | None, str]:
        """What is wrong with the address, where no half of it can't be told."""
        fields = self.draft.dialect.fields
        parts = [name for name in self.draft.options if fields.get(name) == "sender"]
        if not all(map(self.shown.is_told, parts)):
            return None, ""
        sender = values.read_address(self.outcome.sender or "")
        return sender.problem, sender.detail

    def _of_login(self, field: Field, text: str, option: Option) -> tuple[Problem, str] | None:
        """What is wrong with a user name or secret by where it comes from."""
        if values.repeats_host(
            text, self.outcome.host, "username" if field == "username" else "password"
        ):
            return self._host_again(field, option)
        outcome = self.outcome
        if field != "token" and values.is_template(
            outcome.username, outcome.password, outcome.host
        ):
            return values.TEMPLATES
        if is_still_encoded(option, self.draft.language):
            return "still-encoded", DECODERS[self.draft.language].because
        return None

    def _host_again(self, field: Field, option: Option) -> tuple[Problem, str]:
        """What is wrong with a login that has the host's text, with the variable of both."""
        problem, detail = values.HOST_AGAIN
        named = [name for name in option.value.variables if self.shown.may_be_named(name)]
        if named and self.places.reads_host(option, field):
            detail = f"read from {named[0]}, as the host is"
        return problem, detail

    def _cut_off(self, option: Option) -> tuple[Problem, str] | None:
        """A URL of which the reader of its `.env` takes what follows # for a comment."""
        names = option.value.variables
        held = self.draft.variables.held(names[0]) if len(names) == 1 else []
        read = password_line.of_dotenv(held[0], names[0], self.workspace) if held else None
        if read is None or "cut-at-hash" not in read.altered[0].alterations:
            return None
        what = f"{read.altered[0].reader} takes what follows # for a comment"
        return "not-encoded", f"{what}: write # as %23"

    def _has_parts(self) -> bool:
        """Whether the program finds a host in the text: PHP does in `host:port`."""
        values_ = (option.value for option in self.draft.options.values())
        parts = [value.part for value in values_ if isinstance(value, Known)]
        return any(part is not None and part.name == "host" for part in parts)

    def _url_problem(self, text: str) -> tuple[Problem | None, str]:
        """Characters that must be encoded, where the program gets something else for them."""
        from smtpdoctor.settings.url import read_url

        url, outcome = read_url(text), self.outcome
        if outcome.url_as_written:
            return None, ""
        login = (part and text[slice(*part.span)] for part in (url.username, url.password))
        # RFC 3986 §3.2: they end the server's part for every parser, and what a table has of the
        # URL is what was meant
        if url.problem == "not-encoded" and any(re.search("[/?#]", part or "") for part in login):
            return url.problem, url.detail
        meant = [part and part.value.reveal() for part in (url.host, url.username, url.password)]
        real = [outcome.host, outcome.username or None, outcome.password or None]
        if url.problem != "not-encoded" or (meant == real and outcome.fault is None):
            return None, ""
        return url.problem, url.detail

"""Flask-Mailman: Flask-Mail's names with Django's behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.flask_mail import FlaskMail, late, outcome

DATA = load(__file__)


class FlaskMailman(FlaskMail):
    """The same names; implicit TLS is verified, and a back end may send nothing."""

    id = "flask-mailman"
    name = DATA.name
    client = DATA.client
    package = "flask_mailman"

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        if "late" in options:
            return late(DATA, "localhost")
        found = outcome(options, DATA, host="localhost")
        # the context is given to SMTP_SSL alone (backends/smtp.py, open)
        found = replace(found, verify=found.tls == "implicit")
        backend = options.get("MAIL_BACKEND")
        if backend is None and options.get("TESTING"):
            backend = "locmem"
        for name in ("console", "file", "locmem", "dummy"):
            parts = str(backend or "").split(".")
            if name in parts or f"{name}based" in parts:
                sources = tuple(DATA.sources.values())
                remark = Remark("MAIL_BACKEND", DATA.because[name], "", sources)
                return replace(found, not_sent=remark)
        return found


DIALECT = FlaskMailman()

"""Django's SMTP backend: one message for each job on standard input."""

import ssl
import sys

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from jobs import run

settings.configure()


class Backend(EmailBackend):
    """With the tests' authority in the trust store, as an administrator would put it there."""

    cafile = ""

    @property
    def ssl_context(self):
        return ssl.create_default_context(cafile=self.cafile)


def send(job):
    backend = Backend(
        host=job["host"],
        port=job["port"],
        username=job["user"],
        password=job["password"],
        use_tls=job["tls"] == "starttls",
        use_ssl=job["tls"] == "implicit",
        timeout=job["seconds"],
    )
    backend.cafile = job["cafile"]
    EmailMessage("test", "hello", job["sender"], [job["recipient"]], connection=backend).send()


run(send, sys.stdin)

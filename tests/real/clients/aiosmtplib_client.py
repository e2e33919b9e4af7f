"""aiosmtplib: one message for each job on standard input."""

import asyncio
import ssl
import sys
from email.message import EmailMessage

import aiosmtplib
from jobs import run


def send(job):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = job["sender"], job["recipient"], "test"
    message.set_content("hello")
    start = None if job["tls"] == "starttls" and not job["required"] else job["tls"] == "starttls"
    asyncio.run(
        aiosmtplib.send(
            message,
            hostname=job["host"],
            port=job["port"],
            username=job["user"] or None,
            password=job["password"] or None,
            use_tls=job["tls"] == "implicit",
            start_tls=start,
            tls_context=ssl.create_default_context(cafile=job["cafile"]),
            timeout=job["seconds"],
        )
    )


run(send, sys.stdin)

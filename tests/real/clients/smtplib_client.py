"""smtplib as its documentation shows it: one message for each job on standard input."""

import smtplib
import ssl
import sys
from email.message import EmailMessage

from jobs import run


def send(job):
    context = ssl.create_default_context(cafile=job["cafile"])
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = job["sender"], job["recipient"], "test"
    message.set_content("hello")
    if job["tls"] == "implicit":
        server = smtplib.SMTP_SSL(job["host"], job["port"], context=context, timeout=job["seconds"])
    else:
        server = smtplib.SMTP(job["host"], job["port"], timeout=job["seconds"])
    with server:
        if job["tls"] == "starttls":
            server.starttls(context=context)
        if job["user"]:
            server.login(job["user"], job["password"])
        server.send_message(message)


run(send, sys.stdin)

"""What the doctor can't see: the end of a healthy report, for whose application still fails."""

from __future__ import annotations

import shlex

from smtpdoctor.diagnosis.run import Run


def last_words(run: Run) -> list[str]:
    """A few sentences, the most probable first; none where nothing was configured."""
    settings = run.settings
    words = []
    only_in_file = [
        entry.origin.name
        for entry in settings.entries
        if entry.origin.kind == "file" and entry.part_of is None
    ]
    if only_in_file:
        names = ", ".join(dict.fromkeys(only_in_file))
        words.append(
            f"only {_file(run)}, not the environment of this shell, has {names}: the application "
            "must load that file itself, in its own working folder"
        )
    secure = settings.entry("tls")
    if secure is not None and secure.text.strip().lower() in ("false", "0", "no", "off"):
        words.append(
            f"{secure.origin.name}={secure.text} is a text: a program that does not compare it "
            f'takes "{secure.text}" for true and starts TLS at once'
        )
    if (command := _real_mail(run)) is not None:
        words.append(f"one real mail, which smtpdoctor never sends: {command}")
    return words


def _file(run: Run) -> str:
    return next(
        (str(entry.origin.file) for entry in run.settings.entries if entry.origin.kind == "file"),
        ".env",
    )


def _real_mail(run: Run) -> str | None:
    """A command that sends one mail as the application would, and asks for the password itself.

    curl verifies chain and name of the certificate. None where the doctor would send no password
    either: outside TLS, or where the certificate was not accepted.
    """
    settings = run.settings
    view = run.main
    verified = view is not None and view.certificate is not None and view.certificate.verified
    if not verified or not settings.host or not settings.username:
        return None
    sender = settings.sender or settings.username
    recipient = settings.recipient or sender
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    scheme = "smtps" if settings.tls == "implicit" else "smtp"
    # without From a server may refuse the message (RFC 5322 §3.6)
    message = ["printf", r"From: %s\nTo: %s\nSubject: test\n\n", sender, recipient]
    way = ["curl", "--ssl-reqd", f"{scheme}://{host}:{settings.port}"]
    who = ["--user", settings.username, "--mail-from", sender, "--mail-rcpt", recipient]
    return f"{shlex.join(message)} | {shlex.join([*way, *who, '-T', '-'])}"

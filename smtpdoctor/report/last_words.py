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
    if settings.host and settings.username:
        words.append("one real mail, which smtpdoctor never sends: " + _real_mail(run))
    return words


def _file(run: Run) -> str:
    return next(
        (str(entry.origin.file) for entry in run.settings.entries if entry.origin.kind == "file"),
        ".env",
    )


def _real_mail(run: Run) -> str:
    """A swaks command; it asks for the password itself."""
    settings = run.settings
    mode = {"implicit": "--tls-on-connect", "starttls": "--tls", "none": ""}[settings.tls]
    sender = settings.sender or settings.username or ""
    parts = [
        "swaks",
        "--server",
        f"{settings.host}:{settings.port}",
        mode,
        "--auth-user",
        settings.username or "",
        "--from",
        sender,
        "--to",
        settings.recipient or sender,
    ]
    return shlex.join(part for part in parts if part)

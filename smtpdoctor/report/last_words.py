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
    if only_in_file and settings.setup is None:
        names = ", ".join(dict.fromkeys(only_in_file))
        words.append(
            f"only {_file(run)}, not the environment of this shell, has {names}: the application "
            "must load that file itself, in its own working folder"
        )
    secure = settings.entry("tls")
    own_names = settings.setup is None
    if (
        own_names
        and secure is not None
        and secure.text.strip().lower() in ("false", "0", "no", "off")
    ):
        words.append(
            f"{secure.origin.name}={secure.text} is a text: a program that does not compare it "
            f'takes "{secure.text}" for true and starts TLS at once'
        )
    command = _real_mail(run)
    if command:
        words.append(f"one real mail, which smtpdoctor never sends: {command}")
    return words


def _file(run: Run) -> str:
    return next(
        (str(entry.origin.file) for entry in run.settings.entries if entry.origin.kind == "file"),
        ".env",
    )


def _real_mail(run: Run) -> str:
    """A command that sends one message; "" where the doctor's own login didn't come to its end.

    curl verifies chain and name unless its configuration file says otherwise (-q), goes on in TLS
    alone, and asks for the password itself.
    """
    settings, main = run.settings, run.main
    username = settings.username or ""
    if main is None or not main.in_verified_tls or not main.logged_in:
        return ""
    if settings.has_token or ":" in username:  # curl takes what stands behind it for the password
        return ""
    host = f"[{settings.host}]" if ":" in (settings.host or "") else settings.host
    scheme = "smtps" if settings.tls == "implicit" else "smtp"
    sender = settings.sender or username
    recipient = settings.recipient or sender
    curl = ["curl", "-q", "--ssl-reqd", "--url", f"{scheme}://{host}:{settings.port}"]
    envelope = ["--user", username, "--mail-from", sender, "--mail-rcpt", recipient]
    # without a blank in any word: a terminal may wrap the line anywhere
    message = ["-H", f"From:{sender}", "-H", f"To:{recipient}", "-H", "Subject:test", "-F", "=test"]
    return shlex.join([*curl, *envelope, *message])

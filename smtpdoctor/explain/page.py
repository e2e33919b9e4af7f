"""What `explain` shows at a terminal: the likeliest cause as `check` shows one, then the others.

Pure: the layout of a cause is `report`'s, what is said of it is `candidates`'.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from rich.text import Text

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.model import Evidence, Fix
from smtpdoctor.explain import Explanation
from smtpdoctor.explain.candidates import Ranked, explanation, fixes
from smtpdoctor.explain.course import HOST, in_words
from smtpdoctor.explain.model import Known
from smtpdoctor.observations import Observations
from smtpdoctor.report.formats import Options
from smtpdoctor.report.formats.terminal import MAX_WIDTH, MIN_WIDTH, cause, printed
from smtpdoctor.report.model import Report, join, judge
from smtpdoctor.text import wrapped

#: What stands for the host in code that is to be copied.
EXAMPLE_HOST = "smtp.example.com"
#: And in a command: nobody runs it as it stands.
ANY_HOST = "HOST"


def render(found: Explanation, options: Options) -> str:
    """The explanation as text."""
    return printed(_lines(found, options), options)


def _lines(found: Explanation, options: Options) -> Iterator[Text]:
    first, *others = found.ranked
    if found.known.read:
        yield from _wrapped(f"read in the text: {', '.join(found.known.read)}", options)
    if found.incidents > 1:
        yield from _wrapped(f"{found.incidents} different errors, the newest first", options)
    if found.known.read or found.incidents > 1:
        yield Text()
    yield from cause(_report(first), options)
    yield Text()
    for item in others:
        words = f"or, if {item.reading.decides}:"
        yield from _wrapped(words, options)
        yield from _wrapped(f"{item.diagnosis.code}: {item.candidate.title}", options, indent=4)
    if others:
        yield Text()
    for line in _wrapped(f"to tell: {command(first)}", options):
        line.stylize("bold", 0, 8)
        yield line
    yield Text(f"more:    smtpdoctor explain {first.diagnosis.code}", style="dim")


def _wrapped(words: str, options: Options, *, indent: int = 0) -> Iterator[Text]:
    width = max(MIN_WIDTH, min(options.width, MAX_WIDTH))
    first, later = " " * indent, " " * (indent + 4)
    for line in wrapped(words, width, first=first, indent=later):
        yield Text(line)


#: Told by the records of the sender's domain alone.
OF_RECORDS = ("spf-not-authorized", "spf-missing", "dmarc-would-reject")


def command(item: Ranked) -> str:
    """The one command whose run would tell."""
    known: Known = item.known
    if item.reading.only == "settings":
        return "smtpdoctor check --only settings   (in the program's folder, or where it runs)"
    if item.diagnosis.code in OF_RECORDS:
        return f"smtpdoctor sender {known.sender or 'ADDRESS'} --through PROVIDER"
    host, port = known.host or _host_of(known.provider) or ANY_HOST, known.port
    where = f"[{host}]" if ":" in host else host
    login = " --user NAME --password-stdin" if item.reading.only in ("auth", "sender") else ""
    mode = f" --tls {known.tls}" if known.tls is not None else ""
    target = f"{where}:{port}" if port else where
    words = f"smtpdoctor check --only {item.reading.only} {target}{mode}{login}"
    return f"{words}   ({ANY_HOST}: the mail server)" if host == ANY_HOST else words


def _host_of(provider: str | None) -> str:
    """The submission host of a provider that the text names, "" where it has several."""
    found = knowledge.providers().get(provider or "")
    hosts = [item.host for item in found.hosts if item.verified] if found is not None else []
    return hosts[0] if len(hosts) == 1 else ""


def _report(item: Ranked) -> Report:
    """The reading's run as a report on this one cause, without what nobody has seen or tried."""
    kept = tuple(
        msgspec.structs.replace(evidence, text=in_words(evidence.text))
        for evidence in item.diagnosis.evidence
        if evidence.kind == "known" and fixes(item) is item.diagnosis.fixes
    )
    seen = Evidence(check=item.reading.only, text=item.candidate.why)
    shown = msgspec.structs.replace(
        item.diagnosis,
        confidence=item.candidate.confidence,
        title=item.candidate.title,
        explanation=explanation(item),
        evidence=(seen, *kept),
        fixes=tuple(_fix(each, item) for each in fixes(item)),
        locations=(),
        consequences=(),
    )
    # the probes are what would decide, nobody has made them
    made = Observations(each for each in item.observations if each.role == "main")
    target = msgspec.structs.replace(judge(made, seconds=0.0), diagnoses=(shown,))
    return join([target], started="", seconds=0.0)


#: What sets mode and port, where nobody told the settings' names: by code.
_SWITCHES = {
    "implicit-tls-on-starttls-port": (
        "Mostly that is a switch: `secure`, SSL or SMTPS off, STARTTLS (often called TLS) on, and "
        "port 587. Or leave SSL on, and take port 465."
    ),
    "plaintext-on-implicit-tls-port": (
        "Mostly that is a switch: `secure`, SSL or SMTPS on, STARTTLS off, and port 465. Or leave "
        "STARTTLS on, and take port 587."
    ),
}
#: Names that stand for such switches in the run that was imagined.
_OF_MODE = {"SMTP_PORT", "SMTP_SECURE"}


#: The project's own names of settings: what the program's are nobody told, so they are spoken of.
_SETTINGS = {
    "SMTP_HOST": "the host",
    "SMTP_PORT": "the port",
    "SMTP_USER": "the user name",
    "SMTP_PASS": "the password",
    "SMTP_FROM": "the sender",
    "SMTP_SECURE": "the TLS setting",
    "SMTP_URL": "the URL",
}
_NAME = re.compile(rf"\b({'|'.join(_SETTINGS)})\b(?! ?=)")
#: Several at once, or one that stands before what it is to be.
_PLACES = re.compile(r"\binto SMTP_[A-Z]+(?: and SMTP_[A-Z]+)?")
_LABEL = re.compile(r"^the (\w)([\w ]+):")
#: A step of the run that was imagined: where its setting stood.
_OF_THE_ENVIRONMENT = "in the environment, which wins over any file"


def _fix(fix: Fix, item: Ranked) -> Fix:
    switch = _SWITCHES.get(item.diagnosis.code)
    if switch is not None and _OF_MODE.issuperset(fix.settings):
        steps = fix.steps if item.known.client else (switch, *fix.steps)
        fix = msgspec.structs.replace(fix, settings={}, edits=(), steps=steps)
    given = tuple(
        f"Set {name} to {value}." if value else f"Take {name} out."
        for name, value in fix.settings.items()
        if name in _SETTINGS and (not value or value not in fix.title)
    )
    steps = tuple(step for step in fix.steps if _OF_THE_ENVIRONMENT not in step)
    return msgspec.structs.replace(
        fix,
        title=_spoken(fix.title),
        tried="",
        settings={name: to for name, to in fix.settings.items() if name not in _SETTINGS},
        steps=tuple(map(_spoken, (*given, *steps))),
        snippets=tuple(
            msgspec.structs.replace(each, text=each.text.replace(HOST, EXAMPLE_HOST))
            for each in fix.snippets
        ),
    )


def _spoken(text: str) -> str:
    """A sentence of a fix without names that nobody has seen."""
    said = _PLACES.sub("into the program's settings", in_words(text))
    said = _NAME.sub(lambda match: _SETTINGS[match[1]], said).replace(" (environment)", "")
    said = said.replace("the password: the password.", "the password: the mailbox's own.")
    return _LABEL.sub(lambda match: f"{match[1].upper()}{match[2]}:", said)

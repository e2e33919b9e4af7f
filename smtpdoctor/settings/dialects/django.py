"""Django: the EMAIL_ settings of the module that counts, MAILERS, and an EMAIL_URL before them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark, conflict
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.django_connections import configured, connections
from smtpdoctor.settings.dialects.django_modules import (
    SettingsModule,
    setting_of,
    settings_modules,
)
from smtpdoctor.settings.dialects.django_senders import explicit_sender
from smtpdoctor.settings.dialects.python_code import (
    host_told,
    is_below,
    is_true,
    meant_by,
    number,
    put_in_arguments,
    put_in_lines,
    says_no,
    switch,
    text,
)
from smtpdoctor.settings.dialects.urls import insert_port, url_options
from smtpdoctor.settings.folder import Skipped
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import literal
from smtpdoctor.settings.readers.email_url import LIBRARIES, STEP
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Span, Unknown, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

NAMES: Mapping[str, Field] = {
    "EMAIL_HOST": "host",
    "EMAIL_PORT": "port",
    "EMAIL_HOST_USER": "username",
    "EMAIL_HOST_PASSWORD": "password",
    "EMAIL_USE_TLS": "tls",
    "EMAIL_USE_SSL": "tls",
    "DEFAULT_FROM_EMAIL": "sender",
}
MAILER = "MAILERS.default.OPTIONS."
OPTIONS: Mapping[str, Field] = {
    f"{MAILER}host": "host",
    f"{MAILER}port": "port",
    f"{MAILER}username": "username",
    f"{MAILER}password": "password",
    f"{MAILER}use_tls": "tls",
    f"{MAILER}use_ssl": "tls",
}
#: Which setting of Django a part of an EMAIL_URL gives.
PARTS = {
    "EMAIL_HOST": "url.host",
    "EMAIL_PORT": "url.port",
    "EMAIL_HOST_USER": "url.user",
    "EMAIL_HOST_PASSWORD": "url.password",
    "EMAIL_USE_TLS": "url.scheme",
    "EMAIL_USE_SSL": "url.scheme",
    "EMAIL_BACKEND": "url.scheme",
}
#: Further settings of Django's for mail.
FURTHER = frozenset({
    *("EMAIL_BACKEND", "EMAIL_FILE_PATH", "EMAIL_SUBJECT_PREFIX", "EMAIL_TIMEOUT"),
    *("EMAIL_SSL_KEYFILE", "EMAIL_SSL_CERTFILE", "EMAIL_USE_LOCALTIME", "SERVER_EMAIL"),
})  # fmt: skip
#: What people write for the switches.
SWITCHES = {
    "EMAIL_TLS": "EMAIL_USE_TLS", "EMAIL_USE_STARTTLS": "EMAIL_USE_TLS",
    "EMAIL_STARTTLS": "EMAIL_USE_TLS", "EMAIL_SSL": "EMAIL_USE_SSL",
}  # fmt: skip
SENDS = "django.core.mail.backends.smtp.EmailBackend"
NOT_SENT = {
    "django.core.mail.backends.console.EmailBackend": "console",
    "django.core.mail.backends.filebased.EmailBackend": "file",
    "django.core.mail.backends.locmem.EmailBackend": "memory",
    "django.core.mail.backends.dummy.EmailBackend": "dummy",
}


class Django:
    id = "django"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = {
        **NAMES,
        **OPTIONS,
        "EMAIL_BACKEND": "host",
        "MAILERS": "host",
        "EMAIL_URL": "url",
        "url.host": "host",
        "url.port": "port",
        "url.scheme": "tls",
        "url.query": "tls",
        "url.user": "username",
        "url.password": "password",
        "from_email": "sender",
    }
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": (
            {"EMAIL_USE_SSL": True},
            {"EMAIL_USE_TLS": False, "EMAIL_USE_SSL": True},
            {f"{MAILER}use_tls": False, f"{MAILER}use_ssl": True},
            {"url.scheme": "smtp+ssl"},
            {"url.scheme": "smtp", "url.query": "?ssl=True"},
        ),
        "starttls": (
            {"EMAIL_USE_TLS": True},
            {"EMAIL_USE_SSL": False},
            {"EMAIL_USE_TLS": True, "EMAIL_USE_SSL": False},
            {f"{MAILER}use_tls": True, f"{MAILER}use_ssl": False},
            {"url.scheme": "smtp+tls"},
            {"url.scheme": "submission"},
        ),
        "none": (
            {"EMAIL_USE_TLS": False},
            {"EMAIL_USE_SSL": False},
            {"EMAIL_USE_TLS": False, "EMAIL_USE_SSL": False},
            {f"{MAILER}use_tls": False, f"{MAILER}use_ssl": False},
            {"url.scheme": "smtp"},
        ),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each settings module that a program of the folder is started with, and one for
        each connection that its code makes by itself."""
        for module in settings_modules(workspace):
            draft = self._draft(workspace, module)
            version = version_of(workspace, module.path)
            settings = settings_options(workspace, module.path, module.variables, version)
            made = list(connections(workspace, module, settings))
            # settings that name nobody to send to, beside connections that do; where they name
            # one, a connection whose host nobody can tell is theirs as a rule
            named = any(name in settings for name in ("EMAIL_HOST", "EMAIL_URL", "MAILERS"))
            if draft is not None and (named or not made):
                yield draft
            for options in made:
                if not named or isinstance(options["EMAIL_HOST"].value, Known):
                    yield draft_of(workspace, module, options, version)
        for module, options in configured(workspace, tuple(NAMES)):
            yield draft_of(workspace, module, options, version_of(workspace, module.path))

    def _draft(self, workspace: Workspace, module: SettingsModule) -> Draft | None:
        path, variables = module.path, module.variables
        version = version_of(workspace, path)
        options = settings_options(workspace, path, variables, version)
        if not any(
            name.startswith(("EMAIL_", "MAILERS", "url.")) for name in options
        ) or self._is_elsewhere(workspace, options, path):
            return None
        sender = explicit_sender(workspace, path, variables)
        if sender is not None:
            options["from_email"] = sender
        draft = draft_of(workspace, module, options, version)
        draft.meant = dict(_meant(workspace, path, variables, options))
        return draft

    def _is_elsewhere(self, workspace: Workspace, options: dict[str, Option], path: str) -> bool:
        """Whether a back end sends by HTTP: no SMTP set-up, which is said."""
        option = options.get("EMAIL_BACKEND")
        name = option.value.value if option and isinstance(option.value, Known) else None
        for begin, why in DATA.table("elsewhere").items():
            if isinstance(name, str) and name.startswith(begin):
                workspace.folder.skipped.append(Skipped(path=path, why=f"{why}, not by SMTP"))
                return True
        return False

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return outcome(options)


DIALECT = Django()


def draft_of(
    workspace: Workspace,
    module: SettingsModule,
    options: dict[str, Option],
    version: str,
) -> Draft:
    """These options of a settings module as a draft."""
    first = next(
        (
            options[name].value.span
            for name in ("EMAIL_HOST", f"{MAILER}host", "EMAIL_URL", *options)
            if name in options and options[name].value.span is not None
        ),
        None,
    )
    return Draft(
        dialect=DIALECT,
        place=f"{first.file}:{first.line}" if first is not None else module.path,
        options=options,
        variables=module.variables,
        language="python",
        version=version,
        profile=module.name,
        files=(module.path,),
        insert=lambda new: insert(workspace, options, new),
        opposites={
            "EMAIL_USE_SSL": "EMAIL_USE_TLS",
            "EMAIL_USE_TLS": "EMAIL_USE_SSL",
            f"{MAILER}use_ssl": f"{MAILER}use_tls",
            f"{MAILER}use_tls": f"{MAILER}use_ssl",
        },
    )


def version_of(workspace: Workspace, near: str) -> str:
    found = workspace.dependencies.find("pypi", "django", near=near)
    return found.version if found is not None else ""


# --- options -------------------------------------------------------------------------------------


def settings_options(
    workspace: Workspace, path: str, variables: Variables, version: str
) -> dict[str, Option]:
    """The settings of a module that Django reads for mail."""
    found = named_options(workspace, path, variables)
    mailers = setting_of(workspace, path, variables, "MAILERS")
    if mailers is not None:
        found["MAILERS"] = mailers
        if isinstance(mailers.value, Known) and isinstance(mailers.value.value, Map):
            found |= mailer_options(workspace, path, variables)
    if version and mailers is not None:
        found["MAILERS.read"] = Option("MAILERS.read", Known(not is_below(version, (6, 1))))
    if is_below(version, (4, 2)):
        found["verifies"] = Option("verifies", Known(False))
    if "EMAIL_HOST" in found:
        found["EMAIL_HOST"] = host_told(found["EMAIL_HOST"])
    if "EMAIL_BACKEND" in found:
        found["EMAIL_BACKEND"] = backend(workspace, path, variables, found["EMAIL_BACKEND"])
    sender = found.get("DEFAULT_FROM_EMAIL")
    if sender is not None and isinstance(sender.value, Unknown):
        del found["DEFAULT_FROM_EMAIL"]  # the user name stands in for it
    return found


def named_options(workspace: Workspace, path: str, variables: Variables) -> dict[str, Option]:
    """The settings that stand there by name, or come out of one URL."""
    found: dict[str, Option] = {}
    url: Option | None = None
    for name in ("EMAIL_BACKEND", *NAMES):
        option = setting_of(workspace, path, variables, name)
        if option is None:
            continue
        library = library_of(option.value)
        if library is None:
            found[name] = switch(option, variables)
        elif url is None:
            url = url_option(option, variables, library)
    if url is not None:
        found["EMAIL_URL"] = url
        library = library_of(url.value) or ""
        found["url.library"] = Option("url.library", Known(library))
        for flag in _dropped(workspace, path, variables, url.called, library):
            found[f"url.without.{flag}"] = Option(f"url.without.{flag}", Known(True))
        found.update(url_options(url, workspace))
    return found


#: URLs that say a flag, by library.
SAY: Mapping[str, Mapping[str, str]] = {
    "django-environ": {"EMAIL_USE_TLS": "smtp+tls://h:1", "EMAIL_USE_SSL": "smtp+ssl://h:1"},
    "dj-email-url": {"EMAIL_USE_TLS": "submission://h:1", "EMAIL_USE_SSL": "smtp://h:1/?ssl=True"},
}


def _dropped(
    workspace: Workspace, path: str, variables: Variables, url: str, library: str
) -> Iterator[str]:
    """The flags that the module doesn't take over from its URL: `EMAIL_HOST = email["EMAIL_HOST"]`
    without a line for them."""
    for flag, text_ in SAY[library].items() if url else ():
        option = setting_of(workspace, path, variables.with_({url: text_}), flag)
        if option is None or not is_true(getattr(option.value, "value", None)):
            yield flag


def mailer_options(workspace: Workspace, path: str, variables: Variables) -> dict[str, Option]:
    """The options of the default mailer."""
    found = {}
    for name in (*OPTIONS, "MAILERS.default.BACKEND"):
        option = setting_of(workspace, path, variables, *name.split("."))
        if option is not None:
            found[name] = option
    return found


def library_of(value: Value) -> str | None:
    """The library that made a value from an EMAIL_URL."""
    return next(
        (step.name.removeprefix(STEP) for step in value.trail if step.name.startswith(STEP)), None
    )


def url_option(option: Option, variables: Variables, library: str) -> Option:
    """The URL itself as an option, from a setting that was made of it."""
    del library
    trail = option.value.trail
    name = next(iter(option.value.variables), "")
    held = variables.lookup(name) if name else None
    origin = next((step for step in trail if step.kind in ("environment", "unset")), None)
    span = next((step.span for step in trail if step.name.startswith(STEP)), option.value.span)
    if isinstance(held, Known) and origin is not None:
        value: Value = Known(held.value, span, trail)
    else:
        value = Unknown("environment", f"{name or 'the URL'} is set nowhere here", span, trail)

    def again(under: Variables) -> Value:
        return under.lookup(name) or Known(ABSENT)

    return Option("EMAIL_URL", value, again if name else None, called=name)


def backend(workspace: Workspace, path: str, variables: Variables, option: Option) -> Option:
    """The back end as far as it can be told whether it sends by SMTP."""
    name = option.value.value if isinstance(option.value, Known) else None
    if not isinstance(name, str) or name in NOT_SENT or name == SENDS:
        return option
    if any(name.startswith(begin) for begin in DATA.table("elsewhere")):
        return option
    for begin, setting in DATA.table("queues").items():
        if name.startswith(begin):
            behind = setting_of(workspace, path, variables, setting)
            if behind is None or not isinstance(behind.value, Known):
                return replace(option, value=replace_value(option.value, SENDS))
            if isinstance(behind.value.value, str):
                return replace(behind, name="EMAIL_BACKEND")
            return replace(option, value=replace_value(option.value, SENDS))
    if extends_smtp(workspace, name):
        return replace(option, value=replace_value(option.value, SENDS))
    why = "whether this back end sends by SMTP can't be told: it is not in the folder"
    return replace(option, value=Unknown("imported", why, option.value.span, option.value.trail))


def replace_value(value: Value, other: Any) -> Value:
    return replace(value, value=other) if isinstance(value, Known) else value


def extends_smtp(workspace: Workspace, name: str) -> bool:
    """Whether the class of a dotted name is one of the folder that extends Django's."""
    module, _, class_ = name.rpartition(".")
    for path in workspace.folder.matching(f"*{module.replace('.', '/')}.py"):
        source = workspace.folder.text(path) or ""
        pattern = rf"class\s+{re.escape(class_)}\s*\(\s*[\w.]*(EmailBackend|Smtp\w*)\b"
        if re.search(pattern, source) and "smtp" in source:
            return True
    return False


def _meant(
    workspace: Workspace, path: str, variables: Variables, options: Mapping[str, Option]
) -> Iterator[tuple[str, Option]]:
    """Names beside Django's that nothing of the folder reads, and what they were to be."""
    if "EMAIL_URL" in options or "MAILERS" in options:
        return
    folder = path.rpartition("/")[0]
    beside = [each for each in workspace.folder.files if each.rpartition("/")[0] == folder]
    text_ = "\n".join(workspace.folder.text(each) or "" for each in beside if each.endswith(".py"))
    written = set(re.findall(r"(?m)^[ \t]*(EMAIL_[A-Z_]+)[ \t]*(?::[^=\n]+)?=", text_))
    others = sorted(written - set(NAMES) - FURTHER)
    lacking = [name for name in NAMES if name not in options]
    meant = meant_by([each for each in others if each not in SWITCHES], NAMES, lacking)
    meant |= {SWITCHES[each]: each for each in others if SWITCHES.get(each) in lacking}
    for right, name in meant.items():
        reads = rb"settings\.%b\b|[\"']%b[\"']|=.*\b%b\b" % ((name.encode(),) * 3)
        option = setting_of(workspace, path, variables, name)
        if option is not None and not workspace.folder.containing(reads, ".py"):
            yield right, option


def insert(
    workspace: Workspace, options: dict[str, Option], new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    """Settings that are not there yet, before one that is."""
    if any(name.startswith("url.") for name in new):
        return insert_in_url(workspace, options, new)
    if all(name.startswith(MAILER) for name in new):
        beside = [options[name] for name in OPTIONS if name in options]
        bare = {
            name.removeprefix(MAILER): value for name, value in new.items() if value is not False
        }
        return put_in_arguments(workspace, beside, bare, '"{name}": {value}') if bare else ()
    order = ("EMAIL_PORT", "EMAIL_USE_TLS", "EMAIL_USE_SSL", "EMAIL_HOST", "EMAIL_HOST_USER")
    beside = [options[name] for name in order if name in options]
    lines = {name: f"{name} = {literal(value, 'python')}" for name, value in new.items()}
    return put_in_lines(workspace, beside, lines)


def insert_in_url(
    workspace: Workspace, options: dict[str, Option], new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    """A port or a query at the end of the URL's host."""
    if set(new) == {"url.port"}:
        return insert_port(workspace, options, new["url.port"])
    last = options.get("url.port") or options.get("url.host")
    span = last.value.span if last is not None else None
    if span is None or "url.query" not in new or len(new) > 1:
        return ()
    end = span.columns[1]
    place = Span(span.file, span.line, (end, end), span.line)
    return (
        Edit(
            file=place.file,
            line=place.line,
            columns=place.columns,
            replace="",
            with_=f"/{new['url.query']}",
        ),
    )


# --- what they come to ---------------------------------------------------------------------------


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What Django makes of its settings (django/core/mail/backends/smtp.py)."""
    if "MAILERS" in options and options.get("MAILERS.read", True):
        return _of_mailers(options)
    settings, by, url_remarks, fault = _with_url(options)
    use_tls, use_ssl = settings.get("EMAIL_USE_TLS"), settings.get("EMAIL_USE_SSL")
    misread = [*url_remarks]
    if says_no(use_tls):
        misread.append(_remark("EMAIL_USE_TLS", "tls-text", "STARTTLS"))
    if says_no(use_ssl):
        misread.append(_remark("EMAIL_USE_SSL", "ssl-text", "implicit TLS"))
    if is_true(use_tls) and is_true(use_ssl):
        fault = fault or conflict(_remark("EMAIL_USE_SSL", "both"))
    tls = _mode(use_tls, use_ssl)
    port = settings.get("EMAIL_PORT", 25)
    default = 465 if tls == "implicit" else 25
    ignored = (_remark("MAILERS", "mailers-old"),) if "MAILERS" in options else ()
    host = settings.get("EMAIL_HOST", "localhost")
    if isinstance(options.get("EMAIL_BACKEND"), str):
        settings["EMAIL_BACKEND"] = options["EMAIL_BACKEND"]
    return Outcome(
        host=text(host) or None,
        port=(number(port) or default) if port not in (None, "", 0) else default,
        tls=tls,
        required=tls == "starttls",
        username=text(settings.get("EMAIL_HOST_USER")),
        password=text(settings.get("EMAIL_HOST_PASSWORD")),
        sender=text(options.get("from_email", settings.get("DEFAULT_FROM_EMAIL"))),
        verify=options.get("verifies", True) is not False,
        by=by,
        misread=tuple(misread),
        ignored=ignored,
        fault=fault,
        not_sent=_not_sent("EMAIL_BACKEND", settings.get("EMAIL_BACKEND")),
    )


def _mode(use_tls: Any, use_ssl: Any) -> TLSMode:
    """With both it stops; then the one that was meant, where only one says yes."""
    if is_true(use_ssl) and not (is_true(use_tls) and says_no(use_ssl)):
        return "implicit"
    return "starttls" if is_true(use_tls) else "none"


def _with_url(  # branches: the quirks of three URL libraries
    options: Mapping[str, Any],
) -> tuple[dict[str, Any], dict[Field, tuple[str, ...]], list[Remark], Remark | None]:
    """The settings with those of the URL beneath, which options decide, and what is odd."""
    given = {name: options[name] for name in ("EMAIL_BACKEND", *NAMES) if name in options}
    made: dict[str, Any] = {}
    remarks: list[Remark] = []
    fault: Remark | None = None
    library = options.get("url.library")
    if library in LIBRARIES:
        scheme = options.get("url.scheme", "")
        own = library == "django-environ"
        try:
            made = LIBRARIES[library](_url(options))
        except ValueError:
            fault = _remark("url.scheme", "scheme")
        for flag in [name for name in SAY[str(library)] if f"url.without.{name}" in options]:
            if is_true(made.pop(flag, None)):
                remarks.append(_remark("url.scheme", "flag-dropped", "no TLS"))
        port = number(made.get("EMAIL_PORT"))
        if scheme == "smtps" and port in (465, None):
            remarks.append(_remark("url.scheme", "smtps" if own else "smtps-dj", "STARTTLS"))
        if not own and "EMAIL_BACKEND" not in made:
            remarks.append(_remark("url.scheme", "scheme-dj", "no TLS"))
    by = _sender_by(options)
    if library:
        by["url"] = ("EMAIL_URL",)
    for name, field in NAMES.items():
        source = name if name in given or name not in made else PARTS.get(name, name)
        if field != "sender" and (source in options or name in given):
            by[field] = tuple(dict.fromkeys((*by.get(field, ()), source)))
    if by.get("tls") == ("url.scheme",) and "ssl" in str(options.get("url.query", "")):
        by["tls"] = ("url.query", "url.scheme")
    deciding = [n for n in by.get("tls", ()) if is_true(given.get(n))]
    by["tls"] = tuple(dict.fromkeys((*deciding, *by.get("tls", ()))))
    return {**made, **given}, by, remarks, fault


def _url(options: Mapping[str, Any]) -> str:
    """The URL of its parts."""
    user = quote(str(options.get("url.user") or ""), safe="")
    password = quote(str(options.get("url.password") or ""), safe="")
    login = f"{user}:{password}@" if user or password else ""
    port = f":{options['url.port']}" if options.get("url.port") else ""
    query = options.get("url.query") or ""
    return f"{options.get('url.scheme', '')}://{login}{options.get('url.host', '')}{port}/{query}"


def _of_mailers(options: Mapping[str, Any]) -> Outcome:
    """MAILERS of 6.1: the port follows the flags, and nothing else may stand beside it."""
    given = {name.removeprefix(MAILER): options[name] for name in OPTIONS if name in options}
    use_tls, use_ssl = given.get("use_tls"), given.get("use_ssl")
    tls = _mode(use_tls, use_ssl)
    default = {"implicit": 465, "starttls": 587, "none": 25}[tls]
    misread = []
    if says_no(use_tls):
        misread.append(_remark(f"{MAILER}use_tls", "tls-text", "STARTTLS"))
    if says_no(use_ssl):
        misread.append(_remark(f"{MAILER}use_ssl", "ssl-text", "implicit TLS"))
    beside = next((name for name in NAMES if name in options and name.startswith("EMAIL_")), None)
    fault = None
    if is_true(use_tls) and is_true(use_ssl):
        fault = conflict(_remark(f"{MAILER}use_ssl", "both-options"))
    elif beside is not None and options.get("MAILERS.read"):
        fault = _remark(beside, "mailers")  # django/conf/__init__.py, only where it is 6.1 for sure
    by = _sender_by(options)
    for name, field in OPTIONS.items():
        if name in options:
            by[field] = (*by.get(field, ()), name)
    by["tls"] = tuple(sorted(by.get("tls", ()), key=lambda name: not is_true(options[name])))
    port = given.get("port")
    return Outcome(
        host=text(given.get("host")) or None,
        port=number(port) or (25 if port is not None else default),
        tls=tls,
        required=tls == "starttls",
        username=text(given.get("username")),
        password=text(given.get("password")),
        sender=text(options.get("from_email", options.get("DEFAULT_FROM_EMAIL"))),
        by=by,
        misread=tuple(misread),
        fault=fault,
        not_sent=_not_sent("MAILERS.default.BACKEND", options.get("MAILERS.default.BACKEND")),
    )


def _sender_by(options: Mapping[str, Any]) -> dict[Field, tuple[str, ...]]:
    names = ("from_email", "DEFAULT_FROM_EMAIL")
    return {"sender": tuple(name for name in names if name in options)}


def _not_sent(option: str, name: Any) -> Remark | None:
    return _remark(option, NOT_SENT[name]) if isinstance(name, str) and name in NOT_SENT else None


def _remark(option: str, because: str, taken_as: str = "") -> Remark:
    return Remark(option, DATA.because[because], taken_as, tuple(DATA.sources.values())[:1])

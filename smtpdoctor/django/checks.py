"""Django's system checks: the mail settings judged alone, and with --deploy the way to the server.

Knows Django: its settings as they are while it runs, its check messages. What its settings mean
is the dialect's, how a run goes and what it shows everybody's.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings
from django.core import checks

if TYPE_CHECKING:
    from smtpdoctor.diagnosis.model import Diagnosis, Fix
    from smtpdoctor.report.model import Report
    from smtpdoctor.settings.setup import Setup

Check = Callable[..., list[checks.CheckMessage]]

TAG = "smtp"
LEVELS = {"error": checks.Error, "warning": checks.Warning, "note": checks.Info}
#: What a development server is meant to do.
MEANT_IN_DEBUG = "mail-not-sent"
READS_MAILERS = django.VERSION >= (6, 1)


def register() -> None:
    """Have both checks made where Django makes its own."""
    checks.register(settings_alone, TAG)
    checks.register(way_to_the_server, TAG, deploy=True)


def _guarded(check: Check) -> Check:
    """The check, whose own faults are said and stop no command of Django's."""

    @functools.wraps(check)
    def guarded(app_configs: Any, **options: Any) -> list[checks.CheckMessage]:
        try:
            return check(app_configs, **options)
        except Exception as error:
            from smtpdoctor.own_fault import describe

            return [
                checks.Warning(
                    f"a fault of smtpdoctor's own, please report it: {describe(error)}",
                    id="smtpdoctor.own-fault",
                )
            ]

    return guarded


@_guarded
def settings_alone(app_configs: Any, **options: Any) -> list[checks.CheckMessage]:
    """What is wrong in the settings themselves: no network, before every command of Django's.

    Warnings at most: an error would stop `migrate` and `runserver`, which need no mail. Nothing
    beside `--deploy`, where the other check says it all.
    """
    if not _is_asked_for(app_configs) or _deploys():
        return []
    try:
        setup = _setup()
    except ImportError:
        return [_not_importable(checks.Warning)]
    return [] if setup is None else [_message(item, checks.Warning) for item in _said_alone(setup)]


@_guarded
def way_to_the_server(app_configs: Any, **options: Any) -> list[checks.CheckMessage]:
    """The same by a run: to the server, with the login, without a message. `check --deploy`."""
    if not _is_asked_for(app_configs):
        return []
    try:
        setup = _setup()
    except ImportError:
        return [_not_importable(checks.Error)]
    if setup is None:
        return [_nothing_to_check() if _named_backend() is None else _not_checked()]
    # the other check has said them, but for what is an error here
    said = set() if _deploys() else {item.code for item in _said_alone(setup)}
    report = _checked(setup)
    found = [
        _message(item, LEVELS[item.severity])
        for item in report.diagnoses
        if item.severity == "error" or item.code not in said
    ]
    if report.verdict == "inconclusive":
        found.append(_inconclusive(report))
    return found


def _said_alone(setup: Setup) -> list[Diagnosis]:
    """What the settings show by themselves; a development server is meant to send nothing."""
    return [
        item
        for item in _looked_at(setup).diagnoses
        if item.severity != "note" and not (item.code == MEANT_IN_DEBUG and settings.DEBUG)
    ]


# --- what is checked ----------------------------------------------------------------------------


def _deploys() -> bool:
    """Whether the command line asks for both checks. A program that calls them (`call_command`) has
    what is an error from both."""
    return "--deploy" in sys.argv


def _is_asked_for(app_configs: Any) -> bool:
    """`manage.py check shop` asks for that app alone."""
    return app_configs is None or any(each.label == "smtpdoctor" for each in app_configs)


def _setup() -> Setup | None:
    """The set-up that Django runs with; None where it has none that sends by SMTP.

    Raises ImportError for a back end that can't be imported.
    """
    values = _values()
    if values is None:
        return None
    from smtpdoctor.settings.dialects.django_live import live_setup

    root, path = _place()
    return live_setup(
        values,
        root=root,
        path=path,
        module=getattr(settings, "SETTINGS_MODULE", None) or "",
        version=django.get_version(),
        environ=os.environ,
    )


def _values() -> dict[str, Any] | None:
    """The dialect's options, as the running settings say them; those left at Django's defaults
    are not there."""
    from smtpdoctor.settings.dialects.django import MAILER, NAMES

    found = {name: getattr(settings, name) for name in NAMES if _is_set(name)}
    if _is_set("MAILERS"):
        found["MAILERS"] = True
        found["MAILERS.read"] = READS_MAILERS
        for name, value in _default_mailer().get("OPTIONS", {}).items():
            found[f"{MAILER}{name}"] = value
    named = _named_backend()
    if named is not None:
        option, name = named
        backend = _backend(name)
        if backend is None:
            return None
        found[option] = backend
    mail = (name for name in found if name.startswith(("EMAIL_", "MAILERS")))
    return found if any(mail) else None


def _named_backend() -> tuple[str, str] | None:
    """The option that names the back end, and its name; None where it is left to Django."""
    if READS_MAILERS and _is_set("MAILERS"):
        name = _default_mailer().get("BACKEND")
        return None if name is None else ("MAILERS.default.BACKEND", name)
    return ("EMAIL_BACKEND", settings.EMAIL_BACKEND) if _is_set("EMAIL_BACKEND") else None


def _default_mailer() -> dict[str, Any]:
    return settings.MAILERS.get("default") or {}


def _is_set(name: str) -> bool:
    return bool(settings.is_overridden(name))


def _backend(name: str) -> str | None:
    """The back end's name as the dialect knows it; None where it doesn't send by SMTP.

    Raises ImportError.
    """
    from smtpdoctor.settings.dialects.django import DATA, NOT_SENT, SENDS

    for begin, setting in DATA.table("queues").items():
        if name.startswith(begin):
            behind = getattr(settings, setting, SENDS)
            name = behind if isinstance(behind, str) else SENDS
    if name in NOT_SENT or name == SENDS:
        return name
    from django.core.mail.backends.smtp import EmailBackend
    from django.utils.module_loading import import_string

    loaded = import_string(name)  # as the first mail does
    return SENDS if isinstance(loaded, type) and issubclass(loaded, EmailBackend) else None


def _place() -> tuple[Path, str]:
    """The project's folder and the file of the settings module in it."""
    module = sys.modules.get(getattr(settings, "SETTINGS_MODULE", None) or "")
    file = getattr(module, "__file__", None)
    root = Path(getattr(settings, "BASE_DIR", None) or os.curdir).resolve()
    if file is None:  # settings.configure(…)
        return root, "settings"
    path = Path(file).resolve()
    if not path.is_relative_to(root):
        root = path.parent
    return root, path.relative_to(root).as_posix()


def _looked_at(setup: Setup) -> Report:
    from smtpdoctor.examination.options import CheckOptions

    options = CheckOptions(folder=Path(setup.settings.folder), only=("settings",))
    return _run(setup, options, alone=True)


def _checked(setup: Setup) -> Report:
    from smtpdoctor.examination.options import CheckOptions

    return _run(setup, CheckOptions(folder=Path(setup.settings.folder)), alone=False)


def _run(setup: Setup, options: Any, *, alone: bool) -> Report:
    import asyncio

    from smtpdoctor.api import run_all
    from smtpdoctor.plans import Plans, plan_of

    # it is no question whose login goes where: Django itself sends it there
    plans = Plans(plans=(plan_of(setup, options, alone=alone),))
    return asyncio.run(run_all(plans, environ=os.environ))


# --- what is said -------------------------------------------------------------------------------


def _message(item: Diagnosis, level: type[checks.CheckMessage]) -> checks.CheckMessage:
    from smtpdoctor.text import visible

    place = item.locations[0] if item.locations else None
    return level(
        visible(f"{item.title}. {item.explanation}"),
        hint="\n\t      ".join(map(visible, _words(item.fixes[0]))) if item.fixes else None,
        obj=visible(f"{place.file}:{place.line}") if place is not None else None,
        id=f"smtpdoctor.{item.code}",
    )


def _words(fix: Fix) -> Iterator[str]:
    from smtpdoctor.report.edits import edits_in_words

    yield fix.title
    yield from edits_in_words(fix.edits)
    if not fix.edits:
        for name, value in fix.settings.items():
            yield f"remove {name}" if value is None else f"{name}={value}"
    yield from fix.steps


def _inconclusive(report: Report) -> checks.CheckMessage:
    from smtpdoctor.report.verdict import verdict_words

    return checks.Error(
        verdict_words(report.target),
        hint="smtpdoctor check --verbose, in the same environment, shows every step",
        id="smtpdoctor.inconclusive",
    )


def _not_importable(level: type[checks.CheckMessage]) -> checks.CheckMessage:
    return level(
        f"{_option_of_backend()} names a back end that can't be imported: every mail fails.",
        hint="install the package that it is in, or correct the dotted name",
        id="smtpdoctor.backend-not-importable",
    )


def _not_checked() -> checks.CheckMessage:
    return checks.Info(
        f"{_option_of_backend()} doesn't send by SMTP: there is no way to a mail server to check",
        id="smtpdoctor.not-by-smtp",
    )


def _option_of_backend() -> str:
    named = _named_backend()
    return "" if named is None else named[0]


def _nothing_to_check() -> checks.CheckMessage:
    return checks.Warning(
        "no mail settings: Django would hand mail to localhost, port 25",
        hint="set EMAIL_HOST and the others, or leave smtpdoctor.django out of INSTALLED_APPS",
        id="smtpdoctor.nothing-configured",
    )

"""A set-up whose program writes its mail to a log, a dummy or a catcher, by the program's own
settings."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from smtpdoctor.diagnosis.model import Diagnosis
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import options
from smtpdoctor.diagnosis.wording import options as words
from smtpdoctor.settings.model import SetupRemark

CODE = "mail-not-sent"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    setup = run.settings.setup
    for remark in map(_by_its_variable, options.remarks(run, "not-sent")):
        profile = f" in {setup.profile}" if setup is not None and setup.profile else ""
        yield Diagnosis(
            code=CODE,
            severity="warning",
            confidence="certain",
            title=f"with {words.said(remark)} no mail leaves this program",
            explanation=(
                f"So it stands{profile}: the program goes on without an error, and nobody gets the "
                "mail. No server was asked in this run."
            ),
            evidence=words.evidence(run, remark),
            fixes=(
                words.fix_that_sends(
                    run,
                    "let the program send by SMTP where mail is meant to go out",
                    f"Change {words.place(remark)}. Where another profile is the one that "
                    "sends, check that one: smtpdoctor check --profile NAME.",
                ),
            ),
            locations=words.locations(run, remark),
        )


def _by_its_variable(remark: SetupRemark) -> SetupRemark:
    """The same by the name of the variable that says it, where code reads it from one."""
    if not remark.beside or remark.origin is None:
        return remark
    return replace(remark, option=remark.origin.name)

"""A server that announces an extension and refuses its parameter in MAIL."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import cite
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.refusal import taken_without_parameters
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.words import listed

CODE = "mail-parameters-refused"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    mail = run.main.step("mail") if run.main else None
    if mail is None or mail.ok is not False or mail.reply is None:
        return
    parameters = mail.sent.partition("> ")[2]
    plain = taken_without_parameters(run, mail)
    # RFC 5321 §4.1.1.11: 555 for parameters that are not recognised or not implemented
    if not parameters or not (plain or mail.reply.code == 555):
        return
    where = run.where
    others = [each.name for each in knowledge.clients().values() if not each.mail_parameters]
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{where} announces what it refuses in MAIL: {parameters}",
        explanation=(
            "The server's answer to EHLO lists these extensions, so "
            f"{run.client.name if run.client else 'the program'} uses them in MAIL FROM, and the "
            "server then refuses the command. No message gets past it."
        ),
        evidence=(
            Evidence(
                check="sender",
                text=f'{where} answered "{mail.sent}" with "{refusals.said(mail.reply)}"',
            ),
            *(
                (Evidence(check="sender", text=f'and then took "{plain.sent}"'),)
                if plain is not None
                else ()
            ),
            Evidence(
                check="sender",
                kind="known",
                text=f"{listed(others)} send MAIL without parameters {cite('clients_run')}",
            ),
        ),
        fixes=(
            Fix(
                title="ask the server's owner to announce only what it takes",
                steps=(
                    f"Tell who runs {run.settings.host}: EHLO lists an extension whose parameter "
                    f"MAIL refuses ({parameters}). On Postfix: smtpd_discard_ehlo_keywords.",
                ),
            ),
        ),
        explains=(mail.id,),
    )

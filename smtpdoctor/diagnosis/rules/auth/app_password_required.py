"""The server's words say that the account's own password is no login for programs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words, named
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.refusal import Refusal
from smtpdoctor.diagnosis.wording import refusal as refusals

CODE = "app-password-required"

#: Words for such a password, in the languages of those who want one.
_TOLD = re.compile(r"passw|parol|пароль|code|授权码|密码|비밀번호", re.IGNORECASE)
_CODE = re.compile(r"authori[sz]ation code|auth code|授权码|授權碼", re.IGNORECASE)


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.refused_as(CODE)
    if refused is None:
        return
    word = _word(run, refused)
    article = "an" if word[0] in "aeiou" else "a"
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain" if _TOLD.search(refused.reply.text) else "likely",
        title=f"{run.settings.host} wants {article} {word} instead of the account's own password",
        explanation=(
            f"This provider lets programs in only with {article} {word}, which is made for one "
            "program in the account's settings. The account's own password is refused here even "
            "where it is right."
        ),
        evidence=(
            *refusals.evidence(run, refused),
            *library_words(run, CODE, check="auth"),
        ),
        fixes=(
            Fix(
                title=f"make {article} {word} and use it in place of the password",
                steps=(
                    refusals.advice(
                        refused, f"Make {article} {word} in the account's security settings."
                    ),
                    f"Write it into {named(run, 'password')}.",
                    "If it is one already, make a new one.",
                ),
            ),
        ),
        explains=refused.failed,
        points_at=("password",),
    )


def _word(run: Run, refused: Refusal) -> str:
    """What the server or its provider calls such a password."""
    if _CODE.search(refused.reply.text):
        return "authorization code"
    return run.provider.password_word if run.provider else "app password"

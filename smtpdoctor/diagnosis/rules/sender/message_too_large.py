"""A message of the size given with --size is more than the server takes."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.refusal import Refusal
from smtpdoctor.diagnosis.wording import refusal as refusals

CODE = "message-too-large"
#: Octets in which few messages fit.
FEW_FIT = 10_000


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.refused_as(CODE)
    size = run.settings.size
    asked = run.setting("size")
    limit = _limit(run)
    over = size is not None and limit is not None and size > limit
    if limit is not None and limit < FEW_FIT and size is None:
        yield _tiny(run, limit, refused)
        return
    if refused is None and not over:
        return
    confidence: Confidence = "certain" if over or (refused and refused.rule) else "likely"
    announced = (
        (Evidence(check="sender", text=f"EHLO announced SIZE {limit}: {octets(limit)}"),)
        if limit is not None
        else ()
    )
    message = f"a message of {octets(size)}" if size is not None else "the message"
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence=confidence,
        title=f"{run.settings.host} does not take {message}"
        + (f": its limit is {octets(limit)}" if limit is not None and over else ""),
        explanation=(
            "Servers bound the size of a message, and count it as it goes over the wire: base64 "
            "makes attachments a third larger. A client that knows the size gives up before it "
            "sends; another one sends all of it, to be refused at the end."
        ),
        evidence=(
            *(refusals.evidence(run, refused) if refused is not None else ()),
            *announced,
            *library_words(run, CODE, check="sender"),
        ),
        fixes=(
            Fix(
                title="send less in one message",
                steps=(
                    (
                        f"Attachments may be about {octets(limit * 73 // 100)} together here: "
                        "base64 and line ends take the rest."
                        if limit is not None
                        else "Send fewer or smaller attachments."
                    ),
                    "Put large files where they can be fetched, and send the link.",
                    "On an own server the limit is message_size_limit, in Postfix and in Exim.",
                ),
            ),
        ),
        explains=refused.failed if refused is not None else (asked.id,) if asked else (),
    )


def _limit(run: Run) -> int | None:
    """What EHLO announced, in octets."""
    capabilities = run.main.capabilities() if run.main else None
    return capabilities.size if capabilities else None


def _tiny(run: Run, limit: int, refused: Refusal | None) -> Diagnosis:
    """A limit that mail of any kind runs into: mostly one that was meant in another unit."""
    return Diagnosis(
        code=CODE,
        severity="error" if refused is not None else "warning",
        confidence="certain" if refused is not None else "likely",
        title=f"{run.settings.host} takes no message of more than {octets(limit)}",
        explanation=(
            "It refused one as short as they come. "
            if refused is not None
            else "A short text may fit; a message with HTML or an attachment does not. "
        )
        + "Such a limit is mostly one that was meant in another unit: servers count in bytes.",
        evidence=(
            *(refusals.evidence(run, refused) if refused is not None else ()),
            Evidence(check="sender", text=f"EHLO announced SIZE {limit}: {octets(limit)}"),
            Evidence(
                check="sender",
                kind="known",
                text="RFC 5321 §4.5.3.1.7: every server takes messages of 64 kB at least",
            ),
        ),
        fixes=(
            Fix(
                title="ask the server's owner to raise its limit",
                steps=(
                    "On an own server the limit is message_size_limit, in bytes with Postfix "
                    "(10240000 is about 10 MB), and with a unit in Exim (10M).",
                    f"Else tell who runs {run.settings.host}: EHLO announces SIZE {limit}.",
                ),
            ),
        ),
        explains=refused.failed if refused is not None else (),
    )


def octets(count: int) -> str:
    """A number of bytes as people write it: 141.6 MB."""
    for unit, factor in (("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            return f"{count / factor:.1f}".removesuffix(".0") + f" {unit}"
    return f"{count} bytes"

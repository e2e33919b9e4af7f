"""What the program makes of its options, and of a server that delivers nothing."""

from __future__ import annotations

from dataclasses import replace

from smtpdoctor.settings.dialects.base import Draft, Outcome, Remark
from smtpdoctor.settings.prepare import known_values
from smtpdoctor.settings.workspace import Workspace


def outcome_of(draft: Draft, workspace: Workspace) -> Outcome:
    """What the program makes of its options."""
    outcome = draft.dialect.outcome(known_values(draft))
    if outcome.not_sent is not None and _may_be_set(draft, outcome.not_sent.option):
        outcome = replace(outcome, not_sent=None)
    return caught(outcome, workspace)


def _may_be_set(draft: Draft, name: str) -> bool:
    """Whether an option is the default of a variable that may stand in what can't be read: a
    Secret or an `env_file` that is nowhere in the folder."""
    option = draft.options.get(name)
    unset = option.value.unset if option is not None else ()
    opened = any(layer.open is not None for layer in draft.variables.layers)
    return opened and bool(unset) and not any(draft.variables.held(each) for each in unset)


def secrets_of(outcome: Outcome) -> list[str]:
    """What of a set-up may be shown nowhere."""
    return [secret for secret in (outcome.password, outcome.token) if secret]


def caught(outcome: Outcome, workspace: Workspace) -> Outcome:
    """The same, said not to be sent where its server is a catcher."""
    from smtpdoctor.knowledge import sources
    from smtpdoctor.knowledge.catchers import catcher_at, catcher_of_image

    if outcome.host is None or outcome.not_sent is not None:
        return outcome
    catcher = catcher_at(outcome.host, outcome.port)
    if catcher is None and "." not in outcome.host:
        images = [each.image for each in workspace.surroundings if each.name == outcome.host]
        catcher = next((found for image in images if (found := catcher_of_image(image))), None)
    if catcher is None:
        return outcome
    option = next(iter(outcome.by.get("host", outcome.by.get("url", ()))), "")
    because = f"{catcher.name} takes every message and delivers none"
    source = sources()[catcher.source]
    remark = Remark(option, because, sources=(f"{source.note}, {source.read}",))
    return replace(outcome, not_sent=remark)

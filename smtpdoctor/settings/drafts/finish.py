"""From a draft and its outcome to the settings and credentials of a run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from smtpdoctor.settings import harmless, password_line, values
from smtpdoctor.settings.dialects.base import Draft, Outcome
from smtpdoctor.settings.drafts.entries import Entries
from smtpdoctor.settings.drafts.near_misses import NearMisses
from smtpdoctor.settings.drafts.outcomes import secrets_of
from smtpdoctor.settings.drafts.places import Places
from smtpdoctor.settings.drafts.problems import Problems
from smtpdoctor.settings.drafts.remarks import Remarks
from smtpdoctor.settings.drafts.shown_values import ShownValues
from smtpdoctor.settings.exported import makes_login, names_the_host, secrets_in
from smtpdoctor.settings.model import (
    Credentials,
    Prepared,
    Secret,
    Settings,
    SetupIdentity,
    ShownLine,
)
from smtpdoctor.settings.prepare import prepare
from smtpdoctor.settings.readers.model import Span
from smtpdoctor.settings.setup import Setup
from smtpdoctor.settings.token_signs import signs
from smtpdoctor.settings.workspace import Workspace
from smtpdoctor.settings.write import has_own_columns


def finish(  # long: one line a field
    draft: Draft, outcome: Outcome, workspace: Workspace, secrets: Sequence[str] = ()
) -> Setup:
    """The settings that the program would send with, and its credentials. `secrets` are those of
    all set-ups of the folder."""
    environ = workspace.exported
    lent = secrets_in(outcome.username, environ)
    work = (draft, outcome, workspace)
    places = Places(*work)
    shown = ShownValues(*work, (*secrets, *secrets_of(outcome), *lent))
    fields = Entries(draft, outcome, places, shown, Problems(*work, places, shown))
    remarks = Remarks(*work, places, shown)
    entries = tuple(fields.found())
    username = outcome.username or None
    password = Secret(outcome.password) if outcome.password else None
    token = Secret(outcome.token) if outcome.token else None
    shown_username = shown.username()
    sender = shown.sender(shown_username)
    prepared = tuple(
        _with_own_columns(item, workspace)
        for item in prepare(draft, outcome, workspace)
        if shown.is_open(item)
    )
    identity = SetupIdentity(
        name=f"{draft.dialect.id} {draft.place}",
        dialect=draft.dialect.id,
        version=draft.version,
        files=tuple(dict.fromkeys((*draft.files, *fields.files(entries)))),
        profile=draft.profile,
    )
    settings = Settings(
        host=shown.host(),
        port=outcome.port or (465 if outcome.tls == "implicit" else 587),
        tls=outcome.tls,
        tls_required=outcome.required,
        username=shown_username,
        has_password=password is not None,
        has_token=token is not None,
        password_shape=values.password_shape(password.reveal()) if password else (),
        token_signs=signs(token.reveal()) if token else (),
        password_readings=password_line.readings(draft, outcome, workspace),
        near_misses=tuple(NearMisses(*work, places).found()),
        sender=harmless.address_without(shown.secrets, sender),
        verify=outcome.verify,
        ehlo=shown.ehlo(),
        client=draft.dialect.client,
        mechanisms=outcome.mechanisms,
        # a framework's own version says nothing of the library in it
        client_version=draft.version if draft.dialect.id == draft.dialect.client else "",
        folder=str(workspace.folder.root),
        sources=tuple(layer.label for layer in draft.variables.layers if layer.values),
        entries=entries,
        setup=identity,
        remarks=tuple(remarks.found()),
        untellable=tuple(remarks.untellable()),
        prepared=prepared,
        changeable=tuple(dict.fromkeys(_changeable(prepared, workspace))),
    )
    credentials = Credentials(
        username=username,
        password=password,
        token=token,
        sender=sender if sender != settings.sender else None,
    )
    return Setup(
        settings,
        credentials,
        makes_login(draft, outcome, environ, workspace.folder.text),
        names_the_host(draft, outcome, environ),
    )


def _with_own_columns(change: Prepared, workspace: Workspace) -> Prepared:
    """The same, with it said of each edit whether its columns are the file's own."""
    edits = tuple(
        msgspec.structs.replace(edit, exact=has_own_columns(workspace, edit))
        for edit in change.edits
    )
    return msgspec.structs.replace(change, edits=edits)


def _changeable(prepared: Iterable[Prepared], workspace: Workspace) -> Iterator[ShownLine]:
    """The lines of all the edits, each masked as it was when the edit's columns were counted."""
    for edit in dict.fromkeys(edit for item in prepared for edit in item.edits):
        line = workspace.line(edit.file, edit.line) or ""
        for match in re.finditer(f"(?={re.escape(edit.replace)})", line):
            first = match.start() + 1
            columns = (first, first + len(edit.replace))
            span = Span(edit.file, edit.line, columns, edit.line)
            shown = workspace.shown(span, keep=bool(edit.replace))
            if shown is not None and (shown.columns == edit.columns or not edit.replace):
                yield ShownLine(file=edit.file, line=edit.line, text=shown.text)
                break

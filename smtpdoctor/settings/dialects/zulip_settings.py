"""Zulip's own settings.py: Django's names, with the password in zulip-secrets.conf.

Read in zulip/zulip zproject/prod_settings_template.py, 4 to 12. Zulip sends with Django.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.settings.dialects.base import Draft, Option
from smtpdoctor.settings.dialects.django import Django, insert, settings_options
from smtpdoctor.settings.dialects.python_code import python_variables
from smtpdoctor.settings.readers.model import Known
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace


class ZulipSettings(Django):
    """What Django makes of the settings, found by Zulip's marks."""

    id = "zulip-settings"
    name = "Zulip"

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each settings.py that has Zulip's required names."""
        for path in workspace.folder.containing(rb"(?m)^ZULIP_ADMINISTRATOR\b", ".py"):
            variables = python_variables(workspace, path)
            options = settings_options(workspace, path, variables, "")
            if "EMAIL_HOST" not in options:
                continue
            options.pop("DEFAULT_FROM_EMAIL", None)  # Zulip has senders of its own
            password = _secret(workspace, path)
            if password is not None:
                options["EMAIL_HOST_PASSWORD"] = password
            span = options["EMAIL_HOST"].value.span
            yield Draft(
                dialect=self,
                place=f"{path}:{span.line}" if span is not None else path,
                options=options,
                variables=variables,
                language="python",
                files=(path,),
                insert=lambda new, options=options: insert(workspace, options, new),  # type: ignore[misc]
                opposites={"EMAIL_USE_SSL": "EMAIL_USE_TLS", "EMAIL_USE_TLS": "EMAIL_USE_SSL"},
            )


DIALECT = ZulipSettings()


def _secret(workspace: Workspace, near: str) -> Option | None:
    """`email_password` of the secrets beside the settings."""
    for path in workspace.dotenv_files(near, "zulip-secrets.conf"):
        value = workspace.document(path, Variables(())).at("secrets", "email_password")
        if isinstance(value, Known) and not value.absent:
            return Option("EMAIL_HOST_PASSWORD", value, called="email_password")
    return None

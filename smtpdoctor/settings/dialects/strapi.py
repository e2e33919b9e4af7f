"""Strapi: the Nodemailer provider of its e-mail plugin, in config/plugins."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.settings.dialects.base import Draft
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.node_variables import all_variables, exported_by, package_of
from smtpdoctor.settings.dialects.nodemailer import Given, Nodemailer
from smtpdoctor.settings.readers.model import Known
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)
OPTIONS = ("email", "config", "providerOptions")
PROVIDERS = ("nodemailer", "@strapi/provider-email-nodemailer", "strapi-provider-email-nodemailer")


class Strapi(Nodemailer):
    id = "strapi"
    name = DATA.name

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each Strapi of the folder: the plugins of the profile stand before the others."""
        profile = workspace.profile_of("NODE_ENV")
        paths = workspace.folder.matching(
            f"*config/env/{profile}/plugins.[jt]s", "*config/plugins.[jt]s"
        )
        seen: set[str] = set()
        for path in sorted(paths, key=lambda path: "/env/" not in path):
            package = package_of(workspace, path)
            if package in seen or not workspace.dependencies.find(
                "npm", "@strapi/strapi", *PROVIDERS, near=path
            ):
                continue
            for variables in all_variables(workspace, path):
                plugins = exported_by(workspace, path, variables)
                provider = plugins.at("email", "config", "provider")
                named = isinstance(provider, Known) and provider.value in PROVIDERS
                if named and not plugins.at(*OPTIONS).absent:
                    seen.add(package)
                    yield self._plugin(workspace, path, variables)

    def _plugin(self, workspace: Workspace, path: str, variables: Variables) -> Draft:
        def given(under: Variables) -> Given:
            plugins = exported_by(workspace, path, under)
            options = plugins.at(*OPTIONS)
            config = plugins.at("email", "config")
            line = options.span.line if options.span is not None else 1
            return Given(options, lambda: config.at("settings", "defaultFrom"), line)

        return self.draft(workspace, path, variables, given)


DIALECT = Strapi()

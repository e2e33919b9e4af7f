"""The folder as dialects look at it: its files, libraries, variables and the profile that counts.

Knows where a program's variables come from: the environment, and the `.env` files of the library
that it loads them with. It must not know what a variable means.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from smtpdoctor.settings.dependencies import Dependencies
from smtpdoctor.settings.folder import Folder
from smtpdoctor.settings.variables import Layer, layer_of

#: Variables that name the profile, by the program that reads them.
PROFILE_VARIABLES = (
    "NODE_ENV",
    "APP_ENV",
    "RAILS_ENV",
    "SPRING_PROFILES_ACTIVE",
    "ASPNETCORE_ENVIRONMENT",
)
PRODUCTION = "production"


class Project:
    """A folder with the environment it is read in.

    `given` are variables that take the place of the environment and of `.env` files
    (`--env-file -`, a container's). `profile` is `--profile`.
    """

    def __init__(
        self,
        folder: Folder,
        environ: Mapping[str, str],
        *,
        profile: str | None = None,
        given: Layer | None = None,
        env_file: str | None = None,
    ) -> None:
        self.folder = folder
        self.environ = environ
        self.profile = profile
        self.given = given
        self.env_file = env_file
        self.dependencies = Dependencies(folder)
        #: Files that were read for a set-up's values besides its own.
        self.read_files: set[str] = set()

    def read(self, path: str) -> bytes | None:
        """A file's bytes: `Files` of the readers."""
        return self.folder.data(path)

    def profile_of(self, variable: str) -> str:
        """The profile that counts for a program that reads it from this variable."""
        return self.profile or self.environ.get(variable) or PRODUCTION

    @cached_property
    def process(self) -> Layer:
        """The variables of the process, or those that take their place."""
        return self.given or layer_of("environment", self.environ)

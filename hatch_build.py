"""What a wheel has beside the package: the manual pages, made when it is built."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ManPages(BuildHookInterface):  # type: ignore[type-arg]
    """Puts the pages into `share/man/man1` of whatever the wheel is installed in."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":  # a checkout has `make man`
            return
        sys.path[:0] = [self.root, f"{self.root}/tools"]
        try:
            import man_pages

            made = man_pages.pages()
        except ModuleNotFoundError as error:  # built without isolation, and without typer
            self.app.display_warning(f"no manual pages: {error.name} is not installed")
            return
        # the checkout may be read-only
        self._folder = tempfile.TemporaryDirectory(prefix="smtpdoctor-man-")
        for name, text in made.items():
            page = Path(self._folder.name, name)
            page.write_text(text, encoding="ascii")
            build_data["shared_data"][str(page)] = f"share/man/man1/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if hasattr(self, "_folder"):
            self._folder.cleanup()

"""The mail library of the project in a folder, where the project names one as its own.

This module knows the files in which projects name what they depend on. It must not know settings.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from smtpdoctor.files import SETTINGS_LIMIT, FileFault, read_bounded


class _Package(msgspec.Struct, rename="camel"):
    """The groups of package.json whose libraries the project's own code uses."""

    dependencies: object = None
    dev_dependencies: object = None


def client_of(folder: Path) -> str | None:
    """The library that the project in this folder depends on; None where that is not plain."""
    try:
        content = read_bounded(folder / "package.json", SETTINGS_LIMIT)
        package = msgspec.json.decode(content, type=_Package)
    # missing, no JSON, nested without end
    except (FileFault, msgspec.MsgspecError, ValueError, RecursionError):
        return None
    groups = (package.dependencies, package.dev_dependencies)
    named = any(isinstance(group, dict) and "nodemailer" in group for group in groups)
    return "nodemailer" if named else None

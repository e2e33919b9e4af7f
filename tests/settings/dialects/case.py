"""A folder of a test with what its set-up comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smtpdoctor.settings.setup import Setup
from tests.settings.dialects.support import write
from tests.settings.dialects.ways import came_to, password, remarks


@dataclass(frozen=True)
class Case:
    """A folder with what its one set-up comes to.

    `remarks` are kinds with the option. `compose` stands for a compose file with one service of
    that image, whose variables are the lines of `env`.
    """

    id: str
    expected: tuple[str | None, int, str]
    files: dict[str, str] = field(default_factory=dict)
    compose: str = ""
    env: str = ""
    required: bool = False
    user: str | None = "u@example.com"
    sender: str | None = "u@example.com"
    password: str | None = "word"
    verify: bool = True
    remarks: frozenset[tuple[str, str]] = frozenset()
    #: Whether both usual ways can be written into the folder.
    changes: bool = True

    @property
    def dialect(self) -> str:
        return self.id.partition(":")[0]

    @property
    def outcome(self) -> dict[str, Any]:
        """What `outcome` is of its set-up."""
        return {
            "way": self.expected,
            "required": self.required,
            "user": self.user,
            "password": self.password,
            "sender": self.sender,
            "verify": self.verify,
            "remarks": self.remarks,
            "complete": True,
        }

    def write(self, root: Path) -> Path:
        files = dict(self.files)
        if self.compose:
            lines = "".join(f"      {line.strip()}\n" for line in self.env.strip().split("\n"))
            files["docker-compose.yml"] = (
                f"services:\n  app:\n    image: {self.compose}\n    environment:\n{lines}"
            )
        return write(root, files)


def outcome(setup: Setup) -> dict[str, Any]:
    """What a set-up comes to, as a whole."""
    settings = setup.settings
    return {
        "way": came_to(setup),
        "required": settings.tls_required,
        "user": settings.username,
        "password": password(setup),
        "sender": settings.sender,
        "verify": settings.verify,
        "remarks": remarks(setup),
        "complete": setup.complete,
    }


def said(*pairs: str) -> frozenset[tuple[str, str]]:
    return frozenset((pair.split()[0], pair.split()[1]) for pair in pairs)

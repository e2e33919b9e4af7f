"""What `--version --verbose` says: what a report of a fault needs beside the version."""

from __future__ import annotations

import platform
import ssl

from smtpdoctor import __released__, knowledge
from smtpdoctor.words import count


def more() -> str:
    """The age of what is known, and the program's surroundings, a line each."""
    age = knowledge.age()
    return (
        f"released {__released__}\n"
        f"knowledge: {count(age.sources, 'source')}, the last read on {age.newest}\n"
        f"Python {platform.python_version()}, {ssl.OPENSSL_VERSION}, {platform.system()}\n"
    )

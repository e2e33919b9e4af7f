"""The models of `.env` readers against the programs themselves, on thousands of generated texts."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.settings.readers.comparison import difference, told
from tests.settings.readers.dotenv_texts import ENVIRON, texts

from .dotenv_programs import BUN, GO_SOURCES, MODULES, NODE_24, PROGRAMS, PYTHON_PACKAGES, outcomes

pytestmark = pytest.mark.real

SEED = 20261128
COUNT = 3000
#: Those that start a process for each text.
SLOW = {"bun": 300, "bash": 1000}

#: What has to be there, by the first word of a command or the reader.
NEEDED = {
    "node": MODULES,
    str(NODE_24): NODE_24,
    "bun": BUN,
    "bash": "/usr/bin/env",
    "php": "/usr/share/php/Dotenv/autoload.php",
    "ruby": "/usr/share/rubygems-integration/all/gems/dotenv-2.4.0",
    "godotenv": GO_SOURCES,
    "systemd-252": "/usr/lib/x86_64-linux-gnu/systemd",
}


def require(name: str) -> None:
    """Skip where the program is missing; in CI that is a failure."""
    program = PROGRAMS[name]
    needed = NEEDED.get(program.reader) or NEEDED.get(program.command[0]) or PYTHON_PACKAGES
    runs = program.reader == "godotenv" or shutil.which(program.command[0])
    if os.path.exists(needed) and runs:
        return
    reason = f"needs {name}: run tests/real/install"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_model_gives_what_the_program_gives(name: str) -> None:
    require(name)
    program = PROGRAMS[name]
    generated = texts(SEED, SLOW.get(name, COUNT))
    # what would run a command is not given to those that run it
    told_texts = [text for text in generated if told(program.reader, text, ENVIRON)]
    assert len(told_texts) > 0.75 * len(generated)
    for text, outcome in zip(told_texts, outcomes(program, told_texts, ENVIRON), strict=True):
        found = difference(program.reader, text, ENVIRON, outcome, whole=program.whole)
        assert found is None, (text, found)

"""Fixtures for all tests."""

import gc
import os
import re
import shutil
import tempfile
from itertools import count
from pathlib import Path

import hypothesis
import pytest

from tests.examples import examples

pytest_plugins = ["tests.in_memory", "pytester", "tests.servers.fixtures"]

#: Of the folders of tests.
NUMBERS = count()

# width and colours are the terminal's, a summary and a checkout the job's: none of the tests'
JOB = ("GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE", "CI_PROJECT_DIR")
for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", *JOB):
    os.environ.pop(name, None)

# No test may depend on the speed of the machine, nor fail on one run and pass on the next.
hypothesis.settings.register_profile(
    "suite", deadline=None, derandomize=True, max_examples=examples(100)
)
hypothesis.settings.load_profile("suite")


# copies and histories that a test makes the program keep are none of the user's, and no run is full
# of those of all runs before
os.environ["XDG_STATE_HOME"] = STATE = tempfile.mkdtemp(prefix="smtpdoctor-state-")


def pytest_unconfigure() -> None:
    shutil.rmtree(STATE, ignore_errors=True)


def pytest_collection_finish() -> None:
    """What is collected stays to the end: no collection of garbage has to look at it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the test's own, as pytest's, which also makes a link to the latest of each
    name: a fifth of what many tests take."""
    name = re.sub(r"\W", "_", request.node.name)[:30]
    path = tmp_path_factory.getbasetemp() / f"{name}{next(NUMBERS)}"
    path.mkdir(mode=0o700)
    return path

"""Fixtures for all tests."""

import gc

import hypothesis

from tests.examples import examples

pytest_plugins = ["tests.in_memory", "pytester", "tests.servers.fixtures"]

# No test may depend on the speed of the machine, nor fail on one run and pass on the next.
hypothesis.settings.register_profile(
    "suite", deadline=None, derandomize=True, max_examples=examples(100)
)
hypothesis.settings.load_profile("suite")


def pytest_collection_finish() -> None:
    """What is collected stays to the end: no collection of garbage has to look at it again."""
    gc.collect()
    gc.freeze()

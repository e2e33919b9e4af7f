"""Shares of a batch, for several machines."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from smtpdoctor.batch.model import Target
from smtpdoctor.batch.shard import Shard, read_shard, shard_of_index, share_of
from smtpdoctor.batch.targets import common_options, sender_of, target_of
from smtpdoctor.settings.usage import UsageError

COMMON = common_options()


def target(host: str, position: int = 1) -> Target:
    return target_of(position, host, COMMON)


def test_every_target_is_in_one_share() -> None:
    targets = [target(f"mail{each}.example.net", each) for each in range(300)]
    targets += [Target(position=each, error="no host") for each in range(300, 330)]
    shares = [Shard(number, 10) for number in range(1, 11)]
    held = [[each for each in targets if share.holds(each)] for share in shares]
    assert sum(map(len, held)) == len(targets)
    assert {each.position for share in held for each in share} == set(range(330))
    assert min(map(len, held)) > 10


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mail.example.com:587", "smtps://MAIL.example.com."),
        ("smtp.ionos.de", "smtp.ionos.com:465"),  # one provider, one account
    ],
)
def test_one_server_is_in_one_share(one: str, other: str) -> None:
    assert share_of(target(one), 1000) == share_of(target(other, 2), 1000)


def test_senders_of_a_domain_are_in_one_share() -> None:
    shares = {share_of(sender_of(1, f"{name}@example.com"), 1000) for name in "abc"}
    assert len(shares) == 1


def test_shares_are_the_same_in_every_process() -> None:
    script = (
        "from smtpdoctor.batch.shard import share_of;"
        "from smtpdoctor.batch.targets import common_options, target_of;"
        "print([share_of(target_of(1, f'mail{i}.example.net', common_options()), 7)"
        " for i in range(20)])"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            check=True,
            env={"PATH": os.environ["PATH"], "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_how_a_share_is_written() -> None:
    assert read_shard("3/10") == Shard(3, 10)
    assert shard_of_index("0", 10) == Shard(1, 10)
    assert shard_of_index("9", 10) == Shard(10, 10)
    for text in ("0/10", "11/10", "3", "3/0", "a/b", "-1/2", ""):
        with pytest.raises(UsageError):
            read_shard(text)
    for index in ("10", "", "-1", "x"):
        with pytest.raises(UsageError, match="JOB_COMPLETION_INDEX"):
            shard_of_index(index, 10)

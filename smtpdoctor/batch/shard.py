"""A share of many targets: all of one server's are in the same, on whatever machine.

Pure. The same input gives the same shares in every process (no hash of Python's, which is seeded).
"""

from __future__ import annotations

import re
from hashlib import blake2b

import msgspec

from smtpdoctor import knowledge
from smtpdoctor.batch.model import Target
from smtpdoctor.settings.usage import UsageError


class Shard(msgspec.Struct, frozen=True):
    """The share `number` of `of`, counted from 1."""

    number: int
    of: int

    def holds(self, target: Target) -> bool:
        """Whether the target is in this share."""
        return share_of(target, self.of) == self.number - 1


def read_shard(text: str) -> Shard:
    """NUMBER/OF. Raises UsageError."""
    match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise UsageError("--shard: write NUMBER/OF, such as 3/10, with NUMBER from 1 to OF")
    return Shard(int(match[1]), int(match[2]))


def shard_of_index(text: str, of: int) -> Shard:
    """The share with this index, which counts from 0 (Kubernetes' JOB_COMPLETION_INDEX). Raises
    UsageError."""
    if not re.fullmatch("[0-9]{1,6}", text) or int(text) >= of:
        raise UsageError(f"JOB_COMPLETION_INDEX is no number from 0 to {of - 1}")
    return Shard(int(text) + 1, of)


def share_of(target: Target, shares: int) -> int:
    """The index of the share that a target is in: by its server's provider, where it is known, else
    by its host; of a sender by the domain; of a line that says no target by its number."""
    plan = target.plan
    if plan is None:
        return target.position % shares
    if plan.question is not None:
        name = plan.question.domain
    else:
        host = plan.host.lower().rstrip(".")
        provider = knowledge.provider_of(host)
        name = host if provider is None else f"provider {provider.id}"
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % shares

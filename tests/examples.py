"""How many examples a property is tried with: all under CI, a fifth where somebody waits."""

from __future__ import annotations

import os

FEWEST = 10


def examples(count: int) -> int:
    """`count` of them under CI."""
    return count if os.environ.get("CI") else min(count, max(count // 5, FEWEST))

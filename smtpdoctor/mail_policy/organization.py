"""The organisational domain of a name, by the public suffix list (RFC 7489 §3.2).

Knows the list that the package publicsuffixlist ships; it is never fetched. Must not know the
DNS: what the tree walk of RFC 9989 finds instead is in `dmarc`.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


@cache
def _suffixes() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList  # 50 ms to import and read

    return PublicSuffixList()


def organizational_domain(domain: str) -> str:
    """The public suffix of `domain` (A-labels) and one label more; a suffix is its own."""
    name = domain.lower()
    return _suffixes().privatesuffix(name) or name

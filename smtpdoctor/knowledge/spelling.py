"""How far a typed host name is from a known one, as a slip of the keyboard.

Knows letters and labels only. Must not know providers or the network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from smtpdoctor.slips import damerau_distance

#: Second-level labels under which names are registered in country domains (co.uk, com.au).
_REGISTRY_LABELS = frozenset({"ac", "co", "com", "edu", "gov", "net", "org"})

#: Letters and digits that are taken for one another when a name is read and typed.
_LOOK_ALIKE = ("1il", "0o")

_MOST_SLIPS = 2


def bare(host: str) -> str:
    """The name for comparing: lower case, without blanks around it or the root's dot."""
    return host.strip().rstrip(".").lower()


def is_slip(typed: str, known: str, tld_slips: Mapping[str, Sequence[str]]) -> int | None:
    """How many slips lead from a known host to the typed name; None where it is another name.

    Labels are compared each with its own: a slip in "smtp" is harmless, a letter more or less in a
    short brand is somebody else's domain, and two real top-level domains are never slips of each
    other. `tld_slips` lists by top-level domain what is no domain of its own, or hardly one.
    """
    if _joined(typed) == _joined(known):
        return 1  # a dot or hyphen missing, added or confused: smtpionos.com
    typed_labels, known_labels = typed.split("."), known.split(".")
    tail_size = registry_labels(known_labels)
    if typed_labels == known_labels[:-tail_size] and len(typed_labels) > 1:
        return 1  # the end is missing: smtp.gmail
    if len(typed_labels) != len(known_labels) or abs(len(typed) - len(known)) > _MOST_SLIPS:
        return None
    tail = _tail(typed_labels[-tail_size:], known_labels[-tail_size:], tld_slips)
    brand = _brand(typed_labels[-tail_size - 1], known_labels[-tail_size - 1])
    services = [
        _service(one, other)
        for one, other in zip(
            typed_labels[: -tail_size - 1], known_labels[: -tail_size - 1], strict=True
        )
    ]
    distances = [tail, brand, *services]
    total = 0
    for distance in distances:
        if distance is None:
            return None
        total += distance
    return total if 0 < total <= _MOST_SLIPS else None


def _joined(name: str) -> str:
    return name.replace(".", "").replace("-", "")


def registry_labels(labels: Sequence[str]) -> int:
    """How many labels at the end are the registry's own: 1 for com, 2 for co.uk."""
    country = len(labels[-1]) == 2
    return 2 if country and len(labels) > 2 and labels[-2] in _REGISTRY_LABELS else 1


def _tail(
    typed: Sequence[str], known: Sequence[str], tld_slips: Mapping[str, Sequence[str]]
) -> int | None:
    if typed == known:
        return 0
    return 1 if ".".join(typed) in tld_slips.get(".".join(known), ()) else None


def _brand(typed: str, known: str) -> int | None:
    """The registered label: strict, since a near name often belongs to somebody else."""
    if typed == known:
        return 0
    if len(known) <= 3:
        return None
    distance = damerau_distance(typed, known)
    if distance > (1 if len(known) <= 7 else 2):
        return None
    if len(known) == 4 and set(typed) != set(known):
        return None  # swapped or doubled letters only
    return distance if _same_start(typed, known) else None


def _same_start(typed: str, known: str) -> bool:
    """People slip inside a word; another first letter is mostly another name (sonos, ionos)."""
    return (
        typed[:1] == known[:1]
        or typed[:2] == known[1::-1]
        or any(typed[:1] in letters and known[0] in letters for letters in _LOOK_ALIKE)
    )


def _service(typed: str, known: str) -> int | None:
    """A label before the registered one. A numbered host may well exist: smtp2 is no slip."""
    if typed == known:
        return 0
    distance = damerau_distance(typed, known)
    if len(known) <= 3:  # region labels: us and eu are both real
        return distance if distance == 1 and sorted(typed) == sorted(known) else None
    digits = "".join(letter for letter in known if letter.isdigit())
    if "".join(letter for letter in typed if letter.isdigit()) != digits:
        return None
    return distance if distance <= _MOST_SLIPS else None

"""How near a typed name is to a known one: by slips of the keyboard, or by how its letters look.

Knows letters and labels only. Must not know providers or the network.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

#: Second-level labels under which names are registered in country domains (co.uk, com.au).
_REGISTRY_LABELS = frozenset({"ac", "co", "com", "edu", "gov", "net", "org"})

#: Letters and digits that are taken for one another when a name is read and typed.
_LOOK_ALIKE = ("1il", "0o")

#: Letters of other alphabets, or without their dots, that print as a Latin one does. Most stand in
#: the Unicode Consortium's confusables.txt (UTS #39); what is left once accents are taken off.
_LOOK_ALIKE_LETTERS = str.maketrans(
    {
        alike: letter
        for letter, all_alike in {
            "a": "аɑα",
            "b": "Ьъ",
            "c": "сϲᴄ",
            "d": "ԁɗ",
            "e": "еєҽε",
            "f": "ƒſ",
            "g": "ɡց",
            "h": "һհ",
            "i": "іıɩι",
            "j": "јȷ",
            "k": "кκ",
            "l": "ӏⅼ",
            "m": "мⅿ",
            "n": "пոην",
            "o": "оοօσᴏ",
            "p": "рρ",
            "q": "ԛզ",
            "r": "гᴦ",
            "s": "ѕꜱ",
            "t": "тτ",
            "u": "սυᴜ",
            "v": "ѵᴠ",
            "w": "ԝѡᴡ",
            "x": "хχ",
            "y": "уγ",
            "z": "ᴢ",
        }.items()
        for alike in all_alike
    }
)

#: RFC 1035 §2.3.4, in octets.
_LONGEST_LABEL = 63

_MOST_SLIPS = 2
_MOST_TAIL_LABELS = 2


def bare(host: str) -> str:
    """The name for comparing: lower case, without blanks around it or the root's dot."""
    return host.strip().rstrip(".").lower()


def as_it_looks(host: str) -> str:
    """The bare name in the Latin letters that it looks like; itself where it has no others.

    Labels in the form of RFC 5890 (xn--…) are read first, and letters lose their accents.
    """
    name = ".".join(_decoded(label) for label in bare(host).split("."))
    if name.isascii():
        return name
    apart = unicodedata.normalize("NFKD", name)
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return plain.translate(_LOOK_ALIKE_LETTERS)


def foreign_letters(host: str) -> tuple[str, ...]:
    """The letters of a name that aren't ASCII, each once, with what Unicode calls them."""
    name = "".join(_decoded(label) for label in bare(host).split("."))
    return tuple(
        f"{letter} ({unicodedata.name(letter, 'unnamed')}, U+{ord(letter):04X})"
        for letter in dict.fromkeys(name)
        if not letter.isascii()
    )


def _decoded(label: str) -> str:
    if not label.startswith("xn--") or len(label) > _LONGEST_LABEL:
        return label
    try:
        return label[4:].encode("ascii").decode("punycode").lower()
    except (UnicodeError, ValueError):
        return label


def damerau_distance(first: str, second: str) -> int:
    """Letters left out, added, replaced or swapped with their neighbour, at least.

    The restricted (optimal string alignment) form: no letter is changed twice.
    """
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first, 1):
        previous, before = before, row
        row = [i]
        for j, other in enumerate(second, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == second[j - 2] and first[i - 2] == other:
                cost = min(cost, previous[j - 2] + 1)
            row.append(cost)
    return row[-1]


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
    heads = len(known_labels) - tail_size
    if not 0 < len(typed_labels) - heads <= _MOST_TAIL_LABELS:
        return None
    tail = _tail(typed_labels[heads:], known_labels[heads:], tld_slips)
    typed_heads, known_heads = typed_labels[:heads], known_labels[:heads]
    if tail is None or abs(sum(map(len, typed_heads)) - sum(map(len, known_heads))) > _MOST_SLIPS:
        return None
    brand = _brand(typed_heads[-1], known_heads[-1])
    services = [
        _service(one, other) for one, other in zip(typed_heads[:-1], known_heads[:-1], strict=True)
    ]
    distances = [brand, *services]
    total = tail
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

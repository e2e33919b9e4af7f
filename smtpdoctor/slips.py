"""How many slips of the keyboard lie between two texts. Knows letters only."""

from __future__ import annotations


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

"""What many targets come to, in some lines: by verdict, by cause, by provider, by platform.

Pure, and of one size however many there are.
"""

from __future__ import annotations

from collections import Counter

from smtpdoctor.batch.table import UNNAMED, Row
from smtpdoctor.text import cut, visible
from smtpdoctor.words import count

#: Providers and hosts in the summary.
MOST_NAMED = 8
#: So many different names are counted; of an endless input no more.
MOST_COUNTED = 10_000
VERDICTS = {
    "healthy": "healthy",
    "warnings": "with warnings",
    "broken": "broken",
    "inconclusive": "inconclusive",
}


class Summary:
    """Counts rows as they come."""

    def __init__(self) -> None:
        self.total = 0
        self.verdicts: Counter[str] = Counter()
        self.unread = 0
        self._causes: Counter[str] = Counter()
        self._titles: dict[str, str] = {}
        self._seen: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._platforms: Counter[str] = Counter()

    def add(self, row: Row) -> None:
        self.total += 1
        if row.verdict is None:
            self.unread += 1
            return
        self.verdicts[row.verdict] += 1
        if row.verdict != "healthy":
            cause = row.code or UNNAMED
            self._causes[cause] += 1
            self._titles.setdefault(cause, row.title or "")
        name = row.provider or row.host or row.sender
        if name is not None and (name in self._seen or len(self._seen) < MOST_COUNTED):
            self._seen[name] += 1
            self._failed[name] += row.verdict in ("broken", "inconclusive")
        if row.platform is not None:
            self._platforms[row.platform] += 1

    def exit_status(self, *, strict: bool) -> int:
        """1 where a target has an error (with strict also a warning), else 3 where something could
        not be told: an inconclusive target, or a line that is none. Else 0."""
        if self.verdicts["broken"] or (strict and self.verdicts["warnings"]):
            return 1
        return 3 if self.verdicts["inconclusive"] or self.unread else 0

    def lines(self) -> list[str]:
        """For a reader; the largest first."""
        found = [f"{number:,} {VERDICTS[each]}" for each, number in self._in_order()]
        if self.unread:
            found.append(f"{count(self.unread, 'line')} that can't be checked")
        targets = f"{self.total:,} target{'' if self.total == 1 else 's'}"
        lines = [f"{targets}: {', '.join(found)}" if found else "no targets"]
        for code, number in self._causes.most_common():
            example = self._titles[code]
            told = f" ({example})" if number == 1 and example != code and example else ""
            lines.append(f"{number:>8,} of {self.total:,}: {code}{told}")
        # one that fails alone shows nothing of its provider
        most = self._failed.most_common(MOST_NAMED)
        worst = [(name, number) for name, number in most if number > 1]
        if worst and len(self._seen) > 1:
            lines.append("by provider or host:")
            lines += [
                f"{number:>8,} of {self._seen[name]:,} fail: {name}" for name, number in worst
            ]
        for name, number in self._platforms.most_common():
            lines.append(f"{number:>8,} of {self.total:,} ran into a failed port on {name}")
        return [cut(visible(line), 200) for line in lines]

    def _in_order(self) -> list[tuple[str, int]]:
        return [(each, self.verdicts[each]) for each in VERDICTS if self.verdicts[each]]

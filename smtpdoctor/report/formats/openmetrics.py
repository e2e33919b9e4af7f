"""Metrics for Prometheus, as a textfile collector reads them: gauges in the text format that
Prometheus and OpenMetrics have in common, with OpenMetrics' end.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.report.formats import Options
from smtpdoctor.report.measures import FAMILIES, Sample, samples
from smtpdoctor.report.model import Report

FOR_PROGRAMS = True
#: Another program, of another user, collects the file.
MODE = 0o644


def render(report: Report, options: Options) -> str:
    """The exposition, ended by `# EOF`."""
    return "".join(f"{line}\n" for line in (*_exposed(samples(report)), "# EOF"))


def _exposed(found: list[Sample]) -> Iterator[str]:
    for family, words in FAMILIES.items():
        own = [item for item in found if item[0] == family]
        if not own:
            continue
        yield f"# HELP {family} {words}"
        yield f"# TYPE {family} gauge"
        for _, labels, value in own:
            series = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
            yield f"{family}{{{series}}} {value:g}" if series else f"{family} {value:g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')

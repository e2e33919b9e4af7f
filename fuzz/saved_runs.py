"""Feeds arbitrary files to `--replay`, and what is read of them to every format.

Needs atheris: `python -m pip install atheris`, then `python fuzz/saved_runs.py -runs=100000`.
A finding is an exception other than "no saved run", a rule that crashes, or a control character
in a report.
"""

import sys

import atheris

with atheris.instrument_imports():
    from smtpdoctor.report import formats
    from smtpdoctor.report.earlier import is_report
    from smtpdoctor.report.saved import SavedRunError, read
    from smtpdoctor.text import visible


def fuzz(data: bytes) -> None:
    """One run."""
    is_report(data)
    try:
        report = read(data)
    except SavedRunError:
        return
    for name in formats.names():
        text = formats.render(name, report, formats.Options(verbose=True))
        assert all(visible(line) == line for line in text.split("\n"))


if __name__ == "__main__":
    atheris.Setup(sys.argv, fuzz)
    atheris.Fuzz()

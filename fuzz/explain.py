"""Feeds arbitrary texts to `explain`, a secret among them in a place that says so.

Needs atheris: `python -m pip install atheris`, then `python fuzz/explain.py -runs=100000`.
A finding is an exception, or a secret in anything that is given out.
"""

import re
import sys

import atheris

with atheris.instrument_imports():
    import msgspec

    from smtpdoctor.explain import examine_text, given
    from smtpdoctor.explain.page import render
    from smtpdoctor.report.formats import Options
    from smtpdoctor.settings.usage import UsageError
    from smtpdoctor.text import as_json

#: What stands for a secret in the input, and the secret. On a line of its own, in quotes behind a
#: name that says what it is: wherever else the text has it, it is known from there.
MARK, SECRET = "@@", "q7K!x9v&T$zq(W4m"
PLACE = f'\nSMTP_PASSWORD="{SECRET}"\n'
WINDOW = 6
MODES = (None, True, False, "tls", "none", "?")


def fuzz(data: bytes) -> None:
    """One run; the first byte says what is known besides: the mode, and whether a host is."""
    kind, text = (data[0], data[1:].decode("utf-8", "replace")) if data else (0, "")
    if MARK in text:
        text = PLACE + text.replace(MARK, SECRET)
    host = "smtp.gmail.com" if kind & 64 else None
    try:
        known = given(host, 587 if kind & 32 else None, MODES[kind % len(MODES)], None)
    except UsageError:
        return
    found = examine_text(text, known, anonymous=bool(kind & 128))
    _give_out(as_json(msgspec.to_builtins([item.candidate for item in found.ranked])))
    if found.ranked:
        _give_out(render(found, Options(width=80)))


def _give_out(text: str) -> None:
    for form in (text, re.sub(r"[\s│]+", "", text)):
        for at in range(len(SECRET) - WINDOW + 1):
            assert SECRET[at : at + WINDOW] not in form


if __name__ == "__main__":
    atheris.Setup(sys.argv, fuzz)
    atheris.Fuzz()

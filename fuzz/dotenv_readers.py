"""Feeds arbitrary texts to every model of a program's `.env` reader.

Needs atheris: `python -m pip install atheris`, then `python fuzz/dotenv_readers.py -runs=100000`.
A finding is an exception, a line outside the text, or a value that is printed.
"""

import sys

import atheris

with atheris.instrument_imports():
    from smtpdoctor.settings.readers.dotenv import read, readers, understand

ENVIRON = {"HOME": "/root", "A": "outer", "SMTP_PASS": "outer"}


def fuzz(data: bytes) -> None:
    """One run: the text by itself, as a value, and as all readers understand it."""
    text = data.decode("utf-8", "replace")
    lines = text.count("\n") + text.count("\r") + 2
    for reader in readers():
        found = read(reader, text, ENVIRON)
        assert all(1 <= entry.line <= lines for entry in found.entries)
        read(reader, f"A={text}\nB=b\n", {})
    understand(f"SMTP_PASS={text}", "SMTP_PASS", list(readers()), ENVIRON)


if __name__ == "__main__":
    atheris.Setup(sys.argv, fuzz)
    atheris.Fuzz()

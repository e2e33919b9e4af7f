"""Feeds arbitrary `.env` files and environments to the settings, a secret among them.

Needs atheris: `python -m pip install atheris`, then `python fuzz/settings.py -runs=100000`.
A finding is an exception other than wrong usage, or a secret in anything that is given out.
"""

import re
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports():
    import msgspec

    from smtpdoctor.observations import Observations, SettingRead, SettingsRead
    from smtpdoctor.report import formats
    from smtpdoctor.report.model import build
    from smtpdoctor.settings.reading import Options, UsageError, read_settings
    from smtpdoctor.settings.show import as_data, show

#: What stands for a secret in the input, and the secret. No six characters of it are what a host, a
#: user name or a number could be: what looks like one and stands in its place is shown as one.
MARK, SECRET = b"@@", "q7K!x9v&T$zq(W4m"
WINDOW = 6
FOLDER = Path(tempfile.mkdtemp(prefix="smtpdoctor-fuzz-"))


def fuzz(data: bytes) -> None:
    """One run; what stands behind the first zero byte is the value of SMTP_URL."""
    file, _, url = data.replace(MARK, SECRET.encode()).partition(b"\0")
    (FOLDER / ".env").write_bytes(file)
    text = url.decode("utf-8", "surrogateescape").replace("\0", "")
    environ = {"SMTP_URL": text} if text else {}
    try:
        settings, credentials = read_settings(Options(), environ=environ, folder=FOLDER, stdin=None)
    except UsageError as error:
        _give_out(f"{error} {error!r}")
        return
    seen = [SettingsRead(id="1", settings=settings, ok=True)]
    for number, entry in enumerate(settings.entries, 2):
        seen.append(SettingRead(id=str(number), setting=entry, ok=entry.ok))
    report = build(Observations(seen), started="", seconds=0.0)
    _give_out(repr(settings), repr(credentials), show(settings), repr(as_data(settings)))
    _give_out(msgspec.json.encode(settings).decode())
    options = formats.Options(width=200, verbose=True)
    _give_out(*(formats.render(name, report, options) for name in formats.names()))


def _give_out(*texts: str) -> None:
    for text in texts:
        for form in (text, re.sub(r"\s+", "", text)):
            for at in range(len(SECRET) - WINDOW + 1):
                assert SECRET[at : at + WINDOW] not in form


if __name__ == "__main__":
    atheris.Setup(sys.argv, fuzz)
    atheris.Fuzz()

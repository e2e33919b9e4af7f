"""Feeds arbitrary texts to the reader of mail server URLs.

Needs atheris: `python -m pip install atheris`, then `python fuzz/urls.py -runs=100000`.
A finding is an exception, or a span outside the text.
"""

import sys

import atheris

with atheris.instrument_imports():
    from smtpdoctor.settings.url import read_url, replacements


def fuzz(data: bytes) -> None:
    """One run: the URL itself, its masked form, and a URL of other values made of it."""
    text = data.decode("utf-8", "surrogateescape")
    url = read_url(text)
    for part in (url.host, url.port, url.username, url.password):
        if part is not None:
            start, end = part.span
            assert 0 <= start <= end <= len(text)
    for start, end in url.hidden:
        assert 0 <= start <= end <= len(text)
    last = 0
    for (start, end), _new in replacements(
        text, host="::1", port=465, mode="smtps", username="me@example.com"
    ):
        assert last <= start <= end <= len(text)
        last = end
    replacements(url.masked, host="mail.example.com", port=587, mode="smtp, STARTTLS required")


if __name__ == "__main__":
    atheris.Setup(sys.argv, fuzz)
    atheris.Fuzz()

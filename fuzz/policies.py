"""Feeds arbitrary records to the parsers of SPF, DKIM, DMARC, and of From headers.

Needs atheris: `python -m pip install atheris`, then `python fuzz/policies.py -runs=100000`.
A finding is an exception, or a repaired DMARC record that needs repair again.
"""

import sys

import atheris

with atheris.instrument_imports():
    from smtpdoctor.mail_policy.dkim import is_key_record, parse_key
    from smtpdoctor.mail_policy.dmarc import (
        is_dmarc,
        is_meant_as_dmarc,
        parse_dmarc,
        repair_dmarc,
        walked_domains,
    )
    from smtpdoctor.mail_policy.header_from import parse_header_from
    from smtpdoctor.spf.parse import decode, is_spf, parse


def fuzz(data: bytes) -> None:
    """One run: the same text as each kind of record."""
    text = decode(data)
    _ = is_spf(data), is_key_record(text), is_dmarc(text), is_meant_as_dmarc(text)
    repr(parse(text))
    repr(parse(f"v=spf1 {text}"))
    repr(parse_key(text))
    repr(parse_key(f"v=DKIM1; p={text}"))
    repr(parse_dmarc(text))
    repr(parse_dmarc(f"v=DMARC1; {text}"))
    repaired = repair_dmarc(text)
    assert repair_dmarc(repaired) == repaired
    repr(parse_header_from(text))
    walked_domains(text)


if __name__ == "__main__":
    atheris.Setup(sys.argv, fuzz)
    atheris.Fuzz()

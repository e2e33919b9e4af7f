"""A random password that a server says back in every reply is in no output of any format."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import USERNAME, Behaviour
from smtpdoctor.report import formats
from smtpdoctor.report.anonymous import anonymous

from ..examples import examples
from ..runs import Ran, certificate_of, one_host

#: Letters and digits of no word, of one case or both, and the signs that encodings change.
SECRETS = st.text("xzvjXZVJ789", min_size=12, max_size=20) | st.builds(
    "{}{}{}".format,
    st.text("xzvj", min_size=7, max_size=12),
    st.sampled_from(["-", "&", "%", "<", '"', "ß", " "]),
    st.text("XZVJ789", min_size=7, max_size=12),
)


def said(secret: str, how: int) -> str:
    raw = secret.encode()
    return (
        secret,
        secret[::-1],
        " ".join(secret),
        base64.b64encode(raw).decode(),
        raw.hex(),
        " and ".join(secret[at : at + 3] for at in range(0, len(secret), 3)),
        " ".join(str(byte) for byte in raw),
        "".join(f"%{byte:02x}" for byte in raw),
    )[how]


@pytest.mark.parametrize("accepted", [True, False], ids=["235", "535"])
@settings(max_examples=examples(12))
@given(secret=SECRETS, how=st.integers(0, 7))
def test_no_format_has_a_password_that_a_server_says_back(
    authority: Authority, accepted: bool, secret: str, how: int
) -> None:
    echo = said(secret, how)
    replies = {"MAIL": f"250 2.1.0 {echo}", "RCPT": f"550 5.7.1 {echo}", "QUIT": f"221 {echo}"}
    behaviour = Behaviour(
        certificate=certificate_of(authority),
        users={USERNAME: secret},
        auth_answer=f"235 2.7.0 {echo}" if accepted else f"535-5.7.8 {echo}\n535 5.7.8 {echo}",
        replies=replies,
        hostname="mail.example.com",
    )
    network = one_host(authority, on_587=replace(behaviour), on_465="refused")
    ran = Ran(network, authority, env={"SMTP_PASS": secret, "SMTP_PORT": "587"})
    letters = [
        text[at : at + 6] for text in (secret, secret[::-1], echo) for at in range(len(text) - 5)
    ]
    if " and " in echo:  # of two pieces, with what stands between
        letters = [echo[at : at + 11] for at in range(len(echo) - 10)]
    for report in (ran.report, anonymous(ran.report)):
        for name in formats.names():
            for verbose in (False, True):
                page = formats.render(name, report, formats.Options(verbose=verbose, width=100))
                assert not [part for part in letters if part in page], name

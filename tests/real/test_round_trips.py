"""A healthy run waits for the server as often as the protocol needs, and no more.

On 587: EHLO, STARTTLS, TLS 1.3, EHLO, AUTH, MAIL FROM. On 465: TLS 1.3, greeting, EHLO, AUTH,
MAIL FROM. RCPT TO goes out together with MAIL FROM (RFC 2920), and QUIT after their answers, for
whose own nobody waits.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from .certificates import CertificateAuthority
from .doctor import check, settings, write_env
from .postfix import PostfixServer
from .relay import relay

pytestmark = pytest.mark.real

# Far longer than a client takes to say everything that it can say without waiting, and so long that
# no envelope is offered once more under another name.
ROUND_TRIP_SECONDS = 0.1


@pytest.mark.parametrize(
    ("port", "secure", "needed"), [("587", "false", 6 + 1), ("465", "true", 5 + 1)]
)
def test_turns(
    postfix: dict[str, PostfixServer],
    authority: CertificateAuthority,
    tmp_path: Path,
    port: str,
    secure: str,
    needed: int,
) -> None:
    write_env(tmp_path, settings(SMTP_PORT=port, SMTP_SECURE=secure))
    with relay(postfix["healthy"], ROUND_TRIP_SECONDS) as (server, dialogues):
        result = check(tmp_path, server, authority)
    assert result.verdict == "healthy"
    assert max(dialogue.turns for dialogue in dialogues) <= needed

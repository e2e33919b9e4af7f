"""Commands: their spelling, and no way to smuggle in a second one."""

from collections.abc import Callable

import pytest

from smtpdoctor.smtp import commands


def test_spelling() -> None:
    assert commands.ehlo("client.example") == b"EHLO client.example\r\n"
    assert commands.ehlo("[192.0.2.1]") == b"EHLO [192.0.2.1]\r\n"
    assert commands.mail_from("a@example.com") == b"MAIL FROM:<a@example.com>\r\n"
    assert commands.mail_from("") == b"MAIL FROM:<>\r\n"
    assert commands.rcpt_to("b@example.com") == b"RCPT TO:<b@example.com>\r\n"


def test_parameters_of_mail_from() -> None:
    assert commands.mail_from("a@example.com", size=0) == b"MAIL FROM:<a@example.com> SIZE=0\r\n"
    assert (
        commands.mail_from("ä@example.com", size=1000, smtputf8=True, body="8BITMIME")
        == "MAIL FROM:<ä@example.com> SIZE=1000 BODY=8BITMIME SMTPUTF8\r\n".encode()
    )
    assert commands.rcpt_to("ä@example.com") == "RCPT TO:<ä@example.com>\r\n".encode()


def test_a_non_ascii_sender_needs_smtputf8() -> None:
    with pytest.raises(ValueError, match="SMTPUTF8"):
        commands.mail_from("ä@example.com")
    with pytest.raises(ValueError, match="ascii"):
        commands.ehlo("bücher")


@pytest.mark.parametrize("character", ["\r", "\n", "\0", "\x1b", "\x7f"])
@pytest.mark.parametrize("command", [commands.ehlo, commands.mail_from, commands.rcpt_to])
def test_control_characters_are_refused(command: Callable[[str], bytes], character: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        command(f"a{character}b")

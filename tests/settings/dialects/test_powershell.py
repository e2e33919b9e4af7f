"""What PowerShell scripts send with: Send-MailMessage, System.Net.Mail, MailKit."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import apply, one, prepared, setups, write
from .ways import password, way

HOST = "smtp.ionos.com"
LOGIN = """\
$secret = ConvertTo-SecureString $env:SMTP_PASS -AsPlainText -Force
$login = New-Object System.Management.Automation.PSCredential ("info@example.com", $secret)
"""
DIALECT = "send-mail-message"


def script(tmp_path: Path, text: str, **more: str) -> Path:
    return write(tmp_path / "app", {"mail.ps1": text, **more})


@pytest.mark.parametrize(
    "text",
    [
        # by parameters, in several lines
        "Send-MailMessage -From 'info@example.com' -To 'a@x.org' -SmtpServer smtp.ionos.com `\n"
        "    -Port 587 -UseSsl -Credential $login",
        # whatever the letters, shortened, with a value for the switch
        "send-mailmessage -from info@example.com -to 'a@example.org' -smtp 'smtp.ionos.com'"
        " -port '587' -usessl:$true -cred $login",
        # by a table, also one that is filled bit by bit
        "$options = @{\n  SmtpServer = 'smtp.ionos.com' # IONOS\n  Port = 587\n  UseSsl = $true\n"
        "  Credential = $login\n  From = 'info@example.com'\n}\n"
        'Send-MailMessage @options -To "a@example.org" -Subject "x $(Get-Date)"',
        "$options = @{ SmtpServer = 'smtp.ionos.com'; From = 'info@example.com' }\n"
        "$options.Port = 587\n$options['UseSsl'] = $true\n$options.Add('Credential', $login)\n"
        "Send-MailMessage @options",
        # by the preference variable
        "$PSEmailServer = 'smtp.ionos.com'\n"
        "Send-MailMessage -From info@example.com -Port 587 -UseSsl -Credential $login",
        # by the place
        "Send-MailMessage 'a@example.org' 'Hello' 'Text' 'smtp.ionos.com' -From info@example.com"
        " -Port 587 -UseSsl -Credential $login",
        # by a function of the script
        "function Send-Report {\n  param(\n    [string]$Server,\n    [int]$Port = 587\n  )\n"
        "  Send-MailMessage -SmtpServer $Server -Port $Port -UseSsl -Credential $login"
        " -From info@example.com\n}\nSend-Report -Server smtp.ionos.com",
        # by parameters of the script, and of one that is true
        "$ssl = -not $false\nif ($ssl -and $true) { $port = 587 } else { $port = 25 }\n"
        "Send-MailMessage -SmtpServer smtp.ionos.com -Port $port -UseSsl:$ssl -Credential $login"
        " -From info@example.com",
    ],
    ids=["parameters", "shortened", "table", "filled", "preference", "places", "function", "if"],
)
def test_send_mail_message(tmp_path: Path, text: str) -> None:
    setup = one(script(tmp_path, LOGIN + text), DIALECT, SMTP_PASS="word")
    assert way(setup) == (HOST, 587, "starttls", True)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    assert setup.settings.sender == "info@example.com"


def test_its_own_defaults(tmp_path: Path) -> None:
    """Port 25, no TLS, no login."""
    setup = one(
        script(tmp_path, "Send-MailMessage -SmtpServer smtp.ionos.com -From a@b.c"), DIALECT
    )
    assert way(setup) == (HOST, 25, "none", False)
    assert (setup.settings.username, password(setup)) == (None, None)


def test_changes(tmp_path: Path) -> None:
    text = (
        "param([int]$Port = 465)\nSend-MailMessage -SmtpServer smtp.ionos.com -Port $Port -UseSsl\n"
    )
    root = script(tmp_path, text)
    setup = one(root, DIALECT)
    assert not any(each.tls == "implicit" for each in setup.settings.prepared)
    apply(root, prepared(setup.settings, 587, None))
    assert (root / "mail.ps1").read_text() == text.replace("465", "587")
    apply(root, prepared(one(root, DIALECT).settings, None, "none"))
    assert "-UseSsl:$false" in (root / "mail.ps1").read_text()
    assert way(one(root, DIALECT)) == (HOST, 587, "none", False)


def test_parameters_that_are_put_in(tmp_path: Path) -> None:
    root = script(tmp_path, "Send-MailMessage -SmtpServer smtp.ionos.com -From a@example.com\n")
    apply(root, prepared(one(root, DIALECT).settings, 587, "starttls"))
    assert way(one(root, DIALECT)) == (HOST, 587, "starttls", True)
    table = script(
        tmp_path / "b",
        "$o = @{ SmtpServer = 'smtp.ionos.com'; Port = 465; UseSsl = $true }\n"
        "Send-MailMessage @o\n",
    )
    apply(table, prepared(one(table, DIALECT).settings, 587, "starttls"))
    assert "Port = 587; UseSsl = $true" in (table / "mail.ps1").read_text()


@pytest.mark.parametrize(
    ("login", "user", "untold"),
    [
        ("Get-Credential", None, {"username", "password"}),
        ("Get-Credential -UserName info@example.com", "info@example.com", {"password"}),
        ("Import-Clixml ./login.xml", None, {"username", "password"}),
        ("Get-Secret -Name Mail", None, {"username", "password"}),
    ],
)
def test_a_login_that_the_script_has_not(
    tmp_path: Path, login: str, user: str | None, untold: set[str]
) -> None:
    text = (
        f"$login = {login}\nSend-MailMessage -SmtpServer smtp.ionos.com -Port 587 -UseSsl"
        " -Credential $login -From info@example.com\n"
    )
    setup = one(script(tmp_path, text), DIALECT)
    assert {each.field for each in setup.settings.untellable} == untold
    assert setup.settings.username == user


def test_what_does_not_parse_is_not_taken_for_unset(tmp_path: Path) -> None:
    """The grammar loses what stands behind a list without quotes."""
    text = (
        "Send-MailMessage -To a@example.org, b@example.org -SmtpServer $s.Host -Port 465 -UseSsl\n"
    )
    for setup in setups(script(tmp_path, text)):
        assert {"host", "port", "tls"} <= {each.field for each in setup.settings.untellable}


def test_settings_in_a_json_beside_it(tmp_path: Path) -> None:
    text = (
        "$settings = Get-Content (Join-Path $PSScriptRoot 'a.json') -Raw | ConvertFrom-Json\n"
        "Send-MailMessage -SmtpServer $settings.Mail.Server -Port $settings.mail.port -UseSsl"
        " -From $settings.Mail.From\n"
    )
    json = '{"Mail": {"Server": "smtp.ionos.com", "Port": 587, "From": "info@example.com"}}'
    root = write(tmp_path / "app", {"jobs/mail.ps1": text, "jobs/a.json": json})
    setup = one(root, DIALECT)
    assert way(setup) == (HOST, 587, "starttls", True)
    assert setup.settings.sender == "info@example.com"


NET = """\
$client = New-Object System.Net.Mail.SmtpClient("smtp.ionos.com", 465)
$client.EnableSsl = $true
$client.Credentials = New-Object System.Net.NetworkCredential("info@example.com", "word")
$message = New-Object System.Net.Mail.MailMessage("info@example.com", "a@example.org", "x", "y")
$client.Send($message)
"""


@pytest.mark.parametrize(
    "text",
    [
        NET,
        NET.replace('New-Object System.Net.Mail.SmtpClient("smtp.ionos.com", 465)',
                    'New-Object Net.Mail.SmtpClient -ArgumentList "smtp.ionos.com", 465'),
        NET.replace('New-Object System.Net.Mail.SmtpClient(',
                    "[System.Net.Mail.SmtpClient]::new(").replace("EnableSsl", "ENABLESSL"),
    ],
)  # fmt: skip
def test_system_net_mail(tmp_path: Path, text: str) -> None:
    root = script(tmp_path, text)
    setup = one(root, "system-net-mail")
    assert way(setup) == (HOST, 465, "starttls", True)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    apply(root, prepared(setup.settings, 587, None))
    assert way(one(root, "system-net-mail")) == (HOST, 587, "starttls", True)


def test_a_property_that_is_put_in(tmp_path: Path) -> None:
    root = script(tmp_path, NET.replace("$client.EnableSsl = $true\n", "").replace("465", "587"))
    apply(root, prepared(one(root, "system-net-mail").settings, None, "starttls"))
    assert "$client.EnableSsl = $true" in (root / "mail.ps1").read_text()
    assert way(one(root, "system-net-mail")) == (HOST, 587, "starttls", True)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("[MailKit.Security.SecureSocketOptions]::StartTls", ("starttls", True)),
        ("[MailKit.Security.SecureSocketOptions]::SslOnConnect", ("implicit", False)),
        ("$false", ("starttls", False)),
        ("'StartTls'", ("starttls", True)),
    ],
)
def test_mailkit(tmp_path: Path, mode: str, expected: tuple[str, bool]) -> None:
    text = f"""\
$smtp = New-Object MailKit.Net.Smtp.SmtpClient
$smtp.Connect("smtp.ionos.com", 587, {mode})
$smtp.Authenticate("info@example.com", $env:SMTP_PASS)
$smtp.Send($message)
"""
    setup = one(script(tmp_path, text), "mailkit", SMTP_PASS="word")
    assert way(setup) == (HOST, 587, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")


def test_a_comment_and_a_name_are_no_command(tmp_path: Path) -> None:
    text = "# Send-MailMessage -SmtpServer smtp.ionos.com\nWrite-Host 'Send-MailMessage'\n"
    assert setups(script(tmp_path, text)) == []


def test_no_secret_is_shown(tmp_path: Path) -> None:
    text = (
        '$login = [PSCredential]::new("info@example.com", (ConvertTo-SecureString "Geheim9wort"'
        " -AsPlainText -Force))\nSend-MailMessage -SmtpServer smtp.ionos.com -UseSsl"
        " -Credential $login -Body Geheim9wort\n"
    )
    setup = one(script(tmp_path, text), DIALECT)
    assert password(setup) == "Geheim9wort"
    assert "Geheim9wort" not in repr(setup.settings)


@pytest.mark.parametrize(
    "secret",
    [
        "Get-Content pw.txt | ConvertTo-SecureString",
        "'01000000d08c9ddf' | ConvertTo-SecureString",
        "'76492d1116743f0423413b16050a5345' | ConvertTo-SecureString -Key $key",
        "ConvertTo-SecureString (Get-Content pw.txt) -AsPlainText -Force",
        "Get-Content pw.txt | ConvertTo-SecureString -AsPlain -Force",
    ],
)
def test_a_password_that_is_encrypted_or_in_a_file_is_not_told(tmp_path: Path, secret: str) -> None:
    text = (
        f"$s = {secret}\n$login = New-Object PSCredential('info@example.com', $s)\n"
        "Send-MailMessage -SmtpServer smtp.ionos.com -Port 587 -UseSsl -Credential $login"
    )
    setup = one(script(tmp_path, text, **{"pw.txt": "word\n"}), DIALECT)
    assert (setup.settings.username, password(setup)) == ("info@example.com", None)
    assert {each.field for each in setup.settings.untellable} == {"password"}


def test_a_host_in_a_file_is_not_told(tmp_path: Path) -> None:
    text = "$server = Get-Content host.txt\nSend-MailMessage -SmtpServer $server -Port 587 -UseSsl"
    settings = one(script(tmp_path, text), DIALECT).settings
    assert (settings.host, {each.field for each in settings.untellable}) == (None, {"host"})


def test_an_empty_credential_is_none(tmp_path: Path) -> None:
    text = "Send-MailMessage -SmtpServer relay.example -Credential ([pscredential]::Empty)"
    settings = one(script(tmp_path, text), DIALECT).settings
    assert (settings.username, settings.untellable) == (None, ())


@pytest.mark.parametrize(("switch", "tls"), [(1, "starttls"), (0, "none")])
def test_a_number_is_a_switch(tmp_path: Path, switch: int, tls: str) -> None:
    command = f"Send-MailMessage -SmtpServer smtp.ionos.com -Port 587 -UseSsl:{switch}"
    assert one(script(tmp_path / "a", command), DIALECT).settings.tls == tls
    client = f"$c = New-Object Net.Mail.SmtpClient('{HOST}', 587)\n$c.EnableSsl = {switch}\n"
    assert (
        one(script(tmp_path / "b", client + "$c.Send($m)"), "system-net-mail").settings.tls == tls
    )


OF_A_FUNCTION = """\
function Send-Report {
    param([string]$Server = 'smtp.ionos.com', [int]$Port = 587)
    Send-MailMessage -SmtpServer $Server -Port $Port -UseSsl -From a@example.com -To b@example.org
}
%s
"""


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        ("", (HOST, 587)),
        ("Send-Report", (HOST, 587)),
        ("send-report -Server other.example -port 25", ("other.example", 25)),
        ("# Send-Report -Server other.example", (HOST, 587)),
        ("Send-Report -Server $a\nSend-Report -Server $b", (None, 587)),
        ("Send-ReportTo -Server other.example", (HOST, 587)),
    ],
)
@pytest.mark.parametrize("file", ["", "other.ps1"])
def test_what_a_function_is_called_with(
    tmp_path: Path, caller: str, expected: tuple[str | None, int], file: str
) -> None:
    """In its own script or in another; its default where nobody says another."""
    root = script(tmp_path, OF_A_FUNCTION % ("" if file else caller))
    if file:
        write(root, {file: f". ./mail.ps1\n{caller}\n"})
    settings = one(root, DIALECT).settings
    assert (settings.host, settings.port) == expected

"""Programs of .NET: appsettings.json with MailKit or System.Net.Mail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.dialects.support import apply, one, prepared, setups, write

SETTINGS = (
    '{\n  "Logging": {},\n  "SmtpSettings": {\n    "Host": "smtp.ionos.com",\n    "Port": %s,\n'
    '    "UseSsl": %s,\n    "Username": "u@example.com",\n    "Password": "",\n'
    '    "FromEmail": "u@example.com"\n  }\n}\n'
)
MAILKIT = (
    "using MailKit.Net.Smtp;\nclass M {\n  async Task Send() {\n"
    "    await client.ConnectAsync(_s.Host, _s.Port, %s);\n  }\n}\n"
)
SYSTEM = (
    "using System.Net.Mail;\nvar client = new SmtpClient(_s.Host, _s.Port) {\n"
    "  EnableSsl = %s,\n};\n"
)


@pytest.mark.parametrize(
    ("code", "port", "ssl", "tls", "required", "remarks"),
    [
        (MAILKIT % "SecureSocketOptions.StartTls", 587, "true", "starttls", True, []),
        (MAILKIT % "SecureSocketOptions.SslOnConnect", 465, "true", "implicit", False, []),
        (MAILKIT % "SecureSocketOptions.SslOnConnect", 587, "true", "implicit", False, []),
        (MAILKIT % "SecureSocketOptions.Auto", 465, "false", "implicit", False, []),
        (MAILKIT % "SecureSocketOptions.Auto", 587, "false", "starttls", False, []),
        (MAILKIT % "SecureSocketOptions.None", 465, "false", "none", False, []),
        (MAILKIT % "_s.UseSsl", 587, "true", "implicit", False, []),
        (MAILKIT % "_s.UseSsl", 587, "false", "starttls", False, []),
        (MAILKIT % 'bool.Parse(c["SmtpSettings:UseSsl"])', 465, "true", "implicit", False, []),
        (MAILKIT % "true", 587, "false", "implicit", False, []),
        (
            MAILKIT % "_s.UseSsl ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTls",
            587,
            "false",
            "starttls",
            True,
            [],
        ),
        (SYSTEM % "true", 587, "false", "starttls", True, []),
        (SYSTEM % "_s.UseSsl", 465, "true", "starttls", True, []),
        (SYSTEM % "false", 587, "true", "none", False, []),
    ],
)
def test_what_the_call_makes_of_it(
    tmp_path: Path, code: str, port: int, ssl: str, tls: str, required: bool, remarks: list[str]
) -> None:
    files = {"appsettings.json": SETTINGS % (port, ssl), "Services/Mail.cs": code}
    settings = one(write(tmp_path, files), "dotnet").settings
    assert (settings.host, settings.port, settings.tls) == ("smtp.ionos.com", port, tls)
    assert settings.tls_required == required
    assert (settings.username, settings.sender) == ("u@example.com", "u@example.com")
    assert [each.kind for each in settings.remarks] == remarks


def test_production_over_the_base_and_variables_over_both(tmp_path: Path) -> None:
    code = MAILKIT % "SecureSocketOptions.StartTls"
    files = {
        "appsettings.json": SETTINGS % (25, "false"),
        "appsettings.Production.json": '{"SmtpSettings": {"Port": 587, "Host": "other.example"}}',
        "appsettings.Development.json": '{"SmtpSettings": {"Port": 1025}}',
        "Mail.cs": code,
    }
    settings = one(write(tmp_path, files), "dotnet", SmtpSettings__Host="smtp.ionos.com").settings
    assert (settings.host, settings.port) == ("smtp.ionos.com", 587)


def test_a_change_of_the_code_and_of_the_settings(tmp_path: Path) -> None:
    code = MAILKIT % "SecureSocketOptions.SslOnConnect"
    write(tmp_path, {"appsettings.json": SETTINGS % (587, "true"), "Mail.cs": code})
    settings = one(tmp_path, "dotnet").settings
    apply(tmp_path, prepared(settings, 587, "starttls"))
    assert "SecureSocketOptions.StartTls" in (tmp_path / "Mail.cs").read_text()
    apply(tmp_path, prepared(one(tmp_path, "dotnet").settings, 465, "implicit"))
    changed = one(tmp_path, "dotnet").settings
    assert (changed.port, changed.tls) == (465, "implicit")


def test_a_mode_that_is_computed_is_not_told(tmp_path: Path) -> None:
    files = {"appsettings.json": SETTINGS % (587, "true"), "M.cs": MAILKIT % "Mode(x)"}
    setup = one(write(tmp_path, files), "dotnet")
    assert [each.option for each in setup.settings.untellable] == ["SecureSocketOptions"]


def test_without_a_library_nothing_is_said(tmp_path: Path) -> None:
    assert setups(write(tmp_path, {"appsettings.json": SETTINGS % (587, "true")})) == []


def test_a_file_that_only_mentions_the_library_sends_nothing(tmp_path: Path) -> None:
    code = "using MailKit.Net.Smtp;\nclass SmtpSettings { public string Host { get; set; } }\n"
    files = {"appsettings.json": SETTINGS % (587, "true"), "SmtpSettings.cs": code}
    assert setups(write(tmp_path, files)) == []

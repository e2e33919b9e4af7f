"""What C# code sends with: MailKit, System.Net.Mail, FluentEmail, with .NET's configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import apply, one, prepared, setups, write
from .ways import changes_lead_there, password, remarks, way

HOST = "smtp.ionos.com"
MAILKIT = """\
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Shop;

public class Mailer
{
    public async Task SendAsync(string to, CancellationToken ct)
    {
        var message = new MimeMessage();
        message.From.Add(new MailboxAddress("Shop", "shop@example.com"));
        using var client = new SmtpClient();
        await client.ConnectAsync("smtp.ionos.com", %s, ct);
        await client.AuthenticateAsync("info@example.com", "word", ct);
        await client.SendAsync(message, ct);
    }
}
"""


@pytest.mark.parametrize(
    ("arguments", "expected", "said"),
    [
        ("587, SecureSocketOptions.StartTls", (587, "starttls", True), set()),
        ("465, SecureSocketOptions.SslOnConnect", (465, "implicit", False), set()),
        ("587, SecureSocketOptions.SslOnConnect", (587, "implicit", False), set()),
        ("465, SecureSocketOptions.StartTls", (465, "starttls", True), set()),
        ("587, SecureSocketOptions.StartTlsWhenAvailable", (587, "starttls", False), set()),
        ("587, SecureSocketOptions.Auto", (587, "starttls", False), set()),
        ("465, SecureSocketOptions.Auto", (465, "implicit", False), set()),
        ("587, MailKit.Security.SecureSocketOptions.None", (587, "none", False), set()),
        ("587, options: SecureSocketOptions.StartTls", (587, "starttls", True), set()),
        ("587, true", (587, "implicit", False), set()),
        ("465, useSsl: true", (465, "implicit", False), set()),
        ("587, false", (587, "starttls", False), set()),
        ("465, false", (465, "starttls", False), set()),
        ("587", (587, "starttls", False), set()),
        ("465", (465, "implicit", False), set()),
        ("0, SecureSocketOptions.SslOnConnect", (465, "implicit", False), set()),
    ],
)
def test_mailkit(
    tmp_path: Path, arguments: str, expected: tuple[int, str, bool], said: set[tuple[str, str]]
) -> None:
    root = write(tmp_path / "app", {"Services/Mailer.cs": MAILKIT % arguments})
    setup = one(root, "mailkit")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    assert setup.settings.sender == "shop@example.com"
    assert remarks(setup) == said
    if not arguments.startswith("0"):
        changes_lead_there(root, "mailkit")


@pytest.mark.parametrize(
    ("mailbox", "sender"),
    [
        ('new MailboxAddress("Shop", given ?? "shop@example.com")', "info@example.com"),
        ('new MailboxAddress(Encoding.UTF8, "Shop", "shop@example.com")', "shop@example.com"),
        ('MailboxAddress.Parse("shop@example.com")', "shop@example.com"),
    ],
)
def test_mailkit_takes_no_name_for_the_sender(tmp_path: Path, mailbox: str, sender: str) -> None:
    text = (MAILKIT % "587").replace('new MailboxAddress("Shop", "shop@example.com")', mailbox)
    text = text.replace("string to,", "string to, string given,")
    assert one(write(tmp_path, {"M.cs": text}), "mailkit").settings.sender == sender


def test_mailkit_accepts_every_certificate(tmp_path: Path) -> None:
    line = "client.ServerCertificateValidationCallback = (s, c, h, e) => true;\n  await client."
    text = (MAILKIT % "587").replace("await client.", line, 1)
    settings = one(write(tmp_path, {"M.cs": text}), "mailkit").settings
    assert not settings.verify
    entry = settings.entry("verify")
    assert entry is not None
    assert (entry.origin.name, entry.origin.line) == ("ServerCertificateValidationCallback", 14)


SETTINGS = (
    '{\n  "Smtp": {\n    "Host": "smtp.ionos.com",\n    "Port": %s,\n    "UseSsl": %s,\n'
    '    "User": "info@example.com",\n    "Password": ""\n  }\n}\n'
)
BY_KEY = """\
using MailKit.Net.Smtp;
public class Mailer(IConfiguration configuration) {
    public void Send() {
        using (var client = new SmtpClient()) {
            client.Connect(configuration["Smtp:Host"], configuration.GetValue<int>("Smtp:Port"),
                configuration.GetValue<bool>("Smtp:UseSsl"));
            client.Authenticate(configuration["Smtp:User"], configuration["Smtp:Password"]);
        }
    }
}
"""
BY_SECTION = """\
using MailKit.Net.Smtp;
public class Mailer {
    private readonly IConfiguration _config;
    public Mailer(IConfiguration config) { _config = config; }
    public void Send() {
        var section = _config.GetSection("Smtp");
        var host = section["Host"] ?? throw new Exception("no host");
        var port = int.TryParse(section["Port"], out var parsed) ? parsed : 25;
        var client = new SmtpClient();
        client.Connect(host, port, bool.Parse(section["UseSsl"]!));
        client.Authenticate(section["User"], section["Password"]);
    }
}
"""
BY_OPTIONS = """\
using MailKit.Net.Smtp;
public class Mailer {
    private readonly SmtpSettings _settings;
    public Mailer(IOptions<SmtpSettings> options) { _settings = options.Value; }
    public async Task Send() {
        using var client = new SmtpClient();
        await client.ConnectAsync(_settings.Host, _settings.Port, _settings.UseSsl);
        await client.AuthenticateAsync(_settings.User, _settings.Password);
    }
}
"""
BOUND = {
    "Settings/SmtpSettings.cs": "public class SmtpSettings {\n"
    '  public string Host { get; set; } = "localhost";\n  public int Port { get; set; } = 25;\n'
    "  public bool UseSsl { get; set; }\n  public string? User { get; set; }\n"
    '  public string Password { get; set; } = "";\n}\n',
    "Program.cs": "var builder = WebApplication.CreateBuilder(args);\n"
    'builder.Services.Configure<SmtpSettings>(builder.Configuration.GetSection("Smtp"));\n',
}
BINDINGS = (
    "Configure<SmtpSettings>(builder.Configuration.GetSection(\"Smtp\"))",
    'AddOptions<SmtpSettings>().BindConfiguration("Smtp")',
    "AddOptions<SmtpSettings>().Bind(builder.Configuration.GetSection(\"Smtp\"))",
)  # fmt: skip


@pytest.mark.parametrize(
    "code", [BY_KEY, BY_SECTION, BY_OPTIONS], ids=["key", "section", "options"]
)
@pytest.mark.parametrize(
    ("port", "ssl", "expected"),
    [
        ("587", "true", (587, "implicit", False)),
        ("465", "true", (465, "implicit", False)),
        ("587", "false", (587, "starttls", False)),
        ("465", "false", (465, "starttls", False)),
    ],
)
def test_values_of_the_configuration(
    tmp_path: Path, code: str, port: str, ssl: str, expected: tuple[int, str, bool]
) -> None:
    files = {**BOUND, "Services/Mailer.cs": code, "appsettings.json": SETTINGS % (port, ssl)}
    root = write(tmp_path / "app", files)
    setup = one(root, "mailkit", Smtp__Password="word")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    entry = setup.settings.entry("port")
    assert entry is not None
    assert entry.origin.label == "appsettings.json:4"
    changes_lead_there(root, "mailkit", Smtp__Password="word")
    assert not [each for each in setups(root) if each.identity.dialect == "dotnet"]


@pytest.mark.parametrize("binding", BINDINGS)
def test_ways_to_bind_options(tmp_path: Path, binding: str) -> None:
    program = f"var builder = X();\nbuilder.Services.{binding};\n"
    files = {**BOUND, "Program.cs": program, "appsettings.json": SETTINGS % ("465", "true")}
    setup = one(write(tmp_path, {**files, "Mailer.cs": BY_OPTIONS}), "mailkit")
    assert way(setup) == (HOST, 465, "implicit", False)


def test_what_counts_of_the_configuration(tmp_path: Path) -> None:
    files = {
        "src/Api/Mailer.cs": BY_KEY,
        "src/Api/appsettings.json": SETTINGS % ("25", "false"),
        "src/Api/appsettings.Production.json": '{"smtp": {"port": 465, "useSsl": true}}',
        "src/Api/appsettings.Development.json": '{"Smtp": {"Host": "localhost"}}',
        "src/Other/appsettings.json": '{"Smtp": {"Host": "other.example"}}',
    }
    root = write(tmp_path, files)
    assert way(one(root, "mailkit")) == (HOST, 465, "implicit", False)
    over = one(root, "mailkit", Smtp__Port="2525", SMTP__USESSL="false")
    assert way(over) == (HOST, 2525, "starttls", False)
    development = one(root, "mailkit", ASPNETCORE_ENVIRONMENT="Development")
    assert development.settings.host == "localhost"


SYSTEM = """\
using System.Net;
using System.Net.Mail;
class Mailer {
    void Send() {
        var client = new SmtpClient("smtp.ionos.com", %s)
        {
            Credentials = new NetworkCredential("info@example.com", "word"),
%s
        };
        var message = new MailMessage { From = new MailAddress("shop@example.com", "Shop") };
        client.Send(message);
    }
}
"""


@pytest.mark.parametrize(
    ("port", "line", "expected", "said"),
    [
        ("587", "EnableSsl = true", (587, "starttls", True), set()),
        ("587", "EnableSsl = false", (587, "none", False), set()),
        ("587", "", (587, "none", False), set()),
        ("465", "EnableSsl = true", (465, "starttls", True), set()),
        ("25", "EnableSsl = true, Port = 587", (587, "starttls", True), set()),
    ],
)
def test_system_net_mail_has_no_implicit_tls(
    tmp_path: Path,
    port: str,
    line: str,
    expected: tuple[int, str, bool],
    said: set[tuple[str, str]],
) -> None:
    root = write(tmp_path / "app", {"Mailer.cs": SYSTEM % (port, line)})
    setup = one(root, "system-net-mail")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    assert setup.settings.sender == "shop@example.com"
    assert remarks(setup) == said
    assert not [each for each in setup.settings.prepared if each.tls == "implicit"]
    if expected[:2] != (587, "starttls"):
        apply(root, prepared(setup.settings, 587, "starttls"))
        assert way(one(root, "system-net-mail")) == (HOST, 587, "starttls", True)


def test_system_net_mail_by_assignments(tmp_path: Path) -> None:
    text = (
        "using System.Net.Mail;\nclass M { void F() {\n    SmtpClient smtp = new();\n"
        '    smtp.Host = "smtp.ionos.com";\n    smtp.Port = 587;\n'
        '    smtp.Credentials = new System.Net.NetworkCredential("info@example.com", "word");\n'
        "    smtp.Send(m);\n} }\n"
    )
    root = write(tmp_path, {"M.cs": text})
    assert way(one(root, "system-net-mail")) == (HOST, 587, "none", False)
    apply(root, prepared(one(root, "system-net-mail").settings, 587, "starttls"))
    assert "    smtp.EnableSsl = true;\n" in (root / "M.cs").read_text()
    assert way(one(root, "system-net-mail")) == (HOST, 587, "starttls", True)


@pytest.mark.parametrize(
    ("lines", "user"),
    [
        ("UseDefaultCredentials = false,\nCredentials = C,\n", "info@example.com"),
        ("Credentials = C,\nUseDefaultCredentials = false,\n", None),
    ],
)
def test_credentials_that_are_dropped_again(tmp_path: Path, lines: str, user: str | None) -> None:
    lines = lines.replace("C,", 'new NetworkCredential("info@example.com", "word"),')
    text = (
        "using System.Net.Mail;\nclass M { SmtpClient c = new SmtpClient(\"smtp.ionos.com\", 587)"
        f" {{\n{lines}EnableSsl = true }}; }}\n"
    )  # fmt: skip
    setup = one(write(tmp_path, {"M.cs": text}), "system-net-mail")
    assert setup.settings.username == user
    assert remarks(setup) == (set() if user else {("ignored", "UserName")})


def test_mail_that_is_written_into_a_folder(tmp_path: Path) -> None:
    text = SYSTEM % ("25", "DeliveryMethod = SmtpDeliveryMethod.SpecifiedPickupDirectory")
    setup = one(write(tmp_path, {"M.cs": text}), "system-net-mail")
    assert remarks(setup) == {("not-sent", "DeliveryMethod")}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ('"smtp.ionos.com", 587, "info@example.com", "word"', (587, "starttls", True)),
        ('"smtp.ionos.com", 465, "info@example.com", "word"', (465, "starttls", True)),
        ('"smtp.ionos.com", 25', (25, "none", False)),
    ],
)
def test_fluent_email(tmp_path: Path, arguments: str, expected: tuple[int, str, bool]) -> None:
    text = f'builder.Services.AddFluentEmail("shop@example.com").AddSmtpSender({arguments});\n'
    setup = one(write(tmp_path, {"Program.cs": text}), "system-net-mail")
    assert way(setup) == (HOST, *expected)


def test_what_is_not_told(tmp_path: Path) -> None:
    text = (MAILKIT % "587, Mode()").replace('"smtp.ionos.com"', "await Vault()")
    setup = one(write(tmp_path, {"M.cs": text}), "mailkit")
    assert [each.option for each in setup.settings.untellable] == ["host", "SecureSocketOptions"]
    assert setup.settings.host is None


def test_look_alikes(tmp_path: Path) -> None:
    files = {
        "Imap.cs": MAILKIT.replace("SmtpClient", "ImapClient") % "993, true",
        "Shop.Tests/Mailer.cs": MAILKIT % "587",
        "MailerTests.cs": MAILKIT % "587",
        "Debug.cs": "using System.Net.Mail;\n#if DEBUG\n"
        'class D { SmtpClient c = new SmtpClient("h.example", 25); }\n#endif\n',
        "Text.cs": 'using MailKit; class T { string s = "client.Connect(\\"h.example\\", 587)";\n'
        "  // client.Connect(\"h.example\", 587)\n}\n",
    }  # fmt: skip
    assert not setups(write(tmp_path, files))


@pytest.mark.parametrize(
    "before",
    [
        "  public int Port { get; set; }\n",
        "  public int Port { get => _port; set => _port = value; }\n",
        "  public int Port { get { return _port; } set { _port = value; } }\n",
    ],
)
def test_every_property_of_a_class_has_its_type(tmp_path: Path, before: str) -> None:
    """One without a value ends with its brackets; the next one was taken for its rest."""
    options = f"public class SmtpSettings {{\n{before}  public bool UseSsl {{ get; set; }}\n"
    options += "  public string Host { get; set; } = string.Empty;\n}\n"
    files = {**BOUND, "Settings/SmtpSettings.cs": options, "Services/Mailer.cs": BY_OPTIONS}
    root = write(tmp_path, {**files, "appsettings.json": SETTINGS % (587, "false")})
    assert way(one(root, "mailkit")) == (HOST, 587, "starttls", False)
    root = write(tmp_path, {**files, "appsettings.json": SETTINGS % (465, "true")})
    assert way(one(root, "mailkit")) == (HOST, 465, "implicit", False)


def test_an_empty_text_of_a_class_is_no_host(tmp_path: Path) -> None:
    options = "public class SmtpSettings {\n  public string Host { get; set; } = string.Empty;\n}\n"
    files = {**BOUND, "Settings/SmtpSettings.cs": options, "Services/Mailer.cs": BY_OPTIONS}
    assert one(write(tmp_path, files), "mailkit").settings.host is None


WEB_CONFIG = """\
<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <appSettings>
    <add key="webpages:Version" value="3.0.0.0" />
    <!-- <add key="SmtpHost" value="commented.example" /> -->
    <add key="SmtpHost" value="smtp.ionos.com" />
    <add value="%s" key="SmtpPort"/>
    <add key="SmtpUser" value="info@example.com" />
    <add key="SmtpPass" value="wo&amp;rd" />
  </appSettings>
  <system.net>
    <mailSettings>
      <smtp deliveryMethod="Network" from="shop@example.com">
        <network host="smtp.ionos.com" port="%s" userName="info@example.com"
          password="wo&amp;rd" enableSsl="true" />
      </smtp>
    </mailSettings>
  </system.net>
</configuration>
"""
BY_APP_SETTINGS = """\
using System.Net.Mail;
using System.Configuration;
class Mailer {
    void Send() {
        var client = new SmtpClient();
        client.Host = ConfigurationManager.AppSettings["SmtpHost"];
        client.Port = Convert.ToInt32(ConfigurationManager.AppSettings["smtpport"].ToString());
        client.EnableSsl = true;
        client.Credentials = new NetworkCredential(
            ConfigurationManager.AppSettings.Get("SmtpUser"),
            System.Configuration.ConfigurationManager.AppSettings["SmtpPass"]);
    }
}
"""
BY_SECTION_OF_MAIL = """\
using System.Net.Mail;
class Mailer {
    void Send() {
        var smtp = (SmtpSection)ConfigurationManager.GetSection("system.net/mailSettings/smtp");
        var client = new SmtpClient(smtp.Network.Host, smtp.Network.Port);
        client.EnableSsl = smtp.Network.EnableSsl;
        client.Credentials = new NetworkCredential(smtp.Network.UserName, smtp.Network.Password);
    }
}
"""
BY_ITSELF = """\
using System.Net.Mail;
class Mailer { void Send() { using (var client = new SmtpClient()) { client.Send(Message()); } } }
"""


@pytest.mark.parametrize("code", [BY_APP_SETTINGS, BY_SECTION_OF_MAIL, BY_ITSELF])
@pytest.mark.parametrize("port", ["587", "465"])
def test_the_config_file_of_dotnet_framework(tmp_path: Path, code: str, port: str) -> None:
    files = {"Shop/Mailer.cs": code, "Shop/Web.config": WEB_CONFIG % (port, port)}
    root = write(tmp_path / "app", files)
    setup = one(root, "system-net-mail")
    assert way(setup) == (HOST, int(port), "starttls", True)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "wo&rd")
    if port == "465":
        apply(root, prepared(setup.settings, 587, "starttls"))
        assert way(one(root, "system-net-mail"))[:2] == (HOST, 587)


@pytest.mark.parametrize("code", [BY_APP_SETTINGS, BY_SECTION_OF_MAIL, BY_ITSELF])
def test_a_config_file_is_changed_within_its_quotes(tmp_path: Path, code: str) -> None:
    config = (WEB_CONFIG % (587, 587)).replace("wo&amp;rd", "wo&amp;rd ")
    root = write(tmp_path, {"Shop/Mailer.cs": code, "Shop/Web.config": config})
    setup = one(root, "system-net-mail")
    assert password(setup) == "wo&rd "  # a blank in an attribute is a part of it
    apply(root, next(each for each in setup.settings.prepared if each.host), host="m.example.com")
    assert '"m.example.com"' in (root / "Shop/Web.config").read_text()
    assert one(root, "system-net-mail").settings.host == "m.example.com"


def test_which_config_file_counts(tmp_path: Path) -> None:
    release = (
        '<configuration><appSettings><add key="SmtpHost" value="r.example.org" '
        'xdt:Transform="SetAttributes" xdt:Locator="Match(key)"/></appSettings></configuration>'
    )
    files = {
        "Shop/Mailer.cs": BY_APP_SETTINGS,
        "Shop/Web.config": WEB_CONFIG % (587, 587),
        "Shop/Web.Release.config": release,
        "Shop/Web.Debug.config": release.replace("r.example", "debug.example"),
        "Shop/Views/web.config": release.replace("r.example", "views.example"),
        "Other/App.config": release.replace("r.example", "other.example"),
    }
    assert one(write(tmp_path, files), "system-net-mail").settings.host == "r.example.org"


def test_a_config_file_that_is_not_here_is_not_told(tmp_path: Path) -> None:
    setup = one(write(tmp_path, {"Mailer.cs": BY_APP_SETTINGS}), "system-net-mail")
    assert {each.option for each in setup.settings.untellable} == {
        "Host", "Port", "UserName", "Password"
    }  # fmt: skip
    assert all("config file" in each.why for each in setup.settings.untellable)


def test_dotnet_core_reads_no_mail_settings(tmp_path: Path) -> None:
    core = (
        '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net8.0</TargetFramework>'
    )
    files = {"Shop/Mailer.cs": BY_ITSELF, "Shop/app.config": WEB_CONFIG % (587, 587)}
    assert setups(write(tmp_path / "a", files))
    assert not setups(write(tmp_path / "b", {**files, "Shop/Shop.csproj": core}))


@pytest.mark.parametrize(
    ("arguments", "sender"),
    [
        ('"smtp.ionos.com", port: 587, username: "info@example.com", password: "word"', True),
        ('"smtp.ionos.com", 587, "info@example.com", "word"', True),
    ],
)
def test_fluent_email_with_names_and_its_sender(
    tmp_path: Path, arguments: str, sender: bool
) -> None:
    text = f'builder.Services.AddFluentEmail("shop@example.com").AddSmtpSender({arguments});\n'
    setup = one(write(tmp_path, {"Program.cs": text}), "system-net-mail")
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    assert setup.settings.sender == "shop@example.com"


BY_HAND = """\
using System.Net.Mail;
static class Setup {
    static void Add(IServiceCollection services, IConfiguration configuration) {
        var settings = new SmtpSettings();
        configuration.GetSection(%s).Bind(settings);
        services.AddFluentEmail(settings.User).AddSmtpSender(new SmtpClient(settings.Host) {
            Port = settings.Port, EnableSsl = settings.UseSsl,
            Credentials = new NetworkCredential(settings.User, settings.Password) });
    }
}
class SmtpSettings {
    public const string Section = "Smtp";
    public string Host { get; set; } = string.Empty;
    public int Port { get; set; }
    public bool UseSsl { get; set; }
    public string User { get; set; }
    public string Password { get; set; }
}
"""


@pytest.mark.parametrize("name", ['"Smtp"', "SmtpSettings.Section"])
def test_an_object_that_is_bound_by_hand(tmp_path: Path, name: str) -> None:
    files = {"Setup.cs": BY_HAND % name, "appsettings.json": SETTINGS % (587, "true")}
    setup = one(write(tmp_path / "a", files), "system-net-mail", Smtp__Password="word")
    assert way(setup) == (HOST, 587, "starttls", True)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    # where no file here has the section, nothing of it is taken for its default
    other = one(write(tmp_path / "b", {"Setup.cs": BY_HAND % name}), "system-net-mail")
    assert {each.option for each in other.settings.untellable} == {"Host", "Port", "EnableSsl"}
    assert (other.settings.host, other.settings.username) == (None, None)


def test_a_section_by_the_name_of_its_class(tmp_path: Path) -> None:
    bound = {**BOUND, "Program.cs": BOUND["Program.cs"].replace('"Smtp"', "nameof(SmtpSettings)")}
    settings = (SETTINGS % (465, "true")).replace('"Smtp"', '"SmtpSettings"')
    files = {**bound, "Services/Mailer.cs": BY_OPTIONS, "appsettings.json": settings}
    assert way(one(write(tmp_path, files), "mailkit")) == (HOST, 465, "implicit", False)


def test_a_key_that_is_asked_for_with_its_type_is_shown(tmp_path: Path) -> None:
    files = {
        "Mail.cs": BY_KEY.replace('GetValue<bool>("Smtp:UseSsl")', "X")
        .replace("configuration.X", "SecureSocketOptions.None")
        .replace(",\n               ", ","),
        "appsettings.json": '{"Smtp": {"Host": "smtp.ionos.com", "Port": 587}}',
    }
    change = prepared(one(write(tmp_path, files), "mailkit").settings, 587, "starttls")
    assert [(edit.with_, edit.exact) for edit in change.edits] == [("StartTls", True)]


DOTENV = """\
using MailKit.Net.Smtp;
using MailKit.Security;
DotNetEnv.Env.Load();
using var client = new SmtpClient();
client.Connect(Environment.GetEnvironmentVariable("SMTP_HOST"), 587, SecureSocketOptions.StartTls);
client.Authenticate("info@example.com", Environment.GetEnvironmentVariable("SMTP_PASS"));
"""


@pytest.mark.parametrize(
    ("package", "line", "expected"),
    [
        ("DotNetEnv", "seven #herons", None),
        ("dotenv.net", '"seven-herons"', None),
        ("DotNetEnv", "seven-herons", "seven-herons"),
        ("Serilog", "seven#herons", "seven#herons"),  # compose or a shell gives it
    ],
)
def test_a_dotenv_that_a_library_may_read_otherwise(
    tmp_path: Path, package: str, line: str, expected: str | None
) -> None:
    project = (
        '<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="MailKit" '
        f'Version="4.7.1" /><PackageReference Include="{package}" Version="3.1.1" /></ItemGroup>'
        "</Project>"
    )
    files = {
        "App.csproj": project,
        "Program.cs": DOTENV,
        ".env": f"SMTP_HOST=smtp.ionos.com\nSMTP_PASS={line}\n",
    }
    setup = one(write(tmp_path, files), "mailkit")
    assert setup.settings.host == HOST
    assert password(setup) == expected
    untold = {each.field for each in setup.settings.untellable}
    assert untold == (set() if expected is not None else {"password"})


MAIL_SETTINGS = """\
public class MailSettings
{
    public string Server { get; set; }
    public int Port { get; set; }
    public bool Ssl { get; set; } = true;
}
"""
OPENER = """\
using MailKit.Net.Smtp;
public class Sender
{
    private SmtpClient client;
    public void Open(MailSettings Given)
    {
        client = new SmtpClient();
        client.Connect(Given.Server, Given.Port, Given.Ssl);
        client.Authenticate("info@example.com", "word");
    }
}
"""


@pytest.mark.parametrize(
    ("making", "expected"),
    [
        ('new Sender().Open(new MailSettings { Server = "smtp.ionos.com", Port = 465 });',
         (HOST, 465, "implicit")),
        ('var s = new MailSettings();\ns.Server = "smtp.ionos.com";\ns.Port = 587;\ns.Ssl = false;',
         (HOST, 587, "starttls")),
        # two that are alike in all but the port
        ('var a = new MailSettings { Server = "smtp.ionos.com", Port = 465 };\n'
         'var b = new MailSettings { Server = "smtp.ionos.com", Port = 587 };',
         (HOST, None, "implicit")),
        ("", (None, None, "implicit")),
    ],
)  # fmt: skip
def test_an_object_whose_properties_code_sets(
    tmp_path: Path, making: str, expected: tuple[str | None, int | None, str]
) -> None:
    """A parameter with a capital is no class: its Server was the text "Server"."""
    files = {"Settings.cs": MAIL_SETTINGS, "Sender.cs": OPENER, "Program.cs": making}
    settings = one(write(tmp_path, files), "mailkit").settings
    untold = {each.field for each in settings.untellable}
    port = None if "port" in untold else settings.port
    assert (settings.host, port, settings.tls) == expected
    assert ("host" in untold) == (expected[0] is None)


BEHIND_AN_INTERFACE = """\
using System.Net.Mail;
public interface IMailSettings { string Domain { get; } int Number { get; } }
public class MailSettings : IMailSettings
{
    public string Domain { get; set; }
    public int Number { get; set; }
}
public class Mailer
{
    private readonly IMailSettings settings;
    public Mailer(IMailSettings settings) => this.settings = settings;
    public void Send(MailMessage mail)
    {
        using var client = new SmtpClient(settings.Domain, settings.Number) { EnableSsl = true };
        client.Send(mail);
    }
}
"""
FACTORY = """\
services.AddSingleton<IMailSettings, MailSettings>(scope => {
    MailSettings made = new MailSettings();
    var section = Configuration.GetSection("Email");
    made.Domain = section.GetValue<string>("Domain");
    made.Number = section.GetValue<int>("Number");
    return made;
});
"""


@pytest.mark.parametrize("other", ["", "public class Fake : Other, IMailSettings { }\n"])
def test_settings_behind_an_interface(tmp_path: Path, other: str) -> None:
    """The section says no host by a usual name: the code's own way to it counts. With two classes
    of the interface it isn't told which."""
    files = {
        "Mailer.cs": BEHIND_AN_INTERFACE + other,
        "Startup.cs": FACTORY,
        "appsettings.json": '{"Email": {"Domain": "smtp.ionos.com", "Number": "465"}}',
    }
    root = write(tmp_path, files)
    settings = one(root, "system-net-mail").settings
    if other:
        assert {"host", "port"} <= {each.field for each in settings.untellable}
        return
    assert (settings.host, settings.port, settings.tls) == (HOST, 465, "starttls")
    apply(root, prepared(settings, 587, "starttls"))
    assert '"Number": "587"' in (root / "appsettings.json").read_text()


def test_who_calls_a_method_of_a_class_is_looked_for(tmp_path: Path) -> None:
    mailer = (
        "using System.Net.Mail;\npublic static class Mailer {\n"
        "  public static void Start(string server, int port, bool ssl) {\n"
        "    client = new SmtpClient(server, port) { EnableSsl = ssl };\n  }\n}\n"
    )
    call = 'Mailer.Start("smtp.ionos.com", 587, true);\n'
    other = 'Other.Start("x.example.com", 25, false);\n'
    root = write(tmp_path / "a", {"Mailer.cs": mailer, "Program.cs": call + other})
    assert way(one(root, "system-net-mail")) == (HOST, 587, "starttls", True)
    twice = call + call.replace("587", "465")
    settings = one(
        write(tmp_path / "b", {"Mailer.cs": mailer, "Program.cs": twice}), "system-net-mail"
    ).settings
    assert settings.host == HOST
    assert [each.field for each in settings.untellable] == ["port"]


def test_the_lines_that_dotenv_net_reads(tmp_path: Path) -> None:
    code = (
        "using System.Net.Mail;\nvar lines = DotEnv.Read();\n"
        'var client = new SmtpClient(lines["MAIL_SERVER"], int.Parse(lines["MAIL_PORT"]));\n'
    )
    files = {"Program.cs": code, ".env": "MAIL_SERVER=smtp.ionos.com\nMAIL_PORT=587\n"}
    assert way(one(write(tmp_path, files), "system-net-mail")) == (HOST, 587, "none", False)


HANDED_ON = """\
using System.Net.Mail;
public class Mailer {
  public void Send(MailMessage mail) {
    var client = new SmtpClient("smtp.ionos.com", 587);
    %s
    client.Send(mail);
  }
  private void SetUp(SmtpClient made) {
    made.EnableSsl = true;
    made.Credentials = new NetworkCredential("info@example.com", "word");
  }
}
"""


def test_a_client_that_another_method_sets_up(tmp_path: Path) -> None:
    """It was told to be without TLS."""
    root = write(tmp_path / "a", {"Mailer.cs": HANDED_ON % "SetUp(client);"})
    setup = one(root, "system-net-mail")
    assert way(setup) == (HOST, 587, "starttls", True)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    root = write(tmp_path / "b", {"Mailer.cs": HANDED_ON % ""})
    assert way(one(root, "system-net-mail")) == (HOST, 587, "none", False)


FILLED = """\
using MailKit.Net.Smtp;
using Microsoft.Extensions.Options;

public class Sender
{
    private readonly MailOptions _options;

    public Sender(IOptions<MailOptions> options) { _options = options.Value; }

    public void Send(MimeMessage message)
    {
        using var client = new SmtpClient();
        client.Connect(_options.Host, _options.Port, SecureSocketOptions.StartTls);
        client.Authenticate(_options.User, _options.Password);
    }
}
"""
OPTIONS_CLASS = """\
public class MailOptions
{
    public string Host { get; set; } = string.Empty;
    public int Port { get; set; } = 25;
    public string User { get; set; } = "";
    public string Password { get; set; } = "";
}
"""
STARTUP = "class Startup { void Go(IServiceCollection services) { FILLED } }"
SMTP_SECTION = (
    '{"Mail": {"Host": "smtp.ionos.com", "Port": 587, "User": "info@example.com",'
    ' "Password": "word"}}'
)


@pytest.mark.parametrize(
    "filled",
    [
        """services.Configure<MailOptions>(options =>
        {
            options.Host = "smtp.ionos.com";
            options.Port = 587;
            options.User = "info@example.com";
            options.Password = "word";
        });""",
        """services.AddOptions<MailOptions>().Configure(o => { o.Unused = 1; });
        services.Configure<MailOptions>(o => Configuration.GetSection("Mail").Bind(o));""",
    ],
)
def test_options_that_a_function_fills(tmp_path: Path, filled: str) -> None:
    root = write(
        tmp_path / "app",
        {
            "Sender.cs": FILLED,
            "MailOptions.cs": OPTIONS_CLASS,
            "Startup.cs": STARTUP.replace("FILLED", filled),
            "appsettings.json": SMTP_SECTION,
        },
    )
    setup = one(root, "mailkit")
    assert way(setup) == (HOST, 587, "starttls", True)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")


def test_a_function_that_fills_another_class_says_nothing(tmp_path: Path) -> None:
    filled = 'services.Configure<OtherOptions>(options => { options.Host = "smtp.ionos.com"; });'
    root = write(
        tmp_path / "app",
        {
            "Sender.cs": FILLED,
            "MailOptions.cs": OPTIONS_CLASS,
            "Startup.cs": STARTUP.replace("FILLED", filled),
        },
    )
    setup = one(root, "mailkit")
    assert {each.field for each in setup.settings.untellable} >= {"host", "username", "password"}


def test_settings_that_the_container_of_services_is_asked_for(tmp_path: Path) -> None:
    root = write(
        tmp_path / "app",
        {
            "Sender.cs": FILLED.replace(
                "IOptions<MailOptions> options", "MailOptions options"
            ).replace("options.Value", "options"),
            "MailOptions.cs": OPTIONS_CLASS,
            "Program.cs": """builder.Services.AddSingleton<Sender>(sp => {
                var settings = sp.GetRequiredService<IConfiguration>()
                    .GetSection("Mail").Get<MailOptions>();
                return new Sender(settings);
            });""",
            "appsettings.json": SMTP_SECTION,
        },
    )
    setup = one(root, "mailkit")
    assert way(setup) == (HOST, 587, "starttls", True)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")


def test_an_empty_default_is_no_setting_of_an_object_that_others_make(tmp_path: Path) -> None:
    """A row of a database: `= string.Empty` stands there for the compiler."""
    sender = (
        FILLED.replace("options.Value", "null")
        .replace("Send(MimeMessage message)", "Send(MailOptions row)")
        .replace("_options.", "row.")
    )
    setup = one(
        write(tmp_path / "app", {"S.cs": sender, "MailOptions.cs": OPTIONS_CLASS}), "mailkit"
    )
    assert {each.field for each in setup.settings.untellable} >= {"host", "username", "password"}
    made = sender.replace(
        "using var", 'row = new MailOptions { Host = "smtp.ionos.com" }; using var'
    )
    setup = one(
        write(tmp_path / "app2", {"S.cs": made, "MailOptions.cs": OPTIONS_CLASS}), "mailkit"
    )
    assert setup.settings.host == HOST

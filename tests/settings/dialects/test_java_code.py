"""What Java and Kotlin code sends with: Jakarta Mail, Spring's sender, two libraries on top."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import apply, one, prepared, setups, write
from .ways import changes_lead_there, password, remarks, way

HOST = "smtp.ionos.com"
CLASS = """\
import jakarta.mail.*;
import java.util.Properties;

public class Mailer {
    private static final String USER = "info@example.com";

    public void send() throws Exception {
        Properties props = new Properties();
        props.put("mail.smtp.host", "smtp.ionos.com");
        props.put("mail.smtp.auth", "true");
%s
        Session session = Session.getInstance(props, new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return new PasswordAuthentication(USER, "word"); // the password
            }
        });
        MimeMessage message = new MimeMessage(session);
        message.setFrom(new InternetAddress("shop@example.com", "Shop"));
        Transport.send(message);
    }
}
"""
FACTORY = 'props.put("mail.smtp.socketFactory.class", "javax.net.ssl.SSLSocketFactory");'


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('props.put("mail.smtp.port", "587");\nprops.put("mail.smtp.starttls.enable", "true");',
         (587, "starttls", False)),
        ('props.put("mail.smtp.port", 587);\nprops.put("mail.smtp.starttls.required", true);',
         (587, "starttls", True)),
        ('props.setProperty("mail.smtp.port", String.valueOf(465));\n'
         'props.setProperty("mail.smtp.ssl.enable", "true");', (465, "implicit", False)),
        ('props.put("mail.smtp.port", "587");\nprops.put("mail.smtp.ssl.enable", "true");',
         (587, "implicit", False)),
        ('props.put("mail.smtp.port", "465");\nprops.put("mail.smtp.starttls.enable", "true");',
         (465, "starttls", False)),
        ('props.put("mail.smtp.port", "465");', (465, "none", False)),
        ('props.put("mail.smtp.ssl.enable", true);', (465, "implicit", False)),
        (f'props.put("mail.smtp.port", "465");\n{FACTORY}', (465, "implicit", False)),
    ],
)  # fmt: skip
def test_properties_in_java(tmp_path: Path, lines: str, expected: tuple[int, str, bool]) -> None:
    root = write(tmp_path / "app", {"src/main/java/shop/Mailer.java": CLASS % lines})
    setup = one(root, "jakarta-mail")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    assert setup.settings.sender == "shop@example.com"
    assert not remarks(setup)
    changes_lead_there(root, "jakarta-mail")


def test_an_authenticator_is_asked_only_with_auth(tmp_path: Path) -> None:
    text = CLASS.replace('        props.put("mail.smtp.auth", "true");\n', "") % ""
    setup = one(write(tmp_path, {"Mailer.java": text}), "jakarta-mail")
    assert remarks(setup) == {("ignored", "user")}
    assert (setup.settings.username, password(setup)) == (None, None)


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ('Transport t = session.getTransport("smtp");\n'
         't.connect("smtp.ionos.com", 587, "u@example.com", "pw");', (587, "none")),
        ('Transport t = session.getTransport("smtps");\n'
         't.connect("smtp.ionos.com", 587, "u@example.com", "pw");', (587, "implicit")),
        ('session.getTransport("smtps").connect("smtp.ionos.com", "u@example.com", "pw");',
         (465, "implicit")),
        ('props.put("mail.smtp.host", "smtp.ionos.com");\n'
         'Transport.send(message, "u@example.com", "pw");', (25, "none")),
    ],
)  # fmt: skip
def test_what_a_transport_is_connected_with(
    tmp_path: Path, calls: str, expected: tuple[int, str]
) -> None:
    text = (
        "class A { void f() {\nProperties props = System.getProperties();\n"
        f'props.put("mail.smtp.auth", "true");\n{calls}\n}}\n}}\n'
    )
    setup = one(write(tmp_path, {"A.java": text}), "jakarta-mail")
    assert way(setup)[:3] == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("u@example.com", "pw")
    if expected[1] == "none":
        assert prepared(setup.settings, 587, "starttls").edits
    else:
        assert prepared(setup.settings, 465, "implicit") if expected[0] == 587 else True


SPRING = """\
@Configuration
public class MailConfig {
    @Value("${app.mail.host}") private String host;
    @Value("${app.mail.port:587}") private int port;

    @Bean
    public JavaMailSender mailSender(@Value("${app.mail.user}") String user) {
        JavaMailSenderImpl sender = new JavaMailSenderImpl();
        sender.setHost(host);
        sender.setPort(port);
        sender.setUsername(user);
        sender.setPassword(System.getenv("MAIL_PASSWORD"));
%s
        return sender;
    }
}
"""
ASKED = "Properties p = sender.getJavaMailProperties();\n"
HANDED = "Properties p = new Properties();\nsender.setJavaMailProperties(p);\n"


@pytest.mark.parametrize("properties", [ASKED, HANDED], ids=["asked", "handed"])
@pytest.mark.parametrize(
    ("port", "lines", "expected"),
    [
        ("587", 'p.put("mail.smtp.starttls.enable", "true");', (587, "starttls", False)),
        ("587", 'p.put("mail.smtp.ssl.enable", "true");', (587, "implicit", False)),
        ("465", 'p.put("mail.smtp.ssl.enable", "true");', (465, "implicit", False)),
        ("465", 'p.put("mail.smtp.starttls.enable", "true");', (465, "starttls", False)),
    ],
)
def test_springs_sender_with_the_application_file(
    tmp_path: Path, properties: str, port: str, lines: str, expected: tuple[int, str, bool]
) -> None:
    files = {
        "src/main/java/MailConfig.java": SPRING % (properties + lines),
        "src/main/resources/application.properties": "app.mail.host=smtp.ionos.com\n"
        f"app.mail.port={port}\napp.mail.user=info@example.com\n",
        ".env": "MAIL_PASSWORD=word\n",
    }
    root = write(tmp_path / "app", files)
    setup = one(root, "jakarta-mail")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    port_entry = setup.settings.entry("port")
    assert port_entry is not None
    assert port_entry.origin.label == "src/main/resources/application.properties:2"
    changes_lead_there(root, "jakarta-mail")


MADE = """sender.setJavaMailProperties(properties());
        return sender;
    }

    private Properties properties() {
        Properties sent = new Properties();
        sent.put("mail.smtp.starttls.required", "true");
        return sent;
    }

    private Properties others() {
        Properties p = new Properties();
        p.put("mail.smtp.ssl.enable", "true");
        return p;"""


@pytest.mark.parametrize(
    ("properties", "mode"),
    [(MADE, "starttls"), (MADE.replace("(properties())", "(others())"), "implicit")],
)
def test_properties_of_springs_sender_that_a_method_makes(
    tmp_path: Path, properties: str, mode: str
) -> None:
    files = {
        "src/main/java/MailConfig.java": SPRING % properties,
        "application.yml": "app.mail: {host: smtp.ionos.com, port: 587, user: info@example.com}\n",
    }
    found = [each for each in setups(write(tmp_path, files)) if each.settings.port == 587]
    assert [way(each)[:3] for each in found] == [(HOST, 587, mode)]


def test_properties_of_springs_sender_from_elsewhere_are_not_told(tmp_path: Path) -> None:
    files = {
        "MailConfig.java": SPRING % "sender.setJavaMailProperties(Shared.properties());",
        "application.yml": "app.mail: {host: smtp.ionos.com, port: 587, user: info@example.com}\n",
    }
    setup = one(write(tmp_path, files), "jakarta-mail")
    assert "tls" in {each.field for each in setup.settings.untellable}


def test_springs_sender_without_properties_gets_some(tmp_path: Path) -> None:
    files = {
        "MailConfig.java": SPRING % "",
        "application.yml": "app.mail: {host: smtp.ionos.com, user: info@example.com}\n",
    }
    root = write(tmp_path, files)
    assert way(one(root, "jakarta-mail")) == (HOST, 587, "none", False)
    apply(root, prepared(one(root, "jakarta-mail").settings, 587, "starttls"))
    line = 'sender.getJavaMailProperties().put("mail.smtp.starttls.enable", "true");'
    assert line in (root / "MailConfig.java").read_text()
    assert way(one(root, "jakarta-mail")) == (HOST, 587, "starttls", False)


KOTLIN = """\
package shop

class MailConfig {
    @Bean
    fun mailSender(): JavaMailSender = JavaMailSenderImpl().apply {
        host = System.getenv("SMTP_HOST") ?: "smtp.ionos.com"
        port = System.getenv("SMTP_PORT")?.toInt() ?: 587
        username = System.getenv("SMTP_USER")
        password = System.getenv("SMTP_PASS")
        javaMailProperties["mail.smtp.auth"] = true
%s
    }
}
"""


OF_A_CLASS = """\
package shop

class MailConfig {
    @Value("\\${spring.mail.host}") private lateinit var host: String
    @Value("\\${spring.mail.port}") private var port = 0
    @Value("\\${shop.mail.user}") lateinit var username: String

    @Bean
    fun mailSender(): JavaMailSender = JavaMailSenderImpl().apply {
        host = this@MailConfig.host
        port = this@MailConfig.port
        this.username = this@MailConfig.username
        this@apply.password = "word"
    }
}
"""


def test_the_class_around_what_is_set_up(tmp_path: Path) -> None:
    """`this@MailConfig` is the class, `this@apply` the sender; what a field begins with doesn't
    count where it is filled."""
    mail = (
        "spring.mail.host=smtp.ionos.com\nspring.mail.port=587\nshop.mail.user=info@example.com\n"
    )
    files = {
        "src/main/kotlin/MailConfig.kt": OF_A_CLASS,
        "src/main/resources/application.properties": mail,
    }
    setup = one(write(tmp_path, files), "jakarta-mail")
    assert way(setup)[:3] == (HOST, 587, "none")
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    write(tmp_path, {"src/main/resources/application.properties": "spring.mail.host=a.example\n"})
    setup = one(tmp_path, "jakarta-mail")
    assert {"port", "username"} <= {each.field for each in setup.settings.untellable}


@pytest.mark.parametrize(
    ("line", "port", "tls"),
    [
        ('        javaMailProperties["mail.smtp.starttls.enable"] = "true"', 587, "starttls"),
        ('        javaMailProperties["mail.smtp.ssl.enable"] = "true"', 587, "implicit"),
        ('        javaMailProperties.apply { put("mail.smtp.ssl.enable", true) }', 587, "implicit"),
        ("", 465, "none"),
    ],
)
def test_springs_sender_in_kotlin(tmp_path: Path, line: str, port: int, tls: str) -> None:
    env = f"SMTP_PORT={port}\nSMTP_USER=info@example.com\nSMTP_PASS=word\n"
    root = write(tmp_path / "app", {"MailConfig.kt": KOTLIN % line, ".env": env})
    setup = one(root, "jakarta-mail")
    assert way(setup)[:3] == (HOST, port, tls)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    changes_lead_there(root, "jakarta-mail")


@pytest.mark.parametrize(
    ("line", "tls"),
    [
        ("val props = sender.javaMailProperties", "implicit"),
        ("val props: Properties = sender.javaMailProperties", "implicit"),
        # another object's properties
        ("val props = other.javaMailProperties", "none"),
    ],
)
def test_the_properties_of_springs_sender_by_a_name(tmp_path: Path, line: str, tls: str) -> None:
    text = f"""\
class MailConfig {{
    @Bean
    fun mailSender(): JavaMailSender {{
        val sender = JavaMailSenderImpl()
        sender.host = "smtp.ionos.com"
        sender.port = 465
        {line}
        props["mail.smtp.ssl.enable"] = "true"
        return sender
    }}
}}
"""
    setup = one(write(tmp_path, {"MailConfig.kt": text}), "jakarta-mail")
    assert way(setup)[:3] == (HOST, 465, tls)


def test_properties_in_kotlin(tmp_path: Path) -> None:
    text = """\
object Mailer {
    private val session = Session.getInstance(Properties().apply {
        put("mail.smtp.host", "smtp.ionos.com")
        put("mail.smtp.port", "587")
        put("mail.smtp.auth", "true")
        put("mail.smtp.ssl.enable", "true")
    }, object : Authenticator() {
        override fun getPasswordAuthentication() =
            PasswordAuthentication("info@example.com", "word")
    })
}
"""
    root = write(tmp_path / "app", {"Mailer.kt": text})
    setup = one(root, "jakarta-mail")
    assert way(setup) == (HOST, 587, "implicit", False)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    changes_lead_there(root, "jakarta-mail")


def test_a_switch_that_decides_which_property_is_put(tmp_path: Path) -> None:
    lines = (
        'boolean ssl = Boolean.parseBoolean(System.getenv("SMTP_SSL"));\n'
        'props.put("mail.smtp.port", ssl ? "465" : "587");\n'
        'if (ssl) { props.put("mail.smtp.ssl.enable", "true"); }\n'
        'else { props.put("mail.smtp.starttls.enable", "true"); }'
    )
    root = write(tmp_path, {"Mailer.java": CLASS % lines, ".env": "SMTP_SSL=true\n"})
    assert way(one(root, "jakarta-mail")) == (HOST, 465, "implicit", False)
    (root / ".env").write_text("SMTP_SSL=1\n")  # Java takes the word true alone
    assert way(one(root, "jakarta-mail")) == (HOST, 587, "starttls", False)


def test_what_is_not_told_is_said_with_its_line(tmp_path: Path) -> None:
    text = CLASS.replace('"smtp.ionos.com"', "vault.read()") % ""
    setup = one(write(tmp_path, {"Mailer.java": text}), "jakarta-mail")
    (item,) = setup.settings.untellable
    assert (item.option, item.why) == ("mail.smtp.host", "what vault.read() gives can't be told")
    assert item.origin is not None
    assert (item.origin.label, setup.settings.host) == ("Mailer.java:9", None)


def test_whether_it_is_put_at_all_may_not_be_told(tmp_path: Path) -> None:
    lines = 'if (config.ssl()) { props.put("mail.smtp.ssl.enable", "true"); }'
    setup = one(write(tmp_path, {"Mailer.java": CLASS % lines}), "jakarta-mail")
    assert [each.option for each in setup.settings.untellable] == ["mail.smtp.ssl.enable"]


SIMPLE = """\
import org.simplejavamail.mailer.MailerBuilder;
class A {
    Mailer mailer = MailerBuilder
        .withSMTPServer("smtp.ionos.com", %s, "info@example.com", "word")
%s        .buildMailer();
    Email email = EmailBuilder.startingBlank().from("Shop", "shop@example.com").buildEmail();
}
"""


@pytest.mark.parametrize(
    ("port", "strategy", "tls", "required"),
    [
        ("587", "SMTP_TLS", "starttls", True),
        ("465", "SMTPS", "implicit", False),
        ("587", "SMTPS", "implicit", False),
        ("465", "SMTP_TLS", "starttls", True),
        ("587", "SMTP", "starttls", False),
        ("465", "", "starttls", False),
    ],
)
def test_simple_java_mail(
    tmp_path: Path, port: str, strategy: str, tls: str, required: bool
) -> None:
    line = f"        .withTransportStrategy(TransportStrategy.{strategy})\n" if strategy else ""
    root = write(tmp_path / "app", {"A.java": SIMPLE % (port, line)})
    setup = one(root, "simple-java-mail")
    assert way(setup) == (HOST, int(port), tls, required)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    assert setup.settings.sender == "shop@example.com"
    assert setup.settings.verify is (strategy not in ("SMTP", ""))
    changes_lead_there(root, "simple-java-mail")


def test_simple_java_mail_by_single_methods_in_kotlin(tmp_path: Path) -> None:
    text = (
        "import org.simplejavamail.mailer.MailerBuilder\n"
        "val builder = MailerBuilder.withSMTPServerHost(System.getenv(\"H\"))\n"
        "val mailer = builder.withSMTPServerUsername(\"u\").withSMTPServerPassword(\"w\")\n"
        "    .withTransportStrategy(TransportStrategy.SMTPS).buildMailer()\n"
    )  # fmt: skip
    setup = one(write(tmp_path, {"A.kt": text, ".env": f"H={HOST}\n"}), "simple-java-mail")
    assert way(setup) == (HOST, 465, "implicit", False)
    assert (setup.settings.username, password(setup)) == ("u", "w")


COMMONS = """\
import org.apache.commons.mail.*;
class A { void send() throws EmailException {
    HtmlEmail email = new HtmlEmail();
    email.setHostName("smtp.ionos.com");
%s
    email.setAuthenticator(new DefaultAuthenticator("info@example.com", "word"));
    email.setFrom("shop@example.com", "Shop");
    email.send();
} }
"""


@pytest.mark.parametrize(
    ("lines", "expected", "said"),
    [
        ("email.setSmtpPort(587);\nemail.setStartTLSEnabled(true);", (587, "starttls", False), ""),
        ("email.setSmtpPort(587);\nemail.setStartTLSRequired(true);", (587, "starttls", True), ""),
        ("email.setSmtpPort(587);\nemail.setTLS(true);", (587, "starttls", False), ""),
        ('email.setSslSmtpPort("465");\nemail.setSSLOnConnect(true);', (465, "implicit", False),
         ""),
        ("email.setSSL(true);", (465, "implicit", False), ""),
        ("email.setSmtpPort(465);", (465, "none", False), ""),
        ('email.setSslSmtpPort("587");\nemail.setSSLOnConnect(true);', (587, "implicit", False),
         ""),
        # the port of setSmtpPort is not that of TLS from the first byte
        ("email.setSmtpPort(587);\nemail.setSSLOnConnect(true);", (465, "implicit", False),
         "smtpPort"),
        ("email.setSmtpPort(465);\nemail.setSSLOnConnect(true);", (465, "implicit", False), ""),
    ],
)  # fmt: skip
def test_commons_email(
    tmp_path: Path, lines: str, expected: tuple[int, str, bool], said: str
) -> None:
    root = write(tmp_path / "app", {"A.java": COMMONS % lines})
    setup = one(root, "commons-email")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    assert setup.settings.sender == "shop@example.com"
    assert remarks(setup) == ({("ignored", said)} if said else set())
    changes_lead_there(root, "commons-email")


def test_commons_email_in_kotlin(tmp_path: Path) -> None:
    text = (
        "import org.apache.commons.mail.SimpleEmail\nfun send() {\n    SimpleEmail().apply {\n"
        '        hostName = "smtp.ionos.com"\n        setSmtpPort(465)\n'
        '        setAuthentication("info@example.com", "word")\n        isStartTLSEnabled = true\n'
        '        setFrom("shop@example.com")\n    }.send()\n}\n'
    )
    root = write(tmp_path / "app", {"A.kt": text})
    setup = one(root, "commons-email")
    assert way(setup) == (HOST, 465, "starttls", False)
    assert password(setup) == "word"
    changes_lead_there(root, "commons-email")


def test_look_alikes(tmp_path: Path) -> None:
    files = {
        "src/test/java/MailTest.java": CLASS % "",
        "src/main/java/MailerTests.java": CLASS % "",
        "A.java": 'class A { /* props.put("mail.smtp.host", "h.example"); */\n'
        ' String s = "props.put(\\"mail.smtp.host\\", 1)"; }\n',
        "Reads.java": 'class R { String h = props.getProperty("mail.smtp.host"); }\n',
        "Imap.java": 'class I { void f() { props.put("mail.imap.host", "h.example");\n'
        ' store.connect("h.example", "u", "p"); } }\n',
        "Builder.kt": "// MailerBuilder.withSMTPServer(1)\nval x = MailerBuilder()\n",
    }
    assert not setups(write(tmp_path, files))


BEAN = """\
@Configuration
class MailConfig {
    @Bean
    JavaMailSender mailSender(ShopProperties shop) {
        JavaMailSenderImpl sender = new JavaMailSenderImpl();
        sender.setHost(shop.%s);
        sender.setPort(shop.%s);
        sender.setUsername(shop.%s);
        sender.setPassword(shop.%s);
        if (shop.%s) {
            sender.getJavaMailProperties().put("mail.smtp.ssl.enable", "true");
        } else {
            sender.getJavaMailProperties().put("mail.smtp.starttls.enable", "true");
        }
        return sender;
    }
}
"""
RECORD = """\
@ConfigurationProperties(prefix = "shop")
public record ShopProperties(Smtp smtp) {
    public record Smtp(String host, @DefaultValue("587") int port, String user, String password,
            boolean ssl) {}
}
"""
FILLED = """\
@Component
@ConfigurationProperties("shop")
public class ShopProperties {
    private final Smtp smtp = new Smtp();
    public Smtp getSmtp() { return smtp; }
    public static class Smtp {
        private String host = "localhost";
        private int port = 587;
        private String user, password;
        private boolean ssl;
        public String getHost() { return host; }
        public int getPort() { return this.port; }
        public void setPort(int port) { this.port = port; }
        public String getUser() { return user; }
        public String getPassword() { return password; }
        public boolean isSsl() { return ssl; }
    }
}
"""
MAPPING = """\
@ConfigMapping(prefix = "shop")
public interface ShopProperties {
    Smtp smtp();

    interface Smtp {
        @WithName("host") String server();
        @WithDefault("587") int port();
        String user();
        String password();
        @WithDefault("false") boolean ssl();
    }
}
"""
BY_NAME = ("smtp().host()", "smtp().port()", "smtp().user()", "smtp().password()", "smtp().ssl()")
BY_GETTER = ("getSmtp().getHost()", "getSmtp().getPort()", "getSmtp().getUser()",
             "getSmtp().getPassword()", "getSmtp().isSsl()")  # fmt: skip


@pytest.mark.parametrize(
    ("declared", "names"),
    [
        (RECORD, BY_NAME),
        (FILLED, BY_GETTER),
        (FILLED.replace("public String get", "// ").replace("public int get", "// "), BY_GETTER),
        (MAPPING, ("smtp().server()", *BY_NAME[1:])),
    ],
    ids=["record", "class", "lombok", "mapping"],
)
@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("port: 465\n    ssl: false", (465, "starttls")),
        ("port: 465\n    ssl: true", (465, "implicit")),
        ("ssl: true", (587, "implicit")),
        ("ssl: ${MAIL_SSL:false}", (587, "starttls")),
    ],
)
def test_a_class_that_is_filled_from_keys(
    tmp_path: Path,
    declared: str,
    names: tuple[str, ...],
    lines: str,
    expected: tuple[int, str],
) -> None:
    login = "user: u@example.com\n    password: pw"
    yml = f"shop:\n  smtp:\n    host: {HOST}\n    {login}\n    {lines}\n"
    files = {
        "src/main/java/MailConfig.java": BEAN % names,
        "src/main/java/ShopProperties.java": declared,
        "src/main/resources/application.yml": yml,
    }
    root = write(tmp_path, files)
    setup = one(root, "jakarta-mail")
    assert (setup.settings.host, setup.settings.port, setup.settings.tls) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("u@example.com", "pw")
    other = one(root, "jakarta-mail", SHOP_SMTP_PORT="2525").settings
    assert other.port == 2525


def test_a_kotlin_class_that_is_filled_from_keys(tmp_path: Path) -> None:
    files = {
        "MailConfig.kt": """\
@ConfigurationProperties("shop.smtp")
data class ShopProperties(val host: String, val port: Int = 587, val user: String)

@Configuration
class MailConfig(private val shop: ShopProperties) {
    @Bean
    fun mailSender(): JavaMailSender = JavaMailSenderImpl().apply {
        host = shop.host
        port = shop.port
        username = shop.user
        javaMailProperties["mail.smtp.starttls.enable"] = "true"
    }
}
""",
        "src/main/resources/application.properties": (
            "shop.smtp.host=smtp.ionos.com\nshop.smtp.port=465\nshop.smtp.user=u@example.com\n"
        ),
    }
    setup = one(write(tmp_path, files), "jakarta-mail")
    assert way(setup)[:3] == (HOST, 465, "starttls")
    assert setup.settings.username == "u@example.com"


@pytest.mark.parametrize(
    ("declared", "yml"),
    [
        (RECORD, "shop:\n  smtp:\n    user: u@example.com\n"),  # set where it runs
        (
            RECORD.replace("@ConfigurationProperties", "@Other"),
            f"shop:\n  smtp:\n    host: {HOST}\n",
        ),
        (RECORD, f"other:\n  smtp:\n    host: {HOST}\n"),
    ],
    ids=["unset", "no prefix", "other prefix"],
)
def test_what_no_key_fills_cannot_be_told(tmp_path: Path, declared: str, yml: str) -> None:
    files = {
        "src/main/java/MailConfig.java": BEAN % BY_NAME,
        "src/main/java/ShopProperties.java": declared,
        "src/main/resources/application.yml": yml,
    }
    settings = one(write(tmp_path, files), "jakarta-mail").settings
    assert settings.host is None
    assert "setHost" in {each.option for each in settings.untellable}


def test_the_default_of_a_property_of_microprofile(tmp_path: Path) -> None:
    text = SPRING % ASKED.replace("%s", "")
    text = text.replace('@Value("${app.mail.host}")', '@ConfigProperty(name = "app.mail.host")')
    text = text.replace(
        '@Value("${app.mail.port:587}")',
        '@ConfigProperty(name = "app.mail.port", defaultValue = "465")',
    )
    files = {
        "A.java": text,
        "src/main/resources/application.properties": (
            f"app.mail.host=dev.example\n%prod.app.mail.host={HOST}\napp.mail.user=u@example.com\n"
        ),
    }
    settings = one(write(tmp_path, files), "jakarta-mail").settings
    assert (settings.host, settings.port) == (HOST, 465)


BY_KEYS = """\
import jakarta.mail.*;
@PropertySource("classpath:mail/server.properties")
public class Mailer {
    private static final String HOST = "mail.server.host";
    @Autowired
    private Environment env;
    void send() throws Exception {
        Properties props = new Properties();
        props.put("mail.smtp.host", env.getRequiredProperty(HOST));
        props.put("mail.smtp.port", env.getProperty("mail.server.port", "587"));
        props.put("mail.smtp.ssl.enable", "true");
        Session session = Session.getInstance(props);
    }
}
"""


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"src/main/resources/mail/server.properties":
          "mail.server.host=smtp.ionos.com\nmail.server.port=465\n"}, (HOST, 465)),
        ({"src/main/resources/mail/server.properties": "mail.server.host=smtp.ionos.com\n"},
         (HOST, 587)),
        # the application's own file stands before it
        ({"src/main/resources/mail/server.properties": "mail.server.host=x.example.com\n",
          "src/main/resources/application.properties": "mail.server.host=smtp.ionos.com\n"},
         (HOST, 587)),
    ],
)  # fmt: skip
def test_what_springs_environment_has(
    tmp_path: Path, files: dict[str, str], expected: tuple[str, int]
) -> None:
    setup = one(write(tmp_path, {"src/main/java/Mailer.java": BY_KEYS, **files}), "jakarta-mail")
    assert way(setup) == (*expected, "implicit", False)


def test_a_key_that_nothing_sets_cannot_be_told(tmp_path: Path) -> None:
    settings = one(write(tmp_path, {"Mailer.java": BY_KEYS}), "jakarta-mail").settings
    assert settings.host is None
    assert "host" in {each.field for each in settings.untellable}


@pytest.mark.parametrize(
    "asked",
    [
        'env.getProperty("mail.server.port", Integer.class, 587)',
        'env.containsProperty("mail.server.port") ? env.getProperty("mail.server.port") : "587"',
    ],
)
@pytest.mark.parametrize(("line", "port"), [("", 587), ("mail.server.port=465\n", 465)])
def test_other_ways_to_ask_for_a_key_or_a_default(
    tmp_path: Path, asked: str, line: str, port: int
) -> None:
    usual = 'env.getProperty("mail.server.port", "587")'
    assert usual in BY_KEYS
    files = {
        "src/main/java/Mailer.java": BY_KEYS.replace(usual, asked),
        "src/main/resources/mail/server.properties": f"mail.server.host={HOST}\n{line}",
    }
    setup = one(write(tmp_path, files), "jakarta-mail")
    assert way(setup) == (HOST, port, "implicit", False)


def test_a_resource_bundle_is_a_file_of_its_own(tmp_path: Path) -> None:
    code = BY_KEYS.replace("env.getRequiredProperty(HOST)", 'texts.getString("host")').replace(
        'env.getProperty("mail.server.port", "587")', 'texts.getString("port")'
    )
    made = 'private ResourceBundle texts = ResourceBundle.getBundle("mail.server");'
    code = code.replace("@Autowired", made)
    files = {
        "src/main/java/Mailer.java": code,
        "src/main/resources/mail/server.properties": f"host={HOST}\nport=465\n",
        "src/main/resources/application.properties": "host=other.example.com\nport=25\n",
    }
    setup = one(write(tmp_path, files), "jakarta-mail")
    assert way(setup) == (HOST, 465, "implicit", False)


KTOR = """\
import io.ktor.server.config.*
import jakarta.mail.*
class Mailer(private val config: ApplicationConfig) {
    private val host = config.property("smtp.host").getString()
    private val port = config.config("smtp").property("port").getString().toInt()
    fun send() {
        val props = Properties().apply {
            put("mail.smtp.host", host)
            put("mail.smtp.port", port)
            put("mail.smtp.starttls.enable", "true")
        }
        val session = Session.getInstance(props)
    }
}
"""
TYPESAFE = KTOR.replace("(private val config: ApplicationConfig)", "").replace(
    "config.property(\"smtp.host\").getString()", "ConfigFactory.load().getString(\"smtp.host\")"
).replace(
    "config.config(\"smtp\").property(\"port\").getString().toInt()",
    "ConfigFactory.load().getConfig(\"smtp\").getInt(\"port\")",
)  # fmt: skip


MODULE = (
    KTOR.replace("class Mailer(private val config: ApplicationConfig)", "object Mailer")
    .replace("= config.", "= environment.config.")
)  # fmt: skip


@pytest.mark.parametrize("code", [KTOR, TYPESAFE, MODULE])
@pytest.mark.parametrize(
    ("name", "text", "environ", "expected"),
    [
        ("application.conf", 'smtp {\n  host = "smtp.ionos.com"\n  port = 587\n}\n', {}, 587),
        ("application.conf", "smtp.host = smtp.ionos.com\nsmtp.port = 587\n"
         "smtp.port = ${?SMTP_PORT}\n", {}, 587),
        ("application.conf", "smtp.host = smtp.ionos.com\nsmtp.port = 587\n"
         "smtp.port = ${?SMTP_PORT}\n", {"SMTP_PORT": "465"}, 465),
        # no variable stands before the file by itself
        ("application.conf", "smtp.host = smtp.ionos.com\nsmtp.port = 587\n",
         {"SMTP_PORT": "465"}, 587),
        ("application.yaml", 'smtp:\n  host: smtp.ionos.com\n  port: "$MAIL_PORT:587"\n', {}, 587),
        ("application.yaml", 'smtp:\n  host: smtp.ionos.com\n  port: "$MAIL_PORT:587"\n',
         {"MAIL_PORT": "465"}, 465),
    ],
)  # fmt: skip
def test_what_ktors_and_typesafes_configuration_has(
    tmp_path: Path, code: str, name: str, text: str, environ: dict[str, str], expected: int
) -> None:
    files = {"src/main/kotlin/Mailer.kt": code, f"src/main/resources/{name}": text}
    setup = one(write(tmp_path, files), "jakarta-mail", **environ)
    assert way(setup) == (HOST, expected, "starttls", False)


def test_a_variable_of_hocon_that_nobody_sets_cannot_be_told(tmp_path: Path) -> None:
    files = {"Mailer.kt": KTOR, "application.conf": "smtp { host = ${MAIL_SERVER}, port = 587 }\n"}
    settings = one(write(tmp_path, files), "jakarta-mail").settings
    assert [each.field for each in settings.untellable] == ["host"]


LOADED = """\
import jakarta.mail.*;
public class Mailer {
    void send() throws Exception {
        Properties %s = new Properties();
        %s.load(Mailer.class.getResourceAsStream("/mail.properties"));
%s
        Session session = Session.getInstance(props, new Authenticator() {
            protected PasswordAuthentication getPasswordAuthentication() {
                return new PasswordAuthentication("info@example.com", "word");
            }
        });
    }
}
"""
COPIED = """\
        Properties props = new Properties();
        props.put("mail.smtp.host", config.getProperty("server"));
        props.put("mail.smtp.port", config.getProperty("port", "465"));
        props.put("mail.smtp.auth", "true");
        props.put("mail.smtp.ssl.enable", "true");
"""


def test_properties_that_a_file_is_loaded_into(tmp_path: Path) -> None:
    """One set-up: the file's with the login of the code."""
    lines = ("host=smtp.ionos.com", "port=587", "auth=true", "ssl.enable=true")
    text = "".join(f"mail.smtp.{line}\n" for line in lines)
    files = {
        "Mailer.java": LOADED % ("props", "props", ""),
        "src/main/resources/mail.properties": text,
    }
    root = write(tmp_path, files)
    assert [each.identity.dialect for each in setups(root)] == ["jakarta-mail"]
    setup = one(root, "jakarta-mail")
    assert way(setup) == (HOST, 587, "implicit", False)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    changes_lead_there(root, "jakarta-mail")


def test_a_login_that_properties_of_an_unknown_file_may_ask_for(tmp_path: Path) -> None:
    put = '        props.put("mail.smtp.starttls.enable", "true");\n'
    code = (LOADED % ("props", "props", put)).replace('"/mail.properties"', "PLACE")
    setup = one(write(tmp_path, {"Mailer.java": code}), "jakarta-mail")
    assert setup.settings.username == "info@example.com"
    assert [each.kind for each in setup.settings.remarks if each.kind == "ignored"] == []
    # where the code says itself that it is not asked
    put += '        props.put("mail.smtp.auth", "false");\n'
    code = (LOADED % ("props", "props", put)).replace('"/mail.properties"', "PLACE")
    settings = one(write(tmp_path, {"Mailer.java": code}), "jakarta-mail").settings
    assert settings.username is None
    assert ["an Authenticator only" in each.because for each in settings.remarks] == [True]


def test_properties_that_are_taken_from_loaded_ones(tmp_path: Path) -> None:
    files = {
        "Mailer.java": LOADED % ("config", "config", COPIED),
        "mail.properties": "server=smtp.ionos.com\n",
    }
    setup = one(write(tmp_path, files), "jakarta-mail")
    assert way(setup) == (HOST, 465, "implicit", False)


def test_a_loaded_file_that_is_not_here_cannot_be_told(tmp_path: Path) -> None:
    text = LOADED % ("props", "props", '        props.put("mail.smtp.host", "smtp.ionos.com");')
    settings = one(write(tmp_path, {"Mailer.java": text}), "jakarta-mail").settings
    assert settings.host == HOST
    assert {each.field for each in settings.untellable} == {"port", "tls"}


@pytest.mark.parametrize(
    "said",
    [
        '@PropertySource({"classpath:other.properties", "classpath:mail/server.properties"})',
        '@PropertySource(value = {"file:mail/server.properties"}, encoding = "UTF-8")',
        '@PropertySources({@PropertySource("classpath:o.properties"), '
        '@PropertySource("classpath:mail/server.properties")})',
        "@PropertySource " * 15_000 + '("classpath:mail/server.properties")',
    ],
)
def test_several_sources_of_properties(tmp_path: Path, said: str) -> None:
    """What would be looked through anew at each of its beginnings would take minutes."""
    first = '@PropertySource("classpath:mail/server.properties")'
    assert first in BY_KEYS
    files = {
        "src/main/java/Mailer.java": BY_KEYS.replace(first, ""),
        "src/main/java/Config.java": f"{said}\nclass Config {{}}\n",
        "src/main/resources/mail/server.properties": f"mail.server.host={HOST}\n",
        "src/main/resources/application.properties": "spring.config.import" * 12_000 + "\n",
    }
    settings = one(write(tmp_path, files), "jakarta-mail").settings
    assert (settings.host, settings.port, settings.tls) == (HOST, 587, "implicit")


KTOR_COMMONS = """\
import org.apache.commons.configuration2.Configuration
import org.apache.commons.mail.SimpleEmail

fun send(config: Configuration) {
    val email = SimpleEmail()
    email.hostName = config.getString("host")
    email.setSmtpPort(config.getInt("port"))
    email.setAuthentication(config.getString("user"), config.getString("pwd"))
    email.send()
}
"""
KTOR_MAIN = """\
import org.apache.commons.configuration2.builder.fluent.Configurations

val config = Configurations().properties(File("%s"))
"""


def test_commons_configuration_is_a_file_without_variables_over_it(tmp_path: Path) -> None:
    """PWD is the folder that the shell is in."""
    files = {
        "src/main/kotlin/Mail.kt": KTOR_COMMONS,
        "src/main/kotlin/Main.kt": KTOR_MAIN % "mail.properties",
        "src/main/resources/mail.properties": "host = smtp.ionos.com\nport = 587\n"
        "user = info@example.com\npwd = word\n",
    }
    setup = one(write(tmp_path / "app", files), "commons-email", PWD="/srv/app", HOST="x.example")
    assert (setup.settings.host, setup.settings.port) == ("smtp.ionos.com", 587)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")


def test_commons_configuration_of_a_file_that_is_not_named(tmp_path: Path) -> None:
    files = {"src/main/kotlin/Mail.kt": KTOR_COMMONS, "src/main/kotlin/Main.kt": KTOR_MAIN % "x"}
    setup = one(write(tmp_path / "app", files), "commons-email", PWD="/srv/app", HOST="x.example")
    assert {each.field for each in setup.settings.untellable} >= {"host", "password"}


KTOR_OBJECT = """\
import org.apache.commons.mail.HtmlEmail

object Emails {
    lateinit var host: String
    lateinit var username: String

    fun send() {
        val email = HtmlEmail()
        email.hostName = host
        email.setSmtpPort(587)
        email.setAuthentication(username, "word")
        email.send()
    }
}
"""
KTOR_SETS = """\
fun Application.configureEmails() {
    Emails.host = environment.config.property("email.host").getString()
    Emails.username = environment.config.property("email.username").getString()
}
"""
KTOR_CONF = 'email {\n    host = "smtp.ionos.com"\n    username = "info@example.com"\n}\n'


def test_fields_of_an_object_that_other_code_sets(tmp_path: Path) -> None:
    files = {
        "src/main/kotlin/Emails.kt": KTOR_OBJECT,
        "src/main/kotlin/Application.kt": KTOR_SETS,
        "src/main/resources/application.conf": KTOR_CONF,
    }
    settings = one(write(tmp_path / "app", files), "commons-email").settings
    assert (settings.host, settings.username) == ("smtp.ionos.com", "info@example.com")


def test_fields_of_another_object_set_nothing(tmp_path: Path) -> None:
    files = {
        "src/main/kotlin/Emails.kt": KTOR_OBJECT,
        "src/main/kotlin/Application.kt": KTOR_SETS.replace("Emails.", "OtherEmails."),
        "src/main/resources/application.conf": KTOR_CONF,
    }
    settings = one(write(tmp_path / "app", files), "commons-email").settings
    assert {each.field for each in settings.untellable} >= {"host", "username"}


LOADED_BESIDE = """\
public class Mail {
    static void send() throws Exception {
        Properties properties = new Properties();
        properties.put("mail.smtp.host", "smtp.ionos.com");
        properties.put("mail.smtp.port", "587");
        properties.put("mail.smtp.auth", "true");
        properties.put("mail.smtp.starttls.enable", "true");
        Properties login = new Properties();
        login.load(new FileInputStream(Paths.PLACE));
        String user = login.getProperty("user");
        Session session = Session.getInstance(properties, new Authenticator() {
            protected PasswordAuthentication getPasswordAuthentication() {
                return new PasswordAuthentication(user, login.getProperty("word"));
            }
        });
    }
}
"""


def test_properties_of_the_login_are_no_session(tmp_path: Path) -> None:
    """What is in a file that nobody knows is not known, and begins no session of its own."""
    setup = one(write(tmp_path, {"Mail.java": LOADED_BESIDE}), "jakarta-mail")
    assert way(setup) == (HOST, 587, "starttls", False)
    assert {each.field for each in setup.settings.untellable} == {"username", "password"}

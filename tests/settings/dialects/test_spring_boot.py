"""Spring Boot: which files count, and what spring.mail comes to."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpdoctor.settings.dialects.spring_boot import holds

from .support import one, prepared, setups, write
from .ways import changes_lead_there, remarks, way

HOST = "smtp.ionos.com"
PROPERTIES = "src/main/resources/application.properties"
YAML = "src/main/resources/application.yml"
HEAD = """\
spring.mail.host=smtp.ionos.com
spring.mail.username=info@example.com
spring.mail.password=word
"""
YAML_HEAD = """\
spring:
  mail:
    host: smtp.ionos.com
    username: info@example.com
    password: word
"""
SSL = "spring.mail.properties.mail.smtp.ssl.enable"
STARTTLS = "spring.mail.properties.mail.smtp.starttls.enable"
REQUIRED = "spring.mail.properties.mail.smtp.starttls.required"


def lines(text: str) -> dict[str, str]:
    return {PROPERTIES: HEAD + text}


def yaml(text: str) -> dict[str, str]:
    return {YAML: YAML_HEAD + text}


CASES = [
    (lines(f"spring.mail.port=587\n{STARTTLS}=true\n{REQUIRED}=true\n"), (587, "starttls", True)),
    (lines(f"spring.mail.port=465\n{SSL}=true\n"), (465, "implicit", False)),
    # 465 is the port of TLS from the first byte
    (lines(f"{SSL} = TRUE\n"), (465, "implicit", False)),
    # on 587 with TLS from the first byte, and in clear on 465
    (lines(f"spring.mail.port = 587\n{SSL} = true\n{STARTTLS} = true\n"), (587, "implicit", False)),
    (lines("spring.mail.port: 465\n"), (465, "none", False)),
    (lines(f"spring.mail.port=465\n{STARTTLS}=true\n"), (465, "starttls", False)),
    (lines("spring.mail.port=587\n"), (587, "none", False)),
    (lines(""), (25, "none", False)),
    # Apereo CAS
    ({"etc/cas/config/cas.properties": HEAD + f"spring.mail.port=465\n{SSL}=true\n"},
     (465, "implicit", False)),
    # required alone is enough
    (lines(f"spring.mail.port=587\n{REQUIRED}=true\n"), (587, "starttls", True)),
    (
        yaml("    port: 587\n    properties:\n      mail:\n        smtp:\n          auth: true\n"
             "          starttls:\n            enable: yes\n"),
        (587, "starttls", False),
    ),
    (
        yaml('    port: "465"\n    properties:\n      "[mail.smtp.ssl.enable]": "true"\n'),
        (465, "implicit", False),
    ),
    (
        yaml("    port: 465\n    properties: {mail.smtp.ssl.enable: true}\n"),
        (465, "implicit", False),
    ),
    (
        {YAML: "spring.mail:\n  host: smtp.ionos.com\n  userName: info@example.com\n"
               "  password: word\n  port: 465\n  properties.mail.smtp.ssl.enable: on\n"},
        (465, "implicit", False),
    ),
    (lines("spring.mail.protocol=smtps\nspring.mail.port=465\n"), (465, "implicit", False)),
    (lines("spring.mail.port=587\nspring.mail.protocol=smtps\n"), (587, "implicit", False)),
    (lines("spring.mail.ssl.enabled=true\nspring.mail.port=465\n"), (465, "implicit", False)),
    (lines("spring.mail.ssl.enabled=true\nspring.mail.port=587\n"), (587, "implicit", False)),
    # the old way to TLS from the first byte, with a port of its own
    (
        lines("spring.mail.port=587\n"
              "spring.mail.properties.mail.smtp.socketFactory.class=javax.net.ssl.SSLSocketFactory\n"
              "spring.mail.properties.mail.smtp.socketFactory.fallback=false\n"
              "spring.mail.properties.mail.smtp.socketFactory.port=465\n"),
        (465, "implicit", False),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), CASES)
def test_settings_however_they_are_said(
    tmp_path: Path, files: dict[str, str], expected: tuple[int, str, bool]
) -> None:
    root = write(tmp_path / "app", files)
    setup = one(root, "spring-boot")
    assert way(setup) == (HOST, *expected)
    assert setup.settings.username == "info@example.com"
    assert setup.credentials.password is not None
    assert setup.credentials.password.reveal() == "word"
    assert not remarks(setup)
    changes_lead_there(root, "spring-boot")


def test_the_smallest_change_leaves_the_rest_of_the_file(tmp_path: Path) -> None:
    files = yaml("    port: 587 # submission\n    properties:\n      mail.smtp.ssl.enable: true\n")
    settings = one(write(tmp_path, files), "spring-boot").settings
    (port,) = prepared(settings, 465, "implicit").edits
    assert (port.replace, port.with_) == ("587", "465")
    off, starttls = prepared(settings, 587, "starttls").edits
    assert (off.replace, off.with_) == ("true", "false")
    assert starttls.with_ == "      mail.smtp.starttls.enable: true\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{SSL}=yes\n", ("misread", SSL)),
        (f"{STARTTLS}=1\n", ("misread", STARTTLS)),
        ("spring.mail.starttls.enable=true\n", ("ignored", "spring.mail.starttls.enable")),
        (
            "spring.mail.properties.mail.starttls.enable=true\n",
            ("ignored", "spring.mail.properties.mail.starttls.enable"),
        ),
        (
            "spring.mail.properties.mail.smtp.ssl.enabled=true\n",
            ("ignored", "spring.mail.properties.mail.smtp.ssl.enabled"),
        ),
        ("spring.mail.smtp.ssl.enable=true\n", ("ignored", "spring.mail.smtp.ssl.enable")),
        (f"spring.mail.protocol=smtps\n{STARTTLS}=true\n", ("ignored", STARTTLS)),
        (
            "spring.mail.properties.mail.smtps.ssl.enable=true\n",
            ("ignored", "spring.mail.properties.mail.smtps.ssl.enable"),
        ),
    ],
)
def test_what_is_not_read_as_it_says(tmp_path: Path, text: str, expected: tuple[str, str]) -> None:
    setup = one(write(tmp_path, lines(f"spring.mail.port=587\n{text}")), "spring-boot")
    assert expected in remarks(setup)


@pytest.mark.parametrize(
    ("end", "said"), [("STARTTLS_ENABLE", set()), ("SSL_ENABLED", {"ignored"})]
)
def test_a_variable_is_the_key_that_is_read(end: str, said: set[str], tmp_path: Path) -> None:
    """A variable says nothing of dashes: MAIL_SMTP_STARTTLS_ENABLE is no start-tls."""
    write(tmp_path, lines("spring.mail.port=587\n"))
    variable = {f"SPRING_MAIL_PROPERTIES_MAIL_SMTP_{end}": "true"}
    setup = one(tmp_path, "spring-boot", **variable)
    assert {kind for kind, _ in remarks(setup)} == said
    assert setup.settings.tls == ("none" if said else "starttls")


def test_a_version_that_has_no_ssl_of_its_own_does_not_read_it(tmp_path: Path) -> None:
    pom = (
        "<parent><artifactId>spring-boot-starter-parent</artifactId><version>{}</version></parent>"
    )
    text = "spring.mail.ssl.enabled=true\nspring.mail.port=465\n"
    old = write(tmp_path / "old", {**lines(text), "pom.xml": pom.format("3.3.4")})
    assert one(old, "spring-boot").settings.tls == "none"
    assert remarks(one(old, "spring-boot")) == {("ignored", "spring.mail.ssl.enabled")}
    assert one(old, "spring-boot").identity.version == "3.3.4"
    new = write(tmp_path / "new", {**lines(text), "pom.xml": pom.format("3.4.0")})
    assert one(new, "spring-boot").settings.tls == "implicit"


def test_without_a_host_there_is_no_sender(tmp_path: Path) -> None:
    setup = one(write(tmp_path, {PROPERTIES: "spring.mail.port=587\n"}), "spring-boot")
    assert remarks(setup) == {("fault", "spring.mail.port")}
    assert not setup.complete


def test_hosts_that_are_trusted_are_not_verified(tmp_path: Path) -> None:
    trust = "spring.mail.properties.mail.smtp.ssl.trust"
    root = write(tmp_path, lines(f"{trust}=smtp.ionos.com\n"))
    assert one(root, "spring-boot").settings.verify is False
    root = write(tmp_path, lines(f"{trust}=other.example\n"))
    assert one(root, "spring-boot").settings.verify is True


# --- files, profiles, variables -------------------------------------------------------------------


def test_profiles_of_production_count(tmp_path: Path) -> None:
    files = {
        YAML: "spring:\n  profiles.active: dev\n  mail:\n    host: base.example\n    port: 25\n"
        "---\nspring:\n  config:\n    activate:\n      on-profile: dev\n  mail:\n    port: 1025\n"
        "---\nspring:\n  config.activate.on-profile: prod\n  mail.username: info@example.com\n",
        "src/main/resources/application-prod.yml": "spring.mail:\n  host: prod.example\n",
        "src/main/resources/application-dev.yml": "spring.mail:\n  host: dev.example\n",
        "config/application.properties": "spring.mail.port=465\n",
    }
    root = write(tmp_path, files)
    setup = one(root, "spring-boot")
    assert (setup.settings.host, setup.settings.port) == ("prod.example", 465)
    assert setup.settings.username == "info@example.com"
    assert setup.identity.profile == "prod"
    host = setup.settings.entry("host")
    assert host is not None
    assert [each.text for each in host.shadows] == ["base.example"]
    dev = one(root, "spring-boot", SPRING_PROFILES_ACTIVE="dev")
    assert dev.settings.host == "dev.example"
    assert setups(root, profile="dev")[0].settings.host == "dev.example"


def test_the_file_with_properties_stands_before_yaml(tmp_path: Path) -> None:
    files = {**lines("spring.mail.port=465\n"), **yaml("    port: 587\n")}
    assert one(write(tmp_path, files), "spring-boot").settings.port == 465


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("prod", True),
        ("dev", False),
        ("!dev", True),
        ("prod & eu", True),
        ("prod & !eu", False),
        ("dev | (prod & eu)", True),
        ("dev, prod", True),
    ],
)
def test_profile_expressions(expression: str, expected: bool) -> None:
    assert holds(expression, ("prod", "eu")) is expected


def test_variables_stand_before_files_and_say_what_they_hide(tmp_path: Path) -> None:
    root = write(tmp_path, lines(f"spring.mail.port=587\n{STARTTLS}=true\n"))
    setup = one(
        root,
        "spring-boot",
        SPRING_MAIL_PORT="465",
        SPRING_MAIL_PROPERTIES_MAIL_SMTP_SSL_ENABLE="true",
    )
    assert way(setup) == (HOST, 465, "implicit", False)
    port = setup.settings.entry("port")
    assert port is not None
    assert port.origin.kind == "environment"
    assert [(each.origin.line, each.text) for each in port.shadows] == [(4, "587")]


def test_placeholders_with_defaults_and_variables(tmp_path: Path) -> None:
    text = (
        "spring.mail.host=${MAIL_HOST:${mail.fallback}}\nmail.fallback=smtp.ionos.com\n"
        "spring.mail.port=${MAIL_PORT:587}\nspring.mail.username=${MAIL_USER}\n"
        f"spring.mail.password=${{MAIL_PASS:}}\n{SSL}=${{MAIL_SSL:false}}\n{STARTTLS}=true\n"
    )
    env = "MAIL_USER=info@example.com\nMAIL_PASS=word\nMAIL_SSL=true\n"
    root = write(tmp_path / "app", {PROPERTIES: text, ".env": env})
    setup = one(root, "spring-boot")
    assert way(setup) == (HOST, 587, "implicit", False)
    assert setup.settings.username == "info@example.com"
    change = prepared(setup.settings, 587, "starttls")
    assert (change.edits, change.settings) == ((), {"MAIL_SSL": "false"})
    (edit,) = prepared(setup.settings, 465, "implicit").edits
    assert (edit.line, edit.replace, edit.with_) == (3, "587", "465")
    changes_lead_there(root, "spring-boot")


def test_what_nobody_sets_can_not_be_told(tmp_path: Path) -> None:
    root = write(tmp_path, {PROPERTIES: "spring.mail.host=${MAIL_HOST}\nspring.mail.port=587\n"})
    setup = one(root, "spring-boot")
    assert [each.option for each in setup.settings.untellable] == ["spring.mail.host"]
    assert not remarks(setup)


def test_variables_alone_are_a_set_up(tmp_path: Path) -> None:
    env = (
        "SPRING_MAIL_HOST=smtp.ionos.com\nSPRING_MAIL_PORT=587\n"
        "SPRING_MAIL_PROPERTIES_MAIL_SMTP_STARTTLS_ENABLE=true\n"
    )
    assert way(one(write(tmp_path, {".env": env}), "spring-boot"))[1:3] == (587, "starttls")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("src/main/java/Mailer.java", 'message.setFrom("shop@example.org");', "shop@example.org"),
        ("src/main/resources/application-prod.properties", "app.mail.from=a@example.org\n",
         "a@example.org"),
        ("src/main/resources/application-prod.properties",
         "spring.mail.properties.mail.smtp.from=b@example.org\n", "b@example.org"),
    ],
)  # fmt: skip
def test_senders(tmp_path: Path, name: str, text: str, expected: str) -> None:
    setup = one(write(tmp_path, {**lines("spring.mail.port=587\n"), name: text}), "spring-boot")
    assert setup.settings.sender == expected


@pytest.mark.parametrize(
    "files",
    [
        {PROPERTIES: "# spring.mail.host=smtp.ionos.com\nspring.datasource.url=x\n"},
        {"src/test/resources/application.properties": HEAD},
        {"application-example.properties": HEAD},
        {YAML: "spring:\n  mail:\n    # host: smtp.ionos.com\n"},
    ],
)
def test_look_alikes(tmp_path: Path, files: dict[str, str]) -> None:
    assert not [each for each in setups(write(tmp_path, files)) if each.identity.dialect]


def test_tls_is_put_in_beside_the_lines_of_starttls(tmp_path: Path) -> None:
    text = (
        "    port: 465\n    properties:\n      mail:\n        smtp:\n          auth: true\n"
        "          starttls:\n            enable: true\n"
    )
    root = write(tmp_path / "a", yaml(text))
    (edit,) = prepared(one(root, "spring-boot").settings, None, "implicit").edits
    there = (root / edit.file).read_text().split("\n")
    assert there[edit.line - 1].strip() == "starttls:"
    assert edit.with_ == "          ssl.enable: true\n"
    other = write(tmp_path / "b", lines(f"spring.mail.port=465\n{STARTTLS}=true\n"))
    (edit,) = prepared(one(other, "spring-boot").settings, None, "implicit").edits
    assert (other / edit.file).read_text().split("\n")[edit.line - 1] == f"{STARTTLS}=true"


def test_a_package_is_read_whatever_its_folders_are_called(tmp_path: Path) -> None:
    code = (
        "class Mailer { void send() {\n  Properties p = new Properties();\n"
        '  p.put("mail.smtp.host", "smtp.ionos.com");\n  p.put("mail.smtp.port", "587");\n'
        "  Session.getInstance(p); } }\n"
    )
    pom = "<project><dependencies><dependency><groupId>com.sun.mail</groupId>"
    pom += "<artifactId>jakarta.mail</artifactId></dependency></dependencies></project>"
    files = {"src/main/java/com/example/demo/build/Mailer.java": code, "pom.xml": pom}
    write(tmp_path, {**files, "examples/src/main/java/com/shop/Other.java": code})
    assert [each.settings.host for each in setups(tmp_path)] == ["smtp.ionos.com"]


BEAN = """\
import org.springframework.mail.javamail.*;

@Configuration
public class MailConfig {
    @Bean%s
    public JavaMailSender sender() {
        JavaMailSenderImpl sender = new JavaMailSenderImpl();
        sender.setHost(%s);
        sender.setPort(465);
        return sender;
    }
}
"""


@pytest.mark.parametrize(
    ("between", "host", "expected"),
    [
        ("", '"smtp.example.org"', ["jakarta-mail"]),
        ('(name = "sender")', '"smtp.example.org"', ["jakarta-mail"]),
        # of one profile, or of one that can't be told: Spring Boot's may be the one that sends
        ('\n    @Profile("local")', '"smtp.example.org"', ["jakarta-mail", "spring-boot"]),
        ("", "vault.host()", ["jakarta-mail", "spring-boot"]),
    ],
)
def test_a_sender_of_the_applications_own(
    tmp_path: Path, between: str, host: str, expected: list[str]
) -> None:
    bean = {"src/main/java/MailConfig.java": BEAN % (between, host)}
    files = {**lines("spring.mail.port=587\n"), **bean}
    found = setups(write(tmp_path, files))
    assert sorted(each.identity.dialect for each in found if each.identity) == expected


@pytest.mark.parametrize(
    ("said", "host"),
    [
        ("classpath:application-mail.properties", HOST),
        ("optional:classpath:application-other.yml,classpath:application-mail.properties", HOST),
        ("optional:file:.env[.properties]", None),
    ],
)
def test_files_that_are_imported_count(tmp_path: Path, said: str, host: str | None) -> None:
    files = {
        PROPERTIES: f"spring.mail.port=465\nspring.config.import={said}\n",
        "src/main/resources/application-mail.properties": HEAD + f"{SSL}=true\n",
    }
    setup = one(write(tmp_path, files), "spring-boot")
    assert setup.settings.host == host
    assert setup.settings.tls == ("implicit" if host else "none")


@pytest.mark.parametrize(
    ("at", "said", "counts"),
    [
        ("src/main/resources/mail.yaml", "classpath:mail.yaml", True),
        ("src/main/resources/mail.yaml", "optional:classpath:/mail.yaml", True),
        ("conf/mail.yaml", "file:./conf/mail.yaml", True),
        ("conf/mail.yaml", "classpath:mail.yaml", False),
        ("src/main/resources/mail.yaml", "classpath:other.yaml", False),
    ],
)
@pytest.mark.parametrize("listed", [False, True])
def test_files_of_other_names_that_are_imported(
    tmp_path: Path, at: str, said: str, counts: bool, listed: bool
) -> None:
    """What is imported stands before what imports it."""
    several = f"\n      - classpath:none.yaml\n      - {said}\n"
    imported = several if listed else f" {said}\n"
    text = f"spring:\n  config:\n    import:{imported}  mail:\n    port: 465\n"
    files = {YAML: text, at: YAML_HEAD + "    port: 587\n"}
    settings = one(write(tmp_path, files), "spring-boot").settings
    assert (settings.host, settings.port) == ((HOST, 587) if counts else (None, 465))
